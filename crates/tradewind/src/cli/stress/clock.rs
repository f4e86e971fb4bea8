//! The machine's clock, which can be set forward: orders expire within a second instead of a week.

use std::sync::{Mutex, PoisonError};

use chrono::TimeDelta;
use kernel::{Clock, SystemClock, Timestamp};

/// Runs as the machine's does, so far ahead of it.
#[derive(Debug, Default)]
pub(super) struct ForwardClock {
    ahead: Mutex<TimeDelta>,
}

impl ForwardClock {
    /// Sets the hands forward.
    pub(super) fn advance(&self, by: TimeDelta) {
        *self.ahead.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }
}

impl Clock for ForwardClock {
    fn now(&self) -> Timestamp {
        SystemClock.now() + *self.ahead.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
