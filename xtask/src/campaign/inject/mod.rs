//! `cargo xtask campaign inject`: SQL and its like in every place into which a client can write, by a list of our own and by sqlmap.

mod attack;
mod contract;
mod judge;
mod payloads;
mod request;
mod sample;
mod sqlmap;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::{Args, ValueEnum};

use super::database::{Database, Databases};
use super::program::Program;
use super::results::{self, Results, Round};
use super::stage::Stage;
use super::trial::{self, Trial};
use super::{client, exhibits};

/// Who attacks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Weapon {
    /// The list of our own
    List,
    /// sqlmap
    Sqlmap,
}

/// What is attacked, by whom.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    program: Program,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// By which of both alone
    #[arg(long, value_enum)]
    by: Option<Weapon>,
    /// Only operations that have one of these in their name, as "GET /api/v1/products"
    #[arg(long)]
    only: Vec<String>,
    /// How many kinds of attack sqlmap tries, 1 to 5
    #[arg(long, default_value_t = 2)]
    sqlmap_level: u8,
    /// Where the results go, a line of JSON for each round [default: inject.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
}

/// Attacks a shop on each database.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = results::file(arguments.out.as_deref(), "inject")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let binary = arguments.program.find()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start a runtime")?;
    for database in arguments.database.each() {
        for weapon in [Weapon::List, Weapon::Sqlmap] {
            let plan = Trial::new(database.name(), weapon.name());
            if arguments.by.is_some_and(|by| by != weapon) || results.done().contains(plan.name()) {
                continue;
            }
            let trial = runtime.block_on(attack(&binary, (database, weapon), arguments, plan))?;
            eprintln!("{}: {} requests, {} violations", trial.round, trial.cases, trial.violations.len());
            results.add(trial)?;
        }
    }
    Ok(trial::conclude(&results, &out))
}

impl Weapon {
    const fn name(self) -> &'static str {
        match self {
            Self::List => "own list",
            Self::Sqlmap => "sqlmap",
        }
    }
}

async fn attack(
    binary: &std::path::Path,
    (database, weapon): (Database, Weapon),
    arguments: &Arguments,
    mut trial: Trial,
) -> Result<Trial> {
    let stage = Stage::open(binary, database).await?;
    match weapon {
        Weapon::List => attack::run(&stage.shop, &arguments.only, &mut trial).await?,
        Weapon::Sqlmap => sqlmap::run(&stage.shop, database, (&arguments.only, arguments.sqlmap_level), &mut trial).await?,
    }
    stage.close(&mut trial)?;
    Ok(trial)
}
