//! `cargo xtask campaign simulation`: lets the pure core and its model go many ways.

use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::project;

/// Operations per minute below which a campaign is too slow to be run often, in an optimised build.
const SLOWEST: f64 = 1_000_000.0;

/// How many ways, of which length.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Runs, each with a seed of its own
    #[arg(long, default_value_t = 1_000)]
    seeds: u64,
    /// Operations of each run
    #[arg(long, default_value_t = 10_000)]
    operations: u64,
    /// Only the run of this seed: how a failure is seen again
    #[arg(long, env = "SEED")]
    seed: Option<u64>,
    /// Run a debug build, whatever its speed: sooner built, slower
    #[arg(long)]
    debug: bool,
}

/// Runs it; a violation is told with its seed and the commands that led to it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    ensure!(test(arguments).arg("--no-run").status().context("cannot start cargo")?.success(), "the build failed");
    let mut cargo = test(arguments);
    cargo.args(["--", "--nocapture"]).env("SEEDS", arguments.seeds.to_string()).env("OPERATIONS", arguments.operations.to_string());
    if let Some(seed) = arguments.seed {
        cargo.env("SEED", seed.to_string());
    }
    let begin = Instant::now();
    let passed = cargo.status().context("cannot start cargo")?.success();
    if !passed {
        println!("verdict: VIOLATED; its seed shows it again: SEED=… cargo xtask campaign simulation");
        return Ok(ExitCode::FAILURE);
    }
    let seeds = if arguments.seed.is_some() { 1 } else { arguments.seeds };
    #[expect(clippy::cast_precision_loss, reason = "for people")]
    let per_minute = (seeds * arguments.operations) as f64 / begin.elapsed().as_secs_f64() * 60.0;
    println!("{seeds} seeds x {} operations, {per_minute:.0} operations per minute, no violation", arguments.operations);
    // A single run is over before a speed can be told.
    let slow = seeds > 1 && !arguments.debug && per_minute < SLOWEST;
    println!("verdict: {}", if slow { "TOO SLOW" } else { "ok" });
    Ok(if slow { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

fn test(arguments: &Arguments) -> Command {
    let mut cargo = project::cargo();
    cargo.args(["test", "--locked", "--package", "sales", "--test", "simulation"]);
    if !arguments.debug {
        cargo.arg("--release");
    }
    cargo
}
