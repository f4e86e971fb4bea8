-- Browsers that people have told of what happens, and what each was told.

-- The key pairs by which push services know the shop; browsers subscribe with the newest one that can be opened.
CREATE TABLE push_keys (
    public_key BYTEA PRIMARY KEY,
    sealed_private_key BYTEA NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

CREATE TABLE push_subscriptions (
    id UUID PRIMARY KEY,
    user_id UUID NOT NULL REFERENCES users (id),
    -- Where its owner was signed in: it ends when they sign out there. Sessions that are over are forgotten, so that it may be one of those.
    session_id UUID NOT NULL,
    -- How the same browser is known again; its address opens something, and is sealed.
    endpoint_hash BYTEA NOT NULL,
    -- Where the address leads, without what opens something.
    origin TEXT NOT NULL,
    -- The address and the keys.
    sealed_target BYTEA NOT NULL,
    public_key BYTEA NOT NULL REFERENCES push_keys (public_key),
    locale TEXT NOT NULL,
    -- Since when each topic is asked for; absent where it is not.
    orders_since TIMESTAMPTZ,
    new_orders_since TIMESTAMPTZ,
    low_stock_since TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT push_subscriptions_endpoint_key UNIQUE (endpoint_hash),
    CONSTRAINT push_subscriptions_topics_check
        CHECK (orders_since IS NOT NULL OR new_orders_since IS NOT NULL OR low_stock_since IS NOT NULL)
);
CREATE INDEX push_subscriptions_user_idx ON push_subscriptions (user_id, id);
CREATE INDEX push_subscriptions_session_idx ON push_subscriptions (session_id);
CREATE INDEX push_subscriptions_new_orders_idx ON push_subscriptions (id) WHERE new_orders_since IS NOT NULL;
CREATE INDEX push_subscriptions_low_stock_idx ON push_subscriptions (id) WHERE low_stock_since IS NOT NULL;

-- One event on its way to one browser. What it said is not kept: it is made when it is sent.
CREATE TABLE push_messages (
    id UUID PRIMARY KEY,
    subscription_id UUID NOT NULL REFERENCES push_subscriptions (id) ON DELETE CASCADE,
    event_id UUID NOT NULL,
    event_seq BIGINT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT push_messages_kind_check CHECK (kind IN ('order_confirmed', 'order_shipped', 'order_delivered',
        'order_cancelled', 'order_refunded', 'new_order', 'low_stock')),
    state TEXT NOT NULL CONSTRAINT push_messages_state_check CHECK (state IN ('queued', 'sent', 'failed')),
    attempts BIGINT NOT NULL DEFAULT 0 CONSTRAINT push_messages_attempts_check CHECK (attempts >= 0),
    -- Why the last try did not succeed.
    error TEXT,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT push_messages_event_key UNIQUE (event_id, subscription_id),
    CONSTRAINT push_messages_finished_check CHECK ((state = 'queued') = (finished_at IS NULL))
);
CREATE INDEX push_messages_subscription_idx ON push_messages (subscription_id);
CREATE INDEX push_messages_finished_idx ON push_messages (finished_at) WHERE finished_at IS NOT NULL;
CREATE INDEX push_messages_queued_idx ON push_messages (created_at) WHERE state = 'queued';
