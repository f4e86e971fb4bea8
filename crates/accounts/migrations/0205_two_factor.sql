-- A second factor: codes by time (RFC 6238), and recovery codes for who lost the device.

CREATE TABLE two_factors (
    user_id UUID PRIMARY KEY REFERENCES users (id),
    sealed_secret BYTEA NOT NULL,
    -- null: begun, not proven to be in the right hands yet, and asked for nowhere.
    confirmed_at TIMESTAMPTZ,
    -- The step of the last code that was taken: no code is taken twice.
    last_step BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE recovery_codes (
    user_id UUID NOT NULL REFERENCES two_factors (user_id) ON DELETE CASCADE,
    code_hash BYTEA NOT NULL,
    spent_at TIMESTAMPTZ,
    CONSTRAINT recovery_codes_pkey PRIMARY KEY (user_id, code_hash)
);
