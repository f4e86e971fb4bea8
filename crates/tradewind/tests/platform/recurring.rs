//! Recurring jobs: one for each tick, whoever looks, however often, and however long nobody did.

use chrono::TimeDelta;
use futures_util::future::join_all;
use platform::Context;
use platform::db::{DatabaseError, Reader};
use platform::jobs::{self, Handler, Handlers, Home, Job, JobError, JobKind, Schedule, Schedules, enqueue_ticks, run_due};
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

/// A shop that lives in Berlin.
struct Berlin;

#[async_trait::async_trait]
impl Home for Berlin {
    async fn time_zone(&self, _: &Reader) -> Result<String, DatabaseError> {
        Ok("Europe/Berlin".to_owned())
    }
}

fn daily() -> TestResult<Schedules> {
    Ok(Schedules::new(vec![Schedule::new(KIND, "0 3 * * *", json!({"of": "the day"}))?], Berlin))
}

/// Runs what is due and says how many jobs of the kind there ever were.
async fn runs(shop: &TestShop) -> TestResult<usize> {
    run_due(shop.context(), &Handlers::default().with(Nothing)).await?;
    Ok(super::jobs::of_kind(shop, KIND).await?.len())
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
    let recurring = wiring::schedules(&shop.context().config)?;
    enqueue_ticks(shop.context(), &recurring).await?;
    shop.advance(TimeDelta::days(366));
    assert_eq!(enqueue_ticks(shop.context(), &recurring).await?, recurring.len());
    shop.settle().await
}

/// A run forgets a million rows at most: what grows with every order, message and browser is swept each hour.
#[test_on_every_database]
async fn what_grows_with_the_shop_is_swept_each_hour(shop: TestShop) -> TestResult {
    for kind in ["webhooks.sweep", "mails.sweep", "push.sweep", "inbound.sweep", "jobs.sweep", "idempotency.sweep"] {
        let cron = shop.get(&format!("/api/v1/schedules/{kind}")).await?.expect(200)?.text("cron").to_owned();
        assert_eq!(cron.split(' ').skip(1).collect::<Vec<_>>(), ["*"; 4], "{kind}: {cron}");
    }
    Ok(())
}

/// A shop whose clocks go back in the night: what it does at half past two it does once, whoever looks, and in spring it does it at three.
#[test_on_every_database]
async fn what_the_shop_does_at_night_it_does_once_a_night(shop: TestShop) -> TestResult {
    let nightly = Schedules::new(vec![Schedule::new(KIND, "30 2 * * *", json!(null))?.at_home()], Berlin);
    let others = [other_process(&shop).await?, other_process(&shop).await?];
    for (from, nights) in
        [("2026-03-27T12:00:00Z", ["28T01:30", "29T01:00", "30T00:30"]), ("2026-10-23T12:00:00Z", ["24T00:30", "25T00:30", "26T01:30"])]
    {
        shop.advance(from.parse::<kernel::Timestamp>()? - shop.now());
        enqueue_ticks(shop.context(), &nightly).await?;
        run_due(shop.context(), &Handlers::default().with(Nothing)).await?;
        let mut seen = Vec::new();
        for _ in 0..6 * 24 * 3 {
            shop.advance(TimeDelta::minutes(10));
            // Three schedulers look at the same moment.
            let looks = [shop.context(), &others[0], &others[1]].map(|context| enqueue_ticks(context, &nightly));
            let enqueued: usize = join_all(looks).await.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter().sum();
            if enqueued > 0 {
                assert_eq!(enqueued, 1);
                seen.push(shop.now().format("%dT%H:%M").to_string());
                run_due(shop.context(), &Handlers::default().with(Nothing)).await?;
            }
        }
        assert_eq!(seen, nights);
    }
    for other in others {
        other.db.close().await;
    }
    Ok(())
}

/// Each of three processes has a scheduler of its own; of each minute there is one job.
#[test_on_every_database]
async fn of_three_schedulers_one_wins_each_slot(shop: TestShop) -> TestResult {
    let schedules = Schedules::new(vec![Schedule::new(KIND, "* * * * *", json!(null))?], Berlin);
    let contexts = [shop.context().clone(), other_process(&shop).await?, other_process(&shop).await?];
    enqueue_ticks(shop.context(), &schedules).await?;
    for minute in 1..=20 {
        shop.advance(TimeDelta::minutes(1));
        let looks = (0..9).map(|look| {
            let (context, schedules) = (contexts[look % 3].clone(), schedules.clone());
            tokio::spawn(async move { enqueue_ticks(&context, &schedules).await })
        });
        let mut enqueued = 0;
        for look in join_all(looks).await {
            enqueued += look??;
        }
        assert_eq!((enqueued, runs(&shop).await?), (1, minute));
    }
    for context in contexts.into_iter().skip(1) {
        context.db.close().await;
    }
    Ok(())
}

/// A schedule that is held makes no job, and goes on with its next slot.
#[test_on_every_database]
async fn a_schedule_that_is_held_waits_for_its_next_slot(shop: TestShop) -> TestResult {
    let schedule = "/api/v1/schedules/jobs.sweep";
    let all = wiring::schedules(&shop.context().config)?;
    let known = shop.get("/api/v1/schedules").await?.expect(200)?;
    assert_eq!(known.data().as_array().map(Vec::len), Some(all.len()));
    let found = shop.get(schedule).await?.expect(200)?;
    assert_eq!((found.text("cron"), found.text("time_zone")), ("30 * * * *", "UTC"));
    assert!(found.text("next_run_at").parse::<kernel::Timestamp>()? > shop.now());
    let missing = shop.get("/api/v1/schedules/tea").await?;
    assert_eq!((missing.status, missing.error_code()), (404, "schedule_not_found"));

    enqueue_ticks(shop.context(), &all).await?;
    let sweeps = async || TestResult::Ok(super::jobs::of_kind(&shop, jobs::SWEEP.kind()).await?.len());
    let held = shop.post(&format!("{schedule}/pause")).await?.expect(200)?;
    assert_eq!((held.json["data"]["enabled"].as_bool(), held.json["data"]["next_run_at"].is_null()), (Some(false), true));
    shop.advance(TimeDelta::hours(3));
    enqueue_ticks(shop.context(), &all).await?;
    assert_eq!(sweeps().await?, 0);
    shop.post(&format!("{schedule}/run")).await?.expect(200)?;
    assert_eq!(sweeps().await?, 1);
    shop.settle().await?;
    shop.post(&format!("{schedule}/resume")).await?.expect(200)?;
    enqueue_ticks(shop.context(), &all).await?;
    assert_eq!(sweeps().await?, 1, "what went by is over");
    shop.advance(TimeDelta::hours(1));
    enqueue_ticks(shop.context(), &all).await?;
    assert_eq!(sweeps().await?, 2);
    shop.settle().await?;

    // The command has the machine's clock, so that its job waits for that day.
    shop.run(&["schedules", "run", "jobs.sweep"]).await?.expect(0)?;
    assert_eq!(sweeps().await?, 3);
    shop.run(&["schedules", "run", "tea"]).await?.expect(4)?;
    assert_eq!(shop.run(&["schedules", "list", "--json"]).await?.expect(0)?.lines()?.len(), all.len());
    Ok(())
}
