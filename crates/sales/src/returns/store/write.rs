//! Writing returns, and what the lines of their orders wait for.

use kernel::{OrderId, OrderLineId, RefundId, ReturnId, StockAdjustmentId, UserId};
use platform::db::{self, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::orders;
use crate::returns::model::{Condition, Return};

/// Writes a new return with its lines.
pub(in crate::returns) async fn insert(tx: &WriteTx, back: &Return) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO returns (status, note, staff_note, rejection, instructions, tracking_number, label_url, refund_id,
        approved_at, ended_at, version, updated_at, updated_by, id, order_id, asked_by, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $12, $13)";
    let fixed = values![back.order_id, back.asked_by.as_str()];
    db::execute(tx, INSERT, row(tx, back).into_iter().chain(fixed).collect()).await?;
    put_lines(tx, back).await?;
    count_coming_back(tx, back.order_id).await
}

/// Writes what changes in the life of a return, and its next version.
pub(in crate::returns) async fn update(tx: &WriteTx, back: &mut Return) -> Result<(), DatabaseError> {
    const UPDATE: &str =
        "UPDATE returns SET status = $1, note = $2, staff_note = $3, rejection = $4, instructions = $5, tracking_number = $6,
        label_url = $7, refund_id = $8, approved_at = $9, ended_at = $10, version = $11, updated_at = $12, updated_by = $13 WHERE id = $14";
    back.version += 1;
    back.updated_at = tx.now();
    db::execute(tx, UPDATE, row(tx, back)).await.map(drop)
}

fn row(tx: &WriteTx, back: &Return) -> Vec<Value> {
    values![
        back.status.as_str(),
        back.note.as_deref(),
        back.staff_note.as_deref(),
        back.rejection.as_deref(),
        back.instructions.as_deref(),
        back.tracking_number.as_deref(),
        back.label_url.as_deref(),
        back.refund_id,
        back.approved_at,
        back.ended_at,
        back.version,
        back.updated_at,
        tx.actor().to_string(),
        back.id,
    ]
}

/// Writes the lines of a return, new ones and those of which the counts changed.
pub(in crate::returns) async fn put_lines(tx: &WriteTx, back: &Return) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO return_lines (return_id, position, line_id, reason, note, asked, approved, received, damaged, restocked) VALUES";
    const OR_COUNT: &str = "ON CONFLICT (return_id, position) DO UPDATE SET approved = excluded.approved, received = excluded.received,
        damaged = excluded.damaged, restocked = excluded.restocked";
    let rows = (1_i64..).zip(&back.lines).map(|(position, line)| {
        let (reason, note) = (line.reason.as_str(), line.note.as_deref());
        values![back.id, position, line.line_id, reason, note, line.asked, line.approved, line.received, line.damaged, line.restocked]
    });
    db::insert_many(tx, INSERT, rows.collect(), OR_COUNT).await.map(drop)
}

/// Notes which refund gives money back for a return.
pub(in crate::returns) async fn note_refund(tx: &WriteTx, id: ReturnId, refund: RefundId) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE returns SET refund_id = $1 WHERE id = $2", values![refund, id]).await.map(drop)
}

/// Counts anew what the lines of an order wait for: pieces that are to come, and pieces that came and are not paid back; the CHECKs on them
/// are the last word.
pub(in crate::returns) async fn count_coming_back(tx: &WriteTx, order: OrderId) -> Result<(), DatabaseError> {
    const LINES: &str = "UPDATE order_lines SET quantity_coming_back = COALESCE((
            SELECT SUM(CASE r.status WHEN 'requested' THEN x.asked ELSE x.approved - x.received END)
            FROM return_lines x JOIN returns r ON r.id = x.return_id
            WHERE x.line_id = order_lines.id AND r.status IN ('requested', 'approved', 'part_received')), 0)
        WHERE order_id = $1";
    // The order shows what its lines wait for.
    const ORDER: &str = "UPDATE orders SET version = version + 1, updated_at = $1, updated_by = $2 WHERE id = $3";
    db::execute(tx, LINES, values![order]).await?;
    orders::count_refunded(tx, order).await?;
    db::execute(tx, ORDER, values![tx.now(), tx.actor().to_string(), order]).await.map(drop)
}

/// Pieces of a line that came in one parcel.
#[derive(Debug, Clone, Copy)]
pub(in crate::returns) struct Receipt {
    pub(in crate::returns) line_id: OrderLineId,
    pub(in crate::returns) quantity: i64,
    pub(in crate::returns) condition: Condition,
    /// What laid them in stock, where something did.
    pub(in crate::returns) adjustment_id: Option<StockAdjustmentId>,
}

impl Receipt {
    /// How many of the pieces lie in stock again.
    pub(in crate::returns) const fn restocked(&self) -> i64 {
        if self.adjustment_id.is_some() { self.quantity } else { 0 }
    }
}

/// Notes what came, behind what came before.
pub(in crate::returns) async fn insert_receipts(tx: &WriteTx, id: ReturnId, receipts: &[Receipt]) -> Result<(), DatabaseError> {
    const LAST: &str = "SELECT CAST(COALESCE(MAX(position), 0) AS BIGINT) FROM return_receipts WHERE return_id = $1";
    const INSERT: &str = "INSERT INTO return_receipts (return_id, position, line_id, quantity, condition, restocked, adjustment_id, created_at, created_by) VALUES";
    let last: i64 = db::fetch_scalar(tx, LAST, values![id]).await?.unwrap_or(0);
    let rows = (last + 1..).zip(receipts).map(|(position, receipt)| {
        let (condition, by) = (receipt.condition.as_str(), tx.actor().to_string());
        values![id, position, receipt.line_id, receipt.quantity, condition, receipt.restocked(), receipt.adjustment_id, tx.now(), by]
    });
    db::insert_many(tx, INSERT, rows.collect(), "").await.map(drop)
}

#[derive(FromQueryResult)]
struct ReturnIdRow {
    id: Uuid,
}

/// Takes from the returns of a customer's orders all words, and the answers that are kept of commands on them.
pub(in crate::returns) async fn forget_of(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const RETURNS: &str = "SELECT r.id FROM returns r JOIN orders o ON o.id = r.order_id WHERE o.user_id = $1 ORDER BY r.id";
    const KEYS: &str = "DELETE FROM idempotency_keys WHERE answer_body LIKE $1 ESCAPE '!'";
    const WORDS: &str = "UPDATE returns SET note = NULL, staff_note = NULL, rejection = NULL, instructions = NULL, tracking_number = NULL,
        label_url = NULL WHERE order_id IN (SELECT id FROM orders WHERE user_id = $1)";
    const NOTES: &str = "UPDATE return_lines SET note = NULL WHERE return_id IN (
        SELECT r.id FROM returns r JOIN orders o ON o.id = r.order_id WHERE o.user_id = $1)";
    let returns: Vec<ReturnIdRow> = db::fetch_all(tx, RETURNS, values![user]).await?;
    for ReturnIdRow { id } in returns {
        db::execute(tx, KEYS, values![db::containing(&ReturnId::from_uuid(id).to_string())]).await?;
    }
    db::execute(tx, WORDS, values![user]).await?;
    db::execute(tx, NOTES, values![user]).await.map(drop)
}
