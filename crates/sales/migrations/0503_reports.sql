-- What was sold, by day, product or customer: asked for, worked out by a job, kept for a month.

CREATE TABLE reports (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT reports_kind_check CHECK (kind IN ('sales_by_day', 'sales_by_product', 'sales_by_customer')),
    -- Both included, as days of the time zone.
    from_day TEXT NOT NULL,
    to_day TEXT NOT NULL,
    time_zone TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT reports_state_check CHECK (state IN ('queued', 'ready')),
    row_count BIGINT,
    -- CSV.
    content TEXT,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT reports_ready_check CHECK ((state = 'ready') = (content IS NOT NULL AND row_count IS NOT NULL AND finished_at IS NOT NULL))
);
CREATE INDEX reports_created_idx ON reports (created_at);
