-- @count orders of the catalogue, with all that belongs to them and the customers who placed them: nothing is left to be worked off while
-- the shop is measured. Of ten six are completed, one is confirmed, one pending, one cancelled, one expired; one of two has a second line.
-- Whatever more than one table needs of an order stands in a table of its own meanwhile.

UPDATE price_lists SET currency_fixed_at = @ts(0);

CREATE TABLE bench_orders AS
SELECT n, 50 * ((n * 31) % @groups) AS p1, 50 * ((n * 31 + 1) % @groups) AS p2, 1 + n % 3 AS q1, n % 2 AS q2, n % 10 AS s,
    @price(50 * ((n * 31) % @groups)) AS unit1, @price(50 * ((n * 31 + 1) % @groups)) AS unit2,
    (1 + n % 3) * @price(50 * ((n * 31) % @groups)) + (n % 2) * @price(50 * ((n * 31 + 1) % @groups)) AS subtotal,
    CASE n % 10 WHEN 6 THEN 'confirmed' WHEN 7 THEN 'pending' WHEN 8 THEN 'cancelled' WHEN 9 THEN 'expired' ELSE 'completed' END AS status,
    CASE n % 10 WHEN 6 THEN 2 WHEN 7 THEN 1 WHEN 8 THEN 2 WHEN 9 THEN 2 ELSE 3 END AS moves
FROM @series(@count);

CREATE TABLE bench_lines AS
SELECT n, 2 * n AS line, 1 AS position, p1 AS p, q1 AS q, unit1 AS unit, s, status FROM bench_orders
UNION ALL
SELECT n, 2 * n + 1, 2, p2, 1, unit2, s, status FROM bench_orders WHERE q2 = 1;

INSERT INTO carts (id, token_hash, channel_id, currency, status, email, email_key, shipping_address, shipping_method_id, tags, metadata, version,
    created_at, updated_at, created_by, updated_by)
SELECT @id(b10, n), @bytes(n), (SELECT id FROM channels WHERE code = 'default'), 'USD', 'ordered', 'customer' || (n / 3) || '@example.com',
    'customer' || (n / 3) || '@example.com', @json('{"name":"Customer ' || (n / 3) || '","company":null,"line1":"1 Long Row","line2":null,"city":"Springfield","region":"IL","postal_code":"62701","country":"US","phone":null}'),
    (SELECT id FROM shipping_methods WHERE code = 'standard'), @json('[]'), @json('{}'), 5, @ts(n * 30), @ts(n * 30), 'anonymous', 'anonymous'
FROM bench_orders ORDER BY n;

INSERT INTO cart_lines (id, cart_id, variant_id, quantity, custom_options, options_key, position, created_at, updated_at)
SELECT @id(b11, line), @id(b10, n), @id(a20, 2 * p), q, @json('{}'), '{}', position, @ts(n * 30), @ts(n * 30) FROM bench_lines ORDER BY line;

INSERT INTO order_numbers (number, order_id) SELECT n + 1, @id(b20, n) FROM bench_orders ORDER BY n;

INSERT INTO orders (id, number, cart_id, source, channel_id, contact_id, status, payment_status, fulfilment_status, currency, tax_included,
    payment_method, shipping_method_id, shipping_method_name, country, item_count, subtotal_minor, discount_minor, shipping_minor, tax_minor,
    total_minor, captured_minor, transition_count, metadata, placed_at, expires_at, version, created_at, updated_at, created_by, updated_by)
SELECT @id(b20, n), 1001 + n, @id(b10, n), 'cart', (SELECT id FROM channels WHERE code = 'default'), @id(b21, n), status,
    CASE WHEN s <= 6 THEN 'paid' ELSE 'unpaid' END, CASE WHEN s <= 5 THEN 'delivered' ELSE 'none' END, 'USD', FALSE,
    'manual', (SELECT id FROM shipping_methods WHERE code = 'standard'), 'Standard shipping', 'US', q1 + q2, subtotal, 0, 500, 0,
    subtotal + 500, CASE WHEN s <= 6 THEN subtotal + 500 ELSE 0 END, moves, @json('{}'), @ts(n * 30), CASE s WHEN 7 THEN @later END, moves,
    @ts(n * 30), @ts(n * 30), 'system', 'system'
FROM bench_orders ORDER BY n;

INSERT INTO order_contacts (id, order_id, email, email_key, search_key, accepts_marketing, shipping_address, created_at, updated_at)
SELECT @id(b21, n), @id(b20, n), 'customer' || (n / 3) || '@example.com', 'customer' || (n / 3) || '@example.com',
    ' customer' || (n / 3) || '@example.com customer' || (n / 3) || ' example com customer ' || (n / 3) || ' ' || (1001 + n) || ' ', FALSE,
    @json('{"name":"Customer ' || (n / 3) || '","company":null,"line1":"1 Long Row","line2":null,"city":"Springfield","region":"IL","postal_code":"62701","country":"US","phone":null}'),
    @ts(n * 30), @ts(n * 30)
FROM bench_orders ORDER BY n;

INSERT INTO order_words (word, order_id)
SELECT word, @id(b20, n) FROM (
    SELECT 'customer' || (n / 3) || '@example.com' AS word, n FROM bench_orders
    UNION ALL SELECT 'customer' || (n / 3), n FROM bench_orders
    UNION ALL SELECT 'example', n FROM bench_orders
    UNION ALL SELECT 'com', n FROM bench_orders
    UNION ALL SELECT 'customer', n FROM bench_orders
    UNION ALL SELECT CAST(n / 3 AS TEXT), n FROM bench_orders
    UNION ALL SELECT CAST(1001 + n AS TEXT), n FROM bench_orders
) AS words ORDER BY word, n;

INSERT INTO order_lines (id, order_id, position, variant_id, product_id, sku, title, variant_title, options, custom_options, kind,
    requires_shipping, tracked, tax_class, weight_grams, quantity, unit_price_minor, net_minor, tax_minor, gross_minor, quantity_fulfilled,
    quantity_cancelled, created_at)
SELECT @id(b30, line), @id(b20, n), position, @id(a20, 2 * p), @id(a10, p), 'SKU-' || (2 * p), 'Product ' || p, 'S', @json('{"Size":"S"}'),
    @json('{}'), 'physical', TRUE, TRUE, 'standard', 300, q, unit, q * unit, 0, q * unit, CASE WHEN s <= 5 THEN q ELSE 0 END,
    CASE WHEN s = 8 THEN q ELSE 0 END, @ts(n * 30)
FROM bench_lines ORDER BY line;

INSERT INTO order_adjustments (id, order_id, kind, source_id, label, amount_minor, net_minor, tax_minor, created_at)
SELECT @id(b40, n), @id(b20, n), 'shipping', (SELECT id FROM shipping_methods WHERE code = 'standard'), 'Standard shipping', 500, 500, 0,
    @ts(n * 30)
FROM bench_orders ORDER BY n;

INSERT INTO order_tags (order_id, tag_key, tag, position, placed_at) SELECT @id(b20, n), 'vip', 'VIP', 0, @ts(n * 30) FROM bench_orders WHERE n % 100 = 0 ORDER BY n;

INSERT INTO order_transitions (order_id, seq, from_status, to_status, actor, created_at)
SELECT @id(b20, n), m, CASE m WHEN 1 THEN NULL WHEN 2 THEN 'pending' ELSE 'confirmed' END,
    CASE WHEN m = 1 THEN 'pending' WHEN m = moves THEN status ELSE 'confirmed' END, 'system', @ts(n * 30)
FROM bench_orders JOIN (SELECT n + 1 AS m FROM @series(3)) AS steps ON m <= moves ORDER BY bench_orders.n, m;

INSERT INTO payments (id, reference_id, provider, status, currency, amount_minor, captured_minor, transition_count, version, created_at,
    updated_at, created_by, updated_by)
SELECT @id(b50, n), @id(b20, n), 'manual', CASE s WHEN 7 THEN 'created' WHEN 8 THEN 'voided' WHEN 9 THEN 'expired' ELSE 'captured' END, 'USD',
    subtotal + 500, CASE WHEN s <= 6 THEN subtotal + 500 ELSE 0 END, CASE s WHEN 7 THEN 1 ELSE 2 END, CASE s WHEN 7 THEN 1 ELSE 2 END,
    @ts(n * 30), @ts(n * 30), 'system', 'system'
FROM bench_orders ORDER BY n;

INSERT INTO payment_transitions (payment_id, seq, from_status, to_status, cause, actor, created_at)
SELECT @id(b50, n), m, CASE m WHEN 2 THEN 'created' END,
    CASE WHEN m = 1 THEN 'created' WHEN s = 8 THEN 'voided' WHEN s = 9 THEN 'expired' ELSE 'captured' END,
    CASE m WHEN 1 THEN 'checkout' ELSE 'staff' END, 'system', @ts(n * 30)
FROM bench_orders JOIN (SELECT n + 1 AS m FROM @series(2)) AS steps ON m = 1 OR s <> 7 ORDER BY bench_orders.n, m;

INSERT INTO payment_operations (id, payment_id, kind, status, currency, amount_minor, provider, created_at, updated_at, created_by)
SELECT @id(b60, n), @id(b50, n), 'capture', 'succeeded', 'USD', subtotal + 500, 'manual', @ts(n * 30), @ts(n * 30), 'system'
FROM bench_orders WHERE s <= 6 ORDER BY n;

INSERT INTO ledger_transactions (id, kind, operation_id, reference_id, created_at, created_by)
SELECT @id(b70, n), 'capture', @id(b60, n), @id(b20, n), @ts(n * 30), 'system' FROM bench_orders WHERE s <= 6 ORDER BY n;

INSERT INTO ledger_entries (transaction_id, position, account, currency, amount_minor)
SELECT @id(b70, n), m, CASE m WHEN 1 THEN 'customer_receivable' ELSE 'cash:manual' END, 'USD', (2 * m - 3) * (subtotal + 500)
FROM bench_orders JOIN (SELECT n + 1 AS m FROM @series(2)) AS sides ON s <= 6 ORDER BY bench_orders.n, m;

INSERT INTO ledger_transactions (id, kind, reference_id, created_at, created_by)
SELECT @id(b71, n), 'sale', @id(b20, n), @ts(n * 30), 'system' FROM bench_orders WHERE s <= 6 ORDER BY n;

INSERT INTO ledger_entries (transaction_id, position, account, currency, amount_minor)
SELECT @id(b71, n), m, CASE m WHEN 1 THEN 'customer_receivable' WHEN 2 THEN 'revenue' ELSE 'shipping' END, 'USD',
    CASE m WHEN 1 THEN subtotal + 500 WHEN 2 THEN -subtotal ELSE -500 END
FROM bench_orders JOIN (SELECT n + 1 AS m FROM @series(3)) AS sides ON s <= 6 ORDER BY bench_orders.n, m;

INSERT INTO holds (id, reference_id, line_id, variant_id, location_id, state, quantity, consumed, released, expires_at, created_at, updated_at)
SELECT @id(b80, line), @id(b20, n), @id(b30, line), @id(a20, 2 * p), (SELECT id FROM stock_locations WHERE code = 'main'),
    CASE WHEN s <= 5 THEN 'consumed' WHEN s <= 7 THEN 'held' ELSE 'released' END, q, CASE WHEN s <= 5 THEN q ELSE 0 END,
    CASE WHEN s >= 8 THEN q ELSE 0 END, CASE s WHEN 7 THEN @later END, @ts(n * 30), @ts(n * 30)
FROM bench_lines ORDER BY line;

INSERT INTO fulfilments (id, order_id, status, carrier, delivered_at, created_at, updated_at, created_by, updated_by)
SELECT @id(b90, n), @id(b20, n), 'delivered', 'Post', @ts(n * 30), @ts(n * 30), @ts(n * 30), 'system', 'system'
FROM bench_orders WHERE s <= 5 ORDER BY n;

INSERT INTO fulfilment_lines (fulfilment_id, line_id, quantity)
SELECT @id(b90, n), @id(b30, line), q FROM bench_lines WHERE s <= 5 ORDER BY line;

INSERT INTO stock_moves (id, variant_id, location_id, delta, on_hand_after, reason, cause_type, cause_id, created_at, created_by)
SELECT @id(ba0, line), @id(a20, 2 * p), (SELECT id FROM stock_locations WHERE code = 'main'), -q, 1000000, 'fulfilled', 'fulfilment',
    @id(b90, n), @ts(n * 30), 'system'
FROM bench_lines WHERE s <= 5 ORDER BY line;

CREATE TABLE bench_demand AS
SELECT p, CAST(SUM(CASE WHEN s <= 5 THEN q ELSE 0 END) AS BIGINT) AS shipped, CAST(SUM(CASE WHEN s IN (6, 7) THEN q ELSE 0 END) AS BIGINT) AS held
FROM bench_lines GROUP BY p;

CREATE INDEX bench_demand_idx ON bench_demand (p);

UPDATE stock_levels SET on_hand = stock_levels.on_hand - d.shipped, reserved = d.held FROM bench_demand AS d
WHERE stock_levels.variant_id = @id(a20, 2 * d.p);

INSERT INTO events (seq, id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor, channel_id, occurred_at)
SELECT n * 8 + m, @id(e00, n * 8 + m), 'order', @id(b20, n), m,
    CASE WHEN m = 1 THEN 'order.placed' WHEN m = moves THEN 'order.' || status ELSE 'order.confirmed' END, 1,
    @json('{"number":' || (1001 + n) || ',"user_id":null,"status":"'
        || CASE WHEN m = moves THEN status WHEN m = 1 THEN 'pending' ELSE 'confirmed' END
        || '","payment_status":"' || CASE WHEN m = moves AND s <= 6 THEN 'paid' ELSE 'unpaid' END
        || '","fulfilment_status":"' || CASE WHEN m = moves AND s <= 5 THEN 'delivered' ELSE 'none' END
        || '","currency":"USD","total_minor":' || (subtotal + 500) || ',"authorised_minor":0,"captured_minor":'
        || CASE WHEN m = moves AND s <= 6 THEN subtotal + 500 ELSE 0 END || ',"refunded_minor":0}'), 'system', (SELECT id FROM channels WHERE code = 'default'), @ts(n * 30)
FROM bench_orders JOIN (SELECT n + 1 AS m FROM @series(3)) AS steps ON m <= moves ORDER BY bench_orders.n, m;

INSERT INTO events (seq, id, aggregate_type, aggregate_id, aggregate_seq, type, version, payload, actor, occurred_at)
SELECT n * 8 + 3 + m, @id(e00, n * 8 + 3 + m), 'payment', @id(b50, n), m,
    CASE WHEN m = 1 THEN 'payment.created' WHEN s = 8 THEN 'payment.voided' WHEN s = 9 THEN 'payment.expired'
        WHEN m = 2 THEN 'payment.operation_started' WHEN m = 3 THEN 'payment.operation_succeeded' ELSE 'payment.captured' END,
    1, @json(CASE WHEN s <= 6 AND m IN (2, 3)
        THEN '{"operation_id":"' || n || '","kind":"capture","status":"' || CASE m WHEN 2 THEN 'pending' ELSE 'succeeded' END
        ELSE '{"reference_id":"' || @hex(b20, n) || '","provider":"manual","from":' || CASE m WHEN 1 THEN 'null' ELSE '"created"' END || ',"to":"'
            || CASE WHEN m = 1 THEN 'created' WHEN s = 8 THEN 'voided' WHEN s = 9 THEN 'expired' ELSE 'captured' END
        END || '","amount_minor":' || (subtotal + 500) || ',"currency":"USD"}'), 'system', @ts(n * 30)
FROM bench_orders JOIN (SELECT n + 1 AS m FROM @series(4)) AS steps ON m = 1 OR s <= 6 OR (s > 7 AND m = 2) ORDER BY bench_orders.n, m;

CREATE TABLE bench_customers AS
SELECT n / 3 AS c, MIN(n) AS since, CAST(SUM(CASE WHEN s < 8 THEN 1 ELSE 0 END) AS BIGINT) AS orders,
    MIN(CASE WHEN s < 8 THEN n END) AS first_n, MAX(CASE WHEN s < 8 THEN n END) AS last_n,
    CAST(SUM(CASE WHEN s <= 6 THEN subtotal + 500 ELSE 0 END) AS BIGINT) AS spent
FROM bench_orders GROUP BY n / 3;

INSERT INTO customers (id, guest_key, email, email_key, name, name_key, order_count, first_order_at, last_order_at, created_at, updated_at,
    created_by, updated_by)
SELECT @id(c10, c), 'customer' || c || '@example.com', 'customer' || c || '@example.com', 'customer' || c || '@example.com', 'Customer ' || c,
    'customer ' || c, orders, @ts(first_n * 30), @ts(last_n * 30), @ts(since * 30), @ts(since * 30), 'system', 'system'
FROM bench_customers ORDER BY c;

INSERT INTO customer_orders (order_id, customer_id, is_live, spent_minor, currency, placed_at)
SELECT @id(b20, n), @id(c10, n / 3), s < 8, CASE WHEN s <= 6 THEN subtotal + 500 ELSE 0 END, 'USD', @ts(n * 30) FROM bench_orders ORDER BY n;

INSERT INTO customer_spend (customer_id, currency, order_count, spent_minor)
SELECT @id(c10, c), 'USD', orders, spent FROM bench_customers ORDER BY c;

INSERT INTO product_orders (order_id, product_id, day, currency, is_sold, units, cancelled_units, net_minor, gross_minor)
SELECT @id(b20, n), @id(a10, p), '2025-01-01', 'USD', s <= 6, CASE WHEN s <= 6 THEN SUM(q) ELSE 0 END, CASE WHEN s <= 6 THEN 0 ELSE SUM(q) END,
    CASE WHEN s <= 6 THEN SUM(q * unit) ELSE 0 END, CASE WHEN s <= 6 THEN SUM(q * unit) ELSE 0 END
FROM bench_lines WHERE s <> 7 GROUP BY n, p, s ORDER BY n;

INSERT INTO product_days (product_id, day, currency, order_count, units, cancelled_units, net_minor, gross_minor)
SELECT product_id, day, currency, SUM(CASE WHEN is_sold THEN 1 ELSE 0 END), SUM(units), SUM(cancelled_units), SUM(net_minor), SUM(gross_minor)
FROM product_orders GROUP BY product_id, day, currency;

INSERT INTO event_cursors (consumer, seq, updated_at) SELECT 'sales.customers', MAX(seq), @ts(0) FROM events;

INSERT INTO event_cursors (consumer, seq, updated_at) SELECT 'sales.product_metrics', MAX(seq), @ts(0) FROM events;

DROP TABLE bench_customers;

DROP TABLE bench_orders;

DROP TABLE bench_lines;

DROP TABLE bench_demand;
