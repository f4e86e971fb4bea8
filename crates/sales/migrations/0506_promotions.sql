-- Promotions: who sells for less to whom, by which codes, how often.

-- `conditions` and `effect` are JSON in the words of `sales::promotions`.
-- standing rules: promotions
CREATE TABLE promotions (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    needs TEXT NOT NULL CONSTRAINT promotions_needs_check CHECK (needs IN ('automatic', 'code')),
    priority BIGINT NOT NULL CONSTRAINT promotions_priority_check CHECK (priority >= 0),
    combinable BOOLEAN NOT NULL,
    currency TEXT,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    conditions JSONB NOT NULL,
    effect JSONB NOT NULL,
    uses_limit BIGINT CONSTRAINT promotions_uses_check CHECK (uses_limit > 0),
    uses_per_customer BIGINT CONSTRAINT promotions_customer_check CHECK (uses_per_customer > 0),
    budget_minor BIGINT CONSTRAINT promotions_budget_check CHECK (budget_minor > 0),
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT promotions_window_check CHECK (starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at),
    CONSTRAINT promotions_currency_check CHECK (budget_minor IS NULL OR currency IS NOT NULL)
);
CREATE INDEX promotions_priority_idx ON promotions (priority, id);

-- How often each was had: apart from its rules, which stand still while orders count here. The limits are repeated, so that no row goes
-- beyond them, whoever writes it.
CREATE TABLE promotion_counters (
    promotion_id UUID PRIMARY KEY REFERENCES promotions (id) ON DELETE CASCADE,
    uses BIGINT NOT NULL DEFAULT 0,
    uses_limit BIGINT,
    spent_minor BIGINT NOT NULL DEFAULT 0,
    budget_minor BIGINT,
    CONSTRAINT promotion_counters_uses_check CHECK (uses >= 0 AND (uses_limit IS NULL OR uses <= uses_limit)),
    CONSTRAINT promotion_counters_spent_check CHECK (spent_minor >= 0 AND (budget_minor IS NULL OR spent_minor <= budget_minor))
);

-- `code_key`: the code as everybody may write it, folded.
CREATE TABLE promotion_codes (
    id UUID PRIMARY KEY,
    promotion_id UUID NOT NULL REFERENCES promotions (id) ON DELETE CASCADE,
    code TEXT NOT NULL,
    code_key TEXT COLLATE "C" NOT NULL CONSTRAINT promotion_codes_key UNIQUE,
    active BOOLEAN NOT NULL,
    uses BIGINT NOT NULL DEFAULT 0,
    uses_limit BIGINT,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT promotion_codes_uses_check CHECK (uses >= 0 AND (uses_limit IS NULL OR uses <= uses_limit))
);
CREATE INDEX promotion_codes_promotion_idx ON promotion_codes (promotion_id, id);

-- How often one customer had a promotion that limits it: by account, and by the folded address of the order.
CREATE TABLE promotion_customers (
    promotion_id UUID NOT NULL REFERENCES promotions (id) ON DELETE CASCADE,
    customer_key TEXT COLLATE "C" NOT NULL,
    uses BIGINT NOT NULL,
    uses_limit BIGINT NOT NULL,
    CONSTRAINT promotion_customers_pkey PRIMARY KEY (promotion_id, customer_key),
    CONSTRAINT promotion_customers_uses_check CHECK (uses BETWEEN 0 AND uses_limit)
);
CREATE INDEX promotion_customers_key_idx ON promotion_customers (customer_key);

-- What each order had. `user_key`, `email_key`: under which customers it was counted, where the promotion limits that. `released_at`: when the
-- order was called off, and its use given back.
CREATE TABLE promotion_uses (
    order_id UUID NOT NULL REFERENCES orders (id),
    promotion_id UUID NOT NULL REFERENCES promotions (id),
    code_id UUID REFERENCES promotion_codes (id),
    off_minor BIGINT NOT NULL CONSTRAINT promotion_uses_off_check CHECK (off_minor >= 0),
    user_key TEXT,
    email_key TEXT,
    released_at TIMESTAMPTZ,
    CONSTRAINT promotion_uses_pkey PRIMARY KEY (order_id, promotion_id)
);
CREATE INDEX promotion_uses_promotion_idx ON promotion_uses (promotion_id, order_id);
CREATE INDEX promotion_uses_code_idx ON promotion_uses (code_id) WHERE code_id IS NOT NULL;
