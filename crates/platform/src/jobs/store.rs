//! Rows of the jobs table.

use chrono::TimeDelta;
use kernel::{JobId, Timestamp};
use uuid::Uuid;

use super::model::{Job, JobState, NewJob};
use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, WriteTx};
use crate::values;

/// What always holds of jobs.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e10",
    says: "a running job's lease ended less than five minutes ago",
    sql: "SELECT kind AS culprit FROM jobs WHERE state = 'running' AND lease_until < $1",
    grace_s: Some(300),
}];

/// Longer than any job of ours runs (a provider is waited for 20 s); after it another worker takes over. What a checkout waits
/// for may lose its worker three times before its key is in progress for longer than five minutes.
const LEASE: TimeDelta = TimeDelta::seconds(60);
const COLUMNS: &str = "id, kind, payload, state, run_at, attempts, max_attempts, fence, last_error, created_at";

#[derive(FromQueryResult)]
struct JobRow {
    id: Uuid,
    kind: String,
    payload: serde_json::Value,
    state: String,
    run_at: Timestamp,
    attempts: i64,
    max_attempts: i64,
    fence: i64,
    last_error: Option<String>,
    created_at: Timestamp,
}

impl TryFrom<JobRow> for Job {
    type Error = DatabaseError;

    fn try_from(row: JobRow) -> Result<Self, DatabaseError> {
        Ok(Self {
            id: JobId::from_uuid(row.id),
            kind: row.kind,
            payload: row.payload,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("jobs.state"))?,
            run_at: row.run_at,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            fence: row.fence,
            last_error: row.last_error,
            created_at: row.created_at,
        })
    }
}

/// Enqueues a job with the data that makes it necessary; one with the same unique key that waits or runs makes this a no-op.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn enqueue(tx: &WriteTx, job: NewJob) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO jobs (id, queue, kind, payload, payload_version, priority, unique_key, state, run_at, max_attempts,
            traceparent, created_at, updated_at)
        VALUES ($1, $2, $3, $4, 1, $5, $6, 'available', $7, $8, $9, $10, $10)
        ON CONFLICT (unique_key) WHERE state IN ('available', 'running') DO NOTHING";
    let traceparent = tx.origin().traceparent.clone();
    let NewJob { kind, payload, run_at, unique_key } = job;
    let (queue, priority) = (kind.queue().as_str(), kind.priority().number());
    let values =
        values![JobId::generate(), queue, kind.name(), payload, priority, unique_key, run_at, kind.max_attempts(), traceparent, tx.now()];
    db::execute_later(tx, INSERT, values).await
}

/// Gives up jobs whose last allowed worker was lost; how many. One that kills whoever takes it would go round for ever.
pub(super) async fn give_up_lost(tx: &WriteTx) -> Result<u64, DatabaseError> {
    const UPDATE: &str = "UPDATE jobs SET state = 'discarded', last_error = 'its worker was lost', lease_until = NULL, updated_at = $1,
            finished_at = $1
        WHERE state = 'running' AND lease_until < $1 AND attempts >= max_attempts";
    db::execute(tx, UPDATE, values![tx.now()]).await
}

/// Takes due jobs, and those whose worker lost its lease; no two workers get the same.
pub(super) async fn claim(tx: &WriteTx, most: i64) -> Result<Vec<Job>, DatabaseError> {
    let sql = format!(
        "UPDATE jobs SET state = 'running', attempts = attempts + 1, fence = fence + 1, lease_until = $1, updated_at = $2
         WHERE id IN (
             SELECT id FROM jobs
             WHERE (state = 'available' AND run_at <= $2) OR (state = 'running' AND lease_until < $2)
             ORDER BY priority, run_at, id LIMIT $3 FOR UPDATE SKIP LOCKED
         )
         RETURNING {COLUMNS}"
    );
    let rows: Vec<JobRow> = db::fetch_all(tx, &sql, values![tx.now() + LEASE, tx.now(), most]).await?;
    rows.into_iter().map(Job::try_from).collect()
}

/// True where a claim would find something; asked of the reader, so that an idle worker takes no write lock.
pub(super) async fn any_due(db: &impl ConnectionTrait, now: Timestamp) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM jobs
        WHERE (state = 'available' AND run_at <= $1) OR (state = 'running' AND lease_until < $1) LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![now]).await?.is_some())
}

/// Writes how a run ended; nothing where the lease was lost to another worker.
pub(super) async fn finish(
    tx: &WriteTx,
    job: &Job,
    state: JobState,
    run_at: Timestamp,
    error: Option<String>,
) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE jobs SET state = $1, run_at = $2, last_error = $3, lease_until = NULL, updated_at = $4, finished_at = $5
        WHERE id = $6 AND fence = $7 AND state = 'running'";
    let finished = (state != JobState::Available).then(|| tx.now());
    db::execute(tx, UPDATE, values![state.as_str(), run_at, error, tx.now(), finished, job.id, job.fence]).await.map(drop)
}

/// Which jobs a list shows.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// Only in this state.
    pub state: Option<JobState>,
    /// Only of this kind.
    pub kind: Option<String>,
    /// Only those made before this one: the last of the page before.
    pub before: Option<JobId>,
}

/// Jobs, newest first: ids grow with time, and each page goes on where the one before ended.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, filter: &JobFilter, most: i64) -> Result<Vec<Job>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE ($1 IS NULL OR state = $1) AND ($2 IS NULL OR kind = $2) AND id < $3 ORDER BY id DESC LIMIT $4"
    );
    let state = filter.state.map(JobState::as_str);
    let before = filter.before.map_or(Uuid::max(), JobId::uuid);
    let rows: Vec<JobRow> = db::fetch_all(db, &sql, values![state, filter.kind.as_deref(), before, most]).await?;
    rows.into_iter().map(Job::try_from).collect()
}

/// One job.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: JobId) -> Result<Option<Job>, DatabaseError> {
    let row: Option<JobRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM jobs WHERE id = $1"), values![id]).await?;
    row.map(Job::try_from).transpose()
}

/// Brings a discarded job back, with all its attempts; false where there is no such discarded job.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn retry(tx: &WriteTx, id: JobId) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE jobs SET state = 'available', attempts = 0, run_at = $1, finished_at = NULL, updated_at = $1
        WHERE id = $2 AND state = 'discarded'";
    Ok(db::execute(tx, UPDATE, values![tx.now(), id]).await? == 1)
}

/// Kinds of jobs that are due, running, or given up: what a quiet shop has none of.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn unfinished(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<Job>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE (state = 'available' AND run_at <= $1) OR state IN ('running', 'discarded') ORDER BY created_at, id"
    );
    let rows: Vec<JobRow> = db::fetch_all(db, &sql, values![now]).await?;
    rows.into_iter().map(Job::try_from).collect()
}

/// How many jobs there are that are not done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, FromQueryResult)]
pub struct JobCounts {
    /// Wait for their time or a worker.
    pub available: i64,
    /// Of these, those whose time has come.
    pub due: i64,
    /// A worker has them.
    pub running: i64,
    /// Given up.
    pub discarded: i64,
}

/// Counts what is not done, each state by its own index: what is done is never read.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn count(db: &impl ConnectionTrait, now: Timestamp) -> Result<JobCounts, DatabaseError> {
    const SELECT: &str = "SELECT
        (SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE state = 'available') AS available,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE state = 'available' AND run_at <= $1) AS due,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE state = 'running') AS running,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE state = 'discarded') AS discarded";
    db::fetch_one(db, SELECT, values![now]).await
}

/// The latest tick of each recurring job that ever ticked.
pub(super) async fn ticks(db: &impl ConnectionTrait) -> Result<Vec<(String, Timestamp)>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct TickRow {
        kind: String,
        ticked_at: Timestamp,
    }
    let rows: Vec<TickRow> = db::fetch_all(db, "SELECT kind, ticked_at FROM recurring_jobs ORDER BY kind", vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.kind, row.ticked_at)).collect())
}

/// Notes from when on a kind ticks, unless that is known by now.
pub(super) async fn begin_ticking(tx: &WriteTx, kind: &str, tick: Timestamp) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO recurring_jobs (kind, ticked_at) VALUES ($1, $2) ON CONFLICT (kind) DO NOTHING";
    db::execute_later(tx, INSERT, values![kind, tick]).await
}

/// Moves a kind on to this tick; false where somebody else has.
pub(super) async fn move_tick(tx: &WriteTx, kind: &str, tick: Timestamp) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE recurring_jobs SET ticked_at = $1 WHERE kind = $2 AND ticked_at < $1";
    Ok(db::execute(tx, UPDATE, values![tick, kind]).await? == 1)
}
