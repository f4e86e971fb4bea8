//! Marks of unfinished work in comments, and doc examples that would break the run of ignored tests.

use super::finding::Finding;
use super::source::SourceFile;
use super::workspace::Workspace;

/// Spelled in halves, so that this file does not find itself.
const UNFINISHED: [&str; 4] = [concat!("TO", "DO"), concat!("FIX", "ME"), concat!("XX", "X"), concat!("HA", "CK")];
const IGNORED_EXAMPLE: &str = concat!("```", "ignore");

/// Reads the comments of every file.
pub(crate) fn check(workspace: &Workspace) -> Vec<Finding> {
    workspace.files.iter().flat_map(check_file).collect()
}

fn check_file(file: &SourceFile) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (index, line) in file.text.lines().enumerate() {
        let Some(comment) = comment_of(line) else { continue };
        let place = (file.path.as_str(), index + 1);
        let words = || comment.split(|c: char| !c.is_alphanumeric());
        if let Some(mark) = UNFINISHED.iter().find(|mark| words().any(|word| word == **mark)) {
            let why = "unfinished work is not found again in a comment";
            findings.push(Finding::new(place, format!("a comment says {mark}"), why, "do it now, or leave it out"));
        }
        if comment.contains(IGNORED_EXAMPLE) {
            let why = "`cargo xtask test` runs ignored tests, doc examples too";
            findings.push(Finding::new(place, format!("a doc example is marked {IGNORED_EXAMPLE}"), why, "use ```text or make it compile"));
        }
    }
    findings
}

/// What stands behind `//` or on a line of a block comment. A `//` that follows a quote may be part of a string and is left alone.
fn comment_of(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    if trimmed.starts_with("/*") || trimmed.starts_with("* ") {
        return Some(trimmed);
    }
    let (before, comment) = line.split_once("//")?;
    (before.matches('"').count() % 2 == 0).then_some(comment)
}

#[cfg(test)]
mod tests {
    use super::super::sample::{Sample, assert_one};
    use super::{IGNORED_EXAMPLE, UNFINISHED, check};

    fn findings(text: &str) -> Vec<String> {
        Sample::new().package("a", 0, "").file("crates/a/src/lib.rs", text).findings(check)
    }

    #[test]
    fn every_mark_of_unfinished_work_is_found_in_every_kind_of_comment() {
        for mark in UNFINISHED {
            assert_one(&findings(&format!("fn f() {{}} // {mark}: later\n")), "crates/a/src/lib.rs:1", &[mark]);
            assert_one(&findings(&format!("//! One.\n/// {mark}\nfn f() {{}}\n")), "crates/a/src/lib.rs:2", &[mark]);
            assert_one(&findings(&format!("/*\n * {mark}\n */\n")), "crates/a/src/lib.rs:2", &[mark]);
        }
    }

    #[test]
    fn a_mark_inside_a_string_or_a_word_is_not_one() {
        let mark = UNFINISHED[2];

        assert_eq!(findings(&format!("const CODE: &str = \"http://{mark}\";\n// {mark}L shirts\n")), Vec::<String>::new());
    }

    #[test]
    fn an_ignored_doc_example_is_refused() {
        assert_one(&findings(&format!("/// {IGNORED_EXAMPLE}\n/// x\n/// ```\nfn f() {{}}\n")), "crates/a/src/lib.rs:1", &["```text"]);
    }
}
