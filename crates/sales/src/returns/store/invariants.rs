//! What always holds of returns, with the orders, refunds and stock that they move.

use platform::db::Invariant;

const fn always(code: &'static str, says: &'static str, sql: &'static str) -> Invariant {
    Invariant { code, says, sql, grace_s: None }
}

/// What always holds of returns. That received ≤ approved ≤ asked, and that a piece comes back and is paid back once, are CHECKs.
pub const INVARIANTS: &[Invariant] = &[
    always(
        "b01",
        "what a line waits for, and has still to pay back, is what its open returns say",
        "SELECT l.title AS culprit FROM order_lines l WHERE l.quantity_coming_back <> COALESCE((
                 SELECT SUM(CASE r.status WHEN 'requested' THEN x.asked ELSE x.approved - x.received END)
                 FROM return_lines x JOIN returns r ON r.id = x.return_id
                 WHERE x.line_id = l.id AND r.status IN ('requested', 'approved', 'part_received')), 0)
             OR l.quantity_to_refund <> COALESCE((
                 SELECT SUM(x.received) FROM return_lines x JOIN returns r ON r.id = x.return_id
                 WHERE x.line_id = l.id AND (r.status IN ('part_received', 'received')
                     OR r.status = 'refunded' AND r.refund_id IS NOT NULL AND NOT EXISTS (
                         SELECT 1 FROM refund_operations y JOIN payment_operations o ON o.id = y.operation_id
                         WHERE y.refund_id = r.refund_id AND o.status <> 'failed'))), 0)",
    ),
    always(
        "b02",
        "a line's pieces that came back are those of its returns, and of refunds at most what they took back",
        "SELECT l.title AS culprit FROM order_lines l WHERE l.quantity_returned NOT BETWEEN
                 COALESCE((SELECT SUM(x.received) FROM return_lines x WHERE x.line_id = l.id), 0)
             AND COALESCE((SELECT SUM(x.received) FROM return_lines x WHERE x.line_id = l.id), 0)
                 + COALESCE((SELECT SUM(i.quantity) FROM refund_items i WHERE i.line_id = l.id AND i.restock = TRUE), 0)",
    ),
    always(
        "b03",
        "what came of a return's line is what its receipts say",
        "SELECT x.reason AS culprit FROM return_lines x
         LEFT JOIN (SELECT return_id, line_id, SUM(quantity) AS came, SUM(restocked) AS restocked,
                    SUM(CASE condition WHEN 'damaged' THEN quantity ELSE 0 END) AS damaged
                    FROM return_receipts GROUP BY return_id, line_id) c ON c.return_id = x.return_id AND c.line_id = x.line_id
         WHERE x.received <> COALESCE(c.came, 0) OR x.restocked <> COALESCE(c.restocked, 0) OR x.damaged <> COALESCE(c.damaged, 0)",
    ),
    always(
        "b04",
        "what a receipt laid in stock is in the moves that it caused, once",
        "SELECT c.condition AS culprit FROM return_receipts c WHERE c.adjustment_id IS NOT NULL GROUP BY c.adjustment_id, c.condition
         HAVING SUM(c.restocked) <> COALESCE((SELECT SUM(m.delta) FROM stock_moves m
             WHERE m.cause_type = 'adjustment' AND m.cause_id = c.adjustment_id AND m.reason = 'returned'), 0)",
    ),
    always(
        "b05",
        "a return that is refunded has a refund of its order for what came, and of no more than that and shipping cost",
        "SELECT r.status AS culprit FROM returns r LEFT JOIN refunds f ON f.id = r.refund_id AND f.reference_id = r.order_id
         WHERE r.status = 'refunded' AND (f.id IS NULL
             OR f.amount_minor > (SELECT SUM(i.amount_minor) FROM refund_items i WHERE i.refund_id = f.id)
             OR EXISTS (SELECT 1 FROM return_lines x WHERE x.return_id = r.id AND x.received <> COALESCE((
                 SELECT SUM(i.quantity) FROM refund_items i WHERE i.refund_id = f.id AND i.line_id = x.line_id AND i.restock = FALSE), 0)))",
    ),
    always(
        "b06",
        "where a return stands is what its counts say",
        "SELECT r.status AS culprit FROM returns r
         JOIN (SELECT return_id, SUM(approved) AS approved, SUM(received) AS received FROM return_lines GROUP BY return_id) x ON x.return_id = r.id
         WHERE CASE r.status WHEN 'requested' THEN x.approved > 0 WHEN 'rejected' THEN x.approved > 0
             WHEN 'approved' THEN x.approved = 0 OR x.received > 0 WHEN 'part_received' THEN x.received = 0 OR x.received = x.approved
             WHEN 'received' THEN x.received = 0 OR x.received < x.approved WHEN 'cancelled' THEN x.received > 0
             ELSE x.received = 0 END",
    ),
];
