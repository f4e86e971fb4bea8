-- Who changed what. Records are written with the change; a sealer chains them in a sequence of its own.

-- append-only: audit_records
CREATE TABLE audit_records (
    position BIGSERIAL PRIMARY KEY,
    id UUID NOT NULL CONSTRAINT audit_records_id_key UNIQUE,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    actor TEXT NOT NULL,
    outcome TEXT NOT NULL CONSTRAINT audit_records_outcome_check CHECK (outcome IN ('done', 'refused')),
    -- JSON text, not JSONB: its bytes are what is sealed.
    changes TEXT NOT NULL,
    request_id TEXT,
    occurred_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX audit_records_subject_idx ON audit_records (subject, position);
CREATE INDEX audit_records_actor_idx ON audit_records (actor, position);

-- append-only: audit_seals
CREATE TABLE audit_seals (
    seq BIGINT PRIMARY KEY CONSTRAINT audit_seals_seq_check CHECK (seq > 0),
    record_id UUID NOT NULL CONSTRAINT audit_seals_record_key UNIQUE REFERENCES audit_records (id),
    hash BYTEA NOT NULL,
    sealed_at TIMESTAMPTZ NOT NULL
);

-- From where it was done: personal data, outside the chain, erased with the person.
CREATE TABLE audit_origins (
    record_id UUID PRIMARY KEY REFERENCES audit_records (id),
    ip TEXT,
    user_agent TEXT
);
