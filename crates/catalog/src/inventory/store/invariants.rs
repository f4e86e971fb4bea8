//! What always holds of stock.

use platform::db::Invariant;

/// The sentences of `doctor` about stock; a culprit is named by its SKU.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "s01",
        says: "a tracked level promises nothing below zero and no more than it has and may order back",
        sql: "SELECT COALESCE(v.sku, 'a variant without SKU') AS culprit FROM stock_levels l JOIN variants v ON v.id = l.variant_id
            WHERE v.tracked AND (l.reserved < 0 OR l.reserved > l.on_hand + l.backorder_limit)",
        grace_s: None,
    },
    Invariant {
        code: "s02",
        says: "what is on hand is the sum of the moves",
        sql: "SELECT COALESCE(v.sku, 'a variant without SKU') AS culprit FROM (
                SELECT variant_id, location_id, on_hand AS pieces FROM stock_levels
                UNION ALL
                SELECT variant_id, location_id, -delta AS pieces FROM stock_moves) AS booked
            JOIN variants v ON v.id = booked.variant_id
            GROUP BY v.sku, booked.variant_id, booked.location_id HAVING SUM(booked.pieces) <> 0",
        grace_s: None,
    },
    Invariant {
        code: "s03",
        says: "what is reserved is the sum of what is still held",
        sql: "SELECT COALESCE(v.sku, 'a variant without SKU') AS culprit FROM (
                SELECT variant_id, location_id, reserved AS pieces FROM stock_levels
                UNION ALL
                SELECT variant_id, location_id, consumed + released - quantity AS pieces FROM holds WHERE state = 'held') AS promised
            JOIN variants v ON v.id = promised.variant_id
            GROUP BY v.sku, promised.variant_id, promised.location_id HAVING SUM(promised.pieces) <> 0",
        grace_s: None,
    },
    Invariant {
        code: "s04",
        says: "one cause moves a level once for one reason",
        sql: "SELECT cause_type AS culprit FROM stock_moves
            GROUP BY cause_type, cause_id, reason, variant_id, location_id HAVING COUNT(*) > 1",
        grace_s: None,
    },
    Invariant {
        code: "s08",
        says: "a level has the limits of its variant",
        sql: "SELECT COALESCE(v.sku, 'a variant without SKU') AS culprit FROM stock_levels l JOIN variants v ON v.id = l.variant_id
            WHERE v.tracked AND (l.backorder_limit IS DISTINCT FROM v.backorder_limit
                OR l.low_stock_threshold IS DISTINCT FROM v.low_stock_threshold)",
        grace_s: None,
    },
    Invariant {
        code: "s09",
        says: "a listing counts the variants that can be bought",
        sql: concat!(
            "SELECT p.slug AS culprit FROM product_listings g JOIN products p ON p.id = g.product_id
            WHERE g.variants_available <> (SELECT COUNT(*) FROM variants v WHERE v.product_id = g.product_id AND ",
            super::buyable!(),
            ")"
        ),
        grace_s: None,
    },
];
