//! Each file starts by saying in a sentence what it is for.

use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::Workspace;

/// Shorter than this is a label, not a sentence.
const FEWEST_WORDS: usize = 3;

/// Reads the `//!` lines at the top of every file.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    workspace.files.iter().filter_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Option<Finding> {
    let what = match paragraph(&file.text) {
        None => "the first line is no `//! ` sentence",
        Some(text) if text.split_whitespace().count() < FEWEST_WORDS => "the first line is too short for a sentence",
        Some(text) if !text.ends_with(['.', '!', '?', ':']) => "the first sentence has no end",
        Some(_) => return None,
    };
    let mend = "say in one sentence what the file is for, as `//! …` on its first line";
    Some(Finding::new((&file.path, 1), what, "a reader decides by it whether to read on", mend))
}

/// The first paragraph of the leading `//!` lines.
fn paragraph(text: &str) -> Option<String> {
    let lines: Vec<&str> = text.lines().map_while(|line| line.strip_prefix("//! ")).map(str::trim_end).collect();
    (!lines.is_empty()).then(|| lines.join(" "))
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::check;

    fn findings(text: &str) -> Vec<String> {
        Sample::new().package("a", 0, "").file("crates/a/src/lib.rs", text).findings(check)
    }

    #[test]
    fn a_sentence_may_run_over_two_lines_and_more_may_follow() {
        assert_eq!(findings("//! Prices are kept\n//! in minor units.\n//!\n//! Details\n"), Vec::<String>::new());
    }

    #[test]
    fn a_file_without_a_sentence_is_refused() {
        assert_one(&findings(""), "crates/a/src/lib.rs:1", &["is no `//! ` sentence"]);
        assert_one(&findings("\n//! Prices in minor units.\n"), "crates/a/src/lib.rs:1", &["is no `//! ` sentence"]);
        assert_one(&findings("//! Prices.\n"), "crates/a/src/lib.rs:1", &["too short"]);
        assert_one(&findings("//! Prices in minor units\n"), "crates/a/src/lib.rs:1", &["no end"]);
    }
}
