//! Forgetting jobs that are long over.

use chrono::TimeDelta;
use kernel::Origin;

use super::kind::{JobKind, Priority, Queue};
use super::model::{Handler, Job, JobError};
use super::store;
use crate::Context;

/// Rows of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 500;
/// Transactions of one run; the next one goes on.
const MOST_ROUNDS: usize = 2_000;

/// Deletes jobs that were done, called off or given up longer ago than `[jobs]` says; as often as one likes.
#[derive(Debug, Clone)]
pub struct SweepJobs(pub Context);

impl SweepJobs {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("jobs.sweep").on(Queue::Bulk).of_priority(Priority::Low);
}

#[async_trait::async_trait]
impl Handler for SweepJobs {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let (context, kept) = (&self.0, &self.0.config.jobs);
        let (done, discarded) = (TimeDelta::days(kept.keep_done_days), TimeDelta::days(kept.keep_discarded_days));
        for _ in 0..MOST_ROUNDS {
            let tx = context.begin(&Origin::system()).await?;
            let now = tx.now();
            let mut deleted = store::delete_done(&tx, now - done, AT_ONCE).await?;
            if deleted == 0 {
                deleted = store::delete_discarded(&tx, now - discarded, AT_ONCE).await?;
            }
            tx.commit().await?;
            if deleted == 0 || job.is_cancelled() {
                break;
            }
        }
        Ok(())
    }
}
