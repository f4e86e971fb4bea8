//! Rows of the tries.

use chrono::TimeDelta;
use kernel::Timestamp;
use platform::db::{self, DatabaseError, FromQueryResult, WriteTx};
use platform::values;

use super::model::Tries;

/// What counts for nothing any more is forgotten after this.
const KEPT: TimeDelta = TimeDelta::hours(1);

#[derive(FromQueryResult)]
struct TriesRow {
    key: Vec<u8>,
    tries: i64,
    last_try_at: Timestamp,
}

/// Holds the keys until the transaction ends, those without a row among them: tries at one account are counted in turn.
pub(super) async fn lock(tx: &WriteTx, keys: &[Vec<u8>]) -> Result<(), DatabaseError> {
    let names: Vec<String> = keys.iter().map(|key| key.iter().map(|byte| format!("{byte:02x}")).collect()).collect();
    db::lock_names(tx, &names).await
}

pub(super) async fn find(tx: &WriteTx, keys: &[Vec<u8>]) -> Result<Vec<(Vec<u8>, Tries)>, DatabaseError> {
    let sql = format!("SELECT key, tries, last_try_at FROM throttles WHERE key IN ({}) ORDER BY key", db::placeholders(1, keys.len()));
    let rows: Vec<TriesRow> = db::fetch_all(tx, &sql, keys.iter().flat_map(|key| values![key.clone()]).collect()).await?;
    Ok(rows.into_iter().map(|row| (row.key, Tries { count: row.tries, last_at: row.last_try_at })).collect())
}

pub(super) async fn keep(tx: &WriteTx, key: Vec<u8>, tries: Tries) -> Result<(), DatabaseError> {
    const UPSERT: &str = "INSERT INTO throttles (key, tries, last_try_at) VALUES ($1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET tries = excluded.tries, last_try_at = excluded.last_try_at";
    db::execute_later(tx, UPSERT, values![key, tries.count, tries.last_at]).await
}

pub(super) async fn forget(tx: &WriteTx, key: Vec<u8>) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM throttles WHERE key = $1", values![key]).await.map(drop)
}

pub(super) async fn give_back(tx: &WriteTx, key: Vec<u8>) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE throttles SET tries = tries - 1 WHERE key = $1 AND tries > 0", values![key]).await.map(drop)
}

/// Forgets what counts for nothing any more, so many at most; how many.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn sweep(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str =
        "DELETE FROM throttles WHERE key IN (SELECT key FROM throttles WHERE last_try_at < $1 ORDER BY last_try_at, key LIMIT $2)";
    db::execute(tx, DELETE, values![tx.now() - KEPT, most]).await
}
