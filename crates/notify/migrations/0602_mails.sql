-- What letters are made of where the shop wrote it itself, and which letters were sent.

CREATE TABLE mail_templates (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL CONSTRAINT mail_templates_name_check CHECK (name IN ('order_confirmation', 'shipping_notice', 'gift_cards', 'payment_request',
        'return_requested', 'return_approved', 'return_rejected', 'return_received', 'welcome', 'abandoned_cart', 'low_stock', 'webhook_failing', 'webhook_disabled')),
    locale TEXT NOT NULL,
    -- All absent where the shop took back what it wrote; the version goes on.
    subject TEXT,
    text_body TEXT,
    html_body TEXT,
    version BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT mail_templates_locale_key UNIQUE (name, locale),
    CONSTRAINT mail_templates_whole_check CHECK ((subject IS NULL) = (text_body IS NULL) AND (subject IS NULL) = (html_body IS NULL))
);

-- Every letter that was or is to be sent. What it said is not kept: it is made when it is sent.
CREATE TABLE mails (
    id UUID PRIMARY KEY,
    template TEXT NOT NULL CONSTRAINT mails_template_check CHECK (template IN ('order_confirmation', 'shipping_notice', 'gift_cards', 'payment_request',
        'return_requested', 'return_approved', 'return_rejected', 'return_received', 'welcome', 'abandoned_cart', 'low_stock', 'webhook_failing', 'webhook_disabled')),
    locale TEXT NOT NULL,
    -- Both absent once nobody may know any more who read it.
    to_email TEXT,
    to_key TEXT COLLATE "C",
    user_id UUID REFERENCES users (id),
    -- What happened: the id of the event, or of the cart that was left behind.
    cause_id UUID NOT NULL,
    about_kind TEXT NOT NULL CONSTRAINT mails_about_check CHECK (about_kind IN ('order', 'user', 'cart', 'variant', 'webhook_endpoint')),
    about_id UUID NOT NULL,
    -- Ids and numbers that cannot be looked up later; nothing that tells of a person.
    detail JSONB NOT NULL,
    state TEXT NOT NULL CONSTRAINT mails_state_check CHECK (state IN ('queued', 'sent', 'failed')),
    attempts BIGINT NOT NULL DEFAULT 0 CONSTRAINT mails_attempts_check CHECK (attempts >= 0),
    -- Why the last try did not succeed.
    error TEXT,
    finished_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT mails_cause_key UNIQUE (cause_id, template, to_key),
    CONSTRAINT mails_reader_check CHECK ((to_email IS NULL) = (to_key IS NULL)),
    CONSTRAINT mails_finished_check CHECK ((state = 'queued') = (finished_at IS NULL))
);
CREATE INDEX mails_user_idx ON mails (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX mails_about_idx ON mails (about_kind, about_id);
CREATE INDEX mails_to_idx ON mails (to_key, id) WHERE to_key IS NOT NULL;
CREATE INDEX mails_state_idx ON mails (state, id) WHERE state <> 'sent';
CREATE INDEX mails_finished_idx ON mails (finished_at) WHERE finished_at IS NOT NULL;
