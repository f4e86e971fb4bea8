//! Forgetting messages of long ago.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// A row keeps its event from being told twice, for far longer than that is news.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets messages that were sent or given up a month ago.
pub const SWEEP: Sweep =
    Sweep::new(JobKind::new("push.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(store::sweep(tx, tx.now() - KEPT, most)));
