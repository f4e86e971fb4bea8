//! `cargo xtask campaign jobs`: workers are killed while thousands of jobs drain; then each has had its effect exactly once.

use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use clap::Args;
use serde::Deserialize;

use super::database::{Database, Databases};
use super::program;
use super::random::Random;
use super::shop::Shop;
use crate::postgres;

/// What the last killed worker had is taken up after a minute, and then it drains.
const PATIENCE: Duration = Duration::from_secs(600);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// A life, once the process is ready: long enough that something is done in most of them.
const SHORTEST_LIFE_MS: u64 = 20;
const LONGEST_LIFE_MS: u64 = 700;

/// How much, how often.
#[derive(Args)]
pub(crate) struct Arguments {
    /// Jobs that are enqueued, on each database
    #[arg(long, default_value_t = 10_000)]
    jobs: u64,
    /// Kills at random moments, on each database
    #[arg(long, default_value_t = 200)]
    kills: usize,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Of all choices; a run with the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Kill a debug build: sooner built, slower
    #[arg(long)]
    debug: bool,
}

/// What the shop says of the jobs.
#[derive(Debug, Deserialize)]
struct Verdict {
    jobs: u64,
    completed: u64,
    effects: u64,
    done_once: u64,
    attempts: u64,
}

impl Verdict {
    fn is_over(&self) -> bool {
        self.completed == self.jobs
    }

    fn holds(&self, enqueued: u64) -> bool {
        self.is_over() && [self.jobs, self.effects, self.done_once].iter().all(|count| *count == enqueued)
    }
}

/// Runs it on each database.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    let binary = program::build(arguments.debug, &["failpoints"], "tradewind")?;
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().context("cannot start a runtime")?;
    let mut holds = true;
    for database in arguments.database.each() {
        let server = match database {
            Database::Sqlite => None,
            Database::Postgres => Some(postgres::start()?),
        };
        let url = server.as_ref().map(postgres::Server::url);
        let verdict = runtime.block_on(drain(&binary, url, arguments))?;
        let Verdict { jobs, completed, effects, done_once, attempts } = &verdict;
        println!(
            "{}: {} kills; {completed} of {jobs} jobs completed in {attempts} attempts, {effects} effects of {done_once} jobs",
            database.name(),
            arguments.kills
        );
        holds &= verdict.holds(arguments.jobs);
        if let Some(server) = server {
            server.stop()?;
        }
    }
    println!("{}", if holds { "each effect exactly once" } else { "VIOLATION: an effect is missing or there twice, or a job is stuck" });
    Ok(if holds { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Enqueues, kills, and lets the rest drain in peace.
async fn drain(binary: &Path, url: Option<String>, arguments: &Arguments) -> Result<Verdict> {
    let mut shop = Shop::open(binary, url).await?;
    shop.run(&["jobs", "trial", &arguments.jobs.to_string()])?;
    let mut random = Random::new(arguments.seed, "jobs");
    for kill in 1..=arguments.kills {
        tokio::time::sleep(Duration::from_millis(random.between(SHORTEST_LIFE_MS, LONGEST_LIFE_MS))).await;
        shop.kill()?;
        shop.start(None).await?;
        if kill % 20 == 0 {
            let Verdict { completed, jobs, .. } = verdict(&shop)?;
            eprintln!("{kill} kills: {completed} of {jobs} jobs completed");
        }
    }
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let verdict = verdict(&shop)?;
        if verdict.is_over() {
            return Ok(verdict);
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    bail!("jobs are stuck: {:?}", verdict(&shop)?)
}

fn verdict(shop: &Shop) -> Result<Verdict> {
    serde_json::from_str(&shop.run(&["jobs", "verdict"])?).context("a verdict is JSON")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_missing_and_nothing_twice_is_a_verdict_that_holds() {
        let verdict = |completed, effects, done_once| Verdict { jobs: 10, completed, effects, done_once, attempts: 12 };
        assert!(verdict(10, 10, 10).holds(10));
        for wrong in [verdict(9, 10, 10), verdict(10, 11, 10), verdict(10, 9, 9), verdict(10, 10, 9)] {
            assert!(!wrong.holds(10), "{wrong:?}");
        }
        assert!(!verdict(10, 10, 10).holds(11));
    }
}
