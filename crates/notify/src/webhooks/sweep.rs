//! Giving up what nobody waits for, and forgetting what is long over.

use chrono::TimeDelta;
use kernel::Origin;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;
use crate::Notify;

/// What became of a message can be looked up, and asked for again, for so long.
const KEPT: TimeDelta = TimeDelta::days(90);
/// Rows of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 500;
/// Transactions of one run; the next one goes on.
const MOST_ROUNDS: usize = 200;

/// Gives up what waits for endpoints that are told no more, and forgets deliveries of more than ninety days ago and endpoints that were
/// removed; as often as one likes.
#[derive(Debug, Clone)]
pub struct SweepWebhooks(pub Notify);

impl SweepWebhooks {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("webhooks.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepWebhooks {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        for _ in 0..MOST_ROUNDS {
            let tx = self.0.context.begin(&Origin::system()).await?;
            let swept = store::give_up(&tx, AT_ONCE).await? + store::forget(&tx, tx.now() - KEPT, AT_ONCE).await?;
            let removed = if swept == 0 { store::forget_removed(&tx).await? } else { 0 };
            tx.commit().await?;
            if swept + removed == 0 {
                break;
            }
        }
        Ok(())
    }
}
