//! The command line: one file a command, `--json` everywhere, exit codes that scripts can rely on.

mod api_key;
mod audit;
mod completions;
mod config;
mod contracts;
mod customer;
mod demo;
mod doctor;
mod events;
mod exit;
mod export;
mod import;
mod ip;
mod jobs;
mod migrate;
mod openapi;
mod order;
mod output;
mod pages;
mod payments;
mod people;
mod product;
mod ratelimit;
mod role;
pub(crate) mod routes;
mod schedules;
mod serve;
mod session;
mod setup;
mod stock;
mod stress;
mod sync;
mod user;
mod version;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

pub use exit::{Exit, Stop};
use platform::telemetry::{self, FlushAtExit};
use setup::Globals;

/// The whole back end of a shop in one program.
///
/// Exit codes: 0 ok, 1 failure, 2 usage or configuration, 3 bad rows or failing checks, 4 not found, 5 refused.
#[derive(Debug, Parser)]
#[command(name = "tradewind", version, arg_required_else_help = true, disable_help_subcommand = true)]
struct CommandLine {
    #[command(flatten)]
    globals: Globals,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the shop
    Serve(serve::Arguments),
    /// Run a shop that is filled already, in a temporary folder unless a data directory is given
    Demo(demo::Arguments),
    /// Bring the database's schema up to this program, or look at it
    #[command(subcommand)]
    Migrate(migrate::Command),
    /// Bring files into the shop
    #[command(subcommand)]
    Import(import::Command),
    /// Write what the shop has into files
    #[command(subcommand)]
    Export(export::Command),
    /// Tell a folder or an address what changed, take figures and prices from them
    #[command(subcommand)]
    Sync(sync::Command),
    /// What the shop offers
    #[command(subcommand)]
    Product(product::Command),
    /// The shop's books beside those of its providers
    #[command(subcommand)]
    Payments(payments::Command),
    /// What was sold
    #[command(subcommand)]
    Order(order::Command),
    /// Who bought, and who has an account
    #[command(subcommand)]
    Customer(customer::Command),
    /// What lies where, and what of it can be sold
    #[command(subcommand)]
    Stock(stock::Command),
    /// Keys for programs that act for the shop
    #[command(subcommand)]
    ApiKey(api_key::Command),
    /// Addresses that are refused
    #[command(subcommand)]
    Ip(ip::Command),
    /// Limits on requests
    #[command(subcommand)]
    Ratelimit(ratelimit::Command),
    /// People with accounts
    #[command(subcommand)]
    User(user::Command),
    /// Where people are signed in
    #[command(subcommand)]
    Session(session::Command),
    /// What groups of people may do, and who belongs to which
    #[command(subcommand)]
    Role(role::Command),
    /// Who changed what, and whether the record of it is whole
    #[command(subcommand)]
    Audit(audit::Command),
    /// What happened, and telling it once more
    #[command(subcommand)]
    Events(events::Command),
    /// Work that the shop does after the commit
    #[command(subcommand)]
    Jobs(jobs::Command),
    /// What starts by the clock
    #[command(subcommand)]
    Schedules(schedules::Command),
    /// Check the installation and every rule of the data
    Doctor,
    /// Try on a database of its own whether the shop keeps its promises when many want the same
    Stress(stress::Arguments),
    /// The effective configuration
    #[command(subcommand)]
    Config(config::Command),
    /// A completion script for a shell, on standard output
    Completions(completions::Arguments),
    /// The OpenAPI document, on standard output
    Openapi,
    /// Every route with what it asks of its caller
    Routes,
    /// What program this is
    Version,
    /// Write the generated contracts into a folder
    #[command(hide = true)]
    Contracts(contracts::Arguments),
}

/// Reads the arguments, runs the command, and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    let line = match CommandLine::try_parse() {
        Ok(line) => line,
        Err(error) => {
            // Help and version are answers, the rest is a usage error; clap knows where each belongs.
            let _ = error.print();
            return if error.use_stderr() { Exit::Usage.into() } else { Exit::Ok.into() };
        }
    };
    let output = line.globals.output();
    let _flush = FlushAtExit;
    let ended = tokio::runtime::Runtime::new().map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(run(line)));
    match ended {
        Ok(exit) => exit.into(),
        Err(error) if exit::is_broken_pipe(&error) => Exit::Ok.into(),
        Err(error) => {
            telemetry::flush();
            output.note(format!("error: {}", exit::told(&error)));
            exit::exit_of(&error).into()
        }
    }
}

async fn run(line: CommandLine) -> anyhow::Result<Exit> {
    let globals = &line.globals;
    if !matches!(line.command, Command::Serve(_) | Command::Demo(_)) {
        setup::log_quietly()?;
    }
    match line.command {
        Command::Serve(arguments) => serve::run(globals, arguments).await,
        Command::Demo(arguments) => demo::run(globals, arguments).await,
        Command::Migrate(command) => migrate::run(globals, command).await,
        Command::Export(command) => export::run(globals, command).await,
        Command::Import(command) => import::run(globals, command).await,
        Command::Sync(command) => sync::run(globals, command).await,
        Command::Product(command) => product::run(globals, command).await,
        Command::Payments(command) => payments::run(globals, command).await,
        Command::Order(command) => order::run(globals, command).await,
        Command::Customer(command) => customer::run(globals, command).await,
        Command::Stock(command) => stock::run(globals, command).await,
        Command::ApiKey(command) => api_key::run(globals, command).await,
        Command::Ip(command) => ip::run(globals, command).await,
        Command::Ratelimit(command) => ratelimit::run(globals, command).await,
        Command::User(command) => user::run(globals, command).await,
        Command::Session(command) => session::run(globals, command).await,
        Command::Role(command) => role::run(globals, command).await,
        Command::Audit(command) => audit::run(globals, command).await,
        Command::Events(command) => events::run(globals, command).await,
        Command::Jobs(command) => jobs::run(globals, command).await,
        Command::Schedules(command) => schedules::run(globals, command).await,
        Command::Doctor => doctor::run(globals).await,
        Command::Stress(arguments) => stress::run(globals, arguments).await,
        Command::Config(command) => config::run(globals, command),
        Command::Completions(arguments) => completions::run(globals, &arguments),
        Command::Openapi => openapi::run(globals),
        Command::Routes => routes::run(globals),
        Command::Version => version::run(globals),
        Command::Contracts(arguments) => contracts::run(&arguments),
    }
}

/// The command line as clap knows it, for completions and the contract.
fn definition() -> clap::Command {
    <CommandLine as clap::CommandFactory>::command()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        definition().debug_assert();
    }

    #[test]
    fn every_command_has_a_help_text() {
        fn check(command: &clap::Command) {
            assert!(command.get_about().is_some(), "{}", command.get_name());
            command.get_subcommands().for_each(check);
        }
        check(&definition());
    }
}
