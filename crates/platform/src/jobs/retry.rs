//! Bringing back what was given up or called off.

use kernel::{JobId, Origin};

use super::error::JobCommandError;
use super::model::{JobState, StoredJob};
use super::store;
use crate::Context;
use crate::audit::{self, Entry};
use crate::db::{DatabaseError, OnBroken};

/// More than these are brought back in several transactions.
const AT_ONCE: i64 = 500;

/// Brings a discarded or cancelled job back, with all its attempts.
///
/// # Errors
/// `NotFound`, `NotOver`, `Doubled`.
pub async fn retry(context: &Context, origin: &Origin, id: JobId) -> Result<StoredJob, JobCommandError> {
    let tx = context.begin(origin).await?;
    let before = store::lock(&tx, id).await?.ok_or(JobCommandError::NotFound)?;
    if !matches!(before.state, JobState::Discarded | JobState::Cancelled) {
        tx.commit().await?;
        return Err(JobCommandError::NotOver(before.state));
    }
    store::retry(&tx, id).await.on_unique("jobs_unique_key", "jobs.unique_key", || JobCommandError::Doubled)?;
    let entry = Entry::of("job.retried", id).before(&serde_json::json!({ "kind": before.kind, "state": before.state }));
    audit::record(&tx, &entry).await?;
    let job = store::find(&tx, id).await?.ok_or(JobCommandError::NotFound)?;
    tx.commit().await?;
    Ok(job)
}

/// Brings back all discarded jobs of a kind, but for those that do what another one does that waits or runs; how many.
///
/// # Errors
/// `DatabaseError`; what was brought back until then stays so.
pub async fn retry_all(context: &Context, origin: &Origin, kind: &str) -> Result<u64, DatabaseError> {
    let mut retried = 0;
    loop {
        let tx = context.begin(origin).await?;
        let jobs = store::retry_some(&tx, kind, AT_ONCE).await?;
        for id in &jobs {
            audit::record(&tx, &Entry::of("job.retried", *id).before(&serde_json::json!({ "kind": kind }))).await?;
        }
        tx.commit().await?;
        if jobs.is_empty() {
            return Ok(retried);
        }
        retried += jobs.len() as u64;
    }
}
