//! Forgetting what counts for nothing any more.

use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{JobKind, Queue, Sweep};

use crate::{oauth, one_time, throttle};

/// Forgets links and tries that count for nothing any more.
pub const SWEEP: Sweep = Sweep::new(JobKind::new("sign_in.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(forget(tx, most)));

async fn forget(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    Ok(one_time::sweep(tx, most).await? + throttle::sweep(tx, most).await? + oauth::sweep(tx, most).await?)
}
