-- A catalogue of @count products, in words that both databases understand once the marks are replaced (see fill/dialect.rs).
-- Everything follows from a product's number n: odd ones have two variants, one of 25 is sold out, one of 25 is not for sale, one of 50 is
-- cheaper than before.

INSERT INTO categories (id, parent_id, path, depth, slug, name, name_key, description, position, created_at, updated_at, created_by, updated_by)
SELECT @id(ca0, n), NULL, @hex(ca0, n) || '/', 0, 'root-' || n, 'Root ' || n, 'root ' || n, '', n, @ts(0), @ts(0), 'system', 'system'
FROM @series(10);

INSERT INTO categories (id, parent_id, path, depth, slug, name, name_key, description, position, created_at, updated_at, created_by, updated_by)
SELECT @id(ca1, n), @id(ca0, n / 10), @hex(ca0, n / 10) || '/' || @hex(ca1, n) || '/', 1, 'category-' || n, 'Category ' || n, 'category ' || n,
    '', n, @ts(0), @ts(0), 'system', 'system'
FROM @series(100);

INSERT INTO categories (id, parent_id, path, depth, slug, name, name_key, description, position, created_at, updated_at, created_by, updated_by)
SELECT @id(ca2, n), NULL, @hex(ca2, n) || '/', 0, 'rare', 'Rare', 'rare', '', 100, @ts(0), @ts(0), 'system', 'system'
FROM @series(1);

INSERT INTO products (id, slug, title, description, status, brand, attributes, metadata, created_at, updated_at, created_by, updated_by)
SELECT @id(a10, n), 'product-' || n, 'Product ' || n,
    '<p>What a merchant writes about a thing that is for sale, and what a customer may read about number ' || n || '.</p>',
    CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'Brand ' || (n % 47), @json('{}'), @json('{}'),
    @ts(n * 30), @ts(n * 30), 'system', 'system'
FROM @series(@count);

INSERT INTO product_tags (product_id, tag_key, tag, position, status, title_key, price_min_minor, created_at)
SELECT @id(a10, n), 'tag-' || (n % 20), 'tag-' || (n % 20), 0,
    CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'product ' || n, @price(n), @ts(n * 30) FROM @series(@count);

INSERT INTO product_tags (product_id, tag_key, tag, position, status, title_key, price_min_minor, created_at)
SELECT @id(a10, n), 'rare', 'rare', 1,
    CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'product ' || n, @price(n), @ts(n * 30) FROM @series(@count) WHERE n % 10000 = 0;

INSERT INTO product_categories (product_id, category_id, position, status, title_key, price_min_minor, created_at)
SELECT @id(a10, n), @id(ca1, n % 100), 0,
    CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'product ' || n, @price(n), @ts(n * 30) FROM @series(@count);

INSERT INTO product_categories (product_id, category_id, position, status, title_key, price_min_minor, created_at)
SELECT @id(a10, n), @id(ca2, 0), 1,
    CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'product ' || n, @price(n), @ts(n * 30) FROM @series(@count) WHERE n % 10000 = 0;

-- By hand the first ten thousand, the last one first; by rules one thing with another, and one thing or another.
INSERT INTO collections (id, slug, name, name_key, description, status, kind, rules, position, created_at, updated_at, created_by, updated_by)
SELECT @id(c01, n), CASE n WHEN 0 THEN 'by-hand' WHEN 1 THEN 'by-all' ELSE 'by-any' END, 'Collection', 'collection', '', 'active',
    CASE n WHEN 0 THEN 'manual' ELSE 'rules' END,
    CASE n WHEN 1 THEN @json('{"match":"all","conditions":[{"field":"tag","op":"is","value":"tag-7"},{"field":"price","op":"at_most","value":50000},{"field":"in_stock","op":"is","value":true}]}')
        WHEN 2 THEN @json('{"match":"any","conditions":[{"field":"tag","op":"is","value":"rare"},{"field":"brand","op":"is","value":"Brand 7"},{"field":"on_sale","op":"is","value":true}]}') END,
    n, @ts(0), @ts(0), 'system', 'system'
FROM @series(3);

INSERT INTO collection_products (product_id, collection_id, position, status, title_key, price_min_minor, created_at)
SELECT @id(a10, n), @id(c01, 0), 10000 - n,
    CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'product ' || n, @price(n), @ts(n * 30) FROM @series(@count) WHERE n < 10000;

INSERT INTO product_options (product_id, position, name, name_key, option_values)
SELECT @id(a10, n), 0, 'Size', 'size', @json(CASE n % 2 WHEN 0 THEN '["S"]' ELSE '["S","M"]' END) FROM @series(@count);

INSERT INTO variants (id, product_id, position, sku, options, options_key, kind, requires_shipping, tracked, backorder_limit, tax_class,
    weight_grams, metadata, created_at, updated_at, created_by, updated_by)
SELECT @id(a20, n), @id(a10, n / 2), n % 2, 'SKU-' || n, @json(CASE n % 2 WHEN 0 THEN '{"Size":"S"}' ELSE '{"Size":"M"}' END),
    CASE n % 2 WHEN 0 THEN 'size=s' ELSE 'size=m' END, 'physical', TRUE, TRUE, 0, 'standard', 300, @json('{}'),
    @ts(n * 15), @ts(n * 15), 'system', 'system'
FROM @series(2 * @count) WHERE n % 2 = 0 OR (n / 2) % 2 = 1;

INSERT INTO variant_options (variant_id, product_id, name_key, value_key)
SELECT @id(a20, n), @id(a10, n / 2), 'size', CASE n % 2 WHEN 0 THEN 's' ELSE 'm' END
FROM @series(2 * @count) WHERE n % 2 = 0 OR (n / 2) % 2 = 1;

INSERT INTO prices (id, variant_id, price_list_id, amount_minor, compare_at_minor, created_at, updated_at, created_by, updated_by)
SELECT @id(a30, n), @id(a20, n), (SELECT id FROM price_lists WHERE code = 'default'), @price(n / 2) + 500 * (n % 2),
    CASE (n / 2) % 50 WHEN 7 THEN @price(n / 2) + 900 END, @ts(n * 15), @ts(n * 15), 'system', 'system'
FROM @series(2 * @count) WHERE n % 2 = 0 OR (n / 2) % 2 = 1;

INSERT INTO product_listings (product_id, status, title_key, brand_key, price_min_minor, price_max_minor, variant_count, variants_available,
    on_sale, tags, created_at, updated_at)
SELECT @id(a10, n), CASE n % 50 WHEN 48 THEN 'draft' WHEN 49 THEN 'archived' ELSE 'active' END, 'product ' || n, 'brand ' || (n % 47),
    @price(n), @price(n) + 500 * (n % 2), 1 + n % 2, CASE n % 25 WHEN 3 THEN 0 ELSE 1 + n % 2 END,
    n % 50 = 7, @json('["tag-' || (n % 20) || CASE n % 10000 WHEN 0 THEN '","rare"]' ELSE '"]' END), @ts(n * 30), @ts(n * 30)
FROM @series(@count);

INSERT INTO stock_levels (variant_id, location_id, on_hand, backorder_limit, created_at, updated_at)
SELECT @id(a20, n), (SELECT id FROM stock_locations WHERE code = 'main'), CASE (n / 2) % 25 WHEN 3 THEN 0 ELSE 1000000 END, 0,
    @ts(n * 15), @ts(n * 15)
FROM @series(2 * @count) WHERE n % 2 = 0 OR (n / 2) % 2 = 1;

INSERT INTO stock_moves (id, variant_id, location_id, delta, on_hand_after, reason, cause_type, cause_id, created_at, created_by)
SELECT @id(a40, n), @id(a20, n), (SELECT id FROM stock_locations WHERE code = 'main'), 1000000, 1000000, 'initial', 'adjustment', @id(a40, n),
    @ts(n * 15), 'system'
FROM @series(2 * @count) WHERE (n % 2 = 0 OR (n / 2) % 2 = 1) AND (n / 2) % 25 <> 3;
