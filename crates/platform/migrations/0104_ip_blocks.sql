-- Addresses that are refused before anything else is looked at.

CREATE TABLE ip_blocks (
    id UUID PRIMARY KEY,
    -- One address, or a range as `10.0.0.0/8`.
    addresses TEXT NOT NULL CONSTRAINT ip_blocks_addresses_key UNIQUE,
    reason TEXT NOT NULL,
    expires_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL
);
