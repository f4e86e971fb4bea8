-- People and programs. Users are a bare table until they can sign in.

CREATE TABLE users (
    id UUID PRIMARY KEY,
    email TEXT,
    email_key TEXT CONSTRAINT users_email_key UNIQUE,
    username TEXT,
    username_key TEXT CONSTRAINT users_username_key UNIQUE,
    name TEXT,
    password_hash TEXT,
    status TEXT NOT NULL CONSTRAINT users_status_check CHECK (status IN ('active', 'deactivated')),
    accepts_marketing BOOLEAN NOT NULL DEFAULT FALSE,
    accepts_marketing_at TIMESTAMPTZ,
    accepts_marketing_source TEXT,
    tags JSONB NOT NULL,
    metadata JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT users_email_check CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT users_consent_check CHECK (NOT accepts_marketing OR accepts_marketing_at IS NOT NULL)
);

CREATE TABLE api_keys (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    token_hash BYTEA NOT NULL CONSTRAINT api_keys_token_hash_key UNIQUE,
    token_hint TEXT NOT NULL,
    scopes JSONB NOT NULL,
    expires_at TIMESTAMPTZ,
    revoked_at TIMESTAMPTZ,
    last_used_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
