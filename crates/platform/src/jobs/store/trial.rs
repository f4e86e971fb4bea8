//! What jobs of a crash campaign write. The table has no key, so that what was done twice is seen.

use serde::Serialize;

use crate::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use crate::values;

/// What has become of a trial.
#[derive(Debug, Clone, Serialize, FromQueryResult)]
pub struct TrialVerdict {
    /// Jobs that there are.
    pub jobs: i64,
    /// Of these, those that are done.
    pub completed: i64,
    /// Rows that they wrote.
    pub effects: i64,
    /// Jobs that wrote one, however often.
    pub done_once: i64,
    /// How often they were begun.
    pub attempts: i64,
}

pub(in crate::jobs) async fn make_trial(tx: &WriteTx) -> Result<(), DatabaseError> {
    tx.batch("CREATE TABLE IF NOT EXISTS job_trials (number BIGINT NOT NULL)").await
}

pub(in crate::jobs) async fn write_trial(tx: &WriteTx, number: i64) -> Result<(), DatabaseError> {
    db::execute_later(tx, "INSERT INTO job_trials (number) VALUES ($1)", values![number]).await
}

pub(in crate::jobs) async fn trial_verdict(db: &impl ConnectionTrait, kind: &str) -> Result<TrialVerdict, DatabaseError> {
    const SELECT: &str = "SELECT
        (SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE kind = $1) AS jobs,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM jobs WHERE kind = $1 AND state = 'completed') AS completed,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM job_trials) AS effects,
        (SELECT CAST(COUNT(DISTINCT number) AS BIGINT) FROM job_trials) AS done_once,
        (SELECT CAST(COALESCE(SUM(attempts), 0) AS BIGINT) FROM jobs WHERE kind = $1) AS attempts";
    db::fetch_one(db, SELECT, values![kind]).await
}
