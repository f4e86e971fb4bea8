//! Workers: queues that do not wait for each other, leases that are kept, work that is called off, held, and forgotten.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use kernel::Origin;
use platform::Context;
use platform::db::{execute, fetch_scalar};
use platform::jobs::{self, Handler, Handlers, Job, JobError, JobKind, JobState, NewJob, Priority, Progress, Queue, run_due};
use platform::values;
use serde_json::json;
use test_macro::test_on_every_database;
use tokio::sync::Semaphore;

use super::jobs::{of_kind, remove};
use crate::support::{TestResult, TestShop, Working, until};

const SLOW: JobKind = JobKind::new("test.slow").on(Queue::Bulk);
const URGENT: JobKind = JobKind::new("test.urgent").on(Queue::Money);
const PLAIN: JobKind = JobKind::new("test.plain");
const EFFECT: JobKind = JobKind::new("test.effect");

/// Stands still until it is let through or called off; says in which order jobs came by.
#[derive(Clone)]
struct Standing {
    kind: JobKind,
    begun: Arc<AtomicUsize>,
    through: Arc<Semaphore>,
    order: Arc<Mutex<Vec<String>>>,
}

impl Standing {
    /// Lets as many through as this.
    fn new(kind: JobKind, through: usize) -> Self {
        Self { kind, begun: <_>::default(), through: Arc::new(Semaphore::new(through)), order: <_>::default() }
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::Acquire)
    }
}

#[async_trait::async_trait]
impl Handler for Standing {
    fn kind(&self) -> JobKind {
        self.kind
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        self.begun.fetch_add(1, Ordering::AcqRel);
        self.order.lock().expect("not poisoned").push(job.kind.clone());
        tokio::select! {
            permit = self.through.acquire() => permit.map_err(JobError::new)?.forget(),
            () = job.cancelled() => return Err(JobError::new("called off")),
        }
        Ok(())
    }
}

async fn enqueue(shop: &TestShop, kind: JobKind, count: i64) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    for number in 0..count {
        jobs::enqueue(&tx, NewJob::new(kind, json!(number), shop.now())).await?;
    }
    Ok(tx.commit().await?)
}

async fn count(shop: &TestShop, kind: JobKind, state: JobState) -> TestResult<usize> {
    Ok(of_kind(shop, kind).await?.iter().filter(|job| job.state == state).count())
}

/// Ten slow jobs have all the places of their queue; what buyers wait for does not notice.
#[test_on_every_database]
async fn what_is_slow_in_one_queue_delays_nothing_in_another(shop: TestShop) -> TestResult {
    let (slow, urgent) = (Standing::new(SLOW, 0), Standing::new(URGENT, 100));
    enqueue(&shop, SLOW, 10).await?;
    let working = Working::begin(&shop, Handlers::default().with(slow.clone()).with(urgent.clone()));
    let places = usize::from(shop.context().config.jobs.bulk);
    until(async || Ok(slow.begun() == places)).await?;
    enqueue(&shop, URGENT, 30).await?;
    until(async || Ok(count(&shop, URGENT, JobState::Completed).await? == 30)).await?;
    assert_eq!((slow.begun(), count(&shop, SLOW, JobState::Available).await?), (places, 10 - places));

    slow.through.add_permits(10);
    until(async || Ok(count(&shop, SLOW, JobState::Completed).await? == 10)).await?;
    working.end().await
}

/// One job stands still; the other places of its queue go on being filled.
#[test_on_every_database]
async fn a_place_that_is_free_is_filled_whatever_the_others_do(shop: TestShop) -> TestResult {
    enqueue(&shop, PLAIN, 60).await?;
    // All but one get through.
    let plain = Standing::new(PLAIN, 59);
    let working = Working::begin(&shop, Handlers::default().with(plain.clone()));
    until(async || Ok(count(&shop, PLAIN, JobState::Completed).await? == 59)).await?;
    assert_eq!((plain.begun(), count(&shop, PLAIN, JobState::Running).await?), (60, 1));
    plain.through.add_permits(1);
    working.end().await?;
    assert_eq!(count(&shop, PLAIN, JobState::Completed).await?, 60, "what was begun is finished and written down");
    Ok(())
}

#[test_on_every_database]
async fn what_is_more_important_goes_first(shop: TestShop) -> TestResult {
    let kinds = [
        PLAIN.of_priority(Priority::Low),
        JobKind::new("test.normal"),
        JobKind::new("test.first").of_priority(Priority::High),
        JobKind::new("test.normal"),
    ];
    let standing = Standing::new(PLAIN, 100);
    let mut handlers = Handlers::default();
    for kind in kinds {
        enqueue(&shop, kind, 1).await?;
        handlers = handlers.with(Standing { kind, ..standing.clone() });
    }
    assert_eq!(run_due(shop.context(), &handlers).await?, 4);
    assert_eq!(*standing.order.lock().expect("not poisoned"), ["test.first", "test.normal", "test.normal", "test.plain"]);
    Ok(())
}

/// A job that takes five minutes is one worker's for all of them.
#[test_on_every_database]
async fn the_lease_of_a_long_job_is_renewed(shop: TestShop) -> TestResult {
    enqueue(&shop, PLAIN, 1).await?;
    let (own, other) = (Standing::new(PLAIN, 0), Standing::new(PLAIN, 100));
    let working = Working::begin(&shop, Handlers::default().with(own.clone()));
    until(async || Ok(own.begun() == 1)).await?;
    let lease = async || -> TestResult<Option<kernel::Timestamp>> {
        Ok(fetch_scalar(shop.context().db.reader(), "SELECT lease_until FROM jobs WHERE kind = $1", values![PLAIN.name()]).await?)
    };
    for _ in 0..10 {
        let before = lease().await?;
        shop.advance(TimeDelta::seconds(30));
        until(async || Ok(lease().await? > before)).await?;
        assert_eq!(run_due(shop.context(), &Handlers::default().with(other.clone())).await?, 0);
    }
    own.through.add_permits(1);
    working.end().await?;
    let job = of_kind(&shop, PLAIN).await?.remove(0);
    assert_eq!((job.state, job.attempts, other.begun()), (JobState::Completed, 1, 0));
    Ok(())
}

#[test_on_every_database]
async fn a_job_that_waits_is_called_off_at_once(shop: TestShop) -> TestResult {
    enqueue(&shop, PLAIN, 1).await?;
    let job = of_kind(&shop, PLAIN).await?.remove(0);
    assert_eq!(jobs::cancel(shop.context(), &shop.origin(), job.id).await?.state, JobState::Cancelled);
    let standing = Standing::new(PLAIN, 1);
    assert_eq!(run_due(shop.context(), &Handlers::default().with(standing.clone())).await?, 0);
    let again = jobs::cancel(shop.context(), &shop.origin(), job.id).await;
    assert!(matches!(again, Err(jobs::JobCommandError::Over(JobState::Cancelled))), "{again:?}");

    // What was called off by mistake is brought back.
    let back = jobs::retry(shop.context(), &shop.origin(), job.id).await?;
    assert_eq!((back.state, back.cancel_requested_at, back.attempts), (JobState::Available, None, 0));
    assert_eq!(run_due(shop.context(), &Handlers::default().with(standing)).await?, 1);
    Ok(())
}

#[test_on_every_database]
async fn a_job_that_runs_hears_that_it_is_called_off(shop: TestShop) -> TestResult {
    enqueue(&shop, PLAIN, 1).await?;
    let standing = Standing::new(PLAIN, 0);
    let working = Working::begin(&shop, Handlers::default().with(standing.clone()));
    until(async || Ok(standing.begun() == 1)).await?;
    let id = of_kind(&shop, PLAIN).await?.remove(0).id;
    let asked = jobs::cancel(shop.context(), &shop.origin(), id).await?;
    assert_eq!((asked.state, asked.cancel_requested_at.is_some()), (JobState::Running, true));
    shop.advance(TimeDelta::seconds(21));
    until(async || Ok(count(&shop, PLAIN, JobState::Cancelled).await? == 1)).await?;
    assert_eq!(standing.begun(), 1);
    working.end().await
}

/// Counts its effect in a row of its own, in the transaction that completes the job.
struct Counting {
    context: Context,
    standing: Standing,
    /// Forgets to commit, the first time.
    forgets: bool,
}

#[async_trait::async_trait]
impl Handler for Counting {
    fn kind(&self) -> JobKind {
        EFFECT
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        const COUNT: &str = "INSERT INTO event_cursors (consumer, seq, updated_at) VALUES ('test.effect', 1, $1)
            ON CONFLICT (consumer) DO UPDATE SET seq = event_cursors.seq + 1";
        self.standing.run(job).await?;
        let tx = self.context.begin(&Origin::system()).await?;
        execute(&tx, COUNT, values![tx.now()]).await?;
        job.complete_in(&tx).await?;
        if self.forgets && job.attempts == 1 {
            return Ok(());
        }
        Ok(tx.commit().await?)
    }
}

async fn effects(shop: &TestShop) -> TestResult<i64> {
    const SELECT: &str = "SELECT seq FROM event_cursors WHERE consumer = 'test.effect'";
    Ok(fetch_scalar(shop.context().db.reader(), SELECT, vec![]).await?.unwrap_or(0))
}

/// A worker that was cut off from the clock comes to the end of a job that another one did meanwhile: its effect is undone.
#[test_on_every_database]
async fn an_effect_is_written_with_the_end_of_its_job_or_not_at_all(shop: TestShop) -> TestResult {
    enqueue(&shop, EFFECT, 1).await?;
    let handler = |through, forgets| Counting { context: shop.context().clone(), standing: Standing::new(EFFECT, through), forgets };
    let late = handler(0, false);
    let standing = late.standing.clone();
    let late = Handlers::default().with(late);
    let (ended, taken) = tokio::join!(run_due(shop.context(), &late), async {
        until(async || Ok(standing.begun() == 1)).await?;
        shop.advance(TimeDelta::seconds(61));
        let taken = run_due(shop.context(), &Handlers::default().with(handler(1, false))).await?;
        standing.through.add_permits(1);
        TestResult::Ok(taken)
    });
    assert_eq!((ended?, taken?, effects(&shop).await?), (1, 1, 1));
    let job = of_kind(&shop, EFFECT).await?.remove(0);
    assert_eq!((job.state, job.attempts, job.last_error), (JobState::Completed, 2, None));

    // A commit that never came: neither the effect nor the end is there, and the job is run again.
    remove(&shop, EFFECT).await?;
    enqueue(&shop, EFFECT, 1).await?;
    let forgetful = Handlers::default().with(handler(2, true));
    run_due(shop.context(), &forgetful).await?;
    assert_eq!((effects(&shop).await?, count(&shop, EFFECT, JobState::Completed).await?), (1, 0));
    shop.advance(TimeDelta::seconds(61));
    // What was never committed is undone a moment after it was dropped; until then the job's row is held.
    until(async || {
        run_due(shop.context(), &forgetful).await?;
        Ok(count(&shop, EFFECT, JobState::Completed).await? == 1)
    })
    .await?;
    assert_eq!(effects(&shop).await?, 2);
    Ok(())
}

/// Says how far it is, twice in a second and at the end.
struct Reporting(Context);

#[async_trait::async_trait]
impl Handler for Reporting {
    fn kind(&self) -> JobKind {
        PLAIN
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        for done in [1, 2] {
            job.report(&self.0, Progress { done, total: Some(3), note: Some("counting".to_owned()) }).await?;
        }
        // What was asked while it ran is heard with the next report.
        jobs::cancel(&self.0, &Origin::system(), job.id).await?;
        job.report(&self.0, Progress { done: 3, total: Some(3), note: None }).await?;
        if job.is_cancelled() { Err(JobError::new("called off")) } else { Ok(()) }
    }
}

#[test_on_every_database]
async fn a_job_says_how_far_it_is_and_hears_what_is_asked(shop: TestShop) -> TestResult {
    enqueue(&shop, PLAIN, 1).await?;
    run_due(shop.context(), &Handlers::default().with(Reporting(shop.context().clone()))).await?;
    let job = of_kind(&shop, PLAIN).await?.remove(0);
    assert_eq!(job.progress, Some(Progress { done: 3, total: Some(3), note: None }));
    assert_eq!((job.state, job.finished_at), (JobState::Cancelled, Some(shop.now())));
    Ok(())
}

#[test_on_every_database]
async fn nothing_of_a_held_queue_is_begun(shop: TestShop) -> TestResult {
    let standing = Standing::new(URGENT, 100);
    let handlers = Handlers::default().with(standing.clone());
    for _ in 0..2 {
        shop.run(&["jobs", "drain", "money"]).await?.expect(0)?;
    }
    enqueue(&shop, URGENT, 3).await?;
    assert_eq!(run_due(shop.context(), &handlers).await?, 0);
    let queues = shop.run(&["jobs", "queues", "--json"]).await?.expect(0)?.lines()?;
    assert_eq!(queues.iter().filter_map(|queue| queue["queue"].as_str()).collect::<Vec<_>>(), Queue::WORDS);
    assert!(queues[0]["paused_at"].is_string() && queues[1]["paused_at"].is_null(), "{queues:?}");
    assert_eq!(queues[0]["available"], 3);
    shop.run(&["jobs", "resume", "money"]).await?.expect(0)?;
    assert_eq!(run_due(shop.context(), &handlers).await?, 3);
    shop.run(&["jobs", "pause", "letters"]).await?.expect(2)?;
    Ok(())
}

/// Whoever drains is told when something goes on for too long.
#[test_on_every_database]
async fn draining_waits_for_what_runs(shop: TestShop) -> TestResult {
    enqueue(&shop, URGENT, 1).await?;
    let standing = Standing::new(URGENT, 0);
    let working = Working::begin(&shop, Handlers::default().with(standing.clone()));
    until(async || Ok(standing.begun() == 1)).await?;
    let ended = shop.run(&["jobs", "drain", "money", "--timeout-s", "0"]).await?;
    assert!(ended.stderr.contains("still runs"), "{ended:?}");
    standing.through.add_permits(1);
    shop.run(&["jobs", "drain", "money"]).await?.expect(0)?;
    shop.run(&["jobs", "resume", "money"]).await?.expect(0)?;
    working.end().await
}

/// Everything of a kind comes back at once, but never twice what may wait only once.
#[test_on_every_database]
async fn what_was_given_up_comes_back_once(shop: TestShop) -> TestResult {
    const DISCARD: &str = "UPDATE jobs SET state = 'discarded', finished_at = $1 WHERE kind = $2";
    let again = async || -> TestResult {
        let tx = shop.context().begin(&shop.origin()).await?;
        jobs::enqueue(&tx, NewJob::new(PLAIN, json!(0), shop.now()).unique("test.plain")).await?;
        Ok(tx.commit().await?)
    };
    for _ in 0..2 {
        again().await?;
        let tx = shop.context().begin(&shop.origin()).await?;
        execute(&tx, DISCARD, values![tx.now(), PLAIN.name()]).await?;
        tx.commit().await?;
    }
    enqueue(&shop, SLOW, 3).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, DISCARD, values![tx.now(), SLOW.name()]).await?;
    tx.commit().await?;

    shop.run(&["jobs", "retry", "--all-of", SLOW.name()]).await?.expect(0)?;
    assert_eq!(count(&shop, SLOW, JobState::Available).await?, 3);
    assert_eq!(jobs::retry_all(shop.context(), &shop.origin(), PLAIN.name()).await?, 1);
    let left = of_kind(&shop, PLAIN).await?.into_iter().find(|job| job.state == JobState::Discarded).ok_or("one is left")?;
    let doubled = jobs::retry(shop.context(), &shop.origin(), left.id).await;
    assert!(matches!(doubled, Err(jobs::JobCommandError::Doubled)), "{doubled:?}");
    remove(&shop, PLAIN).await?;
    remove(&shop, SLOW).await
}

/// What is done is forgotten after a week, what was given up after three months.
#[test_on_every_database]
async fn jobs_that_are_long_over_are_forgotten(shop: TestShop) -> TestResult {
    let sweep = async || -> TestResult<[usize; 2]> {
        let tx = shop.context().begin(&shop.origin()).await?;
        jobs::enqueue(&tx, NewJob::new(jobs::SWEEP.kind(), json!(null), shop.now())).await?;
        tx.commit().await?;
        run_due(shop.context(), &Handlers::default().with(jobs::SWEEP.of(shop.context()))).await?;
        Ok([of_kind(&shop, PLAIN).await?.len(), of_kind(&shop, SLOW).await?.len()])
    };
    enqueue(&shop, PLAIN, 700).await?;
    enqueue(&shop, SLOW, 2).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    let end = "UPDATE jobs SET state = $1, finished_at = $2 WHERE kind = $3";
    execute(&tx, end, values!["completed", tx.now(), PLAIN.name()]).await?;
    execute(&tx, end, values!["discarded", tx.now(), SLOW.name()]).await?;
    tx.commit().await?;

    assert_eq!(sweep().await?, [700, 2]);
    shop.advance(TimeDelta::days(7) + TimeDelta::seconds(1));
    assert_eq!(sweep().await?, [0, 2]);
    shop.advance(TimeDelta::days(83));
    assert_eq!(sweep().await?, [0, 0]);
    Ok(())
}
