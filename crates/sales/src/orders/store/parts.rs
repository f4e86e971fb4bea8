//! Tags, notes and parcels of orders.

use std::collections::BTreeMap;

use kernel::{FulfilmentId, NoteId, OrderId, OrderLineId, Quantity, Timestamp, fold};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::orders::model::{Fulfilment, Order};
use crate::orders::note::Note;

#[derive(FromQueryResult)]
struct TagRow {
    tag: String,
}

pub(super) async fn tags_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<String>, DatabaseError> {
    let rows: Vec<TagRow> = db::fetch_all(db, "SELECT tag FROM order_tags WHERE order_id = $1 ORDER BY position", values![id]).await?;
    Ok(rows.into_iter().map(|row| row.tag).collect())
}

/// The order's tags from now on; of two that differ in case only the first stays.
pub(in crate::orders) async fn replace_tags(tx: &WriteTx, order: &Order, tags: &[String]) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM order_tags WHERE order_id = $1", values![order.id]).await?;
    let rows = (1_i64..).zip(tags).map(|(position, tag)| values![order.id, fold(tag), tag, position, order.placed_at]);
    let insert = "INSERT INTO order_tags (order_id, tag_key, tag, position, placed_at) VALUES";
    db::insert_many(tx, insert, rows.collect(), "ON CONFLICT (order_id, tag_key) DO NOTHING").await.map(drop)
}

#[derive(FromQueryResult)]
struct NoteRow {
    id: Uuid,
    body: String,
    created_at: Timestamp,
    created_by: String,
}

pub(in crate::orders) async fn notes_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<Note>, DatabaseError> {
    const SELECT: &str = "SELECT id, body, created_at, created_by FROM order_notes WHERE order_id = $1 ORDER BY created_at, id";
    let rows: Vec<NoteRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let note =
        |row: NoteRow| Note { id: NoteId::from_uuid(row.id), body: row.body, created_at: row.created_at, created_by: row.created_by };
    Ok(rows.into_iter().map(note).collect())
}

pub(in crate::orders) async fn insert_note(tx: &WriteTx, id: OrderId, note: &Note) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO order_notes (id, order_id, body, created_at, created_by) VALUES ($1, $2, $3, $4, $5)";
    db::execute(tx, INSERT, values![note.id, id, &note.body, note.created_at, &note.created_by]).await.map(drop)
}

/// Writes a parcel and adds its pieces to the counters of its lines; the CHECK on them is the last word.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn record_fulfilment(
    tx: &WriteTx,
    order_id: OrderId,
    parcel: &Fulfilment,
    lines: &[(OrderLineId, Quantity)],
) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO fulfilments (id, order_id, status, carrier, tracking_number, tracking_url, delivered_at, created_at, updated_at,
        created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)";
    const COUNT: &str = "UPDATE order_lines SET quantity_fulfilled = quantity_fulfilled + (
            SELECT fl.quantity FROM fulfilment_lines fl WHERE fl.fulfilment_id = $1 AND fl.line_id = order_lines.id)
        WHERE id IN (SELECT line_id FROM fulfilment_lines WHERE fulfilment_id = $1)";
    let (carrier, number, url) = (parcel.carrier.as_deref(), parcel.tracking_number.as_deref(), parcel.tracking_url.as_deref());
    let actor = tx.actor().to_string();
    let values = values![parcel.id, order_id, parcel.status.as_str(), carrier, number, url, parcel.delivered_at, parcel.created_at, actor];
    db::execute(tx, INSERT, values).await?;
    let rows = lines.iter().map(|(line, quantity)| values![parcel.id, *line, *quantity]);
    db::insert_many(tx, "INSERT INTO fulfilment_lines (fulfilment_id, line_id, quantity) VALUES", rows.collect(), "").await?;
    db::execute(tx, COUNT, values![parcel.id]).await.map(drop)
}

/// Writes what staff learned of a parcel since it left: the tracking number, and that it arrived.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn update_fulfilment(tx: &WriteTx, id: FulfilmentId, parcel: &Fulfilment) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE fulfilments SET status = $1, carrier = $2, tracking_number = $3, tracking_url = $4, delivered_at = $5,
        version = version + 1, updated_at = $6, updated_by = $7 WHERE id = $8";
    let (carrier, number, url) = (parcel.carrier.as_deref(), parcel.tracking_number.as_deref(), parcel.tracking_url.as_deref());
    let values = values![parcel.status.as_str(), carrier, number, url, parcel.delivered_at, tx.now(), tx.actor().to_string(), id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// Counts anew how many pieces of each line are paid back: what staff ordered back and no provider refused whole.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn count_refunded(tx: &WriteTx, id: OrderId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE order_lines SET
            quantity_refunded = COALESCE((
                SELECT SUM(i.quantity) FROM refund_items i WHERE i.line_id = order_lines.id AND EXISTS (
                    SELECT 1 FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
                    WHERE x.refund_id = i.refund_id AND o.status <> 'failed')), 0),
            quantity_to_refund = COALESCE((
                SELECT SUM(l.received) FROM return_lines l JOIN returns r ON r.id = l.return_id
                WHERE l.line_id = order_lines.id AND (r.status IN ('part_received', 'received')
                    OR r.status = 'refunded' AND r.refund_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM refund_operations x JOIN payment_operations o ON o.id = x.operation_id
                        WHERE x.refund_id = r.refund_id AND o.status <> 'failed'))), 0)
        WHERE order_id = $1";
    db::execute(tx, UPDATE, values![id]).await.map(drop)
}

/// Adds to the pieces of a line that were called off before they left, and that came back; the CHECK on them is the last word.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn count_restocked(tx: &WriteTx, id: OrderLineId, called_off: i64, returned: i64) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE order_lines SET quantity_cancelled = quantity_cancelled + $1, quantity_returned = quantity_returned + $2
        WHERE id = $3";
    db::execute(tx, UPDATE, values![called_off, returned, id]).await.map(drop)
}

#[derive(FromQueryResult)]
struct FulfilmentRow {
    id: Uuid,
    status: String,
    carrier: Option<String>,
    tracking_number: Option<String>,
    tracking_url: Option<String>,
    delivered_at: Option<Timestamp>,
    created_at: Timestamp,
    version: i64,
    line_id: Uuid,
    quantity: i64,
}

/// One row per parcel and line, folded into parcels; a parcel has at least one line.
pub(super) async fn fulfilments_of(db: &impl ConnectionTrait, id: OrderId) -> Result<Vec<Fulfilment>, DatabaseError> {
    const SELECT: &str = "SELECT f.id, f.status, f.carrier, f.tracking_number, f.tracking_url, f.delivered_at, f.created_at, f.version, fl.line_id, fl.quantity
        FROM fulfilments f JOIN fulfilment_lines fl ON fl.fulfilment_id = f.id
        WHERE f.order_id = $1 ORDER BY f.created_at, f.id, fl.line_id";
    let rows: Vec<FulfilmentRow> = db::fetch_all(db, SELECT, values![id]).await?;
    let mut parcels: BTreeMap<(Timestamp, Uuid), Fulfilment> = BTreeMap::new();
    for row in rows {
        let status = row.status.parse().map_err(|_| DatabaseError::corrupt("fulfilments.status"))?;
        let parcel = parcels.entry((row.created_at, row.id)).or_insert_with(|| Fulfilment {
            id: FulfilmentId::from_uuid(row.id),
            status,
            carrier: row.carrier,
            tracking_number: row.tracking_number,
            tracking_url: row.tracking_url,
            delivered_at: row.delivered_at,
            lines: Vec::new(),
            created_at: row.created_at,
            version: row.version,
        });
        parcel.lines.push((OrderLineId::from_uuid(row.line_id), row.quantity));
    }
    Ok(parcels.into_values().collect())
}
