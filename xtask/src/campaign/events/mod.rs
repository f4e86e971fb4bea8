//! `cargo xtask campaign events`: the process that relays events is killed again and again while thousands happen; then every one of them
//! is there, in order, once.

mod check;
mod told;
mod write;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use anyhow::Result;
use clap::Args;
use tokio::task::JoinSet;
use write::{Told, Writer};

use super::database::{Database, Databases};
use super::program::Program;
use super::random::Random;
use super::results::{self, Results, Round};
use super::shop::Settings;
use super::stage::Stage;
use super::trial::{self, Trial};

/// Clients that make things happen.
const WRITERS: usize = 4;
/// Between two kills the process lives for so many milliseconds.
const LIFE_MS: (u64, u64) = (50, 700);

/// How much happens, and how often the process dies meanwhile.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    program: Program,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Events, at the least
    #[arg(long, default_value_t = 10_000)]
    events: usize,
    /// Kills, at the least
    #[arg(long, default_value_t = 50)]
    kills: usize,
    /// Of all moments; the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the results go, a line of JSON for each round [default: events.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
}

/// Kills the relay of a shop on each database.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = results::file(arguments.out.as_deref(), "events")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let binary = arguments.program.find()?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for database in arguments.database.each() {
        let plan = Trial::new(database.name(), "relay killed");
        if results.done().contains(plan.name()) {
            continue;
        }
        let trial = runtime.block_on(round(&binary, database, arguments, plan))?;
        eprintln!("{}: {} events, {} violations", trial.round, trial.cases, trial.violations.len());
        results.add(trial)?;
    }
    Ok(trial::conclude(&results, &out))
}

async fn round(binary: &Path, database: Database, arguments: &Arguments, mut trial: Trial) -> Result<Trial> {
    let settings: Settings = vec![("TRADEWIND__WEBHOOKS__ALLOW_PRIVATE", "127.0.0.0/8".to_owned())];
    let mut stage = Stage::open_with(binary, database, settings).await?;
    let follower = told::Follower::begin(&stage.shop).await?;
    let (stop, happened) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let mut writers = JoinSet::new();
    for number in 0..WRITERS {
        let mut writer = Writer::begin(&stage.shop, number).await?;
        let (stop, happened) = (Arc::clone(&stop), Arc::clone(&happened));
        writers.spawn(async move {
            while !stop.load(Ordering::Relaxed) {
                happened.fetch_add(writer.write().await, Ordering::Relaxed);
            }
            writer
        });
    }
    let kills = kill(&mut stage, &happened, arguments).await?;
    stop.store(true, Ordering::Relaxed);
    let mut told = Told::default();
    for writer in writers.join_all().await {
        told.extend(writer.told().await?);
    }
    trial.cases = told.values().map(|group| usize::try_from(group.version).unwrap_or(0)).sum();
    trial.notes.push(format!("{kills} kills, {} answers were lost", told.values().map(|group| group.unclear).sum::<usize>()));
    check::all(&stage.shop, &follower, &told, &mut trial).await?;
    stage.close(&mut trial)?;
    Ok(trial)
}

/// Ends the process at moments of chance and starts it again, until enough has happened and it has died often enough.
async fn kill(stage: &mut Stage, happened: &AtomicUsize, arguments: &Arguments) -> Result<usize> {
    let (mut random, mut kills) = (Random::new(arguments.seed, "events"), 0);
    while kills < arguments.kills || happened.load(Ordering::Relaxed) < arguments.events {
        tokio::time::sleep(Duration::from_millis(random.between(LIFE_MS.0, LIFE_MS.1))).await;
        if kills < arguments.kills {
            stage.shop.start(None).await?;
            kills += 1;
        }
    }
    Ok(kills)
}
