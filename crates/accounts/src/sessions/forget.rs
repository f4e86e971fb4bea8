//! Forgetting sessions that are long over: they tell from where people came.

use chrono::TimeDelta;
use platform::jobs::{JobKind, Queue, Sweep};

use super::store;

/// So long after its time a session is kept, for whoever asks where an account was used.
const KEPT: TimeDelta = TimeDelta::days(30);

/// Deletes sessions whose time was over a month ago, with their tokens.
pub const SWEEP: Sweep = Sweep::new(JobKind::new("accounts.forget_ended_sessions").on(Queue::Bulk), |_, tx, most| {
    Box::pin(store::delete_over_before(tx, tx.now() - KEPT, most))
});
