//! Forgetting messages that came long ago.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// What came in can be read, and told of again, for so long; so long does a repetition count as one.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets messages of more than thirty days ago.
pub const SWEEP: Sweep =
    Sweep::new(JobKind::new("inbound.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(store::forget(tx, tx.now() - KEPT, most)));
