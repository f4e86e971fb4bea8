//! Looking at jobs.

use kernel::{JobId, Page, PageRequest, Timestamp};
use uuid::Uuid;

use crate::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, Invariant, ListError};
use crate::jobs::kind::Queue;
use crate::jobs::model::{JobState, Progress, StoredJob};
use crate::values;

/// What always holds of jobs.
pub const INVARIANTS: &[Invariant] = &[Invariant {
    code: "e10",
    says: "a running job's lease ended less than five minutes ago",
    sql: "SELECT kind AS culprit FROM jobs WHERE state = 'running' AND lease_until < $1",
    grace_s: Some(300),
}];

/// What the list is sorted by: what `?sort=` and cursors call it.
pub const SORT: &str = "created_at";

const COLUMNS: &str = "id, queue, kind, payload, state, run_at, attempts, max_attempts, fence, progress, cancel_requested_at, last_error,
    finished_at, created_at";

#[derive(FromQueryResult)]
struct JobRow {
    id: Uuid,
    queue: String,
    kind: String,
    payload: serde_json::Value,
    state: String,
    run_at: Timestamp,
    attempts: i64,
    max_attempts: i64,
    fence: i64,
    progress: Option<serde_json::Value>,
    cancel_requested_at: Option<Timestamp>,
    last_error: Option<String>,
    finished_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl TryFrom<JobRow> for StoredJob {
    type Error = DatabaseError;

    fn try_from(row: JobRow) -> Result<Self, DatabaseError> {
        let progress: Option<Result<Progress, _>> = row.progress.map(serde_json::from_value);
        Ok(Self {
            id: JobId::from_uuid(row.id),
            queue: row.queue.parse().map_err(|_| DatabaseError::corrupt("jobs.queue"))?,
            kind: row.kind,
            payload: row.payload,
            state: row.state.parse().map_err(|_| DatabaseError::corrupt("jobs.state"))?,
            run_at: row.run_at,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            fence: row.fence,
            progress: progress.transpose().map_err(|_| DatabaseError::corrupt("jobs.progress"))?,
            cancel_requested_at: row.cancel_requested_at,
            last_error: row.last_error,
            finished_at: row.finished_at,
            created_at: row.created_at,
        })
    }
}

/// Which jobs a list shows; every filter that is given must hold.
#[derive(Debug, Clone, Default)]
pub struct JobFilter {
    /// In any of these states.
    pub states: Vec<JobState>,
    /// Of this kind.
    pub kind: Option<String>,
    /// In any of these queues.
    pub queues: Vec<Queue>,
}

/// One page of jobs by when they were made, which their ids grow with; the newest first where `descending`. At most two statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &JobFilter,
    descending: bool,
    request: &PageRequest,
) -> Result<Page<StoredJob>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is_among("state", filter.states.iter().map(|state| state.as_str()));
    narrowed.is("kind", filter.kind.as_deref());
    narrowed.is_among("queue", filter.queues.iter().map(|queue| queue.as_str()));
    let jobs = ById { columns: COLUMNS, source: "jobs", id: "id" };
    jobs.page::<JobRow, StoredJob>(db, narrowed, (request, descending), |job| job.id.uuid()).await
}

/// One job.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: JobId) -> Result<Option<StoredJob>, DatabaseError> {
    let row: Option<JobRow> = db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM jobs WHERE id = $1"), values![id]).await?;
    row.map(StoredJob::try_from).transpose()
}

/// Jobs that are due, running, or given up: what a quiet shop has none of.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn unfinished(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<StoredJob>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM jobs WHERE (state = 'available' AND run_at <= $1) OR state IN ('running', 'discarded') ORDER BY created_at, id"
    );
    let rows: Vec<JobRow> = db::fetch_all(db, &sql, values![now]).await?;
    rows.into_iter().map(StoredJob::try_from).collect()
}

/// One job, held until the transaction ends.
pub(in crate::jobs) async fn lock(db: &impl ConnectionTrait, id: JobId) -> Result<Option<StoredJob>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM jobs WHERE id = $1 FOR UPDATE");
    let row: Option<JobRow> = db::fetch_optional(db, &sql, values![id]).await?;
    row.map(StoredJob::try_from).transpose()
}
