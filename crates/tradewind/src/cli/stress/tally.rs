//! What happened in one phase.

use std::time::{Duration, Instant};

use hdrhistogram::Histogram;

use super::insist::{Ended, Insisted};
use super::report::{Percentiles, Phase, PhaseReport};

/// One sentence of each kind is enough to start looking; a broken shop would fill the screen.
const MOST_TOLD: usize = 10;
/// Three digits are more than any two runs agree in.
const DIGITS: u8 = 3;
/// Longer than anybody insists.
const LONGEST_US: u64 = 10 * 60 * 1_000_000;

/// Counts, times, and everything that is not as it should be.
#[derive(Debug)]
pub(super) struct Tally {
    begun: Instant,
    pub(super) rounds: u64,
    pub(super) sold: u64,
    pub(super) refused: u64,
    pub(super) duplicates: u64,
    busy: u64,
    wrong: u64,
    told: Vec<String>,
    times_us: Histogram<u64>,
}

impl Tally {
    /// Nothing yet.
    pub(super) fn new() -> anyhow::Result<Self> {
        let times_us = Histogram::new_with_bounds(1, LONGEST_US, DIGITS)?;
        let begun = Instant::now();
        Ok(Self { begun, rounds: 0, sold: 0, refused: 0, duplicates: 0, busy: 0, wrong: 0, told: Vec::new(), times_us })
    }

    /// Writes down how long a command took, and that it failed where it did.
    pub(super) fn note(&mut self, insisted: &Insisted) {
        self.times_us.saturating_record(u64::try_from(insisted.took.as_micros()).unwrap_or(u64::MAX));
        self.busy += u64::from(insisted.busy);
        if let Ended::Failed(why) = &insisted.ended {
            self.wrong(|| format!("a command failed: {why}"));
        }
    }

    /// The same for a command that may be done once: sold, or refused with one of these codes.
    pub(super) fn judge(&mut self, insisted: &Insisted, refusals: &[&str]) {
        self.note(insisted);
        match &insisted.ended {
            Ended::Done(_) => self.sold += 1,
            Ended::Replayed(_) => self.wrong(|| "a command was answered as a repetition that was none".to_owned()),
            Ended::Refused(code) => {
                self.refused += 1;
                self.expect(refusals.contains(code), || format!("a command was refused with {code}"));
            }
            Ended::Failed(_) => {}
        }
    }

    /// Writes a sentence down unless this is true.
    pub(super) fn expect(&mut self, holds: bool, otherwise: impl FnOnce() -> String) {
        if !holds {
            self.wrong(otherwise);
        }
    }

    fn wrong(&mut self, what: impl FnOnce() -> String) {
        self.wrong += 1;
        if self.told.len() < MOST_TOLD {
            self.told.push(what());
        }
    }

    /// The phase as it is reported.
    pub(super) fn told(self, phase: Phase) -> PhaseReport {
        let millis = |quantile| Duration::from_micros(self.times_us.value_at_quantile(quantile)).as_secs_f64() * 1_000.0;
        let times_ms = Percentiles { p50: millis(0.5), p95: millis(0.95), p99: millis(0.99) };
        let (sold, refused, duplicates) = (self.sold, self.refused, self.duplicates);
        let seconds = self.begun.elapsed().as_secs_f64();
        PhaseReport {
            phase,
            rounds: self.rounds,
            sold,
            refused,
            duplicates,
            busy: self.busy,
            times_ms,
            seconds,
            wrong: self.wrong,
            told: self.told,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn insisted(ended: Ended) -> Insisted {
        Insisted { ended, took: Duration::from_millis(4), busy: 1 }
    }

    #[test]
    fn only_what_was_expected_is_right() {
        let mut tally = Tally::new().expect("a histogram");
        tally.judge(&insisted(Ended::Refused("out_of_stock")), &["out_of_stock"]);
        assert_eq!((tally.refused, tally.wrong, tally.busy), (1, 0, 1));
        tally.judge(&insisted(Ended::Refused("cart_empty")), &["out_of_stock"]);
        tally.judge(&insisted(Ended::Failed("disk".to_owned())), &["out_of_stock"]);
        let told = tally.told(Phase::LastUnit);
        assert_eq!((told.refused, told.wrong, told.told.len()), (2, 2, 2));
        assert!((3.9..4.1).contains(&told.times_ms.p50));
    }
}
