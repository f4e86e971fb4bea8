//! The list of files and functions that may be longer than the limits, which may only shrink.

use std::collections::BTreeMap;
use std::fs;

use super::finding::Finding;
use super::workspace::Workspace;

/// Where the list lies, relative to the workspace.
pub(crate) const PATH: &str = "xtask/tidy-exceptions.txt";

const WHY: &str = "the list of exceptions may only shrink";

/// One line of the list: `<file>[::<function>] <lines> <reason>`.
struct Exception {
    line: usize,
    lines: usize,
    used: bool,
}

/// The list, with a mark on each entry that was needed.
#[derive(Default)]
pub(crate) struct Exceptions {
    entries: BTreeMap<String, Exception>,
    findings: Vec<Finding>,
}

impl Exceptions {
    /// Reads the list; no file is an empty list.
    pub(crate) fn read(workspace: &Workspace) -> Self {
        let text = fs::read_to_string(workspace.root.join(PATH)).unwrap_or_default();
        let mut exceptions = Self::default();
        for (index, line) in text.lines().enumerate() {
            if !line.trim().is_empty() && !line.starts_with('#') {
                exceptions.add(index + 1, line);
            }
        }
        exceptions
    }

    fn add(&mut self, number: usize, line: &str) {
        let mut words = line.split_whitespace();
        let name = words.next().unwrap_or_default();
        let lines = words.next().and_then(|word| word.parse().ok());
        let reason = words.next();
        if let (Some(lines), Some(_)) = (lines, reason) {
            self.entries.insert(name.to_owned(), Exception { line: number, lines, used: false });
        } else {
            let mend = "write `<file>[::<function>] <lines> <reason>`";
            self.findings.push(Finding::new(
                (PATH, number),
                "this line cannot be read",
                "an exception names its size and its reason",
                mend,
            ));
        }
    }

    /// Whether the thing of this size is excepted, and marks the entry as needed. A size that differs from the entry's is a finding.
    pub(crate) fn allow(&mut self, name: &str, lines: usize) -> bool {
        let Some(entry) = self.entries.get_mut(name) else { return false };
        entry.used = true;
        if lines != entry.lines {
            let what = format!("`{name}` has {lines} lines and its exception says {}", entry.lines);
            let mend = if lines > entry.lines { "make it smaller again" } else { "lower the number to what it has" };
            self.findings.push(Finding::new((PATH, entry.line), what, WHY, mend));
        }
        true
    }

    /// What is wrong with the list itself, once everything was measured.
    pub(crate) fn into_findings(self) -> Vec<Finding> {
        let unused = self.entries.into_iter().filter(|(_, entry)| !entry.used);
        let stale = unused.map(|(name, entry)| {
            Finding::new((PATH, entry.line), format!("the exception for `{name}` is no longer needed"), WHY, "remove the line")
        });
        self.findings.into_iter().chain(stale).collect()
    }
}
