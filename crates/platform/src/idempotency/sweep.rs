//! Forgetting keys of long ago.

use chrono::TimeDelta;

use super::store;
use crate::jobs::{JobKind, Priority, Queue, Sweep};

/// So long a repetition is answered as the first request was.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets keys whose answer was given a month ago.
pub const SWEEP: Sweep = Sweep::new(JobKind::new("idempotency.sweep").on(Queue::Bulk).of_priority(Priority::Low), |_, tx, most| {
    Box::pin(store::forget(tx, tx.now() - KEPT, most))
});
