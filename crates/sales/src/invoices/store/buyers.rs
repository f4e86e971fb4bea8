//! Who bought, and how that is forgotten.

use kernel::{InvoiceId, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use serde_json::Value;
use uuid::Uuid;

/// The documents of a customer's orders.
const OF_USER: &str = "SELECT i.id FROM orders o JOIN invoices i ON i.order_id = o.id WHERE o.user_id = $1";

#[derive(FromQueryResult)]
struct BuyerRow {
    id: Uuid,
    number: String,
    issued_on: String,
    buyer: Option<Value>,
}

/// Number, day and buyer of each document of a customer's orders, the oldest first.
pub(in crate::invoices) async fn buyers_of(
    db: &impl ConnectionTrait,
    user: UserId,
) -> Result<Vec<(InvoiceId, String, String, Option<Value>)>, DatabaseError> {
    let sql = format!(
        "SELECT i.id, i.number, i.issued_on, b.buyer FROM invoices i JOIN invoice_buyers b ON b.invoice_id = i.id
         WHERE i.id IN ({OF_USER}) ORDER BY i.id"
    );
    let rows: Vec<BuyerRow> = db::fetch_all(db, &sql, values![user]).await?;
    Ok(rows.into_iter().map(|row| (InvoiceId::from_uuid(row.id), row.number, row.issued_on, row.buyer)).collect())
}

/// Notes that a customer is to be forgotten as soon as the law no longer wants the name.
pub(in crate::invoices) async fn ask_erasure(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    let sql = format!("UPDATE invoice_buyers SET erasure_asked_at = $2 WHERE erasure_asked_at IS NULL AND invoice_id IN ({OF_USER})");
    db::execute(tx, &sql, values![user, tx.now()]).await.map(drop)
}

/// Forgets who bought what was invoiced before this day, of those who are to be forgotten; how many documents that were.
pub(in crate::invoices) async fn erase_buyers(tx: &WriteTx, before: &str, most: i64) -> Result<u64, DatabaseError> {
    const UPDATE: &str = "UPDATE invoice_buyers SET buyer = NULL, erased_at = $1 WHERE invoice_id IN (
        SELECT b.invoice_id FROM invoice_buyers b JOIN invoices i ON i.id = b.invoice_id
        WHERE b.erasure_asked_at IS NOT NULL AND b.erased_at IS NULL AND i.issued_on < $2 ORDER BY b.invoice_id LIMIT $3)";
    db::execute(tx, UPDATE, values![tx.now(), before, most]).await
}
