-- Everybody who bought something or has an account: kept up to date by the events of orders and accounts.

-- `member_count` changes with the members, in the same transaction.
CREATE TABLE customer_groups (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL CONSTRAINT customer_groups_name_key UNIQUE,
    description TEXT,
    member_count BIGINT NOT NULL DEFAULT 0 CONSTRAINT customer_groups_members_check CHECK (member_count >= 0),
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- One row a person: by account, or by the folded address of a guest (`guest_key`). Consent of whoever has an account is that of the
-- account. `created_at`: since when the shop knows them.
CREATE TABLE customers (
    id UUID PRIMARY KEY,
    user_id UUID CONSTRAINT customers_user_key UNIQUE REFERENCES users (id),
    guest_key TEXT CONSTRAINT customers_guest_key UNIQUE,
    email TEXT,
    email_key TEXT COLLATE "C" NOT NULL DEFAULT '',
    name TEXT,
    name_key TEXT COLLATE "C" NOT NULL DEFAULT '',
    group_id UUID REFERENCES customer_groups (id),
    note TEXT,
    accepts_marketing BOOLEAN NOT NULL DEFAULT FALSE,
    accepts_marketing_at TIMESTAMPTZ,
    accepts_marketing_source TEXT,
    order_count BIGINT NOT NULL DEFAULT 0 CONSTRAINT customers_orders_check CHECK (order_count >= 0),
    first_order_at TIMESTAMPTZ,
    last_order_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT customers_owner_check CHECK ((user_id IS NULL) <> (guest_key IS NULL)),
    CONSTRAINT customers_consent_check CHECK (NOT accepts_marketing OR accepts_marketing_at IS NOT NULL)
);
CREATE INDEX customers_created_idx ON customers (created_at, id);
CREATE INDEX customers_last_order_idx ON customers (last_order_at, id) WHERE last_order_at IS NOT NULL;
CREATE INDEX customers_order_count_idx ON customers (order_count, id);
CREATE INDEX customers_email_idx ON customers (email_key, id);
CREATE INDEX customers_name_idx ON customers (name_key, id);
CREATE INDEX customers_group_idx ON customers (group_id, created_at, id) WHERE group_id IS NOT NULL;
CREATE INDEX customers_marketing_idx ON customers (accepts_marketing, created_at, id);

-- `created_at` is that of the customer, which never changes: a tag has its customers in the order of the list.
CREATE TABLE customer_tags (
    customer_id UUID NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    tag_key TEXT NOT NULL,
    tag TEXT NOT NULL,
    position BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT customer_tags_pkey PRIMARY KEY (customer_id, tag_key)
);
CREATE INDEX customer_tags_tag_idx ON customer_tags (tag_key, created_at, customer_id);

-- What each order adds to its customer: what makes telling the same event twice count once.
CREATE TABLE customer_orders (
    order_id UUID PRIMARY KEY REFERENCES orders (id),
    customer_id UUID NOT NULL REFERENCES customers (id),
    is_live BOOLEAN NOT NULL,
    spent_minor BIGINT NOT NULL,
    currency TEXT NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX customer_orders_customer_idx ON customer_orders (customer_id, is_live, placed_at);

-- The sums of it by currency.
CREATE TABLE customer_spend (
    customer_id UUID NOT NULL REFERENCES customers (id) ON DELETE CASCADE,
    currency TEXT NOT NULL,
    order_count BIGINT NOT NULL,
    spent_minor BIGINT NOT NULL,
    CONSTRAINT customer_spend_pkey PRIMARY KEY (customer_id, currency)
);
CREATE INDEX customer_spend_spent_idx ON customer_spend (currency, spent_minor, customer_id);
