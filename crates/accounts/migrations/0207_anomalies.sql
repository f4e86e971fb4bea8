-- What is out of the ordinary, so that it is told once.

-- From which countries somebody signed in, where a proxy tells it: personal data, gone with the account.
CREATE TABLE user_countries (
    user_id UUID NOT NULL REFERENCES users (id) ON DELETE CASCADE,
    country TEXT NOT NULL CONSTRAINT user_countries_country_check CHECK (LENGTH(country) = 2),
    first_seen_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (user_id, country)
);

-- What was told of addresses, each as a hash that the master key makes: once in each hour.
CREATE TABLE anomalies (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT anomalies_kind_check CHECK (kind IN ('refusals_burst', 'many_accounts')),
    address_hash BYTEA NOT NULL,
    hour_from TIMESTAMPTZ NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT anomalies_once_key UNIQUE (kind, address_hash, hour_from)
);
CREATE INDEX anomalies_found_idx ON anomalies (found_at);

CREATE INDEX sessions_created_idx ON sessions (created_at);
