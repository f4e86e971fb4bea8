//! How long whoever failed so often has to wait.

use chrono::TimeDelta;
use kernel::Timestamp;

/// So many tries fail without any delay: people mistype.
const FREE: i64 = 5;
/// So many tries are let in before the longest delay: with it no quarter of an hour sees more.
const MOST: i64 = 10;
/// The longest delay, after which everything is forgotten. Nobody is locked out for good, for then strangers could lock out anybody.
pub(super) const LONGEST: TimeDelta = TimeDelta::minutes(15);

/// Tries that failed, or are under way.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tries {
    /// How many.
    pub(super) count: i64,
    /// When the last began.
    pub(super) last_at: Timestamp,
}

impl Tries {
    /// What counts now: after the longest delay nothing does.
    pub(super) fn counting(self, now: Timestamp) -> i64 {
        if self.last_at + LONGEST <= now { 0 } else { self.count }
    }

    /// How long to wait from now on before the next try; `scale` is how many times more tries than one person's are borne.
    pub(super) fn wait(self, scale: i64, now: Timestamp) -> TimeDelta {
        let delay = delay_after(self.counting(now), scale);
        // A clock that was set back must not make anybody wait for longer than the delay.
        (self.last_at + delay - now).clamp(TimeDelta::zero(), delay)
    }
}

/// The delay behind so many tries: none, then 1, 2, 4, 8, 16 seconds, then the longest.
pub(super) fn delay_after(count: i64, scale: i64) -> TimeDelta {
    let scale = scale.max(1);
    if count < FREE.saturating_mul(scale) {
        return TimeDelta::zero();
    }
    if count >= MOST.saturating_mul(scale) {
        return LONGEST;
    }
    let doublings = u32::try_from(count / scale - FREE).unwrap_or(0);
    TimeDelta::seconds(2_i64.saturating_pow(doublings)).min(LONGEST)
}

/// Whole seconds, rounded up: whoever waits for so long gets in.
pub(super) fn whole_seconds(wait: TimeDelta) -> u32 {
    let rounded_up = wait.num_milliseconds().max(0).saturating_add(999) / 1_000;
    u32::try_from(rounded_up).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn delays_double_after_five_failures_and_end_at_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (0..12).map(|count| delay_after(count, 1).num_seconds()).collect();
        assert_eq!(seconds, [0, 0, 0, 0, 0, 1, 2, 4, 8, 16, 900, 900]);
        assert_eq!((delay_after(49, 10).num_seconds(), delay_after(50, 10).num_seconds()), (0, 1));
        assert_eq!((delay_after(i64::MAX, i64::MAX), delay_after(i64::MAX, 0)), (LONGEST, LONGEST));
    }

    #[test]
    fn whoever_waits_for_the_seconds_that_were_named_gets_in() {
        for (milliseconds, seconds) in [(-1, 0), (0, 0), (1, 1), (1_000, 1), (1_001, 2), (900_000, 900)] {
            assert_eq!(whole_seconds(TimeDelta::milliseconds(milliseconds)), seconds, "{milliseconds}");
        }
    }

    /// What a guesser gets who tries at these moments, and the moments at which it was let in.
    fn let_in(pauses_ms: &[i64]) -> Vec<Timestamp> {
        let mut now = Timestamp::default();
        let mut tries: Option<Tries> = None;
        let mut moments = Vec::new();
        for pause in pauses_ms {
            now += TimeDelta::milliseconds(*pause);
            if tries.is_none_or(|tries| tries.wait(1, now).is_zero()) {
                tries = Some(Tries { count: tries.map_or(0, |tries| tries.counting(now)) + 1, last_at: now });
                moments.push(now);
            }
        }
        moments
    }

    proptest! {
        #[test]
        fn the_delay_never_shrinks_with_more_failures(count in 0..10_000_i64, scale in 1..100_i64) {
            prop_assert!(delay_after(count, scale) <= delay_after(count + 1, scale));
            prop_assert!(delay_after(count, scale) <= LONGEST);
        }

        #[test]
        fn no_quarter_of_an_hour_sees_more_than_ten_tries(pauses in prop::collection::vec(0..200_000_i64, 0..400)) {
            let moments = let_in(&pauses);
            for (first, eleventh) in moments.iter().zip(moments.iter().skip(10)) {
                prop_assert!(*eleventh - *first >= LONGEST, "{first} {eleventh}");
            }
        }

        #[test]
        fn whoever_stops_for_a_quarter_of_an_hour_is_let_in(pauses in prop::collection::vec(0..60_000_i64, 0..100)) {
            let before = let_in(&pauses).len();
            let with_rest: Vec<i64> = pauses.iter().copied().chain([LONGEST.num_milliseconds()]).collect();
            prop_assert_eq!(let_in(&with_rest).len(), before + 1);
        }

        #[test]
        fn nobody_waits_longer_than_the_delay_whatever_the_clock_does(count in 0..100_i64, shift_s in -100_000..100_000_i64) {
            let tries = Tries { count, last_at: Timestamp::default() };
            let wait = tries.wait(1, Timestamp::default() + TimeDelta::seconds(shift_s));
            prop_assert!(wait >= TimeDelta::zero() && wait <= LONGEST);
        }
    }
}
