//! Forgetting messages of long ago.

use chrono::TimeDelta;
use kernel::Origin;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;
use crate::Notify;

/// A row keeps its event from being told twice, for far longer than that is news.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Rows of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 500;
/// Transactions of one run; the next one goes on.
const MOST_ROUNDS: usize = 200;

/// Forgets messages that were sent or given up a month ago; as often as one likes.
#[derive(Debug, Clone)]
pub struct SweepPush(pub Notify);

impl SweepPush {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("push.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepPush {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        for _ in 0..MOST_ROUNDS {
            let tx = self.0.context.begin(&Origin::system()).await?;
            let forgotten = store::sweep(&tx, tx.now() - KEPT, AT_ONCE).await?;
            tx.commit().await?;
            if forgotten == 0 {
                break;
            }
        }
        Ok(())
    }
}
