-- Exchanges: the worth of goods of one order pays for another order.

CREATE TABLE exchanges (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    -- What came back; absent where the goods had not left.
    return_id UUID CONSTRAINT exchanges_return_key UNIQUE REFERENCES returns (id),
    new_order_id UUID NOT NULL CONSTRAINT exchanges_new_order_key UNIQUE REFERENCES orders (id),
    refund_id UUID NOT NULL CONSTRAINT exchanges_refund_key UNIQUE REFERENCES refunds (id),
    -- What went back to where it came from, because the new order costs less.
    surplus_refund_id UUID CONSTRAINT exchanges_surplus_key UNIQUE REFERENCES refunds (id),
    -- The gift card that carried the worth over.
    stored_value_id UUID NOT NULL CONSTRAINT exchanges_stored_value_key UNIQUE REFERENCES stored_values (id),
    currency TEXT NOT NULL,
    value_minor BIGINT NOT NULL,
    credited_minor BIGINT NOT NULL CONSTRAINT exchanges_credited_check CHECK (credited_minor > 0 AND credited_minor <= value_minor),
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT exchanges_orders_check CHECK (order_id <> new_order_id),
    CONSTRAINT exchanges_surplus_check CHECK ((surplus_refund_id IS NULL) = (credited_minor = value_minor))
);
CREATE INDEX exchanges_order_idx ON exchanges (order_id, id);
