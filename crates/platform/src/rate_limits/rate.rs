//! A bucket of requests that refills evenly: the generic cell rate algorithm (ITU-T I.371), in nanoseconds.

use std::time::Duration;

/// So many requests at once, and as many again in each such time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    limit: u64,
    window_s: u64,
    /// What one request takes to come back.
    interval_ns: u64,
}

/// More is no limit for anybody, and its product with an interval still fits.
const MOST: u64 = 1_000_000_000;

impl Rate {
    /// At least one request in a window of at least a second.
    #[must_use]
    pub fn new(limit: u64, window: Duration) -> Self {
        let (limit, window_s) = (limit.clamp(1, MOST), window.as_secs().max(1));
        Self { limit, window_s, interval_ns: (window_s.saturating_mul(1_000_000_000) / limit).max(1) }
    }

    /// How many requests the full bucket holds.
    #[must_use]
    pub const fn limit(&self) -> u64 {
        self.limit
    }

    /// How long an empty bucket takes to be full again.
    #[must_use]
    pub const fn window_s(&self) -> u64 {
        self.window_s
    }

    /// Exactly so many requests fit, whatever the division left over.
    pub(super) const fn depth_ns(&self) -> u64 {
        self.limit.saturating_mul(self.interval_ns)
    }

    /// What one request takes to come back.
    pub(super) const fn interval_ns(&self) -> u64 {
        self.interval_ns
    }

    /// The moment at which the bucket is full again, once one more request is taken out now; where it is empty, how long it
    /// takes until there is one again.
    pub(super) fn take(&self, full_at: u64, now: u64) -> Result<u64, Duration> {
        // A clock that was set back must not keep anybody out for longer than an empty bucket does.
        let full_at = full_at.clamp(now, now.saturating_add(self.depth_ns()));
        let taken = full_at.saturating_add(self.interval_ns);
        match taken.saturating_sub(now).checked_sub(self.depth_ns()) {
            None | Some(0) => Ok(taken),
            Some(missing) => Err(Duration::from_nanos(missing)),
        }
    }

    /// How many requests are left.
    pub(super) const fn left(&self, full_at: u64, now: u64) -> u64 {
        let used = full_at.saturating_sub(now).div_ceil(self.interval_ns);
        self.limit.saturating_sub(used)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: u64 = 1_000_000_000;

    /// How many of many requests at one moment are let in, and the bucket then.
    fn drain(rate: Rate, full_at: u64, now: u64) -> (u64, u64) {
        let (mut full_at, mut taken) = (full_at, 0);
        while let Ok(next) = rate.take(full_at, now) {
            (full_at, taken) = (next, taken + 1);
        }
        (taken, full_at)
    }

    #[test]
    fn a_full_bucket_holds_exactly_its_limit() {
        for limit in [1, 2, 3, 7, 10, 59, 60, 100, 599, 600, 601, 60_000, 600_000] {
            for window_s in [1, 60, 900] {
                let rate = Rate::new(limit, Duration::from_secs(window_s));
                assert_eq!(drain(rate, 0, SECOND).0, limit, "{limit} in {window_s} s");
            }
        }
    }

    #[test]
    fn it_refills_evenly_and_never_beyond_its_limit() {
        let rate = Rate::new(60, Duration::from_secs(60));
        let (_, empty) = drain(rate, 0, SECOND);
        assert_eq!((rate.left(empty, SECOND), rate.take(empty, SECOND)), (0, Err(Duration::from_secs(1))));
        assert_eq!(rate.take(empty, SECOND + SECOND / 2), Err(Duration::from_millis(500)));
        assert_eq!((drain(rate, empty, 3 * SECOND).0, rate.left(empty, 3 * SECOND)), (2, 2));
        assert_eq!(drain(rate, empty, 9_999 * SECOND).0, 60);
    }

    #[test]
    fn a_clock_that_is_set_back_locks_nobody_out() {
        let rate = Rate::new(60, Duration::from_secs(60));
        let (_, empty) = drain(rate, 0, 1_000_000 * SECOND);
        assert_eq!(rate.take(empty, SECOND), Err(Duration::from_secs(1)));
        assert!(rate.take(0, SECOND).is_ok());
    }
}
