//! Queues: which are held, and what is in them.

use kernel::Timestamp;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use crate::jobs::kind::Queue;
use crate::values;

/// A queue and how much is in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueueView {
    /// Which.
    pub queue: Queue,
    /// Since when nothing of it is begun, where it is held.
    pub paused_at: Option<Timestamp>,
    /// Jobs that wait for their time or a worker.
    pub available: i64,
    /// Of these, those whose time has come.
    pub due: i64,
    /// Jobs that a worker has.
    pub running: i64,
    /// Jobs that were given up.
    pub discarded: i64,
    /// Since when the oldest of those whose time has come waits.
    pub oldest_due_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct QueueRow {
    name: String,
    paused_at: Option<Timestamp>,
    available: i64,
    due: i64,
    running: i64,
    discarded: i64,
    oldest_due_at: Option<Timestamp>,
}

/// Every queue in the order of its declaration, each state counted in one walk of an index of its own: what is done is never read.
pub(in crate::jobs) async fn queues(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<QueueView>, DatabaseError> {
    let names: Vec<String> = Queue::WORDS.iter().map(|name| format!("('{name}')")).collect();
    let sql = format!(
        "WITH q(name) AS (VALUES {}),
            a AS (SELECT queue, COUNT(*) AS available, COUNT(CASE WHEN run_at <= $1 THEN 1 END) AS due, MIN(run_at) AS first_at
                FROM jobs WHERE state = 'available' GROUP BY queue),
            r AS (SELECT queue, COUNT(*) AS running FROM jobs WHERE state = 'running' GROUP BY queue),
            d AS (SELECT queue, COUNT(*) AS discarded FROM jobs WHERE state = 'discarded' GROUP BY queue)
         SELECT q.name AS name, p.paused_at AS paused_at,
            CAST(COALESCE(a.available, 0) AS BIGINT) AS available, CAST(COALESCE(a.due, 0) AS BIGINT) AS due,
            CAST(COALESCE(r.running, 0) AS BIGINT) AS running, CAST(COALESCE(d.discarded, 0) AS BIGINT) AS discarded,
            CASE WHEN a.due > 0 THEN a.first_at END AS oldest_due_at
         FROM q LEFT JOIN job_queues p ON p.name = q.name LEFT JOIN a ON a.queue = q.name LEFT JOIN r ON r.queue = q.name
            LEFT JOIN d ON d.queue = q.name",
        names.join(", ")
    );
    let rows: Vec<QueueRow> = db::fetch_all(db, &sql, values![now]).await?;
    let view = |row: QueueRow| {
        let queue = row.name.parse().map_err(|_| DatabaseError::corrupt("the name of a queue"))?;
        let QueueRow { paused_at, available, due, running, discarded, oldest_due_at, .. } = row;
        Ok(QueueView { queue, paused_at, available, due, running, discarded, oldest_due_at })
    };
    let mut views = rows.into_iter().map(view).collect::<Result<Vec<_>, DatabaseError>>()?;
    views.sort_by_key(|view| view.queue);
    Ok(views)
}

/// How many jobs of a queue a worker has.
pub(in crate::jobs) async fn running(db: &impl ConnectionTrait, queue: Queue) -> Result<i64, DatabaseError> {
    const SELECT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE state = 'running' AND queue = $1";
    Ok(db::fetch_scalar(db, SELECT, values![queue.as_str()]).await?.unwrap_or(0))
}

/// Holds a queue; false where it is held already.
pub(in crate::jobs) async fn pause(tx: &WriteTx, queue: Queue) -> Result<bool, DatabaseError> {
    const INSERT: &str = "INSERT INTO job_queues (name, paused_at) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";
    Ok(db::execute(tx, INSERT, values![queue.as_str(), tx.now()]).await? == 1)
}

/// Lets a queue go on; false where it was not held.
pub(in crate::jobs) async fn resume(tx: &WriteTx, queue: Queue) -> Result<bool, DatabaseError> {
    Ok(db::execute(tx, "DELETE FROM job_queues WHERE name = $1", values![queue.as_str()]).await? == 1)
}
