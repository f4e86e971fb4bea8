//! Loads a shop and a bare server beside it, and tells how far they are apart: started by `cargo xtask bench`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to the person who called it")]

mod floor;
mod growth;
mod load;
mod process;
mod provider;
mod report;
mod run;
mod shop;
mod store;
mod visits;

use std::process::ExitCode;

use anyhow::Result;
use clap::{Parser, Subcommand};

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
    Run(run::Arguments),
    /// Ask a small and a large shop the same, and read the plans of the large one
    Growth(growth::GrowthArguments),
    /// Make shops with many products and orders, and keep them
    Fill(growth::FillArguments),
    /// Serve the answer in a file, and nothing else
    Floor(floor::Arguments),
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
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    match command {
        Command::Run(arguments) => runtime.block_on(run::run(&arguments)),
        Command::Growth(arguments) => runtime.block_on(growth::growth(&arguments)),
        Command::Fill(arguments) => runtime.block_on(growth::fill(&arguments)),
        Command::Floor(arguments) => runtime.block_on(floor::serve(&arguments)).map(|()| true),
    }
}
