//! Leaving a system alone that does not answer. Pure.

use std::time::{Duration, Instant};

/// So many failures in a row are no accident.
const FAILURES: u32 = 5;
/// For how long it is left alone at first; twice as long each time it fails again.
const FIRST_REST: Duration = Duration::from_secs(5);
const LONGEST_REST: Duration = Duration::from_secs(60);

/// Closed while the system answers. Open after failures in a row: nobody asks until a while is over, and then one does, for all.
#[derive(Debug, Default)]
pub(super) struct Circuit {
    failures: u32,
    rests: Option<Rest>,
}

#[derive(Debug, Clone, Copy)]
struct Rest {
    /// What was asked before it says no more than what began it.
    since: Instant,
    until: Instant,
    lasts: Duration,
}

impl Circuit {
    /// Whether the system may be asked at this moment; else how long to wait. Where one asks for all, the others wait for as long as the rest
    /// lasts, or until that one is answered.
    pub(super) fn may_ask(&mut self, now: Instant) -> Result<(), Duration> {
        let Some(rest) = &mut self.rests else { return Ok(()) };
        if now < rest.until {
            return Err(rest.until - now);
        }
        rest.until = now + rest.lasts;
        Ok(())
    }

    /// Notes an answer.
    pub(super) fn answered(&mut self) {
        *self = Self::default();
    }

    /// Notes that there was none to what was asked at `begin`; true where the system is left alone from now on.
    pub(super) fn failed(&mut self, begin: Instant, now: Instant) -> bool {
        self.failures = self.failures.saturating_add(1);
        if self.failures < FAILURES || self.rests.is_some_and(|rest| begin < rest.since) {
            return false;
        }
        let lasts = self.rests.map_or(FIRST_REST, |rest| (rest.lasts * 2).min(LONGEST_REST));
        let is_new = self.rests.is_none();
        self.rests = Some(Rest { since: now, until: now + lasts, lasts });
        is_new
    }

    /// True while it is left alone.
    pub(super) const fn is_open(&self) -> bool {
        self.rests.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn open() -> (Circuit, Instant) {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        let opened: Vec<bool> = (0..FAILURES).map(|_| circuit.failed(now, now)).collect();
        assert_eq!(opened, [false, false, false, false, true]);
        (circuit, now)
    }

    #[test]
    fn some_failures_are_forgotten_by_an_answer() {
        let (mut circuit, now) = (Circuit::default(), Instant::now());
        for _ in 0..100 {
            for _ in 1..FAILURES {
                assert!(!circuit.failed(now, now));
            }
            circuit.answered();
        }
        assert_eq!((circuit.may_ask(now), circuit.is_open()), (Ok(()), false));
    }

    #[test]
    fn one_asks_for_all_after_each_rest_and_rests_grow() {
        let (mut circuit, mut now) = open();
        for seconds in [5, 10, 20, 40, 60, 60] {
            let rest = Duration::from_secs(seconds);
            assert_eq!(circuit.may_ask(now), Err(rest));
            now += rest;
            assert_eq!(circuit.may_ask(now), Ok(()));
            assert_eq!(circuit.may_ask(now), Err(rest), "only one asks");
            assert!(!circuit.failed(now, now) && circuit.is_open());
        }
        now += LONGEST_REST;
        assert_eq!(circuit.may_ask(now), Ok(()));
        circuit.answered();
        assert_eq!((circuit.may_ask(now), circuit.may_ask(now), circuit.is_open()), (Ok(()), Ok(()), false));
    }

    /// Twenty who ask at the same time find out the same: that is one rest, not the longest.
    #[test]
    fn what_was_asked_before_a_rest_does_not_make_it_longer() {
        let begin = Instant::now();
        let (mut circuit, mut now) = (Circuit::default(), begin + Duration::from_millis(1));
        for _ in 0..20 {
            circuit.failed(begin, now);
            now += Duration::from_millis(1);
        }
        assert_eq!(circuit.may_ask(now), Err(FIRST_REST - Duration::from_millis(16)));
    }

    /// Whoever asked for all may have gone without a word: its task was dropped.
    #[test]
    fn a_question_that_is_never_answered_does_not_close_the_way_for_ever() {
        let (mut circuit, now) = open();
        let later = now + FIRST_REST;
        assert_eq!(circuit.may_ask(later), Ok(()));
        assert_eq!(circuit.may_ask(later + FIRST_REST), Ok(()));
    }
}
