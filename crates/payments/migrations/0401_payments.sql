-- Money: what is asked for, each call to a provider, and the ledger from which every balance can be recomputed.
-- `reference_id` is what is paid for (an order); payments knows no more of it.

CREATE TABLE payments (
    id UUID PRIMARY KEY,
    reference_id UUID NOT NULL,
    user_id UUID,
    provider TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT payments_status_check CHECK (status IN ('created', 'awaiting_customer', 'processing', 'authorised',
        'captured', 'failed', 'unknown', 'voided', 'expired', 'disputed', 'won', 'lost')),
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CONSTRAINT payments_amount_check CHECK (amount_minor > 0),
    authorised_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT payments_authorised_check CHECK (authorised_minor >= 0),
    captured_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT payments_captured_check CHECK (captured_minor >= 0),
    refunded_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT payments_refunded_check CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    provider_reference TEXT,
    -- The money itself, where the provider names it apart from what was asked for (Stripe: the charge of an intent).
    charge_reference TEXT,
    next_action JSONB,
    error_code TEXT,
    note TEXT,
    transition_count BIGINT NOT NULL DEFAULT 0,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE INDEX payments_reference_idx ON payments (reference_id, created_at, id);
-- What staff look for; a payment that goes the common way is never in it.
CREATE INDEX payments_seldom_idx ON payments (status, id)
    WHERE status IN ('awaiting_customer', 'unknown', 'authorised', 'disputed', 'won', 'lost', 'expired', 'failed', 'voided');
CREATE UNIQUE INDEX payments_provider_reference_key ON payments (provider, provider_reference) WHERE provider_reference IS NOT NULL;

-- append-only: payment_transitions
CREATE TABLE payment_transitions (
    payment_id UUID NOT NULL REFERENCES payments (id),
    seq BIGINT NOT NULL CONSTRAINT payment_transitions_seq_check CHECK (seq > 0),
    from_status TEXT,
    to_status TEXT NOT NULL,
    cause TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT payment_transitions_pkey PRIMARY KEY (payment_id, seq)
);

-- Written before the call; its id is the provider's idempotency key.
CREATE TABLE payment_operations (
    id UUID PRIMARY KEY,
    payment_id UUID NOT NULL REFERENCES payments (id),
    kind TEXT NOT NULL CONSTRAINT payment_operations_kind_check CHECK (kind IN ('authorise', 'capture', 'void', 'refund')),
    status TEXT NOT NULL CONSTRAINT payment_operations_status_check CHECK (status IN ('pending', 'succeeded', 'failed', 'unknown')),
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CONSTRAINT payment_operations_amount_check CHECK (amount_minor >= 0),
    provider TEXT NOT NULL,
    provider_reference TEXT,
    error_code TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX payment_operations_payment_idx ON payment_operations (payment_id, created_at, id);
CREATE INDEX payment_operations_open_idx ON payment_operations (status, created_at) WHERE status IN ('pending', 'unknown');
CREATE UNIQUE INDEX payment_operations_provider_reference_key ON payment_operations (provider, kind, provider_reference)
    WHERE provider_reference IS NOT NULL;

-- append-only: ledger_transactions
CREATE TABLE ledger_transactions (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL,
    operation_id UUID CONSTRAINT ledger_transactions_operation_key UNIQUE REFERENCES payment_operations (id),
    reference_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX ledger_transactions_reference_idx ON ledger_transactions (reference_id);

-- append-only: ledger_entries
-- Debits are positive, credits negative; the entries of a transaction sum to zero in each currency.
CREATE TABLE ledger_entries (
    transaction_id UUID NOT NULL REFERENCES ledger_transactions (id),
    position BIGINT NOT NULL,
    account TEXT NOT NULL,
    currency TEXT NOT NULL,
    amount_minor BIGINT NOT NULL CONSTRAINT ledger_entries_amount_check CHECK (amount_minor <> 0),
    CONSTRAINT ledger_entries_pkey PRIMARY KEY (transaction_id, position)
);
-- Lists the transactions of an account in their order, and holds all that balances are made of.
CREATE INDEX ledger_entries_account_idx ON ledger_entries (account, transaction_id, currency, amount_minor);
