-- What every floor stands on: events on their way out, events told, jobs, idempotency keys, settings.

CREATE TABLE outbox (
    position BIGSERIAL PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    aggregate_type TEXT NOT NULL,
    aggregate_id UUID NOT NULL,
    aggregate_seq BIGINT NOT NULL CONSTRAINT outbox_aggregate_seq_check CHECK (aggregate_seq > 0),
    type TEXT NOT NULL,
    version BIGINT NOT NULL,
    payload JSONB NOT NULL,
    actor TEXT NOT NULL,
    request_id TEXT,
    traceparent TEXT,
    channel_id UUID,
    occurred_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT outbox_aggregate_key UNIQUE (aggregate_type, aggregate_id, aggregate_seq)
);

CREATE TABLE events (
    seq BIGINT PRIMARY KEY,
    id UUID NOT NULL UNIQUE,
    aggregate_type TEXT NOT NULL,
    aggregate_id UUID NOT NULL,
    aggregate_seq BIGINT NOT NULL CONSTRAINT events_aggregate_seq_check CHECK (aggregate_seq > 0),
    type TEXT NOT NULL,
    version BIGINT NOT NULL,
    payload JSONB NOT NULL,
    actor TEXT NOT NULL,
    request_id TEXT,
    traceparent TEXT,
    channel_id UUID,
    occurred_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT events_aggregate_key UNIQUE (aggregate_type, aggregate_id, aggregate_seq)
);
CREATE INDEX events_type_idx ON events (type, seq);
CREATE INDEX events_occurred_idx ON events (occurred_at);

-- How far each consumer has read.
CREATE TABLE event_cursors (
    consumer TEXT PRIMARY KEY,
    seq BIGINT NOT NULL CONSTRAINT event_cursors_seq_check CHECK (seq >= 0),
    updated_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE jobs (
    id UUID PRIMARY KEY,
    queue TEXT NOT NULL CONSTRAINT jobs_queue_check CHECK (queue IN ('money', 'default', 'mail', 'push', 'bulk')),
    kind TEXT NOT NULL,
    payload JSONB NOT NULL,
    payload_version BIGINT NOT NULL,
    priority BIGINT NOT NULL CONSTRAINT jobs_priority_check CHECK (priority BETWEEN 0 AND 2),
    unique_key TEXT,
    state TEXT NOT NULL CONSTRAINT jobs_state_check CHECK (state IN ('available', 'running', 'completed', 'discarded', 'cancelled')),
    run_at TIMESTAMPTZ NOT NULL,
    attempts BIGINT NOT NULL DEFAULT 0 CONSTRAINT jobs_attempts_check CHECK (attempts >= 0),
    max_attempts BIGINT NOT NULL CONSTRAINT jobs_max_attempts_check CHECK (max_attempts > 0),
    lease_until TIMESTAMPTZ,
    fence BIGINT NOT NULL DEFAULT 0,
    progress JSONB,
    cancel_requested_at TIMESTAMPTZ,
    traceparent TEXT,
    last_error TEXT,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT jobs_lease_check CHECK ((state = 'running') = (lease_until IS NOT NULL))
);
CREATE INDEX jobs_due_idx ON jobs (queue, priority, run_at, id) WHERE state = 'available';
CREATE INDEX jobs_lease_idx ON jobs (lease_until) WHERE state = 'running';
CREATE INDEX jobs_discarded_idx ON jobs (queue) WHERE state = 'discarded';
CREATE INDEX jobs_done_idx ON jobs (finished_at) WHERE state IN ('completed', 'cancelled');
-- Of those that have a key alone: an index of all that waits would be read, and sorted, by every claim of a planner whose statistics are old.
CREATE UNIQUE INDEX jobs_unique_key ON jobs (unique_key) WHERE unique_key IS NOT NULL AND state IN ('available', 'running');

-- Queues of which nothing is begun.
CREATE TABLE job_queues (
    name TEXT PRIMARY KEY CONSTRAINT job_queues_name_check CHECK (name IN ('money', 'default', 'mail', 'push', 'bulk')),
    paused_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE idempotency_keys (
    scope TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    state TEXT NOT NULL CONSTRAINT idempotency_keys_state_check CHECK (state IN ('in_progress', 'done')),
    subject_id UUID,
    answer_status BIGINT,
    answer_body TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT idempotency_keys_pkey PRIMARY KEY (scope, key),
    CONSTRAINT idempotency_keys_answer_check CHECK ((state = 'done') = (answer_status IS NOT NULL AND answer_body IS NOT NULL))
);
CREATE INDEX idempotency_keys_subject_idx ON idempotency_keys (subject_id) WHERE state = 'in_progress';
CREATE INDEX idempotency_keys_created_idx ON idempotency_keys (created_at);

-- standing rules: settings
CREATE TABLE settings (
    key TEXT PRIMARY KEY,
    value JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- One row, whose stamp is new after any change of channels, price lists, taxes, shipping, promotions or settings.
CREATE TABLE standing_rules (
    id BIGINT PRIMARY KEY CONSTRAINT standing_rules_one_check CHECK (id = 1),
    stamp TEXT NOT NULL
);
INSERT INTO standing_rules (id, stamp) VALUES (1, 'first');
