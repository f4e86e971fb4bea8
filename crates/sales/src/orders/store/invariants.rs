//! What always holds of orders, with the tables below them.

use platform::db::Invariant;

const fn always(code: &'static str, says: &'static str, sql: &'static str) -> Invariant {
    Invariant { code, says, sql, grace_s: None }
}

/// What always holds of orders.
pub const INVARIANTS: &[Invariant] = &[
    always(
        "m02",
        "an order's total is the sum of its lines and of the adjustments that belong to no line",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.total_minor <>
             COALESCE((SELECT SUM(l.gross_minor) FROM order_lines l WHERE l.order_id = o.id), 0)
             + COALESCE((SELECT SUM(a.amount_minor) FROM order_adjustments a WHERE a.order_id = o.id AND a.line_id IS NULL), 0)",
    ),
    always(
        "m03",
        "a line's price times its quantity less its discount is its net or gross amount, by the order's tax mode",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM order_lines l JOIN orders o ON o.id = l.order_id
         WHERE l.quantity * l.unit_price_minor - l.discount_minor <> CASE WHEN o.tax_included THEN l.gross_minor ELSE l.net_minor END",
    ),
    always(
        "m03t",
        "an order's tax is the sum of its tax lines",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.tax_minor <>
             COALESCE((SELECT SUM(t.amount_minor) FROM order_tax_lines t WHERE t.order_id = o.id), 0)",
    ),
    always(
        "m07o",
        "a payment has the currency of its order",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o JOIN payments p ON p.reference_id = o.id WHERE p.currency <> o.currency",
    ),
    Invariant {
        code: "m08",
        says: "captured money has a live order, or a refund under way or done",
        sql: "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o JOIN payments p ON p.reference_id = o.id
              WHERE o.status IN ('cancelled', 'expired') AND p.updated_at < $1 AND p.captured_minor > COALESCE((
                  SELECT SUM(x.amount_minor) FROM payment_operations x WHERE x.payment_id = p.id AND x.kind = 'refund' AND x.status <> 'failed'), 0)
              UNION ALL
              SELECT 'a payment for no order' AS culprit FROM payments p WHERE p.updated_at < $1 AND p.captured_minor > p.refunded_minor
                  AND NOT EXISTS (SELECT 1 FROM orders o WHERE o.id = p.reference_id)",
        grace_s: Some(60),
    },
    always(
        "m09o",
        "what an order says of its money is the sum of its payments",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o
         LEFT JOIN (SELECT reference_id, SUM(authorised_minor) AS authorised, SUM(captured_minor) AS captured, SUM(refunded_minor) AS refunded
                    FROM payments GROUP BY reference_id) p ON p.reference_id = o.id
         WHERE o.authorised_minor <> COALESCE(p.authorised, 0) OR o.captured_minor <> COALESCE(p.captured, 0) OR o.refunded_minor <> COALESCE(p.refunded, 0)",
    ),
    Invariant {
        code: "m12",
        says: "captured money less refunds, pending and unknown ones too, is no more than an order's total",
        sql: "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o JOIN payments p ON p.reference_id = o.id WHERE p.updated_at < $1
              GROUP BY o.id, o.number, o.total_minor
              HAVING SUM(p.captured_minor) - COALESCE(SUM((SELECT SUM(x.amount_minor) FROM payment_operations x
                  WHERE x.payment_id = p.id AND x.kind = 'refund' AND x.status <> 'failed')), 0) > o.total_minor",
        grace_s: Some(60),
    },
    always(
        "m15",
        "an order that was confirmed is in the books as one sale of what it says",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o
              WHERE (SELECT COUNT(*) FROM ledger_transactions t WHERE t.reference_id = o.id AND t.kind = 'sale')
                  <> CASE WHEN o.total_minor > 0 AND EXISTS (
                      SELECT 1 FROM order_transitions h WHERE h.order_id = o.id AND h.to_status = 'confirmed') THEN 1 ELSE 0 END
              UNION ALL
              SELECT e.account AS culprit FROM orders o
              JOIN ledger_transactions t ON t.reference_id = o.id AND t.kind = 'sale'
              JOIN ledger_entries e ON e.transaction_id = t.id
              WHERE e.amount_minor <> CASE e.account
                  WHEN 'customer_receivable' THEN o.total_minor
                  WHEN 'tax' THEN -o.tax_minor
                  WHEN 'shipping' THEN o.shipping_tax_minor - o.shipping_minor
                  ELSE o.tax_minor + o.shipping_minor - o.shipping_tax_minor - o.total_minor END",
    ),
    always(
        "m17",
        "what staff gave back of a sale is owed no more",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o
              JOIN (SELECT r.reference_id, SUM(p.amount_minor) AS minor FROM refunds r
                  JOIN ledger_transactions s ON s.reference_id = r.reference_id AND s.kind = 'sale' AND s.created_at <= r.created_at
                  JOIN refund_operations x ON x.refund_id = r.id JOIN payment_operations p ON p.id = x.operation_id
                  WHERE p.status = 'succeeded' AND NOT EXISTS (SELECT 1 FROM ledger_transactions b
                      WHERE b.reference_id = r.reference_id AND b.kind = 'sale_reversed' AND b.created_at <= r.created_at)
                  GROUP BY r.reference_id) AS given ON given.reference_id = o.id
              WHERE CASE WHEN given.minor > o.total_minor THEN o.total_minor ELSE given.minor END <> (
                  SELECT COALESCE(SUM(-e.amount_minor), 0) FROM ledger_transactions t JOIN ledger_entries e ON e.transaction_id = t.id
                  WHERE t.reference_id = o.id AND t.kind = 'allowance' AND e.account = 'customer_receivable')",
    ),
    always(
        "m16",
        "of an order that was called off nothing is sold",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o
              JOIN ledger_transactions t ON t.reference_id = o.id AND t.kind IN ('sale', 'allowance', 'sale_reversed')
              JOIN ledger_entries e ON e.transaction_id = t.id
              WHERE o.status = 'cancelled' GROUP BY o.id, o.number, e.account HAVING SUM(e.amount_minor) <> 0",
    ),
    always(
        "m11",
        "an order's payment status is what its money says: a paid order is covered",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.payment_status <> CASE
             WHEN o.captured_minor - o.refunded_minor >= o.total_minor THEN 'paid'
             WHEN o.refunded_minor > 0 AND o.captured_minor > o.refunded_minor THEN 'part_refunded'
             WHEN o.refunded_minor > 0 THEN 'refunded'
             WHEN o.captured_minor > 0 THEN 'part_paid'
             WHEN o.authorised_minor >= o.total_minor THEN 'authorised'
             ELSE 'unpaid' END",
    ),
    always(
        "s05",
        "a live order holds what it has neither shipped nor called off",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM order_lines l JOIN orders o ON o.id = l.order_id
         WHERE o.status IN ('pending', 'confirmed') AND l.tracked
           AND l.quantity - l.quantity_fulfilled - l.quantity_cancelled <> COALESCE((
               SELECT SUM(h.quantity - h.consumed - h.released) FROM holds h WHERE h.line_id = l.id AND h.state = 'held'), 0)",
    ),
    always(
        "s06",
        "an order that is over holds nothing",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM holds h JOIN orders o ON o.id = h.reference_id
         WHERE h.state = 'held' AND o.status IN ('completed', 'cancelled', 'expired')",
    ),
    // Money that came in part, or that is unclear, keeps an order alive beyond its time; staff decide.
    Invariant {
        code: "s07",
        says: "no unpaid order outlives its expiry by an hour, with its stock held",
        sql: "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.status = 'pending' AND o.payment_status = 'unpaid'
              AND o.expires_at < $1 AND NOT EXISTS (SELECT 1 FROM payments p JOIN payment_operations x ON x.payment_id = p.id
                  WHERE p.reference_id = o.id AND x.status IN ('pending', 'unknown'))",
        grace_s: Some(3_600),
    },
    always(
        "s07o",
        "a hold ends by itself exactly while its order is pending",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM holds h JOIN orders o ON o.id = h.reference_id
         WHERE h.state = 'held' AND (h.expires_at IS NOT NULL) <> (o.status = 'pending')",
    ),
    always(
        "t01",
        "the history of an order is a gapless chain of legal moves that ends in its status",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.version < o.transition_count
             OR o.transition_count <> (SELECT COUNT(*) FROM order_transitions t WHERE t.order_id = o.id)
             OR NOT EXISTS (SELECT 1 FROM order_transitions t WHERE t.order_id = o.id AND t.seq = o.transition_count AND t.to_status = o.status)
         UNION ALL
         SELECT t.to_status AS culprit FROM order_transitions t WHERE t.seq > 1 AND NOT EXISTS (
             SELECT 1 FROM order_transitions b WHERE b.order_id = t.order_id AND b.seq = t.seq - 1 AND b.to_status = t.from_status)
         UNION ALL
         SELECT t.to_status AS culprit FROM order_transitions t WHERE COALESCE(t.from_status, '') || '>' || t.to_status NOT IN (
             '>pending', 'pending>confirmed', 'pending>cancelled', 'pending>expired', 'confirmed>completed', 'confirmed>cancelled')",
    ),
    always(
        "t03",
        "a line's shipped pieces are those of its parcels",
        "SELECT l.title AS culprit FROM order_lines l WHERE l.quantity_fulfilled <> COALESCE((
             SELECT SUM(fl.quantity) FROM fulfilment_lines fl WHERE fl.line_id = l.id), 0)",
    ),
    always(
        "t04",
        "an order's fulfilment status is what its lines and parcels say",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.fulfilment_status <> CASE
             WHEN NOT EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.quantity_fulfilled > 0) THEN 'none'
             WHEN EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.quantity_fulfilled < l.quantity - l.quantity_cancelled)
                 THEN 'part'
             WHEN EXISTS (SELECT 1 FROM fulfilments f WHERE f.order_id = o.id AND f.status <> 'delivered') THEN 'fulfilled'
             ELSE 'delivered' END",
    ),
    always(
        "t05",
        "a completed order has nothing left to pay or to ship",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.status = 'completed' AND (o.captured_minor < o.total_minor
             OR EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.id AND l.quantity_fulfilled < l.quantity - l.quantity_cancelled))",
    ),
    always(
        "l01o",
        "a tag of an order stands at the order's time",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM order_tags t JOIN orders o ON o.id = t.order_id WHERE t.placed_at <> o.placed_at",
    ),
    always(
        "e07o",
        "each change of an order's status has exactly one event",
        "SELECT CAST(o.number AS TEXT) AS culprit FROM orders o WHERE o.transition_count <> (SELECT COUNT(*) FROM (
             SELECT e.id FROM events e WHERE e.aggregate_type = 'order' AND e.aggregate_id = o.id
                 AND e.type IN ('order.placed', 'order.confirmed', 'order.completed', 'order.cancelled', 'order.expired')
             UNION ALL
             SELECT b.id FROM outbox b WHERE b.aggregate_type = 'order' AND b.aggregate_id = o.id
                 AND b.type IN ('order.placed', 'order.confirmed', 'order.completed', 'order.cancelled', 'order.expired')) AS told)",
    ),
];
