//! Forgetting letters of long ago.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// What became of a letter can be looked up for so long.
const KEPT: TimeDelta = TimeDelta::days(180);

/// Forgets letters that were sent or given up half a year ago.
pub const SWEEP: Sweep =
    Sweep::new(JobKind::new("mails.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(store::forget(tx, tx.now() - KEPT, most)));
