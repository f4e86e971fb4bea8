-- What the shop offers, at what price, and in what order it is listed.

-- `currency_fixed_at`: since then carts hold amounts of this list, and its currency stays. From `active` on: whose prices a list has that is no
-- channel's own, and when; of several the one with the lower `priority` goes first. `channel_ids` and `customer_group_ids` are JSON, empty for all.
-- `derives_…`: the list whose prices its own are computed from, and how: times `derives_numerator / derives_denominator`, times ten to the power of
-- `derives_shift` (between minor units of currencies with other decimals), plus the margin, rounded.
CREATE TABLE price_lists (
    id UUID PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL CONSTRAINT price_lists_code_key UNIQUE,
    name TEXT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT price_lists_currency_check CHECK (length(currency) = 3),
    tax_included BOOLEAN NOT NULL,
    currency_fixed_at TIMESTAMPTZ,
    active BOOLEAN NOT NULL,
    priority BIGINT NOT NULL CONSTRAINT price_lists_priority_check CHECK (priority >= 0),
    channel_ids JSONB NOT NULL,
    customer_group_ids JSONB NOT NULL,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    derives_from_id UUID CONSTRAINT price_lists_derives_from_fkey REFERENCES price_lists (id),
    derives_margin_ppm BIGINT,
    derives_round_to BIGINT,
    derives_ending TEXT,
    derives_numerator BIGINT,
    derives_denominator BIGINT,
    derives_shift BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT price_lists_currency_key UNIQUE (id, currency),
    CONSTRAINT price_lists_window_check CHECK (starts_at IS NULL OR ends_at IS NULL OR starts_at < ends_at),
    CONSTRAINT price_lists_self_check CHECK (derives_from_id <> id),
    CONSTRAINT price_lists_factor_check CHECK (derives_numerator > 0 AND derives_denominator > 0),
    CONSTRAINT price_lists_derives_check CHECK (
        (derives_from_id IS NULL) = (derives_margin_ppm IS NULL) AND (derives_from_id IS NULL) = (derives_numerator IS NULL)
        AND (derives_from_id IS NULL) = (derives_denominator IS NULL) AND (derives_from_id IS NULL) = (derives_shift IS NULL)
        AND (derives_round_to IS NULL OR derives_ending IS NULL))
);
-- Few lists derive; each write of a rate looks for them.
CREATE INDEX price_lists_derives_from_idx ON price_lists (derives_from_id) WHERE derives_from_id IS NOT NULL;

-- Price lists whose derived prices are being made anew: until where in the order of variants, and by which job. There is no row where all is done.
CREATE TABLE price_derivations (
    price_list_id UUID PRIMARY KEY REFERENCES price_lists (id) ON DELETE CASCADE,
    job_id UUID NOT NULL,
    derived_until UUID,
    created_at TIMESTAMPTZ NOT NULL
);

-- What one unit of `base` is worth in `currency`, in billionths. One rate of a pair counts: that without `valid_until`.
CREATE TABLE exchange_rates (
    id UUID PRIMARY KEY,
    base TEXT NOT NULL CONSTRAINT exchange_rates_base_check CHECK (length(base) = 3),
    currency TEXT NOT NULL CONSTRAINT exchange_rates_currency_check CHECK (length(currency) = 3),
    rate_ppb BIGINT NOT NULL CONSTRAINT exchange_rates_rate_check CHECK (rate_ppb BETWEEN 1 AND 10000000000000000),
    source TEXT NOT NULL,
    valid_from TIMESTAMPTZ NOT NULL,
    valid_until TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    CONSTRAINT exchange_rates_pair_check CHECK (base <> currency),
    CONSTRAINT exchange_rates_span_check CHECK (valid_from <= valid_until)
);
CREATE UNIQUE INDEX exchange_rates_current_key ON exchange_rates (base, currency) WHERE valid_until IS NULL;

-- A channel sells in the currency of its price list and follows it.
-- standing rules: price_lists
-- standing rules: channels
CREATE TABLE channels (
    id UUID PRIMARY KEY,
    code TEXT COLLATE "C" NOT NULL CONSTRAINT channels_code_key UNIQUE,
    name TEXT NOT NULL,
    currency TEXT NOT NULL CONSTRAINT channels_currency_check CHECK (length(currency) = 3),
    price_list_id UUID NOT NULL,
    countries JSONB NOT NULL,
    tax_display TEXT NOT NULL CONSTRAINT channels_tax_display_check CHECK (tax_display IN ('included', 'excluded')),
    time_zone TEXT NOT NULL,
    locale TEXT NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT channels_price_list_fkey FOREIGN KEY (price_list_id, currency) REFERENCES price_lists (id, currency) ON UPDATE CASCADE
);

-- `path` holds the ids from the root down, as 32 hexadecimal digits and a slash each: a subtree is a prefix.
CREATE TABLE categories (
    id UUID PRIMARY KEY,
    parent_id UUID REFERENCES categories (id),
    path TEXT COLLATE "C" NOT NULL CONSTRAINT categories_path_key UNIQUE,
    depth BIGINT NOT NULL CONSTRAINT categories_depth_check CHECK (depth BETWEEN 0 AND 9),
    slug TEXT NOT NULL CONSTRAINT categories_slug_key UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    description TEXT NOT NULL,
    position BIGINT NOT NULL,
    seo_title TEXT,
    seo_description TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT categories_parent_check CHECK (parent_id IS NULL OR parent_id <> id)
);
CREATE INDEX categories_parent_idx ON categories (parent_id, position, id);
CREATE INDEX categories_name_idx ON categories (name_key, id);

CREATE TABLE products (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL CONSTRAINT products_slug_key UNIQUE,
    title TEXT NOT NULL CONSTRAINT products_title_check CHECK (length(title) BETWEEN 1 AND 255),
    description TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT products_status_check CHECK (status IN ('draft', 'active', 'archived')),
    brand TEXT,
    seo_title TEXT,
    seo_description TEXT,
    external_url TEXT,
    external_button_text TEXT,
    attributes JSONB NOT NULL,
    metadata JSONB NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL
);

-- From `status` on, this table, the next and `collection_products` repeat `product_listings`: the products of a tag or a category stand in each order of the
-- list, so that a page of them is one range of an index. Empty only within the transaction that writes a product.
CREATE TABLE product_tags (
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    tag_key TEXT NOT NULL,
    tag TEXT NOT NULL,
    position BIGINT NOT NULL,
    status TEXT,
    title_key TEXT COLLATE "C",
    price_min_minor BIGINT,
    created_at TIMESTAMPTZ,
    CONSTRAINT product_tags_pkey PRIMARY KEY (product_id, tag_key)
);
CREATE INDEX product_tags_created_idx ON product_tags (tag_key, status, created_at, product_id, price_min_minor);
CREATE INDEX product_tags_title_idx ON product_tags (tag_key, status, title_key, product_id, price_min_minor);
CREATE INDEX product_tags_price_idx ON product_tags (tag_key, status, price_min_minor, product_id);

CREATE TABLE product_categories (
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    category_id UUID NOT NULL REFERENCES categories (id),
    position BIGINT NOT NULL,
    status TEXT,
    title_key TEXT COLLATE "C",
    price_min_minor BIGINT,
    created_at TIMESTAMPTZ,
    CONSTRAINT product_categories_pkey PRIMARY KEY (product_id, category_id)
);
CREATE INDEX product_categories_created_idx ON product_categories (category_id, status, created_at, product_id, price_min_minor);
CREATE INDEX product_categories_title_idx ON product_categories (category_id, status, title_key, product_id, price_min_minor);
CREATE INDEX product_categories_price_idx ON product_categories (category_id, status, price_min_minor, product_id);

-- Products under a name: those of `collection_products`, or those of which `rules` hold whenever somebody looks. `rules`:
-- {"match": "all", "conditions": [{"field": "tag", "op": "is", "value": "sale"}]}.
CREATE TABLE collections (
    id UUID PRIMARY KEY,
    slug TEXT NOT NULL CONSTRAINT collections_slug_key UNIQUE,
    name TEXT NOT NULL,
    name_key TEXT COLLATE "C" NOT NULL,
    description TEXT NOT NULL,
    status TEXT NOT NULL CONSTRAINT collections_status_check CHECK (status IN ('draft', 'active')),
    kind TEXT NOT NULL CONSTRAINT collections_kind_check CHECK (kind IN ('manual', 'rules')),
    rules JSONB,
    position BIGINT NOT NULL,
    seo_title TEXT,
    seo_description TEXT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT collections_rules_check CHECK ((kind = 'rules') = (rules IS NOT NULL))
);

-- The products of a manual collection in the order of staff, and, like those of a category, in each order of the list.
CREATE TABLE collection_products (
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    collection_id UUID NOT NULL REFERENCES collections (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    status TEXT,
    title_key TEXT COLLATE "C",
    price_min_minor BIGINT,
    created_at TIMESTAMPTZ,
    CONSTRAINT collection_products_pkey PRIMARY KEY (product_id, collection_id)
);
CREATE INDEX collection_products_position_idx ON collection_products (collection_id, status, position, product_id, price_min_minor);
CREATE INDEX collection_products_created_idx ON collection_products (collection_id, status, created_at, product_id, price_min_minor);
CREATE INDEX collection_products_title_idx ON collection_products (collection_id, status, title_key, product_id, price_min_minor);
CREATE INDEX collection_products_price_idx ON collection_products (collection_id, status, price_min_minor, product_id);

-- Slugs that things had before, and what has had them last. A slug that is taken anew is looked for first.
CREATE TABLE slug_redirects (
    slug TEXT NOT NULL,
    product_id UUID REFERENCES products (id) ON DELETE CASCADE,
    category_id UUID REFERENCES categories (id) ON DELETE CASCADE,
    collection_id UUID REFERENCES collections (id) ON DELETE CASCADE,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT slug_redirects_target_check CHECK (
        CASE WHEN product_id IS NULL THEN 0 ELSE 1 END + CASE WHEN category_id IS NULL THEN 0 ELSE 1 END
            + CASE WHEN collection_id IS NULL THEN 0 ELSE 1 END = 1)
);
CREATE UNIQUE INDEX slug_redirects_product_key ON slug_redirects (slug) WHERE product_id IS NOT NULL;
CREATE UNIQUE INDEX slug_redirects_category_key ON slug_redirects (slug) WHERE category_id IS NOT NULL;
CREATE UNIQUE INDEX slug_redirects_collection_key ON slug_redirects (slug) WHERE collection_id IS NOT NULL;
CREATE INDEX slug_redirects_product_idx ON slug_redirects (product_id) WHERE product_id IS NOT NULL;
CREATE INDEX slug_redirects_category_idx ON slug_redirects (category_id) WHERE category_id IS NOT NULL;
CREATE INDEX slug_redirects_collection_idx ON slug_redirects (collection_id) WHERE collection_id IS NOT NULL;

-- Paths of the storefront that lead elsewhere, in their one form. `target_path`: the path of a target of this shop; none of them is a
-- `from_path`, so that one step leads to where somebody is to be.
CREATE TABLE redirects (
    id UUID PRIMARY KEY,
    from_path TEXT COLLATE "C" NOT NULL CONSTRAINT redirects_from_key UNIQUE,
    target TEXT NOT NULL,
    target_path TEXT COLLATE "C",
    is_permanent BOOLEAN NOT NULL,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT redirects_self_check CHECK (target_path <> from_path)
);
CREATE INDEX redirects_target_idx ON redirects (target_path) WHERE target_path IS NOT NULL;

CREATE TABLE product_relations (
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    related_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    kind TEXT NOT NULL CONSTRAINT product_relations_kind_check CHECK (kind IN ('grouped', 'upsell', 'cross_sell')),
    position BIGINT NOT NULL,
    CONSTRAINT product_relations_pkey PRIMARY KEY (product_id, kind, related_id),
    CONSTRAINT product_relations_self_check CHECK (product_id <> related_id)
);
CREATE INDEX product_relations_related_idx ON product_relations (related_id);

-- `option_values`: the values in the order in which they are offered, as a JSON array of texts.
CREATE TABLE product_options (
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    name TEXT NOT NULL,
    name_key TEXT NOT NULL,
    option_values JSONB NOT NULL,
    CONSTRAINT product_options_pkey PRIMARY KEY (product_id, position),
    CONSTRAINT product_options_name_key UNIQUE (product_id, name_key)
);

-- `options`: {"Color": "Red"}; `options_key`: the same, folded, in the order of the options, so that no two variants are alike.
-- `backorder_limit`: 0 none, null without limit. An archived variant is sold no more but stays for the orders that name it.
CREATE TABLE variants (
    id UUID PRIMARY KEY,
    product_id UUID NOT NULL REFERENCES products (id),
    position BIGINT NOT NULL,
    sku TEXT CONSTRAINT variants_sku_key UNIQUE,
    sku_begins TEXT COLLATE "C" GENERATED ALWAYS AS (lower(sku COLLATE "C")) STORED,
    barcode TEXT,
    options JSONB NOT NULL,
    options_key TEXT NOT NULL,
    kind TEXT NOT NULL CONSTRAINT variants_kind_check CHECK (kind IN ('physical', 'digital', 'service', 'gift_card', 'external')),
    requires_shipping BOOLEAN NOT NULL,
    tracked BOOLEAN NOT NULL,
    backorder_limit BIGINT CONSTRAINT variants_backorder_limit_check CHECK (backorder_limit >= 0),
    low_stock_threshold BIGINT CONSTRAINT variants_low_stock_threshold_check CHECK (low_stock_threshold >= 0),
    tax_class TEXT NOT NULL,
    cost_minor BIGINT CONSTRAINT variants_cost_check CHECK (cost_minor >= 0),
    cost_currency TEXT,
    weight_grams BIGINT CONSTRAINT variants_weight_check CHECK (weight_grams >= 0),
    length_mm BIGINT CONSTRAINT variants_length_check CHECK (length_mm >= 0),
    width_mm BIGINT CONSTRAINT variants_width_check CHECK (width_mm >= 0),
    height_mm BIGINT CONSTRAINT variants_height_check CHECK (height_mm >= 0),
    media_id UUID,
    metadata JSONB NOT NULL,
    archived_at TIMESTAMPTZ,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT variants_cost_currency_check CHECK ((cost_minor IS NULL) = (cost_currency IS NULL))
);
CREATE UNIQUE INDEX variants_options_key ON variants (product_id, options_key) WHERE archived_at IS NULL;
CREATE INDEX variants_product_idx ON variants (product_id, position, id);
CREATE INDEX variants_sku_begins_idx ON variants (sku_begins, id) WHERE sku_begins IS NOT NULL;
CREATE INDEX variants_barcode_idx ON variants (barcode) WHERE barcode IS NOT NULL;

-- What `filter[option.<name>]` searches; a read model of `variants.options`.
CREATE TABLE variant_options (
    variant_id UUID NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    name_key TEXT NOT NULL,
    value_key TEXT NOT NULL,
    CONSTRAINT variant_options_pkey PRIMARY KEY (variant_id, name_key)
);
CREATE INDEX variant_options_value_idx ON variant_options (name_key, value_key, product_id);

CREATE TABLE prices (
    id UUID PRIMARY KEY,
    variant_id UUID NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    price_list_id UUID NOT NULL REFERENCES price_lists (id),
    min_quantity BIGINT NOT NULL DEFAULT 1 CONSTRAINT prices_min_quantity_check CHECK (min_quantity BETWEEN 1 AND 9999),
    amount_minor BIGINT NOT NULL CONSTRAINT prices_amount_check CHECK (amount_minor BETWEEN 0 AND 1000000000000),
    compare_at_minor BIGINT CONSTRAINT prices_compare_at_check CHECK (compare_at_minor BETWEEN 0 AND 1000000000000),
    derived BOOLEAN NOT NULL DEFAULT FALSE,
    starts_at TIMESTAMPTZ,
    ends_at TIMESTAMPTZ,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT prices_window_check CHECK (ends_at IS NULL OR starts_at IS NULL OR ends_at > starts_at)
);
-- The unique keys are partial: none of them finds all prices of a variant.
CREATE INDEX prices_variant_idx ON prices (variant_id, price_list_id);
CREATE UNIQUE INDEX prices_always_key ON prices (variant_id, price_list_id, min_quantity) WHERE starts_at IS NULL AND ends_at IS NULL;
CREATE UNIQUE INDEX prices_window_key ON prices (variant_id, price_list_id, min_quantity, starts_at) WHERE starts_at IS NOT NULL;
CREATE UNIQUE INDEX prices_until_key ON prices (variant_id, price_list_id, min_quantity, ends_at) WHERE starts_at IS NULL AND ends_at IS NOT NULL;

-- What one piece cost before, in each list: the lowest price of the last thirty days has to be shown beside a lower one (Directive 98/6/EC,
-- article 6a). Kept for ninety days after the price was given up.
CREATE TABLE price_history (
    variant_id UUID NOT NULL REFERENCES variants (id) ON DELETE CASCADE,
    price_list_id UUID NOT NULL REFERENCES price_lists (id) ON DELETE CASCADE,
    amount_minor BIGINT NOT NULL,
    from_at TIMESTAMPTZ NOT NULL,
    until_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT price_history_pkey PRIMARY KEY (variant_id, price_list_id, from_at, until_at, amount_minor),
    CONSTRAINT price_history_span_check CHECK (from_at < until_at)
);

CREATE TABLE media (
    id UUID PRIMARY KEY,
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    position BIGINT NOT NULL,
    file_key TEXT,
    source_url TEXT,
    alt TEXT NOT NULL,
    content_type TEXT,
    byte_size BIGINT,
    width_px BIGINT,
    height_px BIGINT,
    version BIGINT NOT NULL DEFAULT 1,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL,
    created_by TEXT NOT NULL,
    updated_by TEXT NOT NULL,
    CONSTRAINT media_place_check CHECK ((file_key IS NULL) <> (source_url IS NULL))
);
CREATE INDEX media_product_idx ON media (product_id, position, id);

-- Names that other systems use for our things; `entity` is product, variant or category.
CREATE TABLE external_refs (
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    entity TEXT NOT NULL CONSTRAINT external_refs_entity_check CHECK (entity IN ('product', 'variant', 'category')),
    entity_id UUID NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    CONSTRAINT external_refs_pkey PRIMARY KEY (source, external_id, entity)
);
CREATE INDEX external_refs_entity_idx ON external_refs (entity, entity_id);

-- Read model of the product list: written in the transaction that changes a product, price or availability.
-- `variants_available`: how many live variants can be bought now; kept exact by every stock change that crosses zero. `on_sale`: one of them
-- costs less now than what its price is compared with.
CREATE TABLE product_listings (
    product_id UUID PRIMARY KEY REFERENCES products (id) ON DELETE CASCADE,
    status TEXT NOT NULL,
    title_key TEXT COLLATE "C" NOT NULL,
    brand_key TEXT,
    price_min_minor BIGINT,
    price_max_minor BIGINT,
    variant_count BIGINT NOT NULL CONSTRAINT product_listings_variant_count_check CHECK (variant_count >= 0),
    variants_available BIGINT NOT NULL
        CONSTRAINT product_listings_available_check CHECK (variants_available BETWEEN 0 AND variant_count),
    on_sale BOOLEAN NOT NULL DEFAULT FALSE,
    tags JSONB NOT NULL,
    media_id UUID,
    media_file_key TEXT,
    media_source_url TEXT,
    media_alt TEXT,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);
-- Lists narrowed to a range of prices are read in another order without a row for each product that costs something else.
CREATE INDEX product_listings_created_idx ON product_listings (status, created_at, product_id, price_min_minor);
CREATE INDEX product_listings_updated_idx ON product_listings (status, updated_at, product_id, price_min_minor);
CREATE INDEX product_listings_title_idx ON product_listings (status, title_key, product_id, price_min_minor);
CREATE INDEX product_listings_price_idx ON product_listings (status, price_min_minor, product_id);
CREATE INDEX product_listings_brand_idx ON product_listings (brand_key, status, created_at, product_id, price_min_minor);
CREATE INDEX product_listings_brand_title_idx ON product_listings (brand_key, status, title_key, product_id, price_min_minor);
CREATE INDEX product_listings_brand_price_idx ON product_listings (brand_key, status, price_min_minor, product_id);
CREATE INDEX product_listings_sale_idx ON product_listings (status, created_at, product_id, price_min_minor) WHERE on_sale = TRUE;
CREATE INDEX product_listings_sale_title_idx ON product_listings (status, title_key, product_id, price_min_minor) WHERE on_sale = TRUE;
CREATE INDEX product_listings_sale_price_idx ON product_listings (status, price_min_minor, product_id) WHERE on_sale = TRUE;
-- What cannot be bought is little, and staff look for it.
CREATE INDEX product_listings_out_idx ON product_listings (status, created_at, product_id) WHERE variants_available = 0;
CREATE INDEX product_listings_out_title_idx ON product_listings (status, title_key, product_id) WHERE variants_available = 0;
CREATE INDEX product_listings_out_price_idx ON product_listings (status, price_min_minor, product_id) WHERE variants_available = 0;

-- How far imports have come that are not finished; `source_key` is a hash of the file and of how it is read. `counts`: what became
-- of the records so far.
CREATE TABLE product_imports (
    source_key TEXT PRIMARY KEY,
    records BIGINT NOT NULL CONSTRAINT product_imports_records_check CHECK (records >= 0),
    counts JSONB NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    updated_at TIMESTAMPTZ NOT NULL
);

-- Products of an unfinished import that point at products which may still come. `was_changed`: whether the record changed the
-- product; `activate`: it is a draft until what it points at is there.
CREATE TABLE product_import_links (
    source_key TEXT NOT NULL REFERENCES product_imports (source_key) ON DELETE CASCADE,
    product_id UUID NOT NULL REFERENCES products (id) ON DELETE CASCADE,
    line BIGINT NOT NULL,
    relations JSONB NOT NULL,
    was_changed BOOLEAN NOT NULL,
    activate BOOLEAN NOT NULL,
    CONSTRAINT product_import_links_pkey PRIMARY KEY (source_key, product_id)
);
CREATE INDEX product_import_links_product_idx ON product_import_links (product_id);
