//! What always holds of invoices.

use platform::db::Invariant;

const fn always(code: &'static str, says: &'static str, sql: &'static str) -> Invariant {
    Invariant { code, says, sql, grace_s: None }
}

/// What always holds of invoices.
pub const INVARIANTS: &[Invariant] = &[
    always(
        "i01",
        "the numbers of a range in a year are 1 to n without a gap, and the next is n + 1",
        "SELECT r.prefix AS culprit FROM invoice_ranges r JOIN invoice_counters c ON c.range_id = r.id
         LEFT JOIN (SELECT range_id, year, COUNT(*) AS documents, MAX(sequence) AS last FROM invoices GROUP BY range_id, year) i
             ON i.range_id = c.range_id AND i.year = c.year
         WHERE c.next_number <> COALESCE(i.documents, 0) + 1 OR c.next_number <> COALESCE(i.last, 0) + 1
         UNION ALL
         SELECT i.number AS culprit FROM invoices i WHERE NOT EXISTS (
             SELECT 1 FROM invoice_counters c WHERE c.range_id = i.range_id AND c.year = i.year AND c.next_number > i.sequence)",
    ),
    always(
        "i02",
        "an invoice's totals are those of its order",
        "SELECT i.number AS culprit FROM invoices i JOIN orders o ON o.id = i.order_id
         WHERE i.kind = 'invoice' AND (i.gross_minor <> o.total_minor OR i.tax_minor <> o.tax_minor OR i.currency <> o.currency)",
    ),
    always(
        "i03",
        "a document's totals are the sums of its lines, and a line's tax that of its rates",
        "SELECT i.number AS culprit FROM invoices i
         LEFT JOIN (SELECT invoice_id, SUM(net_minor) AS net, SUM(tax_minor) AS tax FROM invoice_lines GROUP BY invoice_id) l
             ON l.invoice_id = i.id
         WHERE i.net_minor <> COALESCE(l.net, 0) OR i.tax_minor <> COALESCE(l.tax, 0)
         UNION ALL
         SELECT l.title AS culprit FROM invoice_lines l WHERE l.tax_minor <> COALESCE((
             SELECT SUM(t.amount_minor) FROM invoice_taxes t WHERE t.invoice_id = l.invoice_id AND t.position = l.position), 0)",
    ),
    always(
        "i04",
        "credit notes are of the order of their invoice, and take back no more of a line than it is",
        "SELECT c.number AS culprit FROM invoices c JOIN invoices i ON i.id = c.invoice_id
         WHERE i.kind <> 'invoice' OR i.order_id <> c.order_id OR i.currency <> c.currency
         UNION ALL
         SELECT i.number AS culprit FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
         JOIN (SELECT c.invoice_id, x.credited_position, SUM(x.gross_minor) AS gross, SUM(x.tax_minor) AS tax
               FROM invoices c JOIN invoice_lines x ON x.invoice_id = c.id WHERE c.invoice_id IS NOT NULL
               GROUP BY c.invoice_id, x.credited_position) b ON b.invoice_id = i.id AND b.credited_position = l.position
         WHERE b.gross > l.gross_minor OR b.tax > l.tax_minor
         UNION ALL
         SELECT c.number AS culprit FROM invoices c JOIN invoice_lines x ON x.invoice_id = c.id
         WHERE c.invoice_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM invoice_lines l WHERE l.invoice_id = c.invoice_id AND l.position = x.credited_position)",
    ),
    always(
        "i05",
        "a credit note comes to what its refund paid back, or to what was left of its invoice where that is less",
        "SELECT c.number AS culprit FROM invoices c JOIN invoices i ON i.id = c.invoice_id
         JOIN (SELECT x.refund_id, SUM(o.amount_minor) AS paid FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
               WHERE o.status = 'succeeded' GROUP BY x.refund_id) r ON r.refund_id = c.refund_id
         WHERE c.gross_minor > r.paid OR (c.gross_minor < r.paid
             AND i.gross_minor > (SELECT SUM(n.gross_minor) FROM invoices n WHERE n.invoice_id = i.id))",
    ),
];
