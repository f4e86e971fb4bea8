//! Forgetting messages that came long ago.

use chrono::TimeDelta;
use kernel::Origin;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;
use crate::Notify;

/// What came in can be read, and told of again, for so long; so long does a repetition count as one.
const KEPT: TimeDelta = TimeDelta::days(30);
/// Rows of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 500;
/// Transactions of one run; the next one goes on.
const MOST_ROUNDS: usize = 200;

/// Forgets messages of more than thirty days ago; as often as one likes.
#[derive(Debug, Clone)]
pub struct SweepInbound(pub Notify);

impl SweepInbound {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("inbound.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepInbound {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        for _ in 0..MOST_ROUNDS {
            let tx = self.0.context.begin(&Origin::system()).await?;
            let swept = store::forget(&tx, tx.now() - KEPT, AT_ONCE).await?;
            tx.commit().await?;
            if swept == 0 {
                break;
            }
        }
        Ok(())
    }
}
