//! `cargo xtask contracts`: regenerates the promises the program makes, or checks that the committed ones are up to date.

mod history;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;
use tempfile::TempDir;

use crate::project;

/// What mends a difference.
const MEND: &str = "cargo xtask contracts";

/// Written by a test that counts statements, not by the program: `TRADEWIND_WRITE_STATEMENTS=1 cargo xtask test`.
const WRITTEN_BY_TESTS: [&str; 1] = ["statements.txt"];

/// How many differing lines are shown of each file.
const SHOWN_LINES: usize = 5;

/// What to do with the generated files.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Change nothing, and fail when a committed file differs from what the program says
    #[arg(long)]
    check: bool,
}

/// Lets the program write its contracts, and compares or copies them.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let generated = TempDir::new().context("cannot make a temporary folder")?;
    let status = project::cargo()
        .args(["run", "--quiet", "--package", "tradewind", "--", "contracts", "--out"])
        .arg(generated.path())
        .status()
        .context("cannot start cargo run")?;
    ensure!(status.success(), "`tradewind contracts` failed: {status}");

    let committed = project::root().join("contracts");
    let differences = differences(generated.path(), &committed)?;
    let broken = history::broken_promises(generated.path())?;
    if arguments.check || !broken.is_empty() {
        let up_to_date = report(&differences);
        return Ok(if broken.is_empty() { up_to_date } else { history::report(&broken) });
    }
    write(generated.path(), &committed, &differences)?;
    Ok(ExitCode::SUCCESS)
}

/// A file that is not what the program says.
#[derive(Debug, PartialEq, Eq)]
struct Difference {
    name: String,
    /// The first lines that differ, or what else is wrong.
    shown: Vec<String>,
    /// Whether the program still writes such a file.
    generated: bool,
}

fn differences(generated: &Path, committed: &Path) -> Result<Vec<Difference>> {
    let new = names(generated)?;
    ensure!(!new.is_empty(), "`tradewind contracts` wrote no file");
    let old = if committed.exists() { names(committed)? } else { BTreeSet::new() };
    let mut differences = Vec::new();
    for name in &new {
        let right = read(&generated.join(name))?;
        let shown = if old.contains(name) { compare(&read(&committed.join(name))?, &right) } else { vec!["is missing".to_owned()] };
        if !shown.is_empty() {
            differences.push(Difference { name: name.clone(), shown, generated: true });
        }
    }
    for name in old.difference(&new).filter(|name| !WRITTEN_BY_TESTS.contains(&name.as_str())) {
        let shown = vec!["is no longer generated".to_owned()];
        differences.push(Difference { name: name.clone(), shown, generated: false });
    }
    Ok(differences)
}

fn names(folder: &Path) -> Result<BTreeSet<String>> {
    let entries = fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))?;
    entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned())).collect()
}

fn read(path: &Path) -> Result<String> {
    fs::read_to_string(path).with_context(|| format!("cannot read {}", path.display()))
}

/// The first differing lines as `line 3: - old` and `line 3: + new`; none when the texts are equal.
fn compare(committed: &str, generated: &str) -> Vec<String> {
    let (old, new): (Vec<&str>, Vec<&str>) = (committed.split('\n').collect(), generated.split('\n').collect());
    let pairs = (0..old.len().max(new.len())).map(|index| (index + 1, old.get(index), new.get(index)));
    let differing = pairs.filter(|(_, old, new)| old != new).take(SHOWN_LINES);
    let lines = differing.flat_map(|(number, old, new)| {
        let side = |sign: char, line: Option<&&str>| line.map(|line| format!("line {number}: {sign} {line}"));
        [side('-', old), side('+', new)]
    });
    lines.flatten().collect()
}

fn report(differences: &[Difference]) -> ExitCode {
    for difference in differences {
        println!("contracts/{} differs from what the program says:", difference.name);
        for line in &difference.shown {
            println!("  {line}");
        }
    }
    if differences.is_empty() {
        println!("contracts: up to date");
        return ExitCode::SUCCESS;
    }
    println!("mend it with `{MEND}`, and read the difference: a contract is a promise to somebody");
    ExitCode::FAILURE
}

fn write(generated: &Path, committed: &Path, differences: &[Difference]) -> Result<()> {
    fs::create_dir_all(committed).context("cannot make contracts/")?;
    for Difference { name, generated: is_generated, .. } in differences {
        let target = committed.join(name);
        if *is_generated {
            fs::copy(generated.join(name), &target).with_context(|| format!("cannot write {}", target.display()))?;
            println!("wrote contracts/{name}");
        } else {
            fs::remove_file(&target).with_context(|| format!("cannot remove {}", target.display()))?;
            println!("removed contracts/{name}");
        }
    }
    if differences.is_empty() {
        println!("contracts: up to date");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> TempDir {
        let folder = TempDir::new().unwrap();
        for (name, text) in files {
            fs::write(folder.path().join(name), text).unwrap();
        }
        folder
    }

    fn compare_folders(generated: &[(&str, &str)], committed: &[(&str, &str)]) -> Vec<(String, Vec<String>)> {
        let (generated, committed) = (folder(generated), folder(committed));
        differences(generated.path(), committed.path()).unwrap().into_iter().map(|found| (found.name, found.shown)).collect()
    }

    #[test]
    fn equal_files_and_the_file_of_the_tests_are_no_difference() {
        assert_eq!(compare_folders(&[("cli.md", "a\n")], &[("cli.md", "a\n"), ("statements.txt", "1\n")]), []);
    }

    #[test]
    fn a_difference_shows_its_first_lines() {
        let found = compare_folders(&[("cli.md", "a\nc\n")], &[("cli.md", "a\nb\n")]);

        assert_eq!(found, [("cli.md".to_owned(), vec!["line 2: - b".to_owned(), "line 2: + c".to_owned()])]);
    }

    #[test]
    fn a_missing_last_newline_is_a_difference() {
        assert_eq!(compare_folders(&[("cli.md", "a\n")], &[("cli.md", "a")]).len(), 1);
    }

    #[test]
    fn missing_and_superfluous_files_are_differences() {
        let found = compare_folders(&[("new.md", "a\n")], &[("old.md", "a\n")]);

        assert_eq!(
            found,
            [("new.md".to_owned(), vec!["is missing".to_owned()]), ("old.md".to_owned(), vec!["is no longer generated".to_owned()])]
        );
    }

    #[test]
    fn writing_makes_the_folders_equal() {
        let (generated, committed) =
            (folder(&[("a.md", "1"), ("b.md", "2")]), folder(&[("b.md", "old"), ("c.md", "3"), ("statements.txt", "4")]));
        let found = differences(generated.path(), committed.path()).unwrap();
        write(generated.path(), committed.path(), &found).unwrap();

        assert_eq!(differences(generated.path(), committed.path()).unwrap(), []);
        assert!(committed.path().join("statements.txt").exists());
    }

    #[test]
    fn a_program_that_writes_nothing_is_a_failure() {
        assert!(differences(folder(&[]).path(), folder(&[]).path()).is_err());
    }
}
