//! `cargo xtask campaign fuzz`: lets the fuzz targets run for long.

use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::project;

/// What runs for how long.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Seconds for each target
    #[arg(long, default_value_t = 600)]
    seconds: u64,
    /// Of the inputs: the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Only targets that have one of these in their name
    #[arg(long)]
    only: Vec<String>,
    /// Run a debug build: sooner built, slower
    #[arg(long)]
    debug: bool,
}

/// Builds and runs the targets; an input that breaks a promise is kept in their corpus.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut cargo = project::cargo();
    cargo.args(["run", "--locked", "--quiet", "--package", "fuzz"]);
    if !arguments.debug {
        cargo.arg("--release");
    }
    cargo.args(["--", "--seconds", &arguments.seconds.to_string(), "--seed", &arguments.seed.to_string()]);
    for part in &arguments.only {
        cargo.args(["--only", part]);
    }
    let status = cargo.status().context("cannot start cargo")?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
