//! How much work is done side by side, and how long it is remembered.

use std::ops::RangeInclusive;

use serde::Deserialize;

/// What a process does of each queue at a time, and how long what is over is kept.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Jobs {
    /// Places of the queue `money`.
    pub money: u16,
    /// Places of the queue `default`.
    pub default: u16,
    /// Places of the queue `mail`.
    pub mail: u16,
    /// Places of the queue `push`.
    pub push: u16,
    /// Places of the queue `bulk`.
    pub bulk: u16,
    /// Days for which what is done or called off is kept.
    pub keep_done_days: i64,
    /// Days for which what was given up is kept.
    pub keep_discarded_days: i64,
}

/// None would leave a queue to nobody, more are more than a database likes.
const PLACES: RangeInclusive<u16> = 1..=256;
const DAYS: RangeInclusive<i64> = 1..=3_650;

/// What is wrong with it.
pub(super) fn refuse_unfit(jobs: &Jobs) -> Result<(), String> {
    let Jobs { money, default, mail, push, bulk, keep_done_days, keep_discarded_days } = jobs;
    for (key, places) in [("money", money), ("default", default), ("mail", mail), ("push", push), ("bulk", bulk)] {
        if !PLACES.contains(places) {
            return Err(format!("jobs.{key} {places} must be between {} and {}", PLACES.start(), PLACES.end()));
        }
    }
    for (key, days) in [("keep_done_days", keep_done_days), ("keep_discarded_days", keep_discarded_days)] {
        if !DAYS.contains(days) {
            return Err(format!("jobs.{key} {days} must be between {} and {}", DAYS.start(), DAYS.end()));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_queue_has_a_place_and_nothing_is_kept_for_ever() {
        let fine = crate::config::load(&crate::config::Flags::default()).expect("defaults").config.jobs;
        assert_eq!(refuse_unfit(&fine), Ok(()));
        let refused = |jobs: Jobs, key: &str| assert!(refuse_unfit(&jobs).is_err_and(|message| message.contains(key)), "{key}");
        refused(Jobs { money: 0, ..fine.clone() }, "jobs.money");
        refused(Jobs { bulk: 257, ..fine.clone() }, "jobs.bulk");
        refused(Jobs { keep_done_days: 0, ..fine.clone() }, "jobs.keep_done_days");
        refused(Jobs { keep_discarded_days: 3_651, ..fine }, "jobs.keep_discarded_days");
    }
}
