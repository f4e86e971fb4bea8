//! Calling a job off.

use kernel::{JobId, Origin};

use super::error::JobCommandError;
use super::model::{JobState, StoredJob};
use super::store;
use crate::Context;
use crate::audit::{self, Entry};

/// Calls a job off: one that waits at once; one that runs hears of it within a third of its lease, and ends when its handler does. The job as it is now.
///
/// # Errors
/// `NotFound`, `Over`.
pub async fn cancel(context: &Context, origin: &Origin, id: JobId) -> Result<StoredJob, JobCommandError> {
    let tx = context.begin(origin).await?;
    let is_cancelled = store::cancel(&tx, id).await?;
    let job = store::find(&tx, id).await?.ok_or(JobCommandError::NotFound)?;
    if !is_cancelled && job.state != JobState::Running {
        // On SQLite what ended it may be of the same group, and not durable yet.
        tx.commit().await?;
        return Err(JobCommandError::Over(job.state));
    }
    audit::record(&tx, &Entry::of("job.cancelled", id).after(&serde_json::json!({ "kind": job.kind, "state": job.state }))).await?;
    tx.commit().await?;
    Ok(job)
}
