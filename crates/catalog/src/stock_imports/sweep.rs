//! Forgetting imports that nobody asks for any more.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// How long what became of an import can be read.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets imports of more than thirty days ago.
pub const SWEEP: Sweep =
    Sweep::new(JobKind::new("stock_imports.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(store::forget(tx, tx.now() - KEPT, most)));
