//! Loads a shop and a bare server beside it, and tells how far they are apart: started by `cargo xtask bench`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to the person who called it")]

mod connection;
mod floor;
mod load;
mod measures;
mod process;
mod report;
mod shop;
mod visits;

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};

use crate::measures::Plan;

/// Measures a release build of the shop.
#[derive(Parser)]
#[command(name = "bench")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Load the shop on each database and print the table
    Run(Arguments),
    /// Serve the answer in a file, and nothing else
    Floor(floor::Arguments),
}

/// What is measured, for how long.
#[derive(clap::Args)]
struct Arguments {
    /// The shop's binary
    #[arg(long)]
    shop: PathBuf,
    /// The superuser's URL of a PostgreSQL server; without it only SQLite is measured
    #[arg(long)]
    postgres: Option<String>,
    /// Seconds for each measure
    #[arg(long, default_value_t = 10)]
    seconds: u64,
    /// Connections that are busy at a time
    #[arg(long, default_value_t = 32)]
    connections: usize,
    /// Products in the shop
    #[arg(long, default_value_t = 1_000)]
    products: usize,
    /// Measure only what has one of these in its name
    #[arg(long)]
    only: Vec<String>,
    /// Write the figures to this file, too
    #[arg(long)]
    json: Option<PathBuf>,
    /// Figures of an earlier run to compare with
    #[arg(long)]
    compare: Option<PathBuf>,
}

fn main() -> ExitCode {
    match act(CommandLine::parse().command) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

/// False where an answer was wrong. Time alone fails nothing: machines are shared and noisy.
fn act(command: Command) -> Result<bool> {
    match command {
        Command::Run(arguments) => run(&arguments),
        Command::Floor(arguments) => runtime()?.block_on(floor::serve(&arguments)).map(|()| true),
    }
}

fn run(arguments: &Arguments) -> Result<bool> {
    let plan = Plan {
        shop: arguments.shop.clone(),
        postgres: arguments.postgres.clone(),
        time: Duration::from_secs(arguments.seconds),
        connections: arguments.connections,
        products: arguments.products,
        only: arguments.only.clone(),
    };
    let figures = runtime()?.block_on(measures::all(&plan))?;
    let earlier = arguments.compare.as_deref().map(report::read).transpose()?;
    print!("{}", report::table(&figures, earlier.as_deref()));
    if let Some(path) = &arguments.json {
        report::write(path, &figures)?;
    }
    Ok(figures.iter().all(|figure| figure.wrong == 0))
}

fn runtime() -> Result<tokio::runtime::Runtime> {
    Ok(tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?)
}
