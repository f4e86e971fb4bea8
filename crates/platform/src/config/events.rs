//! How long the history is kept.

use serde::Deserialize;

/// The history of what happened.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Events {
    /// Days for which events are kept that may be forgotten; 0 keeps all.
    pub keep_days: i64,
}

/// Longer than anybody waits for a delivery.
const LEAST_DAYS: i64 = 30;
const MOST_DAYS: i64 = 36_500;

/// What is wrong with it.
pub(super) fn refuse_unfit(events: &Events) -> Result<(), String> {
    match events.keep_days {
        0 | LEAST_DAYS..=MOST_DAYS => Ok(()),
        days => Err(format!("events.keep_days {days} must be 0 or between {LEAST_DAYS} and {MOST_DAYS}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_kept_or_at_least_a_month() {
        for days in [0, 30, 36_500] {
            assert_eq!(refuse_unfit(&Events { keep_days: days }), Ok(()));
        }
        for days in [-1, 1, 29, 36_501] {
            assert!(refuse_unfit(&Events { keep_days: days }).is_err_and(|message| message.contains("events.keep_days")), "{days}");
        }
    }
}
