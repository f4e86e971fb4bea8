//! `cargo xtask campaign`: long runs that break the shop on purpose and keep what they saw in a file.

mod client;
mod crash;
mod database;
mod events;
mod exhibits;
mod fuzz;
mod inject;
mod jobs;
mod mutants;
mod payments;
mod program;
mod results;
mod schema;
mod shop;
mod simulation;
mod slow;
mod stage;
mod timing;
mod trial;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;
use raw_client::random;

/// Which campaign.
#[derive(Subcommand)]
pub(crate) enum Campaign {
    /// Kill the shop and its database under load, at random moments and at every failpoint, and look for what was lost
    Crash(crash::Arguments),
    /// Kill the process that relays events while thousands happen, and look for what was lost, doubled or told out of order
    Events(events::Arguments),
    /// Feed the parsers at the edge with inputs that are nearly right
    Fuzz(fuzz::Arguments),
    /// Kill the workers while ten thousand jobs drain, and count what each did
    Jobs(jobs::Arguments),
    /// Make the rules wrong, one place at a time, and see whether their tests notice
    Mutants(mutants::Arguments),
    /// Cut, delay, double and lose the answers of a provider while the shop is killed, and compare the books
    Payments(payments::Arguments),
    /// Drive the pure core and an independent model of it by chance, and compare them
    Simulation(simulation::Arguments),
    /// Write SQL and its like into every place of every operation
    Inject(inject::Arguments),
    /// Hold every answer against the contract, with three levels of rights
    Schema(schema::Arguments),
    /// Let two thousand clients take their time, and see whether another is served all the same
    Slow(slow::Arguments),
    /// Ask at the door for thousands of accounts, half of which there are, and see whether time or answers tell which
    Timing(timing::Arguments),
}

/// Runs it.
pub(crate) fn run(campaign: &Campaign) -> Result<ExitCode> {
    match campaign {
        Campaign::Crash(arguments) => crash::run(arguments),
        Campaign::Events(arguments) => events::run(arguments),
        Campaign::Fuzz(arguments) => fuzz::run(arguments),
        Campaign::Jobs(arguments) => jobs::run(arguments),
        Campaign::Mutants(arguments) => mutants::run(arguments),
        Campaign::Payments(arguments) => payments::run(arguments),
        Campaign::Simulation(arguments) => simulation::run(arguments),
        Campaign::Inject(arguments) => inject::run(arguments),
        Campaign::Schema(arguments) => schema::run(arguments),
        Campaign::Slow(arguments) => slow::run(arguments),
        Campaign::Timing(arguments) => timing::run(arguments),
    }
}
