//! Forgetting what happened long ago, where the shop is told to.

use chrono::TimeDelta;
use kernel::Origin;

use super::store;
use crate::Context;
use crate::jobs::{Handler, Job, JobError, JobKind, Priority, Queue};
use crate::outbox::FactKinds;

/// Events of one transaction: few enough to hold SQLite's writer for milliseconds.
const AT_ONCE: i64 = 1_000;

/// Deletes events that are older than `events.keep_days` says, of things that are not rebuilt from them. The last event of each thing stays,
/// because the next one is numbered after it, and so does what a consumer has not read.
#[derive(Debug, Clone)]
pub struct SweepEvents {
    context: Context,
    kinds: Vec<&'static str>,
    consumers: Vec<&'static str>,
}

impl SweepEvents {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("events.sweep").on(Queue::Bulk).of_priority(Priority::Low);

    /// Forgets facts of these kinds that all of these consumers have read.
    #[must_use]
    pub fn new(context: Context, facts: &FactKinds, consumers: Vec<&'static str>) -> Self {
        let kinds = facts.iter().filter(|kind| kind.expires).map(|kind| kind.aggregate).collect();
        Self { context, kinds, consumers }
    }
}

#[async_trait::async_trait]
impl Handler for SweepEvents {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let days = self.context.config.events.keep_days;
        if days == 0 || self.kinds.is_empty() {
            return Ok(());
        }
        let reader = self.context.db.reader();
        let before = self.context.now() - TimeDelta::days(days);
        let last = store::last_before(reader, before).await?.min(store::read_by_all(reader, &self.consumers).await?);
        let mut after = 0;
        while after < last && !job.is_cancelled() {
            let to = (after + AT_ONCE).min(last);
            if store::is_forgettable(reader, &self.kinds, after, to).await? {
                let tx = self.context.begin(&Origin::system()).await?;
                store::forget(&tx, &self.kinds, after, to).await?;
                tx.commit().await?;
            }
            after = to;
        }
        Ok(())
    }
}
