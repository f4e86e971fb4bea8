//! Rows of the holds.

use kernel::{HoldId, StockLocationId, Timestamp, UserId, VariantId};
use platform::db::{self, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::inventory::holds::{Held, HoldEnd};
use crate::inventory::plan::Portion;

#[derive(FromQueryResult)]
struct HoldRow {
    id: Uuid,
    line_id: Uuid,
    variant_id: Uuid,
    location_id: Uuid,
    rest: i64,
}

impl From<HoldRow> for Held {
    fn from(row: HoldRow) -> Self {
        Self {
            id: HoldId::from_uuid(row.id),
            line_id: row.line_id,
            variant_id: VariantId::from_uuid(row.variant_id),
            location_id: StockLocationId::from_uuid(row.location_id),
            rest: row.rest,
        }
    }
}

/// For whom and until when stock is put aside.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Holder {
    pub(in crate::inventory) reference_id: Uuid,
    pub(in crate::inventory) user_id: Option<UserId>,
    pub(in crate::inventory) expires_at: Option<Timestamp>,
}

pub(in crate::inventory) async fn insert_holds(tx: &WriteTx, holder: Holder, portions: &[Portion]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO holds
        (id, reference_id, line_id, variant_id, location_id, user_id, state, quantity, expires_at, created_at, updated_at) VALUES";
    let row = |portion: &Portion| {
        values![
            HoldId::generate(),
            holder.reference_id,
            portion.line_id,
            portion.variant_id,
            portion.location_id,
            holder.user_id,
            "held",
            portion.pieces,
            holder.expires_at,
            tx.now(),
            tx.now(),
        ]
    };
    db::insert_many_later(tx, INSERT, portions.iter().map(row).collect(), "").await
}

/// Takes the expiry off what is still held.
pub(in crate::inventory) async fn keep_holds(tx: &WriteTx, reference_id: Uuid) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE holds SET expires_at = NULL, updated_at = $1
        WHERE reference_id = $2 AND state = 'held' AND expires_at IS NOT NULL";
    db::execute_later(tx, UPDATE, values![tx.now(), reference_id]).await
}

/// Moves the expiry of what is still held.
pub(in crate::inventory) async fn hold_until(tx: &WriteTx, reference_id: Uuid, until: Timestamp) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE holds SET expires_at = $1, updated_at = $2
        WHERE reference_id = $3 AND state = 'held' AND expires_at IS NOT NULL";
    db::execute_later(tx, UPDATE, values![until, tx.now(), reference_id]).await
}

/// Locks and answers what is still held for a reference. Holds are locked before levels, everywhere.
pub(in crate::inventory) async fn lock_holds_of(tx: &WriteTx, reference_id: Uuid) -> Result<Vec<Held>, DatabaseError> {
    const SELECT: &str = "SELECT id, line_id, variant_id, location_id, quantity - consumed - released AS rest FROM holds
        WHERE reference_id = $1 AND state = 'held' ORDER BY id FOR UPDATE";
    let rows: Vec<HoldRow> = db::fetch_all(tx, SELECT, values![reference_id]).await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// Locks and answers every hold of these lines, the ended ones with a rest of 0, each line's in the order in which it
/// was planned: the location of first priority first.
pub(in crate::inventory) async fn lock_holds_of_lines(tx: &WriteTx, lines: &[Uuid]) -> Result<Vec<Held>, DatabaseError> {
    let sql = format!(
        "SELECT id, line_id, variant_id, location_id, quantity - consumed - released AS rest FROM holds
         WHERE line_id IN ({}) ORDER BY id FOR UPDATE",
        db::placeholders(1, lines.len())
    );
    let values: Vec<Value> = lines.iter().flat_map(|line| values![*line]).collect();
    let rows: Vec<HoldRow> = db::fetch_all(tx, &sql, values).await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// Books pieces of locked holds as shipped or given back; a hold of which nothing is left ends as what ended it.
pub(in crate::inventory) async fn end_holds(tx: &WriteTx, end: HoldEnd, pieces: &[(HoldId, i64)]) -> Result<(), DatabaseError> {
    const FIXED: usize = 2;
    if pieces.is_empty() {
        return Ok(());
    }
    let column = match end {
        HoldEnd::Consumed => "consumed",
        HoldEnd::Released => "released",
    };
    let rows: Vec<String> = (0..pieces.len()).map(|row| format!("({})", db::placeholders(FIXED + 1 + row * 2, 2))).collect();
    let sql = format!(
        "WITH x(id, pieces) AS (VALUES {})
         UPDATE holds SET {column} = {column} + x.pieces, expires_at = CASE WHEN $2 = 'consumed' THEN NULL ELSE expires_at END,
             state = CASE WHEN consumed + released + x.pieces = quantity THEN $2 ELSE 'held' END, updated_at = $1
         FROM x WHERE holds.id = x.id AND state = 'held'",
        rows.join(", ")
    );
    let mut values = values![tx.now(), end.as_str()];
    values.extend(pieces.iter().flat_map(|(id, pieces)| values![*id, *pieces]));
    match db::execute(tx, &sql, values).await? {
        changed if changed == pieces.len() as u64 => Ok(()),
        _ => Err(DatabaseError::corrupt("holds: a locked hold was ended by somebody else")),
    }
}
