-- What came of comparing our operations with what a provider says it moved.

CREATE TABLE reconciliations (
    id UUID PRIMARY KEY,
    provider TEXT NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    compared BIGINT NOT NULL CONSTRAINT reconciliations_compared_check CHECK (compared >= 0),
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX reconciliations_provider_idx ON reconciliations (provider, id);

CREATE TABLE reconciliation_findings (
    reconciliation_id UUID NOT NULL REFERENCES reconciliations (id),
    position BIGINT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT reconciliation_findings_kind_check CHECK (kind IN ('foreign', 'missing', 'different', 'doubled', 'denied')),
    operation_id UUID REFERENCES payment_operations (id),
    provider_reference TEXT,
    currency TEXT NOT NULL,
    expected_minor BIGINT,
    found_minor BIGINT,
    found_currency TEXT,
    CONSTRAINT reconciliation_findings_pkey PRIMARY KEY (reconciliation_id, position)
);
