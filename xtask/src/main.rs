//! The commands that check and test the workspace: `cargo xtask <command>`.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line tool talks to the person who called it")]

mod contracts;
mod project;
mod test;
mod tidy;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

/// Checks and tests the workspace.
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
}

fn main() -> ExitCode {
    let outcome = match CommandLine::parse().command {
        Command::Test(arguments) => test::run(&arguments),
        Command::Tidy => tidy::run(),
        Command::Contracts(arguments) => contracts::run(&arguments),
    };
    outcome.unwrap_or_else(|error| {
        eprintln!("error: {error:#}");
        ExitCode::FAILURE
    })
}
