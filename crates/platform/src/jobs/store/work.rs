//! What workers write: taking jobs, keeping them, ending them. Whatever ends or keeps one says with which fence it was taken, and asks by
//! `lease_until` whether it runs: asked by its state, PostgreSQL may walk the index of what runs, with all that ran since its last vacuum.

use chrono::TimeDelta;
use kernel::{JobId, Timestamp};
use uuid::Uuid;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value, WriteTx};
use crate::jobs::kind::{Priority, Queue};
use crate::jobs::model::{Job, Progress};
use crate::jobs::run::Ended;
use crate::values;

/// So long a worker may be out of touch before another one takes over; it renews its leases three times in it. What a checkout waits
/// for may lose its worker three times before its key is in progress for longer than five minutes.
pub(in crate::jobs) const LEASE: TimeDelta = TimeDelta::seconds(60);
/// Rows of one statement.
const AT_ONCE: i64 = 500;

/// Some of a queue that can be taken: those of one priority.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::jobs) struct Due {
    pub(in crate::jobs) queue: Queue,
    pub(in crate::jobs) priority: i64,
}

/// What a claim would find, the first to be taken first. One probe of the index for each queue and priority, asked of the reader, so that an
/// idle worker takes no write lock. The oldest of each and not whether there is any: whatever would do, PostgreSQL looks for by reading all
/// that waits.
pub(in crate::jobs) async fn due(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Due>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct DueRow {
        queue: String,
        priority: i64,
    }
    let each = |queue: &&str| Priority::ALL.iter().map(move |priority| format!("('{queue}', {})", priority.number())).collect::<Vec<_>>();
    let pairs: Vec<String> = Queue::WORDS.iter().flat_map(each).collect();
    let sql = format!(
        "WITH q(queue, priority) AS (VALUES {})
         SELECT q.queue AS queue, CAST(q.priority AS BIGINT) AS priority FROM q
         WHERE (SELECT j.run_at FROM jobs j WHERE j.state = 'available' AND j.queue = q.queue AND j.priority = q.priority
                ORDER BY j.run_at LIMIT 1) <= $1
            AND NOT EXISTS (SELECT 1 FROM job_queues p WHERE p.name = q.queue)",
        pairs.join(", ")
    );
    let rows: Vec<DueRow> = db::fetch_all(db, &sql, values![now]).await?;
    let of = |row: DueRow| {
        let queue = row.queue.parse().map_err(|_| DatabaseError::corrupt("the name of a queue"))?;
        Ok(Due { queue, priority: row.priority })
    };
    let mut due = rows.into_iter().map(of).collect::<Result<Vec<_>, DatabaseError>>()?;
    due.sort_by_key(|due| (due.queue, due.priority));
    Ok(due)
}

#[derive(FromQueryResult)]
struct ClaimedRow {
    id: Uuid,
    kind: String,
    payload: serde_json::Value,
    attempts: i64,
    max_attempts: i64,
    run_at: Timestamp,
    fence: i64,
}

/// Takes what is due, the oldest first; no two workers get the same, and nobody gets anything of a queue that is held.
pub(in crate::jobs) async fn claim(tx: &WriteTx, due: Due, most: usize) -> Result<Vec<Job>, DatabaseError> {
    const UPDATE: &str = "WITH due AS MATERIALIZED (
            SELECT id FROM jobs
            WHERE state = 'available' AND queue = $1 AND priority = $2 AND run_at <= $3
                AND NOT EXISTS (SELECT 1 FROM job_queues WHERE name = $1)
            ORDER BY run_at, id LIMIT $4
            FOR UPDATE SKIP LOCKED
        )
        UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $5, progress = NULL, updated_at = $3
        WHERE id IN (SELECT id FROM due)
        RETURNING id, kind, payload, attempts, max_attempts, run_at, fence";
    let most = i64::try_from(most).unwrap_or(AT_ONCE).min(AT_ONCE);
    let values = values![due.queue.as_str(), due.priority, tx.now(), most, tx.now() + LEASE];
    let mut rows: Vec<ClaimedRow> = db::fetch_all(tx, UPDATE, values).await?;
    rows.sort_by_key(|row| (row.run_at, row.id));
    let job = |row: ClaimedRow| {
        let ClaimedRow { id, kind, payload, attempts, max_attempts, fence, .. } = row;
        Job { id: JobId::from_uuid(id), kind, payload, attempts, max_attempts, queue: due.queue, fence, hold: <_>::default() }
    };
    Ok(rows.into_iter().map(job).collect())
}

/// True where a worker was out of touch for longer than its lease.
pub(in crate::jobs) async fn any_lost(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT lease_until FROM jobs WHERE state = 'running' ORDER BY lease_until LIMIT 1";
    Ok(db::fetch_scalar::<Timestamp>(db, SELECT, values![]).await?.is_some_and(|oldest| oldest < now))
}

/// Takes jobs back from workers that were lost, for the next one; those with their last attempt behind them are given up, for what kills
/// whoever takes it would go round for ever. How many were given up.
pub(in crate::jobs) async fn take_back_lost(tx: &WriteTx) -> Result<usize, DatabaseError> {
    #[derive(FromQueryResult)]
    struct StateRow {
        state: String,
    }
    const UPDATE: &str = "WITH lost AS MATERIALIZED (
            SELECT id FROM jobs WHERE state = 'running' AND lease_until < $1 ORDER BY id LIMIT $2
            FOR UPDATE SKIP LOCKED
        )
        UPDATE jobs SET lease_until = NULL, updated_at = $1, last_error = 'its worker was lost',
            state = CASE WHEN cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN attempts >= max_attempts THEN 'discarded'
                ELSE 'available' END,
            finished_at = CASE WHEN cancel_requested_at IS NOT NULL OR attempts >= max_attempts THEN $1 END
        WHERE id IN (SELECT id FROM lost)
        RETURNING state";
    let rows: Vec<StateRow> = db::fetch_all(tx, UPDATE, values![tx.now(), AT_ONCE]).await?;
    Ok(rows.iter().filter(|row| row.state == "discarded").count())
}

/// The rows of a list of values.
fn rows(count: usize, width: usize, from: usize) -> String {
    let rows: Vec<String> = (0..count).map(|row| format!("({})", db::placeholders(from + row * width, width))).collect();
    rows.join(", ")
}

/// Writes how runs ended, all in two statements; nothing of those whose lease was lost to another worker.
pub(in crate::jobs) async fn settle(tx: &WriteTx, ended: &[Ended]) -> Result<(), DatabaseError> {
    let (done, failed): (Vec<&Ended>, Vec<&Ended>) = ended.iter().partition(|ended| ended.failure.is_none());
    let done: Vec<&Ended> = done.into_iter().filter(|ended| !ended.job.is_completed()).collect();
    if !done.is_empty() {
        let sql = format!(
            "WITH x(id, fence) AS (VALUES {})
             UPDATE jobs SET state = 'completed', last_error = NULL, lease_until = NULL, updated_at = $1, finished_at = $1
             FROM x WHERE jobs.id = x.id AND jobs.fence = x.fence AND jobs.lease_until IS NOT NULL",
            rows(done.len(), 2, 2)
        );
        let held = done.iter().flat_map(|ended| values![ended.job.id, ended.job.fence]);
        db::execute_later(tx, &sql, values![tx.now()].into_iter().chain(held).collect()).await?;
    }
    if failed.is_empty() {
        return Ok(());
    }
    let sql = format!(
        "WITH x(id, fence, run_at, error, is_last) AS (VALUES {})
         UPDATE jobs SET updated_at = $1, last_error = x.error, run_at = x.run_at, lease_until = NULL,
            state = CASE WHEN jobs.cancel_requested_at IS NOT NULL THEN 'cancelled' WHEN x.is_last = 1 THEN 'discarded' ELSE 'available' END,
            finished_at = CASE WHEN jobs.cancel_requested_at IS NOT NULL OR x.is_last = 1 THEN $1 END
         FROM x WHERE jobs.id = x.id AND jobs.fence = x.fence AND jobs.lease_until IS NOT NULL",
        rows(failed.len(), 5, 2)
    );
    let row = |ended: &Ended| -> Vec<Value> {
        let failure = ended.failure.as_ref();
        let (pause, error) = failure.map_or((TimeDelta::zero(), String::new()), |failure| (failure.pause, failure.error.to_string()));
        values![ended.job.id, ended.job.fence, tx.now() + pause, error, i64::from(i32::from(ended.is_last()))]
    };
    let failed = failed.into_iter().flat_map(row);
    db::execute_later(tx, &sql, values![tx.now()].into_iter().chain(failed).collect()).await
}

/// Completes one job in a transaction of its handler's; false where another worker has it.
pub(in crate::jobs) async fn complete(tx: &WriteTx, job: &Job) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE jobs SET state = 'completed', last_error = NULL, lease_until = NULL, updated_at = $1, finished_at = $1
        WHERE id = $2 AND fence = $3 AND lease_until IS NOT NULL";
    Ok(db::execute(tx, UPDATE, values![tx.now(), job.id, job.fence]).await? == 1)
}

#[derive(FromQueryResult)]
struct HeldRow {
    id: Uuid,
    cancel_requested_at: Option<Timestamp>,
}

/// A job that was kept, and whether somebody asked for its end.
pub(in crate::jobs) struct Held {
    pub(in crate::jobs) id: JobId,
    pub(in crate::jobs) is_cancelled: bool,
}

impl From<HeldRow> for Held {
    fn from(row: HeldRow) -> Self {
        Self { id: JobId::from_uuid(row.id), is_cancelled: row.cancel_requested_at.is_some() }
    }
}

/// Renews the leases of jobs that this process runs; which of them it still has. One whose handler is just completing it is passed over:
/// waiting for it, while it waits for another of these, would be a circle.
pub(in crate::jobs) async fn renew(tx: &WriteTx, jobs: &[&Job]) -> Result<Vec<Held>, DatabaseError> {
    let sql = format!(
        "WITH x(id, fence) AS (VALUES {}), mine AS MATERIALIZED (
            SELECT jobs.id FROM jobs JOIN x ON jobs.id = x.id AND jobs.fence = x.fence WHERE jobs.lease_until IS NOT NULL ORDER BY jobs.id
            FOR UPDATE OF jobs SKIP LOCKED
         )
         UPDATE jobs SET lease_until = $1, updated_at = $2 WHERE id IN (SELECT id FROM mine) RETURNING id, cancel_requested_at",
        rows(jobs.len(), 2, 3)
    );
    let held = jobs.iter().flat_map(|job| values![job.id, job.fence]);
    let rows: Vec<HeldRow> = db::fetch_all(tx, &sql, values![tx.now() + LEASE, tx.now()].into_iter().chain(held).collect()).await?;
    Ok(rows.into_iter().map(Held::from).collect())
}

/// True where a worker still has the job that it took with this fence.
pub(in crate::jobs) async fn held(db: &impl ConnectionTrait, job: &Job) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM jobs WHERE id = $1 AND fence = $2 AND lease_until IS NOT NULL";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![job.id, job.fence]).await?.is_some())
}

/// Writes how far a job is, and renews its lease; false where its end is asked for, or another worker has it.
pub(in crate::jobs) async fn report(tx: &WriteTx, job: &Job, progress: &Progress) -> Result<bool, DatabaseError> {
    const UPDATE: &str =
        "UPDATE jobs SET progress = $1, lease_until = $2, updated_at = $3 WHERE id = $4 AND fence = $5 AND lease_until IS NOT NULL
        RETURNING id, cancel_requested_at";
    let values = values![serde_json::json!(progress), tx.now() + LEASE, tx.now(), job.id, job.fence];
    let kept: Option<HeldRow> = db::fetch_optional(tx, UPDATE, values).await?;
    Ok(kept.is_some_and(|kept| kept.cancel_requested_at.is_none()))
}
