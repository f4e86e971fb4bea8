//! How often something that does not arrive is tried, and how long it waits in between.

use chrono::TimeDelta;

/// The tries of a kind of message: one more than there are pauses, then it is given up.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Tries {
    pauses_s: &'static [i64],
    /// How much shorter or longer than that a pause may be.
    jitter_percent: i64,
}

impl Tries {
    /// With these pauses between them.
    pub(crate) const fn apart(pauses_s: &'static [i64]) -> Self {
        Self { pauses_s, jitter_percent: 0 }
    }

    /// Each pause is up to so much shorter or longer, so that what failed together does not return together.
    pub(crate) const fn give_or_take(self, jitter_percent: i64) -> Self {
        Self { jitter_percent, ..self }
    }

    /// How long after so many tries the next one comes; `None` after the last. What the other side asked for counts where it is longer, but
    /// nobody is left alone for longer than the last pause.
    pub(crate) fn pause_after(self, tries: i64, asked: Option<TimeDelta>) -> Option<TimeDelta> {
        let pause_s = usize::try_from(tries - 1).ok().and_then(|index| self.pauses_s.get(index))?;
        let percent = 100 + rand::random_range(-self.jitter_percent..=self.jitter_percent);
        let pause = TimeDelta::milliseconds(pause_s * 10 * percent);
        Some(asked.map_or(pause, |asked| pause.max(asked.min(self.longest_wait()))))
    }

    /// As long as the other side may ask for.
    pub(crate) fn longest_wait(self) -> TimeDelta {
        TimeDelta::seconds(self.pauses_s.last().copied().unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TRIES: Tries = Tries::apart(&[60, 300, 43_200]);

    #[test]
    fn there_is_one_try_more_than_there_are_pauses() {
        let pauses: Vec<_> = (0..=5).map(|tries| TRIES.pause_after(tries, None).map(|pause| pause.num_seconds())).collect();
        assert_eq!(pauses, [None, Some(60), Some(300), Some(43_200), None, None]);
        assert_eq!(TRIES.pause_after(4, Some(TimeDelta::hours(1))), None);
    }

    #[test]
    fn whoever_asks_for_a_pause_has_it() {
        let asked = |asked| TRIES.pause_after(1, Some(asked));
        assert_eq!(asked(TimeDelta::minutes(20)), Some(TimeDelta::minutes(20)));
        assert_eq!([asked(TimeDelta::seconds(5)), asked(TimeDelta::seconds(-5))], [Some(TimeDelta::minutes(1)); 2]);
        assert_eq!(asked(TimeDelta::days(9)), Some(TimeDelta::hours(12)));
    }

    #[test]
    fn what_failed_together_does_not_return_together() {
        for (tries, pause_s) in (1..).zip([60, 300, 43_200]) {
            let pause = || TRIES.give_or_take(20).pause_after(tries, None).map(|pause| pause.num_milliseconds());
            let pauses: Vec<i64> = (0..100).filter_map(|_| pause()).collect();
            assert!(pauses.iter().all(|pause| (pause_s * 800..=pause_s * 1_200).contains(pause)), "{tries}: {pauses:?}");
            let (shorter, longer) =
                (pauses.iter().any(|pause| *pause < pause_s * 1_000), pauses.iter().any(|pause| *pause > pause_s * 1_000));
            assert!(pauses.len() == 100 && shorter && longer, "{tries}: {pauses:?}");
        }
    }
}
