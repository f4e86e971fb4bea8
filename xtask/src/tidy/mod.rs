//! `cargo xtask tidy`: what the compiler and clippy cannot see of the project's rules, one small check a file.

mod banned;
mod comments;
mod dead_files;
mod exceptions;
mod finding;
mod floors;
mod headers;
mod names;
mod paths;
#[cfg(test)]
mod sample;
mod sizes;
mod slice_table;
mod slices;
mod source;
mod strings;
mod walls;
mod workspace;

use std::process::ExitCode;

use anyhow::Result;
use finding::Finding;
use workspace::Workspace;

use crate::project;

/// Every check, in the order of its name.
const CHECKS: [fn(&Workspace) -> Vec<Finding>; 10] = [
    banned::check,
    comments::check,
    dead_files::check,
    floors::check,
    headers::check,
    names::check,
    sizes::check,
    slices::check,
    strings::check,
    walls::check,
];

/// Prints each finding on a line of its own and fails if there is one.
pub(crate) fn run() -> Result<ExitCode> {
    let workspace = Workspace::load(project::root())?;
    let mut findings: Vec<Finding> = workspace.unreadable.clone();
    findings.extend(CHECKS.iter().flat_map(|check| check(&workspace)));
    findings.sort();
    for finding in &findings {
        println!("{finding}");
    }
    if findings.is_empty() {
        println!("tidy: {} files in {} packages, nothing to mend", workspace.files.len(), workspace.packages.len());
        return Ok(ExitCode::SUCCESS);
    }
    println!("tidy: {} to mend", findings.len());
    Ok(ExitCode::FAILURE)
}

/// The texts with which this function is called anywhere outside of tests, as `failpoint("here")`.
#[cfg(test)]
pub(crate) fn arguments_of(root: &std::path::Path, function: &str) -> Result<Vec<String>> {
    let workspace = Workspace::load(root)?;
    let files = workspace.files.iter().filter(|file| file.is_in("crates") && !file.is_test());
    let calls = files.flat_map(|file| file.tokens.windows(3)).filter_map(|window| match window {
        [name, open, text] if name.text == function && open.text == "(" && text.literal => Some(text.text.trim_matches('"').to_owned()),
        _ => None,
    });
    Ok(calls.collect())
}
