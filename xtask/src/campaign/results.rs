//! What every round of a campaign saw, a line of JSON each, so that a campaign that was stopped goes on where it was.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::project;

/// What a campaign keeps of a round.
pub(crate) trait Round: Serialize + DeserializeOwned {
    /// The round's name, the same in every run.
    fn name(&self) -> &str;

    /// False where the machine could not run it.
    fn was_run(&self) -> bool;
}

/// The file of a campaign.
pub(crate) struct Results<R> {
    path: PathBuf,
    file: File,
    /// What is in it.
    pub(crate) records: Vec<R>,
}

/// Where the results of a campaign go: as its user says, else into the target folder.
pub(crate) fn file(named: Option<&Path>, campaign: &str) -> Result<PathBuf> {
    match named {
        Some(file) => Ok(file.to_owned()),
        None => Ok(project::target_folder()?.join(format!("campaign/{campaign}.jsonl"))),
    }
}

impl<R: Round> Results<R> {
    /// Begins a file, or goes on with one. A line that was cut off is a round that did not end.
    pub(crate) fn open(path: &Path, resume: bool) -> Result<Self> {
        ensure!(resume || !path.exists(), "{} is there already: go on with --resume, or name another with --out", path.display());
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder).with_context(|| format!("cannot make {}", folder.display()))?;
        }
        let text = if path.exists() {
            fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))?
        } else {
            String::new()
        };
        let records: Vec<R> = text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
        let mut file = File::options().create(true).append(true).open(path).with_context(|| format!("cannot write {}", path.display()))?;
        if !text.is_empty() && !text.ends_with('\n') {
            file.write_all(b"\n").context("cannot end a line")?;
        }
        Ok(Self { path: path.to_owned(), file, records })
    }

    /// The names of the rounds that were run. One that could not run here is no round.
    pub(crate) fn done(&self) -> BTreeSet<String> {
        self.records.iter().filter(|record| record.was_run()).map(|record| record.name().to_owned()).collect()
    }

    /// Adds one.
    pub(crate) fn add(&mut self, record: R) -> Result<()> {
        let line = serde_json::to_string(&record).context("a record is JSON")? + "\n";
        self.file.write_all(line.as_bytes()).with_context(|| format!("cannot write {}", self.path.display()))?;
        self.records.push(record);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
    struct Seen(String, bool);

    impl Round for Seen {
        fn name(&self) -> &str {
            &self.0
        }

        fn was_run(&self) -> bool {
            self.1
        }
    }

    #[test]
    fn a_campaign_goes_on_behind_the_last_whole_line() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/crash.jsonl");
        let seen = |round: &str| Seen(round.to_owned(), true);
        let mut results = Results::open(&path, false).unwrap();
        results.add(seen("a")).unwrap();
        results.add(Seen("b".to_owned(), false)).unwrap();
        drop(results);
        File::options().append(true).open(&path).unwrap().write_all(b"[\"c").unwrap();

        assert!(Results::<Seen>::open(&path, false).is_err(), "what was seen is not thrown away");
        let mut results = Results::open(&path, true).unwrap();
        assert_eq!(results.done(), BTreeSet::from(["a".to_owned()]));
        results.add(seen("c")).unwrap();
        assert_eq!(Results::open(&path, true).unwrap().records.last(), Some(&seen("c")));
    }
}
