//! `cargo xtask campaign slow`: clients that take their time, and many that only sit there, while another goes on buying.

mod customer;
mod idle;
mod memory;
mod tool;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result, bail};
use clap::Args;
use customer::Customer;
use memory::Footprint;
use tool::Attack;

use super::database::{Database, Databases};
use super::program::Program;
use super::results::{self, Results, Round};
use super::stage::Stage;
use super::trial::{self, Trial};
use super::{client, exhibits};

/// What a shop gives back within this time after the last of them has gone.
const CALM: Duration = Duration::from_secs(45);

/// Who sits there, how many, for how long.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    program: Program,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Connections of the slow
    #[arg(long, default_value_t = 2_000)]
    connections: usize,
    /// How long each siege goes on
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Only attacks that have one of these in their name, as "slow headers"
    #[arg(long)]
    only: Vec<String>,
    /// Where the results go, a line of JSON for each round [default: slow.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
}

/// What is done to the shop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Siege {
    /// slowhttptest does it.
    Tool(Attack),
    /// Connections that never say a word.
    Silent,
    /// Connections that asked once and stay.
    KeptAlive,
    /// Connections that ask for much and read nothing.
    Unread,
}

const ALL: [Siege; 7] = [
    Siege::Tool(Attack::Headers),
    Siege::Tool(Attack::Body),
    Siege::Tool(Attack::Read),
    Siege::Tool(Attack::Range),
    Siege::Silent,
    Siege::KeptAlive,
    Siege::Unread,
];

impl Siege {
    const fn name(self) -> &'static str {
        match self {
            Self::Tool(attack) => attack.name(),
            Self::Silent => "silent connections",
            Self::KeptAlive => "idle connections",
            Self::Unread => "unread answers",
        }
    }
}

/// Lays siege to a shop on each database.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = results::file(arguments.out.as_deref(), "slow")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let binary = arguments.program.find()?;
    tool::find()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("cannot start a runtime")?;
    for database in arguments.database.each() {
        for siege in ALL.into_iter().filter(|siege| wanted(&arguments.only, siege.name())) {
            let plan = Trial::new(database.name(), siege.name());
            if results.done().contains(plan.name()) {
                continue;
            }
            let trial = runtime.block_on(lay(&binary, (database, siege), arguments, plan))?;
            eprintln!("{}: {} connections, {} violations", trial.round, trial.cases, trial.violations.len());
            results.add(trial)?;
        }
    }
    Ok(trial::conclude(&results, &out))
}

fn wanted(only: &[String], name: &str) -> bool {
    only.is_empty() || only.iter().any(|part| name.contains(part.as_str()))
}

/// One siege of a fresh shop, laid twice: a customer buys all the while, and afterwards the shop is what it was. What the first one
/// leaves to the allocator is used again by the second: more after that would be a leak.
async fn lay(binary: &Path, (database, siege): (Database, Siege), arguments: &Arguments, mut trial: Trial) -> Result<Trial> {
    let stage = Stage::open(binary, database).await?;
    let (shop, time) = (&stage.shop, Duration::from_secs(arguments.seconds));
    let process = shop.process()?;
    exhibits::gather(shop).await?;
    let before = Footprint::of(process)?;
    let customer = Customer::send(shop);
    let most = memory::watch(process);
    trial.cases = 2 * if siege == Siege::Unread { idle::UNREADERS } else { arguments.connections };
    let (mut rests, mut held) = (Vec::new(), Vec::new());
    for _ in 0..2 {
        match siege {
            Siege::Tool(attack) => tool::run(attack, shop.address, (arguments.connections, time), &mut trial).await?,
            Siege::Silent => idle::sit(shop.address, (arguments.connections, time), "", &mut trial).await?,
            Siege::KeptAlive => idle::sit(shop.address, (arguments.connections, time), idle::ONCE, &mut trial).await?,
            Siege::Unread => {
                held = idle::ask_and_turn_away(shop.address).await?;
                tokio::time::sleep(time).await;
            }
        }
        rests.push(memory::calm(process, before, CALM).await?);
        // Only now: the shop has to end what nobody reads.
        held.clear();
    }
    let most = most.end().await;
    customer.end(&mut trial).await;
    let [first, second] = rests.as_slice() else { bail!("a siege was not laid twice") };
    trial.notes.push(format!("before {before}, at most {most}, after the first siege {first}, after the second {second}"));
    for complaint in second.too_much(before, *first) {
        trial.blame(complaint);
    }
    stage.close(&mut trial)?;
    Ok(trial)
}
