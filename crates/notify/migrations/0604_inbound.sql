-- What others tell the shop: verified, stored once, told on once.

CREATE TABLE inbound_messages (
    id UUID PRIMARY KEY,
    -- Who sent it: a name of the configuration.
    source TEXT NOT NULL,
    -- What they call it: the same message is stored once.
    message_id TEXT NOT NULL,
    -- Sealed: what is in it is theirs to say.
    body BYTEA NOT NULL,
    body_bytes BIGINT NOT NULL CONSTRAINT inbound_messages_bytes_check CHECK (body_bytes >= 0),
    content_type TEXT,
    state TEXT NOT NULL CONSTRAINT inbound_messages_state_check CHECK (state IN ('received', 'processed')),
    received_at TIMESTAMPTZ NOT NULL,
    processed_at TIMESTAMPTZ,
    CONSTRAINT inbound_messages_message_key UNIQUE (source, message_id),
    CONSTRAINT inbound_messages_processed_check CHECK (state = 'received' OR processed_at IS NOT NULL)
);
CREATE INDEX inbound_messages_received_idx ON inbound_messages (received_at);
