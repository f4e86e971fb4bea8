//! Forgetting changes that nobody asks for any more.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// How long a change can be read, applied and undone.
pub(super) const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets changes that were done, or asked for and never done, more than thirty days ago, but for those that are worked on.
pub const SWEEP: Sweep =
    Sweep::new(JobKind::new("price_changes.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(store::forget(tx, tx.now() - KEPT, most)));
