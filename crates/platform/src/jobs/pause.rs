//! Holding a queue, and letting it go on.

use kernel::{Origin, Timestamp};

use super::kind::Queue;
use super::store;
use crate::Context;
use crate::audit::{self, Entry};
use crate::db::{ConnectionTrait, DatabaseError};

pub use super::store::QueueView;

/// Every queue, with what is in it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn queues(db: &impl ConnectionTrait, now: Timestamp) -> Result<Vec<QueueView>, DatabaseError> {
    store::queues(db, now).await
}

/// Has nothing of a queue begun any more, by whoever; what runs is finished. Done again it changes nothing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn pause(context: &Context, origin: &Origin, queue: Queue) -> Result<QueueView, DatabaseError> {
    hold(context, origin, queue, true).await
}

/// Lets a queue go on.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn resume(context: &Context, origin: &Origin, queue: Queue) -> Result<QueueView, DatabaseError> {
    hold(context, origin, queue, false).await
}

async fn hold(context: &Context, origin: &Origin, queue: Queue, held: bool) -> Result<QueueView, DatabaseError> {
    let tx = context.begin(origin).await?;
    let changed = if held { store::pause(&tx, queue).await? } else { store::resume(&tx, queue).await? };
    if changed {
        let action = if held { "job_queue.paused" } else { "job_queue.resumed" };
        audit::record(&tx, &Entry::of(action, queue)).await?;
    }
    let now = tx.now();
    let view = store::queues(&tx, now).await?.into_iter().find(|view| view.queue == queue);
    tx.commit().await?;
    view.ok_or_else(|| DatabaseError::corrupt("every queue is listed"))
}

/// True where nothing of a queue is running.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn drained(db: &impl ConnectionTrait, queue: Queue) -> Result<bool, DatabaseError> {
    Ok(store::running(db, queue).await? == 0)
}
