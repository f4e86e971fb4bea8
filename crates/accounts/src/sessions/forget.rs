//! Forgetting sessions that are long over: they tell from where people came.

use chrono::TimeDelta;
use kernel::Origin;
use platform::Context;
use platform::db::DatabaseError;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;

/// So long after its time a session is kept, for whoever asks where an account was used.
const KEPT: TimeDelta = TimeDelta::days(30);
/// So many in one transaction, which nobody else waits for.
const BATCH: i64 = 1_000;

/// Deletes sessions whose time was over a month ago, with their tokens; how many. Doing it again does nothing.
///
/// # Errors
/// `DatabaseError`; what was deleted until then stays so.
pub async fn forget_ended(context: &Context) -> Result<u64, DatabaseError> {
    let mut forgotten = 0;
    loop {
        let tx = context.begin(&Origin::system()).await?;
        let deleted = store::delete_over_before(&tx, tx.now() - KEPT, BATCH).await?;
        tx.commit().await?;
        forgotten += deleted;
        if deleted < BATCH.unsigned_abs() {
            return Ok(forgotten);
        }
    }
}

/// The same as a job.
#[derive(Debug)]
pub struct ForgetEnded(pub Context);

impl ForgetEnded {
    /// What the job is called.
    pub const KIND: JobKind = JobKind::new("accounts.forget_ended_sessions").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for ForgetEnded {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _job: &Job) -> Result<(), JobError> {
        forget_ended(&self.0).await.map(drop).map_err(JobError::new)
    }
}
