//! What of an invoice was taken back, and what is to be.

use std::collections::HashMap;

use kernel::{InvoiceId, OrderId, RefundId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters};
use platform::values;
use uuid::Uuid;

use crate::invoices::model::InvoiceLine;
use crate::invoices::shares::Creditable;

#[derive(FromQueryResult)]
struct CreditedRow {
    position: i64,
    minor: i64,
}

#[derive(FromQueryResult)]
struct CreditedTaxRow {
    position: i64,
    place: i64,
    minor: i64,
}

/// The lines of an invoice, each with what credit notes took back of it. Two statements.
pub(in crate::invoices) async fn creditable(
    db: &impl ConnectionTrait,
    id: InvoiceId,
    lines: Vec<InvoiceLine>,
) -> Result<Vec<Creditable>, DatabaseError> {
    const LINES: &str = "SELECT l.credited_position AS position, CAST(SUM(l.gross_minor) AS BIGINT) AS minor
        FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id WHERE i.invoice_id = $1 GROUP BY l.credited_position ORDER BY 1";
    const TAXES: &str = "SELECT l.credited_position AS position, t.place, CAST(SUM(t.amount_minor) AS BIGINT) AS minor
        FROM invoices i JOIN invoice_lines l ON l.invoice_id = i.id
        JOIN invoice_taxes t ON t.invoice_id = l.invoice_id AND t.position = l.position
        WHERE i.invoice_id = $1 GROUP BY l.credited_position, t.place ORDER BY 1, 2";
    let credited: Vec<CreditedRow> = db::fetch_all(db, LINES, values![id]).await?;
    let credited: HashMap<i64, i64> = credited.into_iter().map(|row| (row.position, row.minor)).collect();
    let taxes: Vec<CreditedTaxRow> = db::fetch_all(db, TAXES, values![id]).await?;
    let taxes: HashMap<(i64, i64), i64> = taxes.into_iter().map(|row| ((row.position, row.place), row.minor)).collect();
    let of = |line: InvoiceLine| Creditable {
        credited_minor: credited.get(&line.position).copied().unwrap_or(0),
        credited_taxes: (1..).zip(&line.taxes).map(|(place, _)| taxes.get(&(line.position, place)).copied().unwrap_or(0)).collect(),
        line,
    };
    Ok(lines.into_iter().map(of).collect())
}

#[derive(FromQueryResult)]
struct PaymentRow {
    id: Uuid,
    reference_id: Uuid,
}

/// Which orders these payments are for.
pub(in crate::invoices) async fn orders_of_payments(
    db: &impl ConnectionTrait,
    payments: impl Iterator<Item = Uuid>,
) -> Result<HashMap<Uuid, Uuid>, DatabaseError> {
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(payments);
    if parameters.0.is_empty() {
        return Ok(HashMap::new());
    }
    let sql = format!("SELECT id, reference_id FROM payments WHERE id IN ({ids}) ORDER BY id");
    let rows: Vec<PaymentRow> = db::fetch_all(db, &sql, parameters.0).await?;
    Ok(rows.into_iter().map(|row| (row.id, row.reference_id)).collect())
}

/// What went back before the order was sold is in no invoice.
const OF_SALE: &str = "EXISTS (SELECT 1 FROM ledger_transactions s
    WHERE s.reference_id = r.reference_id AND s.kind = 'sale' AND s.created_at <= r.created_at)";

const OPEN: &str = "EXISTS (SELECT 1 FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
    WHERE x.refund_id = r.id AND o.status IN ('pending', 'unknown'))";

/// The oldest refund of an order that gave money back, is over and has no credit note.
pub(in crate::invoices) async fn due_refund(db: &impl ConnectionTrait, order: OrderId) -> Result<Option<RefundId>, DatabaseError> {
    let sql = format!(
        "SELECT r.id FROM refunds r WHERE r.reference_id = $1 AND {OF_SALE} AND NOT {OPEN}
             AND EXISTS (SELECT 1 FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
                 WHERE x.refund_id = r.id AND o.status = 'succeeded')
             AND NOT EXISTS (SELECT 1 FROM invoices i WHERE i.refund_id = r.id)
         ORDER BY r.id LIMIT 1"
    );
    Ok(db::fetch_scalar::<Uuid>(db, &sql, values![order]).await?.map(RefundId::from_uuid))
}

/// What credit notes of an invoice say was paid back.
pub(in crate::invoices) async fn paid_back(db: &impl ConnectionTrait, invoice: InvoiceId) -> Result<i64, DatabaseError> {
    const SELECT: &str = "SELECT CAST(COALESCE(SUM(paid_minor), 0) AS BIGINT) FROM invoices WHERE invoice_id = $1";
    Ok(db::fetch_scalar(db, SELECT, values![invoice]).await?.unwrap_or(0))
}

/// True while nobody knows what becomes of a refund of the order.
pub(in crate::invoices) async fn has_open_refund(db: &impl ConnectionTrait, order: OrderId) -> Result<bool, DatabaseError> {
    let sql = format!("SELECT CAST(1 AS BIGINT) FROM refunds r WHERE r.reference_id = $1 AND {OF_SALE} AND {OPEN} LIMIT 1");
    Ok(db::fetch_scalar::<i64>(db, &sql, values![order]).await?.is_some())
}
