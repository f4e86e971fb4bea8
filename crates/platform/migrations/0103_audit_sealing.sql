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

-- How far each schedule has come: the latest of its moments that somebody saw.
CREATE TABLE schedules (
    name TEXT PRIMARY KEY,
    ticked_at TIMESTAMPTZ NOT NULL,
    paused_at TIMESTAMPTZ,
    last_run_at TIMESTAMPTZ
);

CREATE INDEX audit_records_action_idx ON audit_records (action, position);
CREATE INDEX audit_records_occurred_idx ON audit_records (occurred_at);
