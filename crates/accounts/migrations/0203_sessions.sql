-- Sign-ins that go on, what renews them, and the keys that sign their access tokens.

CREATE TABLE sessions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CONSTRAINT sessions_kind_check CHECK (kind IN ('bearer', 'cookie')),
    -- From where it was used last: personal data, gone with the session.
    ip TEXT,
    user_agent TEXT,
    two_factor_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ NOT NULL,
    revoked_at TIMESTAMPTZ,
    revoked_because TEXT CONSTRAINT sessions_revoked_because_check CHECK (
        revoked_because IN ('logged_out', 'revoked_by_user', 'revoked_by_staff', 'credentials_changed', 'deactivated', 'reused', 'crowded_out')
    ),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT sessions_revoked_check CHECK ((revoked_at IS NULL) = (revoked_because IS NULL))
);
CREATE INDEX sessions_user_idx ON sessions (user_id, last_used_at);
CREATE INDEX sessions_expires_idx ON sessions (expires_at, id);

-- The family of a session: each is used once and has one successor. Used ones stay, so that one that comes back is recognised.
CREATE TABLE refresh_tokens (
    token_hash BYTEA PRIMARY KEY,
    session_id UUID NOT NULL REFERENCES sessions (id) ON DELETE CASCADE,
    generation BIGINT NOT NULL CONSTRAINT refresh_tokens_generation_check CHECK (generation >= 1),
    expires_at TIMESTAMPTZ NOT NULL,
    used_at TIMESTAMPTZ,
    -- Who used it, as a hash of address and program.
    used_by BYTEA,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT refresh_tokens_generation_key UNIQUE (session_id, generation),
    CONSTRAINT refresh_tokens_used_check CHECK ((used_at IS NULL) = (used_by IS NULL))
);

CREATE TABLE signing_keys (
    kid TEXT PRIMARY KEY,
    public_key BYTEA NOT NULL,
    -- PKCS #8, sealed with the shop's master key.
    sealed_private_key BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    -- From then on it signs; it is shown from the beginning, so that everybody knows it by then.
    active_from TIMESTAMPTZ NOT NULL,
    -- Nothing that it signed lives any longer.
    retired_at TIMESTAMPTZ
);
