//! What is said at the end, and the verdict.

use std::time::Duration;

use kernel::text_enum;
use serde::Serialize;

use crate::cli::Exit;
use crate::cli::doctor::Check;
use crate::cli::output::{Output, Shown};

text_enum! {
    /// What is tried, in this order.
    pub enum Phase {
        /// Many want the one piece that is left.
        LastUnit = "last_unit",
        /// Very many want a few pieces.
        FlashSale = "flash_sale",
        /// One checkout is sent many times under one key.
        Duplicates = "duplicates",
        /// Staff call off what others are packing.
        CancelOrFulfil = "cancel_or_fulfil",
        /// Money comes in the moment in which the order's time is up.
        ExpireOrPay = "expire_or_pay",
    }
}

/// How long the commands of a phase took.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub(super) struct Percentiles {
    pub(super) p50: f64,
    pub(super) p95: f64,
    pub(super) p99: f64,
}

/// What came of one phase.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(super) struct PhaseReport {
    pub(super) phase: Phase,
    pub(super) rounds: u64,
    /// Orders, parcels or payments that came of it.
    pub(super) sold: u64,
    /// Commands that the shop refused, as it had to.
    pub(super) refused: u64,
    /// Commands that were answered again with the first answer.
    pub(super) duplicates: u64,
    /// Answers that were to come again later.
    pub(super) busy: u64,
    pub(super) times_ms: Percentiles,
    pub(super) seconds: f64,
    /// How many things were not as they should be.
    pub(super) wrong: u64,
    /// The first of them.
    pub(super) told: Vec<String>,
}

impl Shown for PhaseReport {
    const HEAD: &'static [&'static str] =
        &["phase", "rounds", "sold", "refused", "duplicates", "busy", "p50 ms", "p95 ms", "p99 ms", "seconds", "verdict"];

    fn cells(&self) -> Vec<String> {
        let counts = [self.rounds, self.sold, self.refused, self.duplicates, self.busy];
        let times = [self.times_ms.p50, self.times_ms.p95, self.times_ms.p99, self.seconds];
        let verdict = if self.wrong == 0 { "ok".to_owned() } else { format!("{} WRONG", self.wrong) };
        let cells = std::iter::once(self.phase.to_string()).chain(counts.map(|count| count.to_string()));
        cells.chain(times.map(|time| format!("{time:.1}"))).chain([verdict]).collect()
    }
}

/// Everything that was seen.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    verdict: &'static str,
    seed: u64,
    database: String,
    seconds: f64,
    phases: Vec<PhaseReport>,
    checks: Vec<Check>,
}

impl Report {
    /// The verdict is `ok` only where no phase saw anything wrong and every check passes without a warning.
    pub(super) fn new(seed: u64, database: String, took: Duration, phases: Vec<PhaseReport>, checks: Vec<Check>) -> Self {
        let is_ok = phases.iter().all(|phase| phase.wrong == 0) && checks.iter().all(Check::is_ok);
        Self { verdict: if is_ok { "ok" } else { "wrong" }, seed, database, seconds: took.as_secs_f64(), phases, checks }
    }

    /// How the program ends.
    pub(super) fn exit(&self) -> Exit {
        if self.verdict == "ok" { Exit::Ok } else { Exit::Failing }
    }

    /// Says it.
    pub(super) fn show(&self, output: Output) -> anyhow::Result<()> {
        if output.is_json() {
            return output.json(self);
        }
        output.list(&self.phases)?;
        output.line("")?;
        output.list(&self.checks)?;
        for phase in &self.phases {
            for sentence in &phase.told {
                output.line(format!("\n{}: {sentence}", phase.phase))?;
            }
        }
        let Self { verdict, seed, database, seconds, .. } = self;
        Ok(output.line(format!("\nverdict: {verdict} ({database}, seed {seed}, {seconds:.1} s)"))?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cli::doctor::Health;

    fn phase(wrong: u64) -> PhaseReport {
        let times_ms = Percentiles { p50: 1.0, p95: 2.0, p99: 3.0 };
        let (phase, told) = (Phase::LastUnit, Vec::new());
        PhaseReport { phase, rounds: 1, sold: 1, refused: 1, duplicates: 0, busy: 0, times_ms, seconds: 0.1, wrong, told }
    }

    fn report(wrong: u64, health: Health) -> Report {
        let checks = vec![Check::new("rules of the data", Health::Ok, "all"), Check::new("jobs", health, "")];
        Report::new(7, "SQLite".to_owned(), Duration::from_secs(1), vec![phase(0), phase(wrong)], checks)
    }

    #[test]
    fn anything_off_is_exit_code_3() {
        assert_eq!(report(0, Health::Ok).exit(), Exit::Ok);
        for off in [report(1, Health::Ok), report(0, Health::Failed), report(0, Health::Warning)] {
            assert_eq!((off.exit(), off.verdict), (Exit::Failing, "wrong"));
        }
        assert_eq!(Exit::Failing as u8, 3);
    }
}
