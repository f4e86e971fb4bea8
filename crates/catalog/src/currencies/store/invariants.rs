//! What always holds of derived prices.

use platform::db::Invariant;

/// The sentences of `doctor` about derived prices; a culprit is named by the code of its price list.
pub const INVARIANTS: &[Invariant] = &[
    // Reckoned in floating point, as both databases do it alike: a price that is half a step off is far beyond its error. Which prices the rounding
    // knows is asked exactly. Below the first of them there is none, however little the other price is.
    Invariant {
        code: "p03",
        says: "a derived price is what the other price, the rate and the rule give, unless a job is at it",
        sql: "SELECT told.code AS culprit FROM (
                SELECT l.code, b.id AS base_id, CASE w.which WHEN 0 THEN d.amount_minor ELSE d.compare_at_minor END AS minor,
                    CAST(CASE w.which WHEN 0 THEN b.amount_minor ELSE b.compare_at_minor END AS DOUBLE PRECISION)
                        * (1000000 + l.derives_margin_ppm) / 1000000 * l.derives_numerator / l.derives_denominator
                        * CASE l.derives_shift WHEN -4 THEN 0.0001 WHEN -3 THEN 0.001 WHEN -2 THEN 0.01 WHEN -1 THEN 0.1 WHEN 0 THEN 1
                            WHEN 1 THEN 10 WHEN 2 THEN 100 WHEN 3 THEN 1000 ELSE 10000 END AS exact,
                    COALESCE(l.derives_round_to, CASE length(l.derives_ending) WHEN 1 THEN 10 WHEN 2 THEN 100 WHEN 3 THEN 1000 END, 1) AS step,
                    COALESCE(CAST(l.derives_ending AS BIGINT), 0) AS first
                FROM prices d JOIN price_lists l ON l.id = d.price_list_id
                CROSS JOIN (SELECT 0 AS which UNION ALL SELECT 1 AS which) AS w
                LEFT JOIN prices b ON b.variant_id = d.variant_id AND b.price_list_id = l.derives_from_id AND b.min_quantity = d.min_quantity
                    AND (b.starts_at = d.starts_at OR (b.starts_at IS NULL AND d.starts_at IS NULL))
                    AND (b.ends_at = d.ends_at OR (b.ends_at IS NULL AND d.ends_at IS NULL))
                WHERE d.derived = TRUE AND NOT EXISTS (SELECT 1 FROM price_derivations j WHERE j.price_list_id = l.id)
            ) AS told
            WHERE told.base_id IS NULL
                OR (told.minor IS NULL AND told.exact < 999999999000)
                OR (told.minor IS NOT NULL AND told.exact IS NULL)
                OR told.minor % told.step <> told.first
                OR told.exact - told.minor > told.step / 2.0 + 0.001
                OR (told.minor - told.exact > told.step / 2.0 + 0.001 AND told.minor > told.step)",
        grace_s: None,
    },
    Invariant {
        code: "p04",
        says: "a variant without a price of its own in a list that derives has each price of the other list there, unless a job is at it",
        sql: "SELECT l.code AS culprit FROM price_lists l JOIN prices b ON b.price_list_id = l.derives_from_id
            WHERE NOT EXISTS (SELECT 1 FROM price_derivations j WHERE j.price_list_id = l.id)
                AND NOT EXISTS (SELECT 1 FROM prices o WHERE o.variant_id = b.variant_id AND o.price_list_id = l.id AND o.derived = FALSE)
                AND NOT EXISTS (
                    SELECT 1 FROM prices d WHERE d.variant_id = b.variant_id AND d.price_list_id = l.id AND d.min_quantity = b.min_quantity
                        AND (b.starts_at = d.starts_at OR (b.starts_at IS NULL AND d.starts_at IS NULL))
                        AND (b.ends_at = d.ends_at OR (b.ends_at IS NULL AND d.ends_at IS NULL)))
                AND CAST(b.amount_minor AS DOUBLE PRECISION) * (1000000 + l.derives_margin_ppm) / 1000000
                        * l.derives_numerator / l.derives_denominator
                        * CASE l.derives_shift WHEN -4 THEN 0.0001 WHEN -3 THEN 0.001 WHEN -2 THEN 0.01 WHEN -1 THEN 0.1 WHEN 0 THEN 1
                            WHEN 1 THEN 10 WHEN 2 THEN 100 WHEN 3 THEN 1000 ELSE 10000 END < 999999999000",
        grace_s: None,
    },
    // A job that was given up, or called off, can be brought back; one that is done cannot, and prices would stay by an older rate.
    Invariant {
        code: "p05",
        says: "a price list whose prices are being derived has a job that is not done",
        sql: "SELECT l.code AS culprit FROM price_derivations d JOIN price_lists l ON l.id = d.price_list_id
            WHERE NOT EXISTS (SELECT 1 FROM jobs j WHERE j.id = d.job_id AND j.state <> 'completed')",
        grace_s: None,
    },
];
