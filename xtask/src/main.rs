//! The commands that check, test and measure the workspace: `cargo xtask <command>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to the person who called it")]

mod bench;
mod campaign;
mod contracts;
mod debian;
mod go;
mod node;
mod postgres;
mod project;
mod python;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks, tests and measures the workspace.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run every test on SQLite and on a private PostgreSQL server
    Test(test::Arguments),
    /// Check the walls between crates and slices, sizes, dead files and banned calls
    Tidy,
    /// Regenerate the files in contracts/, or check that they are up to date
    Contracts(contracts::Arguments),
    /// Measure the release build on both databases against a bare server
    Bench(bench::Arguments),
    /// Break the shop on purpose, for long, with results in a file
    #[command(subcommand)]
    Campaign(campaign::Campaign),
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Contracts(arguments) => contracts::run(&arguments),
        Command::Bench(arguments) => bench::run(&arguments),
        Command::Campaign(campaign) => campaign::run(&campaign),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
