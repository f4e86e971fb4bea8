-- Who may do what: roles, who has which, and the tokens of API keys.

CREATE TABLE roles (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL CONSTRAINT roles_name_key UNIQUE,
    description TEXT,
    built_in BOOLEAN NOT NULL DEFAULT FALSE,
    -- Scopes as people write them: `orders:read`, `orders:*`, `admin:*`.
    permissions JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

CREATE TABLE user_roles (
    user_id UUID NOT NULL REFERENCES users (id),
    role_id UUID NOT NULL REFERENCES roles (id),
    granted_at TIMESTAMPTZ NOT NULL,
    granted_by TEXT NOT NULL,
    PRIMARY KEY (user_id, role_id)
);
CREATE INDEX user_roles_role_idx ON user_roles (role_id);

-- A key has one token without an end, and after a rotation the one before for a while.
CREATE TABLE api_key_tokens (
    token_hash BYTEA PRIMARY KEY,
    api_key_id UUID NOT NULL REFERENCES api_keys (id),
    expires_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX api_key_tokens_key_idx ON api_key_tokens (api_key_id);
