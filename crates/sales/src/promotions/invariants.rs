//! What always holds of promotions.

use platform::db::Invariant;

/// What always holds of promotions.
pub const INVARIANTS: &[Invariant] = &[
    Invariant {
        code: "e12",
        says: "a promotion and its codes count the orders that had them, within their limits",
        sql: "SELECT p.name AS culprit FROM promotions p
              LEFT JOIN promotion_counters c ON c.promotion_id = p.id
              LEFT JOIN (SELECT promotion_id, COUNT(*) AS uses, SUM(off_minor) AS spent FROM promotion_uses
                         WHERE released_at IS NULL GROUP BY promotion_id) u ON u.promotion_id = p.id
              WHERE c.promotion_id IS NULL OR c.uses <> COALESCE(u.uses, 0) OR c.spent_minor <> COALESCE(u.spent, 0)
                  OR c.uses_limit IS DISTINCT FROM p.uses_limit OR c.budget_minor IS DISTINCT FROM p.budget_minor
                  OR c.uses > c.uses_limit OR c.spent_minor > c.budget_minor
              UNION ALL
              SELECT c.code AS culprit FROM promotion_codes c
              LEFT JOIN (SELECT code_id, COUNT(*) AS uses FROM promotion_uses
                         WHERE released_at IS NULL AND code_id IS NOT NULL GROUP BY code_id) u ON u.code_id = c.id
              WHERE c.uses <> COALESCE(u.uses, 0) OR c.uses > c.uses_limit",
        grace_s: None,
    },
    Invariant {
        code: "e13",
        says: "a customer had a promotion as often as its orders say, within the limit",
        sql: "SELECT p.name AS culprit FROM promotion_customers c JOIN promotions p ON p.id = c.promotion_id
              LEFT JOIN (SELECT promotion_id, customer_key, COUNT(*) AS uses FROM (
                             SELECT promotion_id, user_key AS customer_key FROM promotion_uses WHERE released_at IS NULL
                             UNION ALL
                             SELECT promotion_id, email_key FROM promotion_uses WHERE released_at IS NULL) k
                         WHERE customer_key IS NOT NULL GROUP BY promotion_id, customer_key) u
                  ON u.promotion_id = c.promotion_id AND u.customer_key = c.customer_key
              WHERE c.uses <> COALESCE(u.uses, 0) OR c.uses > c.uses_limit",
        grace_s: None,
    },
    Invariant {
        code: "e12o",
        says: "an order had a promotion until it was called off, and what it took off is what its lines say",
        sql: "SELECT CAST(o.number AS TEXT) AS culprit FROM promotion_uses u JOIN orders o ON o.id = u.order_id
              WHERE (u.released_at IS NULL) = (o.status IN ('cancelled', 'expired'))
              UNION ALL
              SELECT CAST(o.number AS TEXT) AS culprit FROM promotion_uses u JOIN orders o ON o.id = u.order_id
              WHERE u.off_minor <> -COALESCE((SELECT SUM(a.amount_minor) FROM order_adjustments a
                  WHERE a.order_id = u.order_id AND a.source_id = u.promotion_id), 0)",
        grace_s: None,
    },
];
