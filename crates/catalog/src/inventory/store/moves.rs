//! Rows of the stock ledger.

use kernel::{StockLocationId, StockMoveId, VariantId};
use platform::db::{self, DatabaseError, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::inventory::moves::{MoveCause, MoveReason};

/// The key that keeps one cause from being booked twice, as each database names it.
pub(in crate::inventory) const MOVE_CAUSE_KEY: (&str, &str) = (
    "stock_moves_cause_key",
    "stock_moves.cause_type, stock_moves.cause_id, stock_moves.reason, stock_moves.variant_id, stock_moves.location_id",
);

/// A change of what is on hand, to be written down.
#[derive(Debug, Clone)]
pub(in crate::inventory) struct NewMove {
    pub(in crate::inventory) variant_id: VariantId,
    pub(in crate::inventory) location_id: StockLocationId,
    pub(in crate::inventory) delta: i64,
    pub(in crate::inventory) on_hand_after: i64,
}

/// Why moves are written: the same for all that one act moves.
#[derive(Debug, Clone, Copy)]
pub(in crate::inventory) struct Cause<'a> {
    pub(in crate::inventory) kind: MoveCause,
    pub(in crate::inventory) id: Uuid,
    pub(in crate::inventory) reason: MoveReason,
    pub(in crate::inventory) note: Option<&'a str>,
}

/// Writes the moves of one cause; one that was booked before breaks `stock_moves_cause_key`.
pub(in crate::inventory) async fn insert_moves(tx: &WriteTx, cause: Cause<'_>, moves: &[NewMove]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO stock_moves
        (id, variant_id, location_id, delta, on_hand_after, reason, cause_type, cause_id, note, created_at, created_by) VALUES";
    let actor = tx.actor().to_string();
    let row = |it: &NewMove| {
        values![
            StockMoveId::generate(),
            it.variant_id,
            it.location_id,
            it.delta,
            it.on_hand_after,
            cause.reason.as_str(),
            cause.kind.as_str(),
            cause.id,
            cause.note,
            tx.now(),
            &actor,
        ]
    };
    db::insert_many(tx, INSERT, moves.iter().map(row).collect(), "").await.map(drop)
}
