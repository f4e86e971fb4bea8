//! Making jobs, calling them off, bringing them back, forgetting them.

use kernel::{JobId, Timestamp};
use uuid::Uuid;

use crate::db::{self, DatabaseError, FromQueryResult, WriteTx};
use crate::jobs::model::{JobState, NewJob};
use crate::values;

/// The form of what handlers read.
const PAYLOAD_VERSION: i64 = 1;

/// Enqueues a job with the data that makes it necessary; one with the same unique key that waits or runs makes this a no-op.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn enqueue(tx: &WriteTx, job: NewJob) -> Result<(), DatabaseError> {
    enqueue_all(tx, vec![job]).await
}

/// The same of many jobs, in one statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn enqueue_all(tx: &WriteTx, jobs: Vec<NewJob>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO jobs (id, queue, kind, payload, payload_version, priority, unique_key, state, run_at, max_attempts,
            traceparent, created_at, updated_at) VALUES";
    const ONCE: &str = "ON CONFLICT (unique_key) WHERE unique_key IS NOT NULL AND state IN ('available', 'running') DO NOTHING";
    let row = |job: NewJob| {
        let NewJob { id, kind, payload, run_at, unique_key } = job;
        values![
            id.unwrap_or_else(JobId::generate),
            kind.queue().as_str(),
            kind.name(),
            payload,
            PAYLOAD_VERSION,
            kind.priority().number(),
            unique_key,
            JobState::Available.as_str(),
            run_at,
            kind.max_attempts(),
            tx.origin().traceparent.clone(),
            tx.now(),
            tx.now()
        ]
    };
    db::insert_many_later(tx, INSERT, jobs.into_iter().map(row).collect(), ONCE).await
}

/// Calls off a job that waits; one that runs is asked to end. True where it is off at once.
pub(in crate::jobs) async fn cancel(tx: &WriteTx, id: JobId) -> Result<bool, DatabaseError> {
    const WAITING: &str = "UPDATE jobs SET state = 'cancelled', cancel_requested_at = $1, finished_at = $1, updated_at = $1
        WHERE id = $2 AND state = 'available'";
    const RUNNING: &str = "UPDATE jobs SET cancel_requested_at = $1, updated_at = $1
        WHERE id = $2 AND state = 'running' AND cancel_requested_at IS NULL";
    if db::execute(tx, WAITING, values![tx.now(), id]).await? == 1 {
        return Ok(true);
    }
    db::execute(tx, RUNNING, values![tx.now(), id]).await?;
    Ok(false)
}

/// Brings a job back, with all its attempts; the caller holds it and knows that it is over.
pub(in crate::jobs) async fn retry(tx: &WriteTx, id: JobId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE jobs SET state = 'available', attempts = 0, run_at = $1, finished_at = NULL, cancel_requested_at = NULL,
            progress = NULL, updated_at = $1
        WHERE id = $2";
    db::execute(tx, UPDATE, values![tx.now(), id]).await.map(drop)
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Brings back discarded jobs of a kind, some of them; which. Of those that do the same one comes back, and none where another one of them
/// waits or runs.
pub(in crate::jobs) async fn retry_some(tx: &WriteTx, kind: &str, most: i64) -> Result<Vec<JobId>, DatabaseError> {
    const UPDATE: &str = "WITH back AS MATERIALIZED (
            SELECT id FROM jobs AS j WHERE j.state = 'discarded' AND j.kind = $1
                AND (j.unique_key IS NULL OR NOT EXISTS (
                    SELECT 1 FROM jobs AS o WHERE o.unique_key = j.unique_key
                        AND (o.state IN ('available', 'running') OR (o.state = 'discarded' AND o.id < j.id))
                ))
            ORDER BY j.id LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE jobs SET state = 'available', attempts = 0, run_at = $3, finished_at = NULL, cancel_requested_at = NULL, progress = NULL,
            updated_at = $3
        WHERE id IN (SELECT id FROM back) RETURNING id";
    let rows: Vec<IdRow> = db::fetch_all(tx, UPDATE, values![kind, most, tx.now()]).await?;
    Ok(rows.into_iter().map(|row| JobId::from_uuid(row.id)).collect())
}

/// Deletes jobs that were done or called off before this moment, some of them; how many.
pub(in crate::jobs) async fn delete_done(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE state IN ('completed', 'cancelled') AND finished_at < $1 ORDER BY finished_at LIMIT $2)";
    db::execute(tx, DELETE, values![before, most]).await
}

/// Deletes jobs that were given up before this moment, some of them; how many.
pub(in crate::jobs) async fn delete_discarded(tx: &WriteTx, before: Timestamp, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM jobs WHERE id IN (
        SELECT id FROM jobs WHERE state = 'discarded' AND finished_at < $1 ORDER BY finished_at LIMIT $2)";
    db::execute(tx, DELETE, values![before, most]).await
}
