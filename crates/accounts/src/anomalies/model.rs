//! What is out of the ordinary about an address.

use chrono::{DurationRound, TimeDelta};
use kernel::{Timestamp, text_enum};

text_enum! {
    /// What is out of the ordinary about an address.
    pub enum AnomalyKind {
        /// It was refused again and again.
        RefusalsBurst = "refusals_burst",
        /// Many accounts were used from it.
        ManyAccounts = "many_accounts",
    }
}

impl AnomalyKind {
    /// How far back is counted.
    pub(super) const fn period(self) -> TimeDelta {
        match self {
            Self::RefusalsBurst => TimeDelta::minutes(5),
            Self::ManyAccounts => TimeDelta::hours(1),
        }
    }
}

/// The hour that a moment lies in: what is told of an address is told once in it.
pub(super) fn hour_of(now: Timestamp) -> Timestamp {
    now.duration_trunc(TimeDelta::hours(1)).unwrap_or(now)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_hour_begins_at_its_first_minute() {
        let at = |text: &str| text.parse::<Timestamp>().expect("a moment");
        assert_eq!(hour_of(at("2026-03-02T09:59:59.999999Z")), at("2026-03-02T09:00:00Z"));
        assert_eq!(hour_of(at("2026-03-02T10:00:00Z")), at("2026-03-02T10:00:00Z"));
    }
}
