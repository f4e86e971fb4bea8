//! Forgetting reports: whoever wants one again asks for it again.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// How long a report can be fetched.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Forgets reports of more than thirty days ago.
pub const SWEEP: Sweep =
    Sweep::new(JobKind::new("reports.sweep").on(Queue::Bulk), |_, tx, most| Box::pin(store::forget(tx, tx.now() - KEPT, most)));
