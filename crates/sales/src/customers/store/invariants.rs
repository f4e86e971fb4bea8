//! What always holds of customers.

use platform::db::Invariant;

const fn always(code: &'static str, says: &'static str, sql: &'static str) -> Invariant {
    Invariant { code, says, sql, grace_s: None }
}

/// What always holds of customers. An order with news that the keeper has not been told yet is not asked.
pub const INVARIANTS: &[Invariant] = &[
    always(
        "k01",
        "what a customer is said to have ordered is what the orders added",
        "SELECT CAST(c.created_at AS TEXT) AS culprit FROM customers c
         LEFT JOIN (SELECT customer_id, COUNT(*) AS orders, MIN(placed_at) AS first, MAX(placed_at) AS last FROM customer_orders
                    WHERE is_live GROUP BY customer_id) o ON o.customer_id = c.id
         WHERE c.order_count <> COALESCE(o.orders, 0) OR (c.first_order_at IS NULL) <> (o.first IS NULL) OR c.first_order_at <> o.first
             OR (c.last_order_at IS NULL) <> (o.last IS NULL) OR c.last_order_at <> o.last",
    ),
    always(
        "k02",
        "what a customer is said to have spent is what the orders added, by currency",
        "SELECT x.currency AS culprit FROM (
             SELECT customer_id, currency, order_count AS orders, spent_minor AS spent FROM customer_spend
             UNION ALL
             SELECT customer_id, currency, -CASE WHEN is_live THEN 1 ELSE 0 END AS orders, -spent_minor AS spent FROM customer_orders) x
         GROUP BY x.customer_id, x.currency HAVING SUM(x.orders) <> 0 OR SUM(x.spent) <> 0",
    ),
    always(
        "k03",
        "each order that was told of adds what it is worth to whoever placed it (`tradewind customer rebuild` repairs it)",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o JOIN order_contacts oc ON oc.order_id = o.id
         LEFT JOIN customer_orders x ON x.order_id = o.id LEFT JOIN customers c ON c.id = x.customer_id
         WHERE EXISTS (SELECT 1 FROM events e WHERE e.aggregate_type = 'order' AND e.aggregate_id = o.id)
             AND NOT EXISTS (SELECT 1 FROM outbox n WHERE n.aggregate_type = 'order' AND n.aggregate_id = o.id)
             AND NOT EXISTS (SELECT 1 FROM events e WHERE e.aggregate_type = 'order' AND e.aggregate_id = o.id
                 AND e.seq > COALESCE((SELECT seq FROM event_cursors WHERE consumer = 'sales.customers'), 0))
             AND (o.user_id IS NOT NULL OR oc.email <> 'erased@erased.invalid')
             AND (c.id IS NULL OR x.is_live <> (o.status NOT IN ('cancelled', 'expired')) OR x.currency <> o.currency
                 OR x.spent_minor <> o.captured_minor - o.refunded_minor
                 OR (o.user_id IS NOT NULL AND (c.user_id IS NULL OR c.user_id <> o.user_id))
                 OR (o.user_id IS NULL AND (c.guest_key IS NULL OR c.guest_key <> oc.email_key)))",
    ),
    always(
        "k04",
        "a group of customers counts its members",
        "SELECT g.name AS culprit FROM customer_groups g
         WHERE g.member_count <> (SELECT COUNT(*) FROM customers c WHERE c.group_id = g.id)",
    ),
];
