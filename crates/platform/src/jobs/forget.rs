//! Forgetting jobs that are long over.

use chrono::TimeDelta;

use super::kind::{JobKind, Priority, Queue};
use super::store;
use super::sweep::Sweep;
use crate::config::Config;
use crate::db::{DatabaseError, WriteTx};

/// Deletes jobs that were done, called off or given up longer ago than `[jobs]` says.
pub const SWEEP: Sweep = Sweep::new(JobKind::new("jobs.sweep").on(Queue::Bulk).of_priority(Priority::Low), |config, tx, most| {
    Box::pin(forget(config, tx, most))
});

async fn forget(config: &Config, tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    let kept = &config.jobs;
    let deleted = store::delete_done(tx, tx.now() - TimeDelta::days(kept.keep_done_days), most).await?;
    if deleted > 0 { Ok(deleted) } else { store::delete_discarded(tx, tx.now() - TimeDelta::days(kept.keep_discarded_days), most).await }
}
