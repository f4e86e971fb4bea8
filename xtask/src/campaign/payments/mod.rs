//! `cargo xtask campaign payments`: the way to a provider cuts, delays, doubles and loses answers while the shop is killed again and again;
//! then both have the same money in their books, and what is drifted apart on purpose is found.

mod books;
mod customer;
mod drift;

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::Args;
use customer::{Bought, Customer, Place, WEBHOOK_SECRET};
use local_stripe::{SECRET_KEY, Stripe};
use tokio::task::{JoinHandle, JoinSet};

use super::database::{Database, Databases};
use super::program::Program;
use super::random::Random;
use super::results::{self, Results, Round};
use super::shop::Settings;
use super::stage::Stage;
use super::trial::{self, Trial};
use crate::test::stripe;

/// Customers at once: some of them wait for the key of a request that died.
const CUSTOMERS: usize = 12;
/// Between two kills the process lives for so many milliseconds.
const LIFE_MS: (u64, u64) = (300, 4_000);
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is unclear is asked about after a minute, and what two minutes did not settle by the schedule of each minute: so long two cycles take.
const TWO_CYCLES: Duration = Duration::from_secs(240);

/// A customer who was led away is asked about every five minutes.
const SILENCE: Duration = Duration::from_secs(420);

/// How much is bought, and how often the process dies meanwhile.
#[derive(Args)]
pub(crate) struct Arguments {
    #[command(flatten)]
    program: Program,
    /// On which database
    #[arg(long, value_enum, default_value = "both")]
    database: Databases,
    /// Checkouts
    #[arg(long, default_value_t = 1_000)]
    checkouts: usize,
    /// Kills, at the least
    #[arg(long, default_value_t = 50)]
    kills: usize,
    /// Requests to the provider that meet trouble, of a thousand
    #[arg(long, default_value_t = 150)]
    trouble: u64,
    /// Of all choices; the same seed makes the same
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Where the results go, a line of JSON for each round [default: payments.jsonl in the target folder]
    #[arg(long)]
    out: Option<PathBuf>,
    /// Go on with the results in that file
    #[arg(long)]
    resume: bool,
}

/// Leads a shop on each database through it.
pub(crate) fn run(arguments: &Arguments) -> Result<ExitCode> {
    ensure!(arguments.checkouts > 0, "without a checkout there is nothing to see");
    let out = results::file(arguments.out.as_deref(), "payments")?;
    let mut results = Results::open(&out, arguments.resume)?;
    let (binary, programs) = (arguments.program.find()?, stripe()?);
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build()?;
    for database in arguments.database.each() {
        let plan = Trial::new(database.name(), "provider in trouble, shop killed");
        if results.done().contains(plan.name()) {
            continue;
        }
        let trial = runtime.block_on(round((&binary, &programs), database, arguments, plan))?;
        eprintln!("{}: {} checkouts, {} violations", trial.round, trial.cases, trial.violations.len());
        results.add(trial)?;
    }
    Ok(trial::conclude(&results, &out))
}

async fn round((binary, programs): (&Path, &Path), database: Database, arguments: &Arguments, mut trial: Trial) -> Result<Trial> {
    let stripe = Arc::new(Stripe::start(programs).await?);
    let mut stage = Stage::bare(binary, database, settings(&stripe)).await?;
    let place = Arc::new(Place::of(&stage.shop, Arc::clone(&stripe)));
    stripe.will_be_troubled(arguments.trouble, arguments.seed);
    let (kills, visits) = disturb(&mut stage, &place, arguments).await?;
    stripe.will_be_troubled(0, arguments.seed);
    trial.cases = arguments.checkouts;
    trial.notes.push(format!("{kills} kills; requests to the provider: {}", told(&stripe)));
    let mut bought: Vec<Bought> = Vec::new();
    for visit in visits {
        match visit {
            Ok(visit) => bought.push(visit),
            Err(fault) => trial.blame(format!("a customer: {fault:#}")),
        }
    }
    come_to_rest(&place, &bought, &mut trial).await?;
    books::compare(&place, &bought, &mut trial).await?;
    drift::find(&stage.shop, (&stripe, arguments.seed), &mut trial).await?;
    stage.close(&mut trial)?;
    Ok(trial)
}

fn settings(stripe: &Stripe) -> Settings {
    let of = |key: &'static str, value: &str| (key, value.to_owned());
    vec![
        of("TRADEWIND__PAYMENTS__METHODS", "manual,stripe"),
        of("TRADEWIND__PAYMENTS__STRIPE__API_URL", stripe.base()),
        of("TRADEWIND__PAYMENTS__STRIPE__SECRET_KEY", SECRET_KEY),
        of("TRADEWIND__PAYMENTS__STRIPE__WEBHOOK_SECRET", WEBHOOK_SECRET),
        of("TRADEWIND__PAYMENTS__STRIPE__CHECKOUT", "embedded"),
    ]
}

fn told(stripe: &Stripe) -> String {
    let fates: Vec<String> = stripe.troubles().into_iter().map(|(name, count)| format!("{count} {name}")).collect();
    fates.join(", ")
}

/// Lets the customers in, and ends the process at moments of chance until it has died often enough and the last of them has left.
async fn disturb(stage: &mut Stage, place: &Arc<Place>, arguments: &Arguments) -> Result<(usize, Vec<Result<Bought>>)> {
    let (mut random, mut kills) = (Random::new(arguments.seed, "payments"), 0);
    let customers = let_in(place, arguments.checkouts, &mut random);
    while kills < arguments.kills || !customers.is_finished() {
        let life = if kills < arguments.kills { Duration::from_millis(random.between(LIFE_MS.0, LIFE_MS.1)) } else { LOOK_EVERY };
        tokio::time::sleep(life).await;
        if kills < arguments.kills {
            stage.shop.start(None).await?;
            kills += 1;
        }
    }
    Ok((kills, customers.await.context("the customers died")?))
}

/// So many visits, a few at once.
fn let_in(place: &Arc<Place>, checkouts: usize, random: &mut Random) -> JoinHandle<Vec<Result<Bought>>> {
    let (mut customers, begun) = (JoinSet::new(), Arc::new(AtomicUsize::new(0)));
    for _ in 0..CUSTOMERS {
        let (begun, mut customer) = (Arc::clone(&begun), Customer::new(Arc::clone(place), Random::new(random.next(), "customer")));
        customers.spawn(async move {
            let mut visits = Vec::new();
            while begun.fetch_add(1, Ordering::Relaxed) < checkouts {
                visits.push(customer.visit().await);
            }
            visits
        });
    }
    tokio::spawn(async move { customers.join_all().await.into_iter().flatten().collect() })
}

/// Waits until nothing is unclear any more, which takes two cycles of asking at most, and until those who paid and never came back were
/// found out.
async fn come_to_rest(place: &Place, bought: &[Bought], trial: &mut Trial) -> Result<()> {
    let begin = Instant::now();
    while let unsettled @ [_, ..] = place.unsettled().await?.as_slice() {
        if begin.elapsed() > TWO_CYCLES {
            trial.blame(format!("still unclear: {}", unsettled.join(", ")));
            break;
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
    trial.notes.push(format!("nothing was unclear {} s after the last customer", begin.elapsed().as_secs()));
    while begin.elapsed() < SILENCE && books::unnoticed(place, bought).await? > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
    trial.notes.push(format!("who paid in silence was noticed {} s after the last customer", begin.elapsed().as_secs()));
    Ok(())
}
