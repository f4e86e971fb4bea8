//! What a round of attacks saw, the table of all of them, and the verdict.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::results::{Results, Round};

/// More examples of one kind of fault tell nobody more.
const EXAMPLES: usize = 200;

/// A round of attacks.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(crate) struct Trial {
    /// The round's name.
    pub(crate) round: String,
    /// On which database.
    pub(crate) database: String,
    /// What was done: a level of rights, a kind of attack.
    pub(crate) what: String,
    /// Requests or connections.
    pub(crate) cases: usize,
    /// Milliseconds of the slowest answer, where it was measured.
    pub(crate) slowest_ms: Option<u64>,
    /// Figures that are no faults.
    pub(crate) notes: Vec<String>,
    /// Why it could not run on this machine.
    pub(crate) skipped: Option<String>,
    /// What must not be.
    pub(crate) violations: Vec<String>,
}

impl Round for Trial {
    fn name(&self) -> &str {
        &self.round
    }

    fn was_run(&self) -> bool {
        self.skipped.is_none()
    }
}

impl Trial {
    /// A round that has seen nothing yet.
    pub(crate) fn new(database: &str, what: &str) -> Self {
        let (round, database, what) = (format!("{database} {what}"), database.to_owned(), what.to_owned());
        Self { round, database, what, ..Self::default() }
    }

    /// Something is not as it must be.
    pub(crate) fn blame(&mut self, fault: String) {
        if self.violations.len() < EXAMPLES {
            self.violations.push(fault);
        }
    }

    /// An answer took so long.
    pub(crate) fn took(&mut self, time: Duration) {
        self.slowest_ms = self.slowest_ms.max(u64::try_from(time.as_millis()).ok());
    }
}

/// Prints the table and the verdict; the program fails where anything was off or nothing was tried.
pub(crate) fn conclude(results: &Results<Trial>, out: &Path) -> ExitCode {
    let records = &results.records;
    print!("{}", table(records));
    println!("results: {}", out.display());
    let (faults, cases) = (records.iter().map(|trial| trial.violations.len()).sum::<usize>(), sum(records.iter()));
    let skipped = records.iter().filter(|trial| !trial.was_run()).count();
    if faults > 0 || cases == 0 || skipped > 0 {
        println!("verdict: wrong ({cases} cases, {faults} violations, {skipped} rounds skipped)");
        return ExitCode::FAILURE;
    }
    println!("verdict: ok ({cases} cases)");
    ExitCode::SUCCESS
}

fn sum<'a>(trials: impl Iterator<Item = &'a Trial>) -> usize {
    trials.map(|trial| trial.cases).sum()
}

/// A line for each kind of attack on each database, then every violation.
fn table(records: &[Trial]) -> String {
    let mut groups: BTreeMap<(&str, &str), Vec<&Trial>> = BTreeMap::new();
    for record in records {
        groups.entry((&record.database, &record.what)).or_default().push(record);
    }
    let mut text = String::from("| database | what | rounds | cases | slowest answer | violations |\n|---|---|--:|--:|--:|--:|\n");
    for ((database, what), trials) in &groups {
        let slowest = trials.iter().filter_map(|trial| trial.slowest_ms).max().map_or(String::new(), |ms| format!("{ms} ms"));
        let (rounds, cases) = (trials.iter().filter(|trial| trial.was_run()).count(), sum(trials.iter().copied()));
        let faults: usize = trials.iter().map(|trial| trial.violations.len()).sum();
        // Writing to a String cannot fail.
        let _written = writeln!(text, "| {database} | {what} | {rounds} | {cases} | {slowest} | {faults} |");
    }
    for trial in records {
        for note in &trial.notes {
            let _written = writeln!(text, "{}: {note}", trial.round);
        }
        for violation in &trial.violations {
            let _written = writeln!(text, "VIOLATION: {}: {violation}", trial.round);
        }
        if let Some(why) = &trial.skipped {
            let _written = writeln!(text, "SKIPPED: {}: {why}", trial.round);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_of_a_kind_share_a_line_and_every_violation_is_told() {
        let trial = |cases, slowest| {
            let mut trial = Trial { cases, ..Trial::new("SQLite", "as nobody") };
            trial.took(Duration::from_millis(slowest));
            trial
        };
        let mut bad = trial(5, 20);
        bad.blame("500".to_owned());
        let table = table(&[trial(10, 7), bad]);

        assert!(table.contains("| SQLite | as nobody | 2 | 15 | 20 ms | 1 |\n"), "{table}");
        assert!(table.ends_with("VIOLATION: SQLite as nobody: 500\n"), "{table}");
    }
}
