-- From the cart to the parcel.

-- `places`: countries and regions as a JSON array.
-- standing rules: tax_zones
CREATE TABLE tax_zones (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL CONSTRAINT tax_zones_name_key UNIQUE,
    places JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- A rate is of a country, or of one region of it, or of a zone.
-- standing rules: tax_rates
CREATE TABLE tax_rates (
    id UUID PRIMARY KEY,
    name TEXT NOT NULL,
    country TEXT CONSTRAINT tax_rates_country_check CHECK (length(country) = 2),
    region TEXT,
    zone_id UUID REFERENCES tax_zones (id),
    tax_class TEXT NOT NULL,
    rate_ppm BIGINT NOT NULL CONSTRAINT tax_rates_rate_check CHECK (rate_ppm BETWEEN 0 AND 10000000),
    compound BOOLEAN NOT NULL,
    position BIGINT NOT NULL CONSTRAINT tax_rates_position_check CHECK (position BETWEEN 0 AND 1000000),
    shipping_taxed BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT tax_rates_place_check CHECK ((country IS NULL) <> (zone_id IS NULL)),
    CONSTRAINT tax_rates_region_check CHECK (region IS NULL OR country IS NOT NULL)
);
CREATE INDEX tax_rates_country_idx ON tax_rates (country, region);
CREATE INDEX tax_rates_zone_idx ON tax_rates (zone_id) WHERE zone_id IS NOT NULL;

-- `countries`: ISO codes as a JSON array; empty means everywhere.
-- standing rules: shipping_methods
CREATE TABLE shipping_methods (
    id UUID PRIMARY KEY,
    code TEXT NOT NULL CONSTRAINT shipping_methods_code_key UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT shipping_methods_kind_check CHECK (kind IN ('flat', 'by_weight', 'by_total')),
    currency TEXT NOT NULL,
    countries JSONB NOT NULL,
    tax_class TEXT NOT NULL,
    active BOOLEAN NOT NULL,
    position BIGINT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- standing rules: shipping_rates
-- A step of the tariff: from this weight (grams) or total (minor units) on; the highest step that is reached counts.
CREATE TABLE shipping_rates (
    id UUID PRIMARY KEY,
    method_id UUID NOT NULL REFERENCES shipping_methods (id) ON DELETE CASCADE,
    country TEXT,
    from_value BIGINT NOT NULL CONSTRAINT shipping_rates_from_check CHECK (from_value >= 0),
    amount_minor BIGINT NOT NULL CONSTRAINT shipping_rates_amount_check CHECK (amount_minor >= 0)
);
CREATE UNIQUE INDEX shipping_rates_general_key ON shipping_rates (method_id, from_value) WHERE country IS NULL;
CREATE UNIQUE INDEX shipping_rates_country_key ON shipping_rates (method_id, country, from_value) WHERE country IS NOT NULL;

-- The token itself is known to its holder alone. Addresses are JSON in the form of `accounts::addresses`.
CREATE TABLE carts (
    id UUID PRIMARY KEY,
    token_hash BYTEA NOT NULL,
    -- What opens it beside the token: the link of a letter about it.
    recovery_hash BYTEA,
    -- What opens the order that came of it: the link that its customer pays by.
    order_link_hash BYTEA,
    -- When its holder was reminded of it; once ever.
    reminded_at TIMESTAMPTZ,
    user_id UUID REFERENCES users (id),
    channel_id UUID NOT NULL REFERENCES channels (id),
    currency TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT carts_status_check CHECK (status IN ('open', 'draft', 'ordered', 'merged')),
    merged_into UUID REFERENCES carts (id),
    email TEXT,
    email_key TEXT,
    accepts_marketing BOOLEAN NOT NULL DEFAULT FALSE,
    accepts_marketing_at TIMESTAMPTZ,
    shipping_address JSONB,
    billing_address JSONB,
    shipping_method_id UUID REFERENCES shipping_methods (id),
    -- The codes of promotions that its holder typed in, as the shop writes them.
    codes JSONB NOT NULL DEFAULT '[]',
    -- The gift cards and the credit that its holder pays with, in this order.
    stored_values JSONB NOT NULL DEFAULT '[]',
    -- What staff take off a draft, and what the customer reads there.
    discount_minor BIGINT CONSTRAINT carts_discount_check CHECK (discount_minor > 0),
    discount_label TEXT,
    tags JSONB NOT NULL,
    metadata JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT carts_merged_check CHECK ((status = 'merged') = (merged_into IS NOT NULL)),
    CONSTRAINT carts_email_check CHECK ((email IS NULL) = (email_key IS NULL)),
    CONSTRAINT carts_consent_check CHECK (accepts_marketing = (accepts_marketing_at IS NOT NULL)),
    CONSTRAINT carts_discount_label_check CHECK ((discount_minor IS NULL) = (discount_label IS NULL))
);
CREATE INDEX carts_draft_idx ON carts (id) WHERE status = 'draft';
CREATE INDEX carts_user_idx ON carts (user_id) WHERE user_id IS NOT NULL;
CREATE INDEX carts_consent_idx ON carts (email_key) WHERE status = 'open' AND accepts_marketing;
CREATE INDEX carts_quiet_idx ON carts (updated_at, id) WHERE status = 'open' AND email IS NOT NULL AND reminded_at IS NULL;

-- `custom_options`: what the customer asked for beyond the variant (an engraving), as JSON; lines that differ in it stay apart.
CREATE TABLE cart_lines (
    id UUID PRIMARY KEY,
    cart_id UUID NOT NULL REFERENCES carts (id) ON DELETE CASCADE,
    variant_id UUID NOT NULL REFERENCES variants (id),
    quantity BIGINT NOT NULL CONSTRAINT cart_lines_quantity_check CHECK (quantity BETWEEN 1 AND 9999),
    custom_options JSONB NOT NULL,
    options_key TEXT NOT NULL,
    -- What staff agreed on, in a draft; else a piece costs what the price lists say.
    unit_price_minor BIGINT CONSTRAINT cart_lines_unit_price_check CHECK (unit_price_minor >= 0),
    position BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT cart_lines_variant_key UNIQUE (cart_id, variant_id, options_key)
);
CREATE INDEX cart_lines_variant_idx ON cart_lines (variant_id);

-- Gives orders their numbers; a number that is drawn and rolled back leaves a gap.
CREATE TABLE order_numbers (
    number BIGSERIAL PRIMARY KEY,
    order_id UUID NOT NULL CONSTRAINT order_numbers_order_key UNIQUE
);

CREATE TABLE orders (
    id UUID PRIMARY KEY,
    number BIGINT NOT NULL CONSTRAINT orders_number_key UNIQUE,
    cart_id UUID CONSTRAINT orders_cart_id_key UNIQUE REFERENCES carts (id),
    source TEXT NOT NULL CONSTRAINT orders_source_check CHECK (source IN ('cart', 'draft', 'exchange')),
    channel_id UUID NOT NULL REFERENCES channels (id),
    user_id UUID REFERENCES users (id),
    contact_id UUID,
    status TEXT NOT NULL CONSTRAINT orders_status_check CHECK (status IN ('pending', 'confirmed', 'completed', 'cancelled', 'expired')),
    payment_status TEXT NOT NULL CONSTRAINT orders_payment_status_check
        CHECK (payment_status IN ('unpaid', 'authorised', 'part_paid', 'paid', 'part_refunded', 'refunded')),
    fulfilment_status TEXT NOT NULL CONSTRAINT orders_fulfilment_status_check
        CHECK (fulfilment_status IN ('none', 'part', 'fulfilled', 'delivered')),
    currency TEXT NOT NULL,
    tax_included BOOLEAN NOT NULL,
    payment_method TEXT NOT NULL,
    shipping_method_id UUID REFERENCES shipping_methods (id),
    shipping_method_name TEXT,
    country TEXT,
    item_count BIGINT NOT NULL,
    subtotal_minor BIGINT NOT NULL CONSTRAINT orders_subtotal_check CHECK (subtotal_minor >= 0),
    discount_minor BIGINT NOT NULL CONSTRAINT orders_discount_check CHECK (discount_minor >= 0),
    shipping_minor BIGINT NOT NULL CONSTRAINT orders_shipping_check CHECK (shipping_minor >= 0),
    shipping_tax_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT orders_shipping_tax_check CHECK (shipping_tax_minor BETWEEN 0 AND shipping_minor),
    tax_minor BIGINT NOT NULL CONSTRAINT orders_tax_check CHECK (tax_minor >= 0),
    total_minor BIGINT NOT NULL CONSTRAINT orders_total_check CHECK (total_minor >= 0),
    authorised_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT orders_authorised_check CHECK (authorised_minor >= 0),
    captured_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT orders_captured_check CHECK (captured_minor >= 0),
    refunded_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT orders_refunded_check CHECK (refunded_minor BETWEEN 0 AND captured_minor),
    revision BIGINT NOT NULL DEFAULT 1,
    transition_count BIGINT NOT NULL DEFAULT 0,
    metadata JSONB NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL,
    expires_at TIMESTAMPTZ,
    cancel_reason TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT orders_expiry_check CHECK (expires_at IS NULL OR status = 'pending')
);
-- Each index is written by each checkout, so what the list of staff is asked often has one and the rest is asked of each row (ADR 0022).
-- The index of both derived states serves either alone as well: there are few pairs, and the list merges them.
-- `total_minor` at the end lets the list ask for it without reading the order.
CREATE INDEX orders_placed_idx ON orders (placed_at, id, total_minor);
CREATE INDEX orders_status_idx ON orders (status, placed_at, id);
CREATE INDEX orders_settlement_idx ON orders (payment_status, fulfilment_status, placed_at, id);
CREATE INDEX orders_total_idx ON orders (total_minor, id);
CREATE INDEX orders_status_total_idx ON orders (status, total_minor, id);
CREATE INDEX orders_user_idx ON orders (user_id, placed_at, id) WHERE user_id IS NOT NULL;

-- Personal data of an order, apart from it: events name only the id. `search_key`: the words of the order, with a blank before and behind each.
CREATE TABLE order_contacts (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL CONSTRAINT order_contacts_order_key UNIQUE REFERENCES orders (id),
    user_id UUID,
    email TEXT NOT NULL,
    email_key TEXT NOT NULL,
    search_key TEXT NOT NULL,
    accepts_marketing BOOLEAN NOT NULL,
    -- When it was said: the cart may have waited since.
    accepts_marketing_at TIMESTAMPTZ,
    shipping_address JSONB,
    billing_address JSONB,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT order_contacts_consent_check CHECK (accepts_marketing = (accepts_marketing_at IS NOT NULL))
);
CREATE INDEX order_contacts_email_idx ON order_contacts (email_key, order_id);

-- What staff find an order by: its number, and what e-mail, names and companies consist of, folded. Six or seven an order, which is why no
-- key asks for the order: an order never goes.
CREATE TABLE order_words (
    word TEXT COLLATE "C" NOT NULL,
    order_id UUID NOT NULL,
    CONSTRAINT order_words_pkey PRIMARY KEY (word, order_id)
);

-- Never rewritten but for the counters; an edit adds lines.
CREATE TABLE order_lines (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    position BIGINT NOT NULL,
    revision BIGINT NOT NULL DEFAULT 1,
    variant_id UUID NOT NULL REFERENCES variants (id),
    product_id UUID NOT NULL REFERENCES products (id),
    sku TEXT,
    title TEXT NOT NULL,
    variant_title TEXT NOT NULL,
    options JSONB NOT NULL,
    custom_options JSONB NOT NULL,
    kind TEXT NOT NULL,
    requires_shipping BOOLEAN NOT NULL,
    tracked BOOLEAN NOT NULL,
    tax_class TEXT NOT NULL,
    weight_grams BIGINT,
    quantity BIGINT NOT NULL CONSTRAINT order_lines_quantity_check CHECK (quantity BETWEEN 1 AND 9999),
    unit_price_minor BIGINT NOT NULL CONSTRAINT order_lines_unit_price_check CHECK (unit_price_minor >= 0),
    discount_minor BIGINT NOT NULL DEFAULT 0 CONSTRAINT order_lines_discount_check CHECK (discount_minor >= 0),
    net_minor BIGINT NOT NULL CONSTRAINT order_lines_net_check CHECK (net_minor >= 0),
    tax_minor BIGINT NOT NULL CONSTRAINT order_lines_tax_check CHECK (tax_minor >= 0),
    gross_minor BIGINT NOT NULL,
    quantity_fulfilled BIGINT NOT NULL DEFAULT 0 CONSTRAINT order_lines_fulfilled_check CHECK (quantity_fulfilled >= 0),
    quantity_cancelled BIGINT NOT NULL DEFAULT 0 CONSTRAINT order_lines_cancelled_check CHECK (quantity_cancelled >= 0),
    quantity_returned BIGINT NOT NULL DEFAULT 0
        CONSTRAINT order_lines_returned_check CHECK (quantity_returned BETWEEN 0 AND quantity_fulfilled),
    quantity_refunded BIGINT NOT NULL DEFAULT 0 CONSTRAINT order_lines_refunded_check CHECK (quantity_refunded BETWEEN 0 AND quantity),
    -- Of open returns: what has not come yet, and what has come and is not paid back yet. Each piece comes back once and is paid back once.
    quantity_coming_back BIGINT NOT NULL DEFAULT 0 CONSTRAINT order_lines_coming_back_check CHECK (quantity_coming_back >= 0),
    quantity_to_refund BIGINT NOT NULL DEFAULT 0 CONSTRAINT order_lines_to_refund_check CHECK (quantity_to_refund >= 0),
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT order_lines_gross_check CHECK (gross_minor = net_minor + tax_minor),
    CONSTRAINT order_lines_counters_check CHECK (quantity_fulfilled + quantity_cancelled <= quantity),
    CONSTRAINT order_lines_back_once_check CHECK (quantity_returned + quantity_coming_back <= quantity_fulfilled),
    CONSTRAINT order_lines_paid_back_once_check CHECK (quantity_refunded + quantity_coming_back + quantity_to_refund <= quantity)
);
CREATE INDEX order_lines_order_idx ON order_lines (order_id, position);
CREATE INDEX order_lines_product_idx ON order_lines (product_id);
CREATE INDEX order_lines_variant_idx ON order_lines (variant_id);

-- Shipping, discounts and the like, of a cart or an order; `amount_minor` is gross where no line is named.
CREATE TABLE order_adjustments (
    id UUID PRIMARY KEY,
    cart_id UUID REFERENCES carts (id) ON DELETE CASCADE,
    order_id UUID REFERENCES orders (id),
    line_id UUID,
    kind TEXT NOT NULL CONSTRAINT order_adjustments_kind_check CHECK (kind IN ('shipping', 'discount', 'surcharge')),
    source_id UUID,
    label TEXT NOT NULL,
    amount_minor BIGINT NOT NULL,
    net_minor BIGINT NOT NULL,
    tax_minor BIGINT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT order_adjustments_owner_check CHECK ((cart_id IS NULL) <> (order_id IS NULL)),
    CONSTRAINT order_adjustments_amount_check CHECK (amount_minor = net_minor + tax_minor)
);
CREATE INDEX order_adjustments_order_idx ON order_adjustments (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX order_adjustments_cart_idx ON order_adjustments (cart_id) WHERE cart_id IS NOT NULL;

-- One row per rate and taxed thing: a line, or an adjustment.
CREATE TABLE order_tax_lines (
    id UUID PRIMARY KEY,
    cart_id UUID REFERENCES carts (id) ON DELETE CASCADE,
    order_id UUID REFERENCES orders (id),
    line_id UUID,
    adjustment_id UUID REFERENCES order_adjustments (id) ON DELETE CASCADE,
    rate_name TEXT NOT NULL,
    rate_ppm BIGINT NOT NULL,
    base_minor BIGINT NOT NULL,
    amount_minor BIGINT NOT NULL,
    CONSTRAINT order_tax_lines_owner_check CHECK ((cart_id IS NULL) <> (order_id IS NULL)),
    CONSTRAINT order_tax_lines_subject_check CHECK ((line_id IS NULL) <> (adjustment_id IS NULL))
);
CREATE INDEX order_tax_lines_order_idx ON order_tax_lines (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX order_tax_lines_cart_idx ON order_tax_lines (cart_id) WHERE cart_id IS NOT NULL;

-- append-only: order_transitions
CREATE TABLE order_transitions (
    order_id UUID NOT NULL REFERENCES orders (id),
    seq BIGINT NOT NULL CONSTRAINT order_transitions_seq_check CHECK (seq > 0),
    from_status TEXT,
    to_status TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT order_transitions_pkey PRIMARY KEY (order_id, seq)
);

-- `placed_at` is that of the order, which never changes: a tag has its orders in the order of the list.
CREATE TABLE order_tags (
    order_id UUID NOT NULL REFERENCES orders (id),
    tag_key TEXT NOT NULL,
    tag TEXT NOT NULL,
    position BIGINT NOT NULL,
    placed_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT order_tags_pkey PRIMARY KEY (order_id, tag_key)
);
CREATE INDEX order_tags_tag_idx ON order_tags (tag_key, placed_at, order_id);

CREATE TABLE order_notes (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    body TEXT NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL
);
CREATE INDEX order_notes_order_idx ON order_notes (order_id, created_at, id);

CREATE TABLE fulfilments (
    id UUID PRIMARY KEY,
    order_id UUID NOT NULL REFERENCES orders (id),
    status TEXT NOT NULL CONSTRAINT fulfilments_status_check CHECK (status IN ('shipped', 'delivered')),
    carrier TEXT,
    tracking_number TEXT,
    tracking_url TEXT,
    delivered_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT fulfilments_delivered_check CHECK ((status = 'delivered') = (delivered_at IS NOT NULL))
);
CREATE INDEX fulfilments_order_idx ON fulfilments (order_id, created_at, id);

CREATE TABLE fulfilment_lines (
    fulfilment_id UUID NOT NULL REFERENCES fulfilments (id),
    line_id UUID NOT NULL REFERENCES order_lines (id),
    quantity BIGINT NOT NULL CONSTRAINT fulfilment_lines_quantity_check CHECK (quantity > 0),
    CONSTRAINT fulfilment_lines_pkey PRIMARY KEY (fulfilment_id, line_id)
);
CREATE INDEX fulfilment_lines_line_idx ON fulfilment_lines (line_id);
