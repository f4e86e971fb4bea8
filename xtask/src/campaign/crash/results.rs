//! What every round saw, a line of JSON each, so that a campaign that was stopped goes on where it was.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::{Deserialize, Serialize};

/// What a round saw.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Record {
    /// The round's name.
    pub(super) round: String,
    /// On which database.
    pub(super) database: String,
    /// What was broken.
    pub(super) fault: String,
    /// Of its choices.
    pub(super) seed: u64,
    /// Milliseconds until the shop was ready again.
    pub(super) ready_ms: Option<u64>,
    /// Orders that were acknowledged, all of which are there.
    pub(super) acknowledged: usize,
    /// Checkouts that the fault left without an answer.
    pub(super) unanswered: usize,
    /// Checkouts, of this round and earlier ones, that got their answer under the same key now.
    pub(super) resolved: usize,
    /// Requests that were told "not now".
    pub(super) refused: usize,
    /// Why it could not run on this machine.
    pub(super) skipped: Option<String>,
    /// What must not be.
    pub(super) violations: Vec<String>,
}

/// The file of a campaign.
pub(super) struct Results {
    path: PathBuf,
    file: File,
    /// What is in it.
    pub(super) records: Vec<Record>,
}

impl Results {
    /// Begins a file, or goes on with one. A line that was cut off is a round that did not end.
    pub(super) fn open(path: &Path, resume: bool) -> Result<Self> {
        ensure!(resume || !path.exists(), "{} is there already: go on with --resume, or name another with --out", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let text = if path.exists() {
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        } else {
            String::new()
        };
        let records: Vec<Record> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut file = File::options().create(true).append(true).open(path).with_context(|| format!("cannot write {}", path.display()))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").context("cannot end a line")?;
        }
        Ok(Self { path: path.to_owned(), file, records })
    }

    /// The names of the rounds that were run. One that could not run here is no round.
    pub(super) fn done(&self) -> BTreeSet<String> {
        self.records.iter().filter(|record| record.skipped.is_none()).map(|record| record.round.clone()).collect()
    }

    /// Adds one.
    pub(super) fn add(&mut self, record: Record) -> Result<()> {
        let line = serde_json::to_string(&record).context("a record is JSON")? + "\n";
        self.file.write_all(line.as_bytes()).with_context(|| format!("cannot write {}", self.path.display()))?;
        self.records.push(record);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_campaign_goes_on_behind_the_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/crash.jsonl");
        let record = |round: &str| Record { round: round.to_owned(), acknowledged: 3, ..Record::default() };
        let mut results = Results::open(&path, false).unwrap();
        results.add(record("a")).unwrap();
        results.add(Record { skipped: Some("no root".to_owned()), ..record("b") }).unwrap();
        drop(results);
        File::options().append(true).open(&path).unwrap().write_all(b"{\"round\": \"c").unwrap();

        assert!(Results::open(&path, false).is_err(), "what was seen is not thrown away");
        let mut results = Results::open(&path, true).unwrap();
        assert_eq!(results.done(), BTreeSet::from(["a".to_owned()]));
        results.add(record("c")).unwrap();
        assert_eq!(Results::open(&path, true).unwrap().records.last(), Some(&record("c")));
    }
}
