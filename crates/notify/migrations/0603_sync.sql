-- What changed, told to a folder or an address; figures and prices, taken from folders and addresses.

-- How far a target was told: a folder, or an address by its host and a hash.
CREATE TABLE sync_cursors (
    target TEXT PRIMARY KEY,
    seq BIGINT NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- Which content was taken last from an address, or from a file of a folder; of an address also what its server knows it by.
CREATE TABLE sync_sources (
    source TEXT PRIMARY KEY,
    content_hash TEXT NOT NULL,
    etag TEXT,
    last_modified TEXT,
    updated_at TIMESTAMPTZ NOT NULL
);

-- A file that was written or read. A content that was read is known by its hash for ever. `row_count` grows while prices are read:
-- a run that was cut off goes on there.
CREATE TABLE sync_runs (
    id UUID PRIMARY KEY,
    direction TEXT NOT NULL CONSTRAINT sync_runs_direction_check CHECK (direction IN ('export', 'import')),
    state TEXT NOT NULL CONSTRAINT sync_runs_state_check CHECK (state IN ('running', 'done', 'refused')),
    file TEXT NOT NULL,
    content_hash TEXT,
    stock_import_id UUID,
    row_count BIGINT NOT NULL DEFAULT 0,
    changed_count BIGINT NOT NULL DEFAULT 0,
    refused_count BIGINT NOT NULL DEFAULT 0,
    -- Why the file or the first of its rows were refused.
    problems JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    CONSTRAINT sync_runs_finished_check CHECK ((state = 'running') = (finished_at IS NULL))
);
CREATE INDEX sync_runs_content_idx ON sync_runs (content_hash, id);
CREATE UNIQUE INDEX sync_runs_running_key ON sync_runs (content_hash) WHERE state = 'running';
CREATE INDEX sync_runs_created_idx ON sync_runs (created_at, id);
