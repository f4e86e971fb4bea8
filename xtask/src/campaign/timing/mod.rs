//! `cargo xtask campaign timing`: whether signing in, or asking for a new password, tells who has an account.

mod difference;
mod door;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;
use difference::Difference;
use door::Door;

use super::client;
use super::database::{Database, Databases};
use super::program::Program;
use super::random::Random;
use super::results::{self, Results, Round};
use super::shop::Settings;
use super::stage::Stage;
use super::trial::{self, Trial};

/// How many are asked for before anything is measured.
const WARM_UP: usize = 100;
/// Where the 95 % interval of the difference has to lie, in milliseconds.
const BOUND_MS: f64 = 1.0;

/// How many accounts, and what hashing a password costs.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    program: Program,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Accounts that there are; as many are asked for that there are not
    #[arg(long, default_value_t = 2_000)]
    accounts: usize,
    /// Memory of a hash in KiB: the least that production takes, so that so many can be made and tried
    #[arg(long, default_value_t = 19_456)]
    password_memory_kib: u32,
    /// Passes of a hash over that memory: the least that production takes
    #[arg(long, default_value_t = 2)]
    password_iterations: u32,
    /// What the order within each pair comes from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the results go, a line of JSON for each round [default: timing.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
}

impl Arguments {
    /// Each pair comes from an address of its own, as behind a proxy: limits of addresses are not what is measured.
    fn settings(&self) -> Settings {
        vec![
            ("TRADEWIND__AUTH__PASSWORD_MEMORY_KIB", self.password_memory_kib.to_string()),
            ("TRADEWIND__AUTH__PASSWORD_ITERATIONS", self.password_iterations.to_string()),
            ("TRADEWIND__SERVER__TRUSTED_PROXIES", "127.0.0.1".to_owned()),
        ]
    }
}

/// Asks at each door of a shop on each database.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = results::file(arguments.out.as_deref(), "timing")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let binary = arguments.program.find()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().context("cannot start a runtime")?;
    for database in arguments.database.each() {
        for door in Door::ALL {
            let plan = Trial::new(database.name(), door.name());
            if results.done().contains(plan.name()) {
                continue;
            }
            let trial = runtime.block_on(ask(&binary, (database, door), arguments, plan))?;
            eprintln!("{}: {}, {} violations", trial.round, trial.notes.join("; "), trial.violations.len());
            results.add(trial)?;
        }
    }
    Ok(trial::conclude(&results, &out))
}

/// One door of a fresh shop: an account that there is and one that there is not, in an order that chance decides, again and again.
async fn ask(binary: &Path, (database, door): (Database, Door), arguments: &Arguments, mut trial: Trial) -> Result<Trial> {
    let stage = Stage::open_with(binary, database, arguments.settings()).await?;
    door::register(stage.shop.address, arguments.accounts + WARM_UP).await?;
    let mut random = Random::new(arguments.seed, door.name());
    let mut client = client::Client::new(stage.shop.address);
    let mut differences = Vec::with_capacity(arguments.accounts);
    for number in 0..arguments.accounts + WARM_UP {
        let known_first = random.next().is_multiple_of(2);
        let pair = door.ask_both(&mut client, number, known_first).await?;
        if number >= WARM_UP {
            trial.cases += 2;
            differences.push(pair.difference_ms());
            trial.took(pair.known.time.max(pair.unknown.time));
            if let Some(fault) = pair.tells(door) {
                trial.blame(format!("account {number}: {fault}"));
            }
        }
    }
    for (what, difference) in [("all", Difference::of(&differences, 0.0)), ("without a tenth", Difference::of(&differences, 0.05))] {
        trial.notes.push(format!("{what}: {difference}"));
        // A machine that pauses for a moment tells nothing of accounts: the middle of the pairs decides.
        if what != "all" && !difference.lies_within(BOUND_MS) {
            trial.blame(format!("the time tells who has an account: {difference}"));
        }
    }
    let (memory, passes) = (arguments.password_memory_kib, arguments.password_iterations);
    trial.notes.push(format!("{} pairs, argon2id with {memory} KiB and {passes} passes", arguments.accounts));
    stage.close(&mut trial)?;
    Ok(trial)
}
