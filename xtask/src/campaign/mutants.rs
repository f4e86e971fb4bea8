//! `cargo xtask campaign mutants`: makes the rules wrong, one place at a time, and asks their own tests whether they notice.

use std::fs;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::project;

/// Which mutants.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Only mutants of these crates
    #[arg(long)]
    package: Vec<String>,
    /// Leave out what the run before, interrupted or not, has seen noticed
    #[arg(long)]
    resume: bool,
}

/// Runs them; what is to be mutated and what is equivalent stands in `.cargo/mutants.toml`.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    install()?;
    let target = project::target_folder()?.join("campaign/mutants");
    fs::create_dir_all(&target).with_context(|| format!("cannot make {}", target.display()))?;
    let mut cargo = project::cargo();
    cargo.args(["mutants", "--workspace", "--jobs", "1", "--output"]).arg(&target);
    for package in &arguments.package {
        cargo.args(["--package", package]);
    }
    if arguments.resume {
        cargo.arg("--iterate");
    }
    // Mutants are made in a copy of the tree: what it builds stays, so that only the mutated crate is built for each. Names
    // of lines are for people who debug, nobody does here.
    cargo.env("CARGO_TARGET_DIR", &target).env("CARGO_PROFILE_DEV_DEBUG", "0");
    let status = cargo.status().context("cannot start cargo")?;
    println!("each mutant's build and tests: {}", target.join("mutants.out").display());
    // A mutant whose tests do not come to their end was not noticed: the machine may only have been busy.
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn install() -> Result<()> {
    let quiet = |command: &mut Command| command.stdout(Stdio::null()).stderr(Stdio::null()).status();
    let there = quiet(project::cargo().args(["mutants", "--version"])).context("cannot start cargo")?.success();
    if there {
        return Ok(());
    }
    let installed = project::cargo().args(["install", "cargo-mutants", "--locked"]).status().context("cannot start cargo")?;
    ensure!(installed.success(), "cargo-mutants is not here and cannot be installed");
    Ok(())
}
