//! What always holds of the product list: every row is what it would be if it were written now.

use platform::db::Invariant;

/// The sentences of `doctor` about the list; a culprit is named by its slug. How many variants can be bought is stock's (s09), which picture is shown is media's (c04).
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "l01",
        says: "every product is listed",
        sql: "SELECT p.slug AS culprit FROM products p LEFT JOIN product_listings l ON l.product_id = p.id WHERE l.product_id IS NULL",
        grace_s: None,
    },
    Invariant {
        code: "l02",
        says: "a listing has the state of its product and is as young",
        sql: "SELECT p.slug AS culprit FROM products p JOIN product_listings l ON l.product_id = p.id
            WHERE l.status <> p.status OR l.created_at <> p.created_at OR l.updated_at < p.updated_at
                OR (l.brand_key IS NULL) <> (p.brand IS NULL)",
        grace_s: None,
    },
    Invariant {
        code: "l03",
        says: "a listing counts the live variants of its product",
        sql: "SELECT p.slug AS culprit FROM products p JOIN product_listings l ON l.product_id = p.id
            WHERE l.variant_count <> (SELECT COUNT(*) FROM variants v WHERE v.product_id = p.id AND v.archived_at IS NULL)",
        grace_s: None,
    },
    // Where prices begin or end by the clock, a job follows them: those products are left out.
    Invariant {
        code: "l04",
        says: "a listing has the lowest and highest price of its product",
        sql: "SELECT p.slug AS culprit FROM products p JOIN product_listings l ON l.product_id = p.id
            JOIN (
                SELECT v.product_id, MIN(r.amount_minor) AS lowest, MAX(r.amount_minor) AS highest
                FROM variants v
                LEFT JOIN channels c ON c.code = 'default'
                LEFT JOIN prices r ON r.variant_id = v.id AND r.price_list_id = c.price_list_id AND r.min_quantity = 1
                WHERE v.archived_at IS NULL AND NOT EXISTS (
                    SELECT 1 FROM variants o JOIN prices w ON w.variant_id = o.id
                    WHERE o.product_id = v.product_id AND (w.starts_at IS NOT NULL OR w.ends_at IS NOT NULL))
                GROUP BY v.product_id
            ) AS priced ON priced.product_id = p.id
            WHERE COALESCE(l.price_min_minor, -1) <> COALESCE(priced.lowest, -1)
                OR COALESCE(l.price_max_minor, -1) <> COALESCE(priced.highest, -1)",
        grace_s: None,
    },
    Invariant {
        code: "l05",
        says: "the options that filters search are those of the live variants",
        sql: "SELECT p.slug AS culprit FROM variant_options o JOIN variants v ON v.id = o.variant_id JOIN products p ON p.id = v.product_id
            WHERE v.archived_at IS NOT NULL OR o.product_id <> v.product_id
            UNION ALL
            SELECT p.slug AS culprit FROM variants v JOIN products p ON p.id = v.product_id
            WHERE v.archived_at IS NULL AND v.options_key <> '' AND NOT EXISTS (SELECT 1 FROM variant_options o WHERE o.variant_id = v.id)",
        grace_s: None,
    },
    Invariant {
        code: "l06",
        says: "a category, a tag and a collection have their products in the order of the list",
        sql: "SELECT p.slug AS culprit FROM (
                SELECT product_id, status, title_key, price_min_minor, created_at FROM product_categories
                UNION ALL SELECT product_id, status, title_key, price_min_minor, created_at FROM product_tags
                UNION ALL SELECT product_id, status, title_key, price_min_minor, created_at FROM collection_products
            ) AS m JOIN product_listings l ON l.product_id = m.product_id JOIN products p ON p.id = m.product_id
            WHERE m.status IS DISTINCT FROM l.status OR m.title_key IS DISTINCT FROM l.title_key
                OR m.price_min_minor IS DISTINCT FROM l.price_min_minor OR m.created_at IS DISTINCT FROM l.created_at",
        grace_s: None,
    },
    // As with l04, what begins or ends by the clock is left out.
    Invariant {
        code: "l07",
        says: "a listing is on sale where a variant costs less than before",
        sql: "SELECT p.slug AS culprit FROM products p JOIN product_listings l ON l.product_id = p.id
            WHERE NOT EXISTS (
                SELECT 1 FROM variants o JOIN prices w ON w.variant_id = o.id
                WHERE o.product_id = p.id AND (w.starts_at IS NOT NULL OR w.ends_at IS NOT NULL))
            AND l.on_sale <> EXISTS (
                SELECT 1 FROM variants v JOIN channels c ON c.code = 'default'
                JOIN prices r ON r.variant_id = v.id AND r.price_list_id = c.price_list_id AND r.min_quantity = 1
                WHERE v.product_id = p.id AND v.archived_at IS NULL AND r.compare_at_minor > r.amount_minor)",
        grace_s: None,
    },
];
