//! Recurring jobs: one for each tick, whoever looks, however often, and however long nobody did.

use chrono::TimeDelta;
use futures_util::future::join_all;
use platform::Context;
use platform::jobs::{self, Handler, Handlers, Job, JobError, JobFilter, JobKind, Recurring, enqueue_ticks, run_due};
use serde_json::json;
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop};

const KIND: JobKind = JobKind::new("test.daily");

struct Nothing;

#[async_trait::async_trait]
impl Handler for Nothing {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        Ok(())
    }
}

fn daily() -> TestResult<Vec<Recurring>> {
    Ok(vec![Recurring::new(KIND, "0 3 * * *", json!({"of": "the day"}))?])
}

/// Runs what is due and says how many jobs of the kind there ever were.
async fn runs(shop: &TestShop) -> TestResult<usize> {
    run_due(shop.context(), &Handlers::default().with(Nothing)).await?;
    let filter = JobFilter { kind: Some(KIND.to_string()), ..JobFilter::default() };
    Ok(jobs::list(shop.context().db.reader(), &filter, 100).await?.len())
}

/// Another process on the same database, which knows nothing of the first.
async fn other_process(shop: &TestShop) -> TestResult<Context> {
    let own = shop.context();
    Ok(wiring::context((*own.config).clone(), own.clock.clone()).await?)
}

#[test_on_every_database]
async fn a_tick_makes_one_job_however_many_look(shop: TestShop) -> TestResult {
    let daily = daily()?;
    assert_eq!(enqueue_ticks(shop.context(), &daily).await?, 0, "a new kind begins with its next tick");
    let other = other_process(&shop).await?;
    for day in 1..=3 {
        shop.advance(TimeDelta::days(1));
        let looks = (0..6).map(|look| enqueue_ticks(if look % 2 == 0 { shop.context() } else { &other }, &daily));
        let enqueued: usize = join_all(looks).await.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().sum();
        assert_eq!((enqueued, runs(&shop).await?), (1, day));
        assert_eq!(enqueue_ticks(&other, &daily).await?, 0, "the same tick again");
    }
    other.db.close().await;
    Ok(())
}

#[test_on_every_database]
async fn ticks_that_nobody_saw_are_one_and_a_restart_doubles_none(shop: TestShop) -> TestResult {
    let daily = daily()?;
    enqueue_ticks(shop.context(), &daily).await?;
    shop.advance(TimeDelta::days(9));
    let restarted = other_process(&shop).await?;
    assert_eq!(enqueue_ticks(&restarted, &daily).await?, 1, "nine days are one run");
    restarted.db.close().await;
    let restarted = other_process(&shop).await?;
    assert_eq!(enqueue_ticks(&restarted, &daily).await?, 0);
    assert_eq!(runs(&shop).await?, 1);
    restarted.db.close().await;
    Ok(())
}

#[test_on_every_database]
async fn while_one_waits_there_is_no_second(shop: TestShop) -> TestResult {
    let daily = daily()?;
    enqueue_ticks(shop.context(), &daily).await?;
    for _ in 0..2 {
        shop.advance(TimeDelta::days(1));
        enqueue_ticks(shop.context(), &daily).await?;
    }
    assert_eq!(runs(&shop).await?, 1);
    shop.advance(TimeDelta::days(1));
    enqueue_ticks(shop.context(), &daily).await?;
    assert_eq!(runs(&shop).await?, 2);
    Ok(())
}

/// What the shop itself does by the clock can be read, and somebody handles each of it.
#[test_on_every_database]
async fn every_recurring_job_has_a_handler(shop: TestShop) -> TestResult {
    let recurring = wiring::recurring()?;
    enqueue_ticks(shop.context(), &recurring).await?;
    shop.advance(TimeDelta::days(366));
    assert_eq!(enqueue_ticks(shop.context(), &recurring).await?, recurring.len());
    shop.settle().await
}
