//! Jobs that a crash campaign counts: each writes one row in the transaction that ends it. They exist in builds with the feature `failpoints`.

use std::time::Duration;

use kernel::Origin;

use super::kind::JobKind;
use super::model::{Handler, Job, JobError, NewJob};
use super::store;
use crate::Context;
use crate::db::DatabaseError;

pub use super::store::TrialVerdict;

/// Jobs of one transaction.
const AT_ONCE: i64 = 500;
/// So long one takes at most, so that most of them are cut off in the middle.
const LONGEST_MS: u64 = 200;

/// Writes down that it was done.
#[derive(Debug)]
pub struct TrialJob(pub Context);

impl TrialJob {
    /// Dying is what workers do here: nothing is given up for it.
    const KIND: JobKind = JobKind::new("jobs.trial").attempts(100_000);
}

#[async_trait::async_trait]
impl Handler for TrialJob {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let number: i64 = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..=LONGEST_MS))).await;
        let tx = self.0.begin(&Origin::system()).await?;
        store::write_trial(&tx, number).await?;
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}

/// Enqueues so many of them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn enqueue_trial(context: &Context, count: i64) -> Result<(), DatabaseError> {
    let tx = context.begin(&Origin::system()).await?;
    store::make_trial(&tx).await?;
    tx.commit().await?;
    let mut first = 0;
    while first < count {
        let tx = context.begin(&Origin::system()).await?;
        let next = (first + AT_ONCE).min(count);
        store::enqueue_all(&tx, (first..next).map(|number| NewJob::new(TrialJob::KIND, number.into(), tx.now())).collect()).await?;
        tx.commit().await?;
        first = next;
    }
    Ok(())
}

/// What has become of them.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn trial_verdict(context: &Context) -> Result<TrialVerdict, DatabaseError> {
    store::trial_verdict(context.db.reader(), TrialJob::KIND.name()).await
}
