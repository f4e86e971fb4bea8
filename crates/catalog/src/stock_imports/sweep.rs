//! Forgetting imports that nobody asks for any more.

use chrono::TimeDelta;
use kernel::Origin;
use platform::Context;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::store;

/// How long what became of an import can be read.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets imports of more than thirty days ago; as often as one likes.
#[derive(Debug)]
pub struct SweepStockImports(pub Context);

impl SweepStockImports {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("stock_imports.sweep").on(Queue::Bulk);
}

#[async_trait::async_trait]
impl Handler for SweepStockImports {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        let tx = self.0.begin(&Origin::system()).await?;
        store::forget(&tx, tx.now() - KEPT).await?;
        Ok(tx.commit().await?)
    }
}
