//! `cargo xtask campaign crash`: a busy shop is killed, cut off from its database and its disk, and held against what it told its clients.

mod check;
mod client;
mod disk;
mod failpoints;
mod journal;
mod load;
mod outages;
mod plan;
mod record;
mod rounds;
mod summary;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use anyhow::{Context, Result};
use clap::Args;
use plan::Round;
use record::Record;
use rounds::Stage;

use super::database::{Database, Databases};
use super::results::Results;
use super::{program, random, results, shop};
use crate::postgres;

/// How often a checkout that waits for its answer is asked for at the end.
const LAST_LOOK_EVERY: Duration = Duration::from_secs(5);

/// What is broken, how often.
#[derive(Args)]
#[cfg_attr(test, derive(Default))]
pub(crate) struct Arguments {
    /// Kills at random moments, on each database
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// Rounds for each failpoint, on each database
    #[arg(long, default_value_t = 3)]
    failpoint_rounds: usize,
    /// Ends and restarts of PostgreSQL and of its back ends
    #[arg(long, default_value_t = 50)]
    outages: usize,
    /// Rounds with a full disk and rounds with failing fsync, on the embedded database
    #[arg(long, default_value_t = 5)]
    disk_rounds: usize,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Option<Databases>,
    /// Only rounds that have one of these in their name, as "failpoint commit" or "full disk"
    #[arg(long)]
    only: Vec<String>,
    /// Of all choices; a round with the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the results go, a line of JSON for each round [default: crash.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
    /// Break a debug build: sooner built, slower
    #[arg(long)]
    debug: bool,
}

/// Runs all rounds that are not in the results yet.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let out = results::file(arguments.out.as_deref(), "crash")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let binary = program::build(arguments.debug, &["failpoints"], "tradewind")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("cannot start a runtime")?;
    for database in arguments.database.unwrap_or(Databases::Both).each() {
        let done = results.done();
        let rounds: Vec<Round> = plan::rounds(database, arguments).into_iter().filter(|round| !done.contains(&round.name())).collect();
        if !rounds.is_empty() {
            runtime.block_on(break_one(&binary, database, (&rounds, arguments.seed), &mut results))?;
        }
    }
    print!("{}", summary::table(&results.records));
    println!("results: {}", out.display());
    Ok(if results.records.iter().all(|record| record.violations.is_empty()) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// All rounds on one database; the shop goes through them one after the other.
async fn break_one(binary: &Path, database: Database, (rounds, seed): (&[Round], u64), results: &mut Results<Record>) -> Result<()> {
    let server = match database {
        Database::Sqlite => None,
        Database::Postgres => Some(postgres::start()?),
    };
    let mut stage = Stage::open(binary, server).await?;
    for round in rounds {
        let record = stage.play(round, seed).await.with_context(|| format!("round {}", round.name()))?;
        tell(&record);
        results.add(record)?;
    }
    results.add(stage.last_look(seed, LAST_LOOK_EVERY).await?)?;
    stage.close()
}

fn tell(record: &Record) {
    let ready = record.ready_ms.map_or(String::new(), |ms| format!(", ready after {ms} ms"));
    let Record { round, acknowledged, unanswered, refused, .. } = record;
    match &record.skipped {
        Some(why) => eprintln!("{round}: skipped: {why}"),
        None => eprintln!("{round}: {acknowledged} acknowledged, {unanswered} unanswered, {refused} refused{ready}"),
    }
    for violation in &record.violations {
        eprintln!("  VIOLATION: {violation}");
    }
}
