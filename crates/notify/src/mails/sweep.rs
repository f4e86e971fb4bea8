//! Forgetting letters of long ago.

use chrono::TimeDelta;
use kernel::Origin;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;
use crate::Notify;

/// What became of a letter can be looked up for so long.
const KEPT: TimeDelta = TimeDelta::days(180);
/// Rows of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 500;
/// Transactions of one run; the next one goes on.
const MOST_ROUNDS: usize = 200;

/// Forgets letters that were sent or given up half a year ago; as often as one likes.
#[derive(Debug, Clone)]
pub struct SweepMails(pub Notify);

impl SweepMails {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("mails.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepMails {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        for _ in 0..MOST_ROUNDS {
            let tx = self.0.context.begin(&Origin::system()).await?;
            let forgotten = store::forget(&tx, tx.now() - KEPT, AT_ONCE).await?;
            tx.commit().await?;
            if forgotten == 0 {
                break;
            }
        }
        Ok(())
    }
}
