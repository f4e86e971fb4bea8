-- What customers need not type again. Addresses are JSON in the form of `accounts::addresses`, as in carts and orders.

CREATE TABLE user_addresses (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    address JSONB NOT NULL,
    is_default_shipping BOOLEAN NOT NULL,
    is_default_billing BOOLEAN NOT NULL,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX user_addresses_user_idx ON user_addresses (user_id, id);
CREATE UNIQUE INDEX user_addresses_default_shipping_key ON user_addresses (user_id) WHERE is_default_shipping;
CREATE UNIQUE INDEX user_addresses_default_billing_key ON user_addresses (user_id) WHERE is_default_billing;
