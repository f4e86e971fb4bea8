-- What lets people in, and what keeps others out.

CREATE TABLE one_time_tokens (
    token_hash BYTEA PRIMARY KEY,
    purpose TEXT NOT NULL CONSTRAINT one_time_tokens_purpose_check
        CHECK (purpose IN ('verify_email', 'change_email', 'reset_password', 'invitation', 'set_up')),
    user_id UUID CONSTRAINT one_time_tokens_user_id_fkey REFERENCES users (id) ON DELETE CASCADE,
    -- The address that whoever holds the token can read the mail of.
    email TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    CONSTRAINT one_time_tokens_user_check CHECK (user_id IS NOT NULL OR purpose = 'set_up')
);
CREATE INDEX one_time_tokens_user_idx ON one_time_tokens (user_id, purpose);
CREATE INDEX one_time_tokens_expires_idx ON one_time_tokens (expires_at);

-- Tries at what could be guessed, by a sealed name of the account or of the address from where they come.
CREATE TABLE throttles (
    key BYTEA PRIMARY KEY,
    tries BIGINT NOT NULL CONSTRAINT throttles_tries_check CHECK (tries >= 0),
    last_try_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX throttles_last_try_idx ON throttles (last_try_at);
