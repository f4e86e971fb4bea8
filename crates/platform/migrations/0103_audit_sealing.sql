-- What is sealed by whom, and what starts by itself.

-- Records that wait for their seal. A record may become visible after one with a higher position: a queue misses none, a watermark would.
CREATE TABLE audit_unsealed (
    record_id UUID PRIMARY KEY REFERENCES audit_records (id)
);

-- Who may do what only one may do, and until when; whoever writes under a lease writes the lease in the same transaction.
CREATE TABLE leases (
    name TEXT PRIMARY KEY,
    holder UUID NOT NULL,
    held_until TIMESTAMPTZ NOT NULL
);

-- The latest moment for which each recurring job was enqueued.
CREATE TABLE recurring_jobs (
    kind TEXT PRIMARY KEY,
    ticked_at TIMESTAMPTZ NOT NULL
);

CREATE INDEX audit_records_action_idx ON audit_records (action, position);
CREATE INDEX audit_records_occurred_idx ON audit_records (occurred_at);
