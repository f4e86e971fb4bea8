-- What others know people by, and what was spent on the way in.

CREATE TABLE identities (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    -- Who says so, and what the person is called there: together they are one person for ever (OpenID Connect, 5.7).
    issuer TEXT NOT NULL,
    subject TEXT NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT identities_subject_key UNIQUE (issuer, subject)
);
CREATE INDEX identities_user_idx ON identities (user_id, id);

-- States and codes that were used: each is good once. Gone when they are over anyway.
CREATE TABLE oauth_spent (
    token_hash BYTEA CONSTRAINT oauth_spent_pkey PRIMARY KEY,
    expires_at TIMESTAMPTZ NOT NULL
);
CREATE INDEX oauth_spent_expires_idx ON oauth_spent (expires_at);
