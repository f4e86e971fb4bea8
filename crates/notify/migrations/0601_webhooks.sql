-- Addresses that are told of events, what is on its way to them, and how each try went.

CREATE TABLE webhook_endpoints (
    id UUID PRIMARY KEY,
    url TEXT NOT NULL,
    description TEXT,
    -- Patterns: `order.placed`, `order.*`, `*`.
    events JSONB NOT NULL,
    in_order BOOLEAN NOT NULL,
    -- Absent while it is told.
    disabled_because TEXT CONSTRAINT webhook_endpoints_disabled_check CHECK (disabled_because IN ('owner', 'gone', 'failing')),
    -- Sealed; the half that everybody may know stands beside it.
    signing_key BYTEA NOT NULL,
    public_key TEXT NOT NULL,
    previous_key BYTEA,
    previous_key_until TIMESTAMPTZ,
    -- Hidden since then, and swept later.
    deleted_at TIMESTAMPTZ,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT webhook_endpoints_previous_check CHECK ((previous_key IS NULL) = (previous_key_until IS NULL))
);

-- The queue of each endpoint: one worker has it at a time, over all processes.
CREATE TABLE webhook_queues (
    endpoint_id UUID PRIMARY KEY REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    lease_until TIMESTAMPTZ,
    fence BIGINT NOT NULL DEFAULT 0,
    -- The other side asked to be left alone until then.
    not_before TIMESTAMPTZ,
    -- Nothing has arrived since then.
    failing_since TIMESTAMPTZ,
    -- When it was last tried, whatever came of it.
    last_tried_at TIMESTAMPTZ,
    -- How many of the notices about that were given.
    notices BIGINT NOT NULL DEFAULT 0 CONSTRAINT webhook_queues_notices_check CHECK (notices >= 0),
    last_delivered_at TIMESTAMPTZ
);

CREATE TABLE webhook_deliveries (
    id UUID PRIMARY KEY,
    endpoint_id UUID NOT NULL REFERENCES webhook_endpoints (id) ON DELETE CASCADE,
    event_seq BIGINT NOT NULL,
    event_id UUID NOT NULL,
    event_type TEXT NOT NULL,
    aggregate_id UUID NOT NULL,
    state TEXT NOT NULL CONSTRAINT webhook_deliveries_state_check CHECK (state IN ('queued', 'delivered', 'exhausted')),
    -- How often it was tried, ever.
    attempts BIGINT NOT NULL DEFAULT 0 CONSTRAINT webhook_deliveries_attempts_check CHECK (attempts >= 0),
    -- How often it was asked for once more: a try that began before says nothing about it.
    requests BIGINT NOT NULL DEFAULT 0,
    -- How often it was tried since then, which says how long the next pause is.
    tries BIGINT NOT NULL DEFAULT 0 CONSTRAINT webhook_deliveries_tries_check CHECK (tries BETWEEN 0 AND 10),
    run_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT webhook_deliveries_event_key UNIQUE (endpoint_id, event_seq),
    CONSTRAINT webhook_deliveries_finished_check CHECK ((state = 'queued') = (finished_at IS NULL))
);
CREATE INDEX webhook_deliveries_due_idx ON webhook_deliveries (endpoint_id, run_at, event_seq) WHERE state = 'queued';
CREATE INDEX webhook_deliveries_order_idx ON webhook_deliveries (endpoint_id, aggregate_id, event_seq) WHERE state = 'queued';
CREATE INDEX webhook_deliveries_finished_idx ON webhook_deliveries (finished_at) WHERE state <> 'queued';

CREATE TABLE webhook_attempts (
    delivery_id UUID NOT NULL REFERENCES webhook_deliveries (id) ON DELETE CASCADE,
    number BIGINT NOT NULL CONSTRAINT webhook_attempts_number_check CHECK (number > 0),
    url TEXT NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    latency_ms BIGINT NOT NULL,
    status BIGINT,
    error TEXT,
    -- The beginning of what was answered.
    answer TEXT NOT NULL,
    CONSTRAINT webhook_attempts_pkey PRIMARY KEY (delivery_id, number)
);
