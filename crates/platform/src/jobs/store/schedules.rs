//! How far each schedule has come, and whether it is held.

use kernel::Timestamp;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use crate::values;

/// What is kept of a schedule.
#[derive(Debug, FromQueryResult)]
pub(in crate::jobs) struct Kept {
    pub(in crate::jobs) name: String,
    /// The latest slot that somebody saw.
    pub(in crate::jobs) ticked_at: Timestamp,
    pub(in crate::jobs) paused_at: Option<Timestamp>,
    pub(in crate::jobs) last_run_at: Option<Timestamp>,
}

/// What is kept of each schedule whose clock was ever looked at.
pub(in crate::jobs) async fn schedules(db: &impl ConnectionTrait) -> Result<Vec<Kept>, DatabaseError> {
    db::fetch_all(db, "SELECT name, ticked_at, paused_at, last_run_at FROM schedules ORDER BY name", vec![]).await
}

/// Notes from when on a schedule ticks, unless that is known by now.
pub(in crate::jobs) async fn begin_ticking(tx: &WriteTx, name: &str, slot: Timestamp) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO schedules (name, ticked_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    db::execute_later(tx, INSERT, values![name, slot]).await
}

/// Moves a schedule on to this slot; true where something comes of it: nobody else has, and it is not held.
pub(in crate::jobs) async fn move_tick(tx: &WriteTx, name: &str, slot: Timestamp) -> Result<bool, DatabaseError> {
    #[derive(FromQueryResult)]
    struct PausedRow {
        paused_at: Option<Timestamp>,
    }
    const UPDATE: &str = "UPDATE schedules SET ticked_at = $1, last_run_at = CASE WHEN paused_at IS NULL THEN $2 ELSE last_run_at END
        WHERE name = $3 AND ticked_at < $1 RETURNING paused_at";
    let moved: Option<PausedRow> = db::fetch_optional(tx, UPDATE, values![slot, tx.now(), name]).await?;
    Ok(moved.is_some_and(|row| row.paused_at.is_none()))
}

/// Notes that a job was made of it out of turn.
pub(in crate::jobs) async fn note_run(tx: &WriteTx, name: &str) -> Result<(), DatabaseError> {
    db::execute_later(tx, "UPDATE schedules SET last_run_at = $1 WHERE name = $2", values![tx.now(), name]).await
}

/// Holds a schedule; one that is held stays so since when it is.
pub(in crate::jobs) async fn pause_schedule(tx: &WriteTx, name: &str) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE schedules SET paused_at = $1 WHERE name = $2 AND paused_at IS NULL";
    db::execute_later(tx, UPDATE, values![tx.now(), name]).await
}

/// Lets a schedule go on. Slots that came while it was held are over.
pub(in crate::jobs) async fn resume_schedule(tx: &WriteTx, name: &str) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE schedules SET paused_at = NULL, ticked_at = CASE WHEN ticked_at < $1 THEN $1 ELSE ticked_at END
        WHERE name = $2 AND paused_at IS NOT NULL";
    db::execute_later(tx, UPDATE, values![tx.now(), name]).await
}
