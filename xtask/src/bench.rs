//! `cargo xtask bench`: builds what is measured, starts what it needs, and measures.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::{postgres, project};

/// What the bench itself is told; `cargo xtask bench -- --help` lists it.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Measure SQLite alone
    #[arg(long)]
    no_postgres: bool,
    /// For the bench: --seconds, --connections, --products, --only, --json, --compare
    #[arg(last = true)]
    rest: Vec<OsString>,
}

/// Measures the release build on both databases.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let mut cargo = project::cargo();
    let built = cargo.args(["build", "--release", "--locked", "--package", "tradewind", "--package", "bench"]).status();
    ensure!(built.context("cannot start cargo")?.success(), "the release build failed");
    let server = if arguments.no_postgres { None } else { Some(postgres::start()?) };
    let programs = project::target_folder()?.join("release");
    let mut bench = std::process::Command::new(programs.join("bench"));
    bench.arg("run").arg("--shop").arg(programs.join("tradewind")).args(&arguments.rest).current_dir(project::root());
    if let Some(server) = &server {
        bench.arg("--postgres").arg(server.url());
    }
    let status = bench.status().context("cannot start the bench")?;
    if let Some(server) = server {
        server.stop()?;
    }
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
