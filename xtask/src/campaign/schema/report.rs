//! What schemathesis reports.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::campaign::trial::Trial;

/// Its report, as far as it matters here.
#[derive(Deserialize)]
struct Report {
    complete: bool,
    stop_reason: String,
    operations: Option<Operations>,
    test_cases: TestCases,
    failures: Vec<Failure>,
    errors: Vec<Error>,
}

#[derive(Deserialize)]
struct Operations {
    selected: usize,
    tested: usize,
}

#[derive(Deserialize)]
struct TestCases {
    generated: usize,
    without_checks: usize,
}

#[derive(Deserialize)]
struct Failure {
    title: String,
    count: usize,
    operations: Vec<String>,
}

#[derive(Deserialize)]
struct Error {
    title: String,
    count: usize,
}

/// Takes over figures and failures; the details are in what it said.
pub(super) fn read(path: &Path, said: &Path, trial: &mut Trial) -> Result<()> {
    let Ok(text) = fs::read_to_string(path) else {
        trial.blame(format!("schemathesis wrote no report: see {}", said.display()));
        return Ok(());
    };
    let report: Report = serde_json::from_str(&text).context("another report than this version writes")?;
    trial.cases = report.test_cases.generated.saturating_sub(report.test_cases.without_checks);
    for Failure { title, count, operations } in &report.failures {
        trial.blame(format!("{title}: {count} in {}: see {}", operations.join(", "), said.display()));
    }
    for Error { title, count } in &report.errors {
        trial.blame(format!("schemathesis could not go on: {title}: {count}: see {}", said.display()));
    }
    if !report.complete {
        trial.blame(format!("schemathesis stopped early: {}", report.stop_reason));
    }
    if let Some(Operations { selected, tested }) = report.operations
        && tested < selected
    {
        trial.blame(format!("only {tested} of {selected} operations were tried: see {}", said.display()));
    }
    Ok(())
}
