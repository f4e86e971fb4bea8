-- Invoices and credit notes: numbered without gaps, never changed once issued.

-- What documents have their numbers from: those of one channel, or of all that have no range of their own.
CREATE TABLE invoice_ranges (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT invoice_ranges_kind_check CHECK (kind IN ('invoice', 'credit_note')),
    channel_id UUID REFERENCES channels (id),
    -- What stands before the number; `{year}` in it is the year of issue.
    prefix TEXT NOT NULL CONSTRAINT invoice_ranges_prefix_key UNIQUE,
    digits BIGINT NOT NULL CONSTRAINT invoice_ranges_digits_check CHECK (digits BETWEEN 1 AND 12),
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);
CREATE UNIQUE INDEX invoice_ranges_general_key ON invoice_ranges (kind) WHERE channel_id IS NULL;
CREATE UNIQUE INDEX invoice_ranges_channel_key ON invoice_ranges (kind, channel_id) WHERE channel_id IS NOT NULL;

-- Apart from the range, so that whoever reads it waits for nobody; year 0 where the prefix has none.
CREATE TABLE invoice_counters (
    range_id UUID NOT NULL REFERENCES invoice_ranges (id),
    year BIGINT NOT NULL,
    next_number BIGINT NOT NULL CONSTRAINT invoice_counters_next_check CHECK (next_number > 0),
    CONSTRAINT invoice_counters_pkey PRIMARY KEY (range_id, year)
);

-- append-only: invoices
CREATE TABLE invoices (
    id UUID PRIMARY KEY,
    kind TEXT NOT NULL CONSTRAINT invoices_kind_check CHECK (kind IN ('invoice', 'credit_note')),
    range_id UUID NOT NULL REFERENCES invoice_ranges (id),
    year BIGINT NOT NULL,
    sequence BIGINT NOT NULL CONSTRAINT invoices_sequence_check CHECK (sequence > 0),
    -- As it is printed.
    number TEXT NOT NULL CONSTRAINT invoices_number_key UNIQUE,
    order_id UUID NOT NULL REFERENCES orders (id),
    -- Of a credit note: the invoice that it takes back, and the refund that it is for; without one the order was called off.
    invoice_id UUID REFERENCES invoices (id),
    refund_id UUID REFERENCES refunds (id),
    reason TEXT CONSTRAINT invoices_reason_check CHECK (reason IN ('requested', 'returned', 'defective', 'not_delivered', 'duplicate',
        'fraud', 'goodwill', 'other')),
    -- Days of the channel's time zone.
    issued_on TEXT NOT NULL,
    supplied_on TEXT NOT NULL,
    locale TEXT NOT NULL,
    currency TEXT NOT NULL,
    net_minor BIGINT NOT NULL CONSTRAINT invoices_net_check CHECK (net_minor >= 0),
    tax_minor BIGINT NOT NULL CONSTRAINT invoices_tax_check CHECK (tax_minor >= 0),
    gross_minor BIGINT NOT NULL,
    -- What was paid, or paid back, when it was issued.
    paid_minor BIGINT NOT NULL CONSTRAINT invoices_paid_check CHECK (paid_minor >= 0),
    payment_method TEXT NOT NULL,
    seller JSONB NOT NULL,
    note TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT invoices_sequence_key UNIQUE (range_id, year, sequence),
    CONSTRAINT invoices_gross_check CHECK (gross_minor = net_minor + tax_minor),
    CONSTRAINT invoices_credit_check CHECK ((kind = 'credit_note') = (invoice_id IS NOT NULL)),
    CONSTRAINT invoices_refund_check CHECK ((refund_id IS NULL) = (reason IS NULL) AND (refund_id IS NULL OR invoice_id IS NOT NULL))
);
CREATE UNIQUE INDEX invoices_order_key ON invoices (order_id) WHERE kind = 'invoice';
CREATE UNIQUE INDEX invoices_refund_key ON invoices (refund_id) WHERE refund_id IS NOT NULL;
CREATE UNIQUE INDEX invoices_cancelled_key ON invoices (invoice_id) WHERE invoice_id IS NOT NULL AND refund_id IS NULL;
CREATE INDEX invoices_of_order_idx ON invoices (order_id, id);
CREATE INDEX invoices_credited_idx ON invoices (invoice_id) WHERE invoice_id IS NOT NULL;
CREATE INDEX invoices_created_idx ON invoices (created_at);

-- append-only: invoice_lines
CREATE TABLE invoice_lines (
    invoice_id UUID NOT NULL REFERENCES invoices (id),
    position BIGINT NOT NULL,
    -- Of a credit note: which line of its invoice is taken back.
    credited_position BIGINT,
    kind TEXT NOT NULL CONSTRAINT invoice_lines_kind_check CHECK (kind IN ('item', 'shipping', 'discount', 'surcharge')),
    order_line_id UUID,
    sku TEXT,
    title TEXT NOT NULL,
    detail TEXT NOT NULL,
    -- Absent where no pieces are counted: shipping, and a part of a price that is given back.
    quantity BIGINT CONSTRAINT invoice_lines_quantity_check CHECK (quantity > 0),
    unit_price_minor BIGINT NOT NULL,
    discount_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL CONSTRAINT invoice_lines_net_check CHECK (net_minor >= 0),
    tax_minor BIGINT NOT NULL CONSTRAINT invoice_lines_tax_check CHECK (tax_minor >= 0),
    gross_minor BIGINT NOT NULL,
    CONSTRAINT invoice_lines_pkey PRIMARY KEY (invoice_id, position),
    CONSTRAINT invoice_lines_gross_check CHECK (gross_minor = net_minor + tax_minor)
);

-- append-only: invoice_taxes
CREATE TABLE invoice_taxes (
    invoice_id UUID NOT NULL,
    position BIGINT NOT NULL,
    place BIGINT NOT NULL,
    rate_name TEXT NOT NULL,
    rate_ppm BIGINT NOT NULL,
    base_minor BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT invoice_taxes_pkey PRIMARY KEY (invoice_id, position, place),
    CONSTRAINT invoice_taxes_line_fkey FOREIGN KEY (invoice_id, position) REFERENCES invoice_lines (invoice_id, position)
);

-- Who bought: the one part of a document that goes, when its person was erased and the law no longer wants it.
CREATE TABLE invoice_buyers (
    invoice_id UUID PRIMARY KEY REFERENCES invoices (id),
    buyer JSONB,
    erasure_asked_at TIMESTAMPTZ,
    erased_at TIMESTAMPTZ,
    CONSTRAINT invoice_buyers_erased_check CHECK (erased_at IS NULL OR (buyer IS NULL AND erasure_asked_at IS NOT NULL))
);
CREATE INDEX invoice_buyers_erasure_idx ON invoice_buyers (erasure_asked_at) WHERE erasure_asked_at IS NOT NULL AND erased_at IS NULL;
