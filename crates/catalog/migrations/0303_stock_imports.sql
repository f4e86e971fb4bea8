-- Lists of figures that are put into the shop by a job, row by row.

-- `next_row`: how many of the readable rows are dealt with; it moves in the transaction that has their effect. `refused_count` counts the rows
-- that could not be read as well.
CREATE TABLE stock_imports (
    id UUID PRIMARY KEY,
    job_id UUID NOT NULL,
    state TEXT NOT NULL CONSTRAINT stock_imports_state_check CHECK (state IN ('queued', 'done', 'cancelled')),
    row_count BIGINT NOT NULL,
    readable_count BIGINT NOT NULL,
    next_row BIGINT NOT NULL DEFAULT 0,
    changed_count BIGINT NOT NULL DEFAULT 0,
    unchanged_count BIGINT NOT NULL DEFAULT 0,
    refused_count BIGINT NOT NULL,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT stock_imports_rows_check CHECK (next_row <= readable_count AND readable_count <= row_count),
    CONSTRAINT stock_imports_counts_check CHECK (changed_count + unchanged_count + refused_count = row_count - readable_count + next_row),
    CONSTRAINT stock_imports_finished_check CHECK ((state = 'queued') = (finished_at IS NULL)),
    CONSTRAINT stock_imports_done_check CHECK (state <> 'done' OR next_row = readable_count)
);
CREATE INDEX stock_imports_created_idx ON stock_imports (created_at);

-- The readable rows, some hundred together; gone when the import is over. `first_row` counts from 0.
CREATE TABLE stock_import_chunks (
    import_id UUID NOT NULL REFERENCES stock_imports (id) ON DELETE CASCADE,
    first_row BIGINT NOT NULL,
    rows JSONB NOT NULL,
    CONSTRAINT stock_import_chunks_pkey PRIMARY KEY (import_id, first_row)
);

-- Rows that were refused, numbered as they were found; the first ten thousand of an import. `line`: of the file, or the place in the list.
-- Files that break lines in two ways have some of them twice.
CREATE TABLE stock_import_refusals (
    import_id UUID NOT NULL REFERENCES stock_imports (id) ON DELETE CASCADE,
    number BIGINT NOT NULL,
    line BIGINT NOT NULL,
    sku TEXT NOT NULL,
    location TEXT NOT NULL,
    message TEXT NOT NULL,
    CONSTRAINT stock_import_refusals_pkey PRIMARY KEY (import_id, number)
);
