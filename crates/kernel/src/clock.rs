//! Time is UTC and comes from a clock that can be replaced.

use std::sync::Mutex;

use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};

/// A moment in UTC, to the microsecond: what both databases keep.
pub type Timestamp = DateTime<Utc>;

/// Where "now" comes from.
pub trait Clock: Send + Sync + std::fmt::Debug {
    /// The present moment, to the microsecond.
    fn now(&self) -> Timestamp;
}

/// The machine's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        to_micros(Utc::now())
    }
}

/// A clock for tests that moves only when it is told to.
#[derive(Debug)]
pub struct FixedClock(Mutex<Timestamp>);

impl FixedClock {
    /// Starts at this moment.
    #[must_use]
    pub fn at(now: Timestamp) -> Self {
        Self(Mutex::new(to_micros(now)))
    }

    /// Moves the hands.
    pub fn advance(&self, by: TimeDelta) {
        let mut now = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        *now += by;
    }
}

impl Clock for FixedClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Reads a time as clients write it (RFC 3339), to the microsecond that both databases keep.
///
/// # Errors
/// The message for whoever wrote it.
pub fn parse_time(raw: &str) -> Result<Timestamp, &'static str> {
    let time = DateTime::parse_from_rfc3339(raw).map(|time| time.to_utc());
    // Both databases keep four digits of a year.
    let sane = time.ok().filter(|time| (1..=9_999).contains(&time.year()));
    sane.map(to_micros).ok_or("must be a time as in 2026-01-31T09:30:00Z")
}

/// PostgreSQL keeps microseconds; what is finer would not survive the round trip.
fn to_micros(time: Timestamp) -> Timestamp {
    let nanos = time.timestamp_subsec_nanos();
    time.with_nanosecond(nanos - nanos % 1_000).unwrap_or(time)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_shows_the_present() {
        assert!((Utc::now() - SystemClock.now()).abs() < TimeDelta::minutes(1));
    }

    #[test]
    fn a_moment_has_no_more_than_microseconds() {
        assert_eq!(SystemClock.now().timestamp_subsec_nanos() % 1_000, 0);
    }

    #[test]
    fn a_fixed_clock_shows_what_both_databases_keep() {
        let moment = Timestamp::from_timestamp_nanos(1_763_679_802_310_123_456);
        assert_eq!(FixedClock::at(moment).now(), Timestamp::from_timestamp_nanos(1_763_679_802_310_123_000));
    }

    #[test]
    fn a_fixed_clock_moves_only_when_told() {
        let clock = FixedClock::at(SystemClock.now());
        let before = clock.now();
        clock.advance(TimeDelta::minutes(31));
        assert_eq!(clock.now() - before, TimeDelta::minutes(31));
    }
}
