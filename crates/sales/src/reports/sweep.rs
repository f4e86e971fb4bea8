//! Forgetting reports: whoever wants one again asks for it again.

use chrono::TimeDelta;
use kernel::Origin;
use platform::Context;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;

/// How long a report can be fetched.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets reports of more than thirty days ago; as often as one likes.
#[derive(Debug)]
pub struct SweepReports(pub Context);

impl SweepReports {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("reports.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepReports {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        let tx = self.0.begin(&Origin::system()).await?;
        store::forget(&tx, tx.now() - KEPT).await?;
        Ok(tx.commit().await?)
    }
}
