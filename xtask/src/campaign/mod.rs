//! `cargo xtask campaign`: long runs that break the shop on purpose and keep what they saw in a file.

mod crash;
mod fuzz;
mod random;

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
}

/// Runs it.
pub(crate) fn run(campaign: &Campaign) -> Result<ExitCode> {
    match campaign {
        Campaign::Crash(arguments) => crash::run(arguments),
        Campaign::Fuzz(arguments) => fuzz::run(arguments),
    }
}
