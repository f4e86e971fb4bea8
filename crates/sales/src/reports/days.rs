//! Days of a time zone as moments: some have 23 hours, some 25, and some do not begin at midnight.

use chrono::{Days, NaiveDate, NaiveDateTime, TimeDelta, TimeZone as _};
use chrono_tz::Tz;
use kernel::Timestamp;

/// No clock was ever put forward by more.
const LONGEST_GAP_MINUTES: i64 = 24 * 60;

/// When a day begins in a time zone: its first midnight, or the end of the gap that midnight fell into.
pub(super) fn beginning(day: NaiveDate, zone: Tz) -> Timestamp {
    let midnight: NaiveDateTime = day.into();
    let later = (0..=LONGEST_GAP_MINUTES).map(|minutes| midnight + TimeDelta::minutes(minutes));
    let begins = later.filter_map(|moment| zone.from_local_datetime(&moment).earliest()).next();
    begins.map_or_else(|| midnight.and_utc(), |moment| moment.to_utc())
}

/// The day of a time zone in which a moment lies.
pub(crate) fn day_of(moment: Timestamp, zone: Tz) -> NaiveDate {
    let shown = moment.with_timezone(&zone).date_naive();
    // Where a clock goes back over midnight, the day that has begun goes on.
    let next = shown + Days::new(1);
    if beginning(next, zone) <= moment { next } else { shown }
}

/// The days from one to another, both included, each with the moments between which it lies.
pub(super) fn days(from: NaiveDate, to: NaiveDate, zone: Tz) -> Vec<(NaiveDate, Timestamp, Timestamp)> {
    let all = from.iter_days().take_while(|day| *day <= to);
    all.map(|day| (day, beginning(day, zone), beginning(day + Days::new(1), zone))).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().expect("a day")
    }

    #[test]
    fn a_day_is_as_long_as_its_clock_makes_it() {
        let hours = |text: &str, zone: Tz| {
            let all = days(day(text), day(text), zone);
            all.iter().map(|(_, from, to)| (*to - *from).num_hours()).collect::<Vec<_>>()
        };
        assert_eq!(hours("2026-03-29", Tz::Europe__Berlin), [23]);
        assert_eq!(hours("2026-10-25", Tz::Europe__Berlin), [25]);
        assert_eq!(hours("2026-10-25", Tz::UTC), [24]);
        // In Beirut and Santiago the clock is put forward at midnight: the day begins at one.
        assert_eq!(hours("2026-03-29", Tz::Asia__Beirut), [23]);
        assert_eq!(beginning(day("2026-03-29"), Tz::Asia__Beirut).to_rfc3339(), "2026-03-28T22:00:00+00:00");
        // Samoa left out the whole of this day.
        assert_eq!(hours("2011-12-30", Tz::Pacific__Apia), [0]);
    }

    proptest! {
        #[test]
        fn days_follow_each_other_without_a_gap(start in 0_u64..20_000, count in 1_u64..400, zone in 0..chrono_tz::TZ_VARIANTS.len()) {
            let zone = chrono_tz::TZ_VARIANTS[zone];
            let first = day("1990-01-01") + Days::new(start);
            let all = days(first, first + Days::new(count - 1), zone);
            prop_assert_eq!(all.len() as u64, count);
            for pair in all.windows(2) {
                prop_assert_eq!(pair[0].2, pair[1].1);
            }
            for (day, from, to) in all {
                for moment in [from, from + (to - from) / 2, to - TimeDelta::milliseconds(1)] {
                    prop_assert!(from == to || day_of(moment, zone) == day, "{moment} of {day}: {}", day_of(moment, zone));
                }
                prop_assert!(from <= to && (to - from).num_hours() <= 48);
            }
        }
    }
}
