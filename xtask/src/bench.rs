//! `cargo xtask bench`: builds what is measured, starts what it needs, and measures.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{postgres, project};

/// What the bench does where it is not told: load the shop.
const DEFAULT_COMMAND: &str = "run";

/// What the bench itself is told; `cargo xtask bench -- --help` lists it.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Measure SQLite alone
    #[arg(long)]
    no_postgres: bool,
    /// A short run of the debug build that fails on wrong answers, never on time
    #[arg(long)]
    smoke: bool,
    /// For the bench: a command (run, growth, fill), and its options
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Measures on both databases.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let (folder, flags): (&str, &[&str]) = if arguments.smoke { ("debug", &[]) } else { ("release", &["--release"]) };
    let mut cargo = project::cargo();
    let built = cargo.arg("build").args(flags).args(["--locked", "--package", "tradewind", "--package", "bench"]).status();
    ensure!(built.context("cannot start cargo")?.success(), "the build failed");
    let programs = project::target_folder()?.join(folder);
    let mut bench = std::process::Command::new(programs.join("bench"));
    bench.current_dir(project::root());
    let named = arguments.rest.first().is_some_and(|word| !word.to_string_lossy().starts_with('-'));
    if !named {
        bench.arg(DEFAULT_COMMAND);
    }
    bench.args(&arguments.rest);
    if arguments.rest.iter().any(|word| word == "--help") {
        let status = bench.status().context("cannot start the bench")?;
        return Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    bench.arg("--shop").arg(programs.join("tradewind"));
    if arguments.smoke {
        bench.arg("--smoke");
    }
    let server = if arguments.no_postgres { None } else { Some(postgres::start()?) };
    if let Some(server) = &server {
        bench.arg("--postgres").arg(server.url());
    }
    let status = bench.status().context("cannot start the bench")?;
    if let Some(server) = server {
        server.stop()?;
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
