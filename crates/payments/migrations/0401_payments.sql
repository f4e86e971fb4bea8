-- Money: what is asked for, each call to a provider, and the ledger from which every balance can be recomputed.
-- `reference_id` is what is paid for (an order); payments knows no more of it.

-- Money that the shop owes: gift cards, which whoever knows the code may spend, and credit, which belongs to a customer.
CREATE TABLE stored_values (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT stored_values_kind_check CHECK (kind IN ('gift_card', 'store_credit')),
    user_id UUID,
    -- The code is nowhere: it is known by its digest, and where the shop thought of it, made again of the id and the master key.
    code_digest BYTEA CONSTRAINT stored_values_code_key UNIQUE,
    code_end TEXT,
    code_is_ours BOOLEAN NOT NULL,
    currency TEXT NOT NULL,
    balance_minor BIGINT NOT NULL CONSTRAINT stored_values_balance_check CHECK (balance_minor >= 0),
    move_count BIGINT NOT NULL,
    active BOOLEAN NOT NULL,
    expires_at TIMESTAMPTZ,
    note TEXT,
    -- One piece of a line that was sold.
    sold_by UUID,
    sold_piece BIGINT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT stored_values_holder_check CHECK ((kind = 'gift_card') = (code_digest IS NOT NULL) AND (kind = 'store_credit') = (user_id IS NOT NULL)),
    CONSTRAINT stored_values_sold_key UNIQUE (sold_by, sold_piece)
);
CREATE UNIQUE INDEX stored_values_user_key ON stored_values (user_id, currency) WHERE user_id IS NOT NULL;
CREATE INDEX stored_values_kind_idx ON stored_values (kind, id);

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
    -- The gift card or credit that is spent or filled, where no provider is asked.
    stored_value_id UUID REFERENCES stored_values (id),
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
    kind TEXT NOT NULL CONSTRAINT ledger_transactions_kind_check CHECK (kind IN ('capture', 'refund', 'sale', 'sale_reversed', 'allowance',
        'gift_card_sold', 'gift_card_returned', 'stored_value')),
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

-- append-only: stored_value_moves
CREATE TABLE stored_value_moves (
    stored_value_id UUID NOT NULL REFERENCES stored_values (id),
    seq BIGINT NOT NULL CONSTRAINT stored_value_moves_seq_check CHECK (seq > 0),
    kind TEXT NOT NULL CONSTRAINT stored_value_moves_kind_check CHECK (kind IN ('issued', 'sold', 'redeemed', 'returned', 'refunded', 'adjusted',
        'called_off')),
    amount_minor BIGINT NOT NULL CONSTRAINT stored_value_moves_amount_check CHECK (amount_minor <> 0),
    balance_minor BIGINT NOT NULL CONSTRAINT stored_value_moves_balance_check CHECK (balance_minor >= 0),
    reason TEXT CONSTRAINT stored_value_moves_reason_check CHECK (reason IN ('goodwill', 'promotion', 'loyalty', 'correction', 'other')),
    transaction_id UUID NOT NULL CONSTRAINT stored_value_moves_transaction_key UNIQUE REFERENCES ledger_transactions (id),
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT stored_value_moves_pkey PRIMARY KEY (stored_value_id, seq)
);
