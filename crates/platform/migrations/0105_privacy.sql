-- What people asked to be given of what the shop knows of them.

CREATE TABLE privacy_exports (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL,
    status TEXT NOT NULL CONSTRAINT privacy_exports_status_check CHECK (status IN ('pending', 'ready')),
    -- JSON text; gone with the row.
    archive TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    ready_at TIMESTAMPTZ,
    expires_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT privacy_exports_ready_check CHECK ((status = 'ready') = (archive IS NOT NULL AND ready_at IS NOT NULL))
);
CREATE INDEX privacy_exports_user_idx ON privacy_exports (user_id, created_at);
CREATE INDEX privacy_exports_expires_idx ON privacy_exports (expires_at);
