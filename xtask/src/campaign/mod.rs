//! `cargo xtask campaign`: long runs that break the shop on purpose and keep what they saw in a file.

mod crash;
mod fuzz;
mod mutants;
mod random;
mod simulation;

use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

/// Which campaign.
#[derive(Subcommand)]
pub(crate) enum Campaign {
    /// Kill the shop and its database under load, at random moments and at every failpoint, and look for what was lost
    Crash(crash::Arguments),
    /// Feed the parsers at the edge with inputs that are nearly right
    Fuzz(fuzz::Arguments),
    /// Make the rules wrong, one place at a time, and see whether their tests notice
    Mutants(mutants::Arguments),
    /// Drive the pure core and an independent model of it by chance, and compare them
    Simulation(simulation::Arguments),
}

/// Runs it.
pub(crate) fn run(campaign: &Campaign) -> Result<ExitCode> {
    match campaign {
        Campaign::Crash(arguments) => crash::run(arguments),
        Campaign::Fuzz(arguments) => fuzz::run(arguments),
        Campaign::Mutants(arguments) => mutants::run(arguments),
        Campaign::Simulation(arguments) => simulation::run(arguments),
    }
}
