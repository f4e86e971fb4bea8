-- People and programs.

CREATE TABLE users (
    id UUID PRIMARY KEY,
    email TEXT,
    email_key TEXT CONSTRAINT users_email_key UNIQUE,
    username TEXT,
    username_key TEXT CONSTRAINT users_username_key UNIQUE,
    name TEXT,
    -- What an address is changed to, until whoever reads its mail says so.
    pending_email TEXT,
    email_verified_at TIMESTAMPTZ,
    password_hash TEXT,
    password_changed_at TIMESTAMPTZ,
    status TEXT NOT NULL CONSTRAINT users_status_check CHECK (status IN ('active', 'deactivated', 'erased')),
    -- Why staff closed or opened it, in their words.
    status_reason TEXT,
    accepts_marketing BOOLEAN NOT NULL DEFAULT FALSE,
    accepts_marketing_at TIMESTAMPTZ,
    accepts_marketing_source TEXT,
    -- What staff search by: address, username and name, folded.
    search_key TEXT NOT NULL DEFAULT '',
    tags JSONB NOT NULL,
    metadata JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT users_email_check CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT users_username_check CHECK ((username IS NULL) = (username_key IS NULL)),
    CONSTRAINT users_verified_check CHECK (email_verified_at IS NULL OR email IS NOT NULL),
    CONSTRAINT users_erased_check CHECK (status <> 'erased' OR (email IS NULL AND username IS NULL AND name IS NULL AND password_hash IS NULL
        AND status_reason IS NULL)),
    CONSTRAINT users_consent_check CHECK (NOT accepts_marketing OR accepts_marketing_at IS NOT NULL)
);

CREATE TABLE api_keys (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT api_keys_kind_check CHECK (kind IN ('admin', 'internal', 'publishable')),
    -- The last digits of its newest token.
    token_hint TEXT NOT NULL,
    scopes JSONB NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
