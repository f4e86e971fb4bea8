//! Giving up what nobody waits for, and forgetting what is long over.

use chrono::TimeDelta;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// What became of a message can be looked up, and asked for again, for so long.
const KEPT: TimeDelta = TimeDelta::days(90);

/// Gives up what waits for endpoints that are told no more, and forgets deliveries of more than ninety days ago and endpoints that were
/// removed.
pub const SWEEP: Sweep = Sweep::new(JobKind::new("webhooks.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(forget(tx, most)));

async fn forget(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    let swept = store::give_up(tx, most).await? + store::forget(tx, tx.now() - KEPT, most).await?;
    if swept > 0 { Ok(swept) } else { store::forget_removed(tx).await }
}
