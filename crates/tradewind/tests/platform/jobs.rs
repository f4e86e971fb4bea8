//! Jobs: once by one worker, again after a failure, given up in the end, taken over from the dead.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::{PageRequest, Timestamp};
use platform::db::fetch_all;
use platform::jobs::{self, Handler, Handlers, Job, JobError, JobFilter, JobKind, JobState, NewJob, StoredJob, run_due};
use serde_json::json;
use test_macro::test_on_every_database;
use tokio::sync::Notify;

use crate::support::{TestResult, TestShop};

const KIND: JobKind = JobKind::new("test.count");
const PANIC: JobKind = JobKind::new("test.panic");

/// Counts its runs by payload; fails while told to; stands still while told to.
#[derive(Clone, Default)]
struct Counting {
    runs: Arc<Mutex<BTreeMap<String, usize>>>,
    fails: bool,
    gate: Option<Arc<Gate>>,
}

#[derive(Default)]
struct Gate {
    entered: Notify,
    opened: Notify,
}

#[async_trait::async_trait]
impl Handler for Counting {
    fn kind(&self) -> JobKind {
        KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        *self.runs.lock().expect("not poisoned").entry(job.payload.to_string()).or_default() += 1;
        if let Some(gate) = &self.gate {
            gate.entered.notify_one();
            gate.opened.notified().await;
        }
        if self.fails { Err(JobError::new("told to fail")) } else { Ok(()) }
    }
}

impl Counting {
    fn handlers(&self) -> Handlers {
        Handlers::default().with(self.clone())
    }

    fn runs(&self) -> Vec<usize> {
        self.runs.lock().expect("not poisoned").values().copied().collect()
    }
}

async fn enqueue(shop: &TestShop, payload: i64, run_at: Timestamp, unique_key: Option<&str>) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    let job = NewJob::new(KIND, json!(payload), run_at);
    jobs::enqueue(&tx, unique_key.into_iter().fold(job, NewJob::unique)).await?;
    Ok(tx.commit().await?)
}

pub(super) async fn of_kind(shop: &TestShop, kind: JobKind) -> TestResult<Vec<StoredJob>> {
    let filter = JobFilter { kind: Some(kind.to_string()), ..JobFilter::default() };
    Ok(jobs::list(shop.context().db.reader(), &filter, false, &PageRequest::first(1_000)).await?.items)
}

async fn only_job(shop: &TestShop) -> TestResult<StoredJob> {
    let found = of_kind(shop, KIND).await?;
    assert_eq!(found.len(), 1);
    Ok(found.into_iter().next().ok_or("one job")?)
}

/// Eight workers want forty jobs.
#[test_on_every_database]
async fn each_job_runs_once_whoever_takes_it(shop: TestShop) -> TestResult {
    for number in 0..40 {
        enqueue(&shop, number, shop.now(), None).await?;
    }
    let counting = Counting::default();
    let handlers = counting.handlers();
    let worker = || async {
        while run_due(shop.context(), &handlers).await? > 0 {}
        Ok::<(), platform::db::DatabaseError>(())
    };
    for outcome in join_all((0..8).map(|_| worker())).await {
        outcome?;
    }

    assert_eq!(counting.runs(), vec![1; 40]);
    Ok(())
}

/// A job is tried again after a pause that grows, and in the end it is given up and can be brought back.
#[test_on_every_database]
async fn a_failing_job_is_tried_again_and_given_up(shop: TestShop) -> TestResult {
    enqueue(&shop, 1, shop.now(), None).await?;
    let failing = Counting { fails: true, ..Counting::default() };
    let mut attempts = 0;
    while only_job(&shop).await?.state == JobState::Available {
        attempts += i64::try_from(run_due(shop.context(), &failing.handlers()).await?)?;
        assert_eq!(run_due(shop.context(), &failing.handlers()).await?, 0, "it pauses first");
        shop.advance(TimeDelta::seconds(4_501));
    }
    let job = only_job(&shop).await?;
    assert_eq!((job.state, job.attempts, job.max_attempts), (JobState::Discarded, attempts, attempts));
    assert_eq!(job.last_error.as_deref(), Some("told to fail"));

    jobs::retry(shop.context(), &shop.origin(), job.id).await?;
    run_due(shop.context(), &Counting::default().handlers()).await?;
    assert_eq!(only_job(&shop).await?.state, JobState::Completed);
    Ok(())
}

/// A worker dies with a job in its hands; another takes over when the lease ends, not before.
#[test_on_every_database]
async fn a_job_of_a_dead_worker_is_taken_over(shop: TestShop) -> TestResult {
    enqueue(&shop, 1, shop.now(), None).await?;
    let gate = Arc::new(Gate::default());
    let dying = Counting { gate: Some(gate.clone()), ..Counting::default() }.handlers();
    tokio::select! {
        ended = run_due(shop.context(), &dying) => return Err(format!("it ended: {ended:?}").into()),
        () = gate.entered.notified() => {}
    }
    let next = Counting::default();
    assert_eq!(run_due(shop.context(), &next.handlers()).await?, 0);
    shop.advance(TimeDelta::seconds(121));
    assert_eq!(run_due(shop.context(), &next.handlers()).await?, 1);

    let job = only_job(&shop).await?;
    assert_eq!((job.state, job.attempts, job.fence), (JobState::Completed, 2, 2));
    Ok(())
}

/// A worker that was only slow finds its job done by another, and changes nothing any more.
#[test_on_every_database]
async fn a_worker_that_lost_its_lease_cannot_end_the_job(shop: TestShop) -> TestResult {
    enqueue(&shop, 1, shop.now(), None).await?;
    let gate = Arc::new(Gate::default());
    let slow = Counting { gate: Some(gate.clone()), fails: true, ..Counting::default() }.handlers();
    let (ended, ()) = tokio::join!(run_due(shop.context(), &slow), async {
        gate.entered.notified().await;
        shop.advance(TimeDelta::seconds(121));
        let taken = run_due(shop.context(), &Counting::default().handlers()).await;
        assert_eq!(taken.ok(), Some(1));
        gate.opened.notify_one();
    });
    ended?;

    let job = only_job(&shop).await?;
    assert_eq!((job.state, job.last_error), (JobState::Completed, None));
    Ok(())
}

/// Fails in the worst way.
struct Panicking;

#[async_trait::async_trait]
impl Handler for Panicking {
    fn kind(&self) -> JobKind {
        PANIC
    }

    async fn run(&self, _: &Job) -> Result<(), JobError> {
        panic!("told to panic")
    }
}

/// A fault of ours in one handler neither ends the worker nor the jobs beside it.
#[test_on_every_database]
async fn a_handler_that_panics_fails_alone(shop: TestShop) -> TestResult {
    enqueue(&shop, 1, shop.now(), None).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    jobs::enqueue(&tx, NewJob::new(PANIC, json!(1), shop.now())).await?;
    tx.commit().await?;
    let counting = Counting::default();
    assert_eq!(run_due(shop.context(), &counting.handlers().with(Panicking)).await?, 2);

    assert_eq!((only_job(&shop).await?.state, counting.runs()), (JobState::Completed, vec![1]));
    let failed = of_kind(&shop, PANIC).await?;
    assert_eq!(
        failed.iter().map(|job| (job.state, job.last_error.as_deref())).collect::<Vec<_>>(),
        [(JobState::Available, Some("the handler panicked"))]
    );
    remove(&shop, PANIC).await
}

pub(super) async fn remove(shop: &TestShop, kind: JobKind) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    platform::db::execute(&tx, "DELETE FROM jobs WHERE kind = $1", platform::values![kind.name()]).await?;
    Ok(tx.commit().await?)
}

/// A job that kills whoever takes it is given up like one that fails, and does not go from worker to worker for ever.
#[test_on_every_database]
async fn a_job_that_kills_its_workers_is_given_up(shop: TestShop) -> TestResult {
    enqueue(&shop, 1, shop.now(), None).await?;
    for attempt in 1.. {
        let gate = Arc::new(Gate::default());
        let dying = Counting { gate: Some(gate.clone()), ..Counting::default() }.handlers();
        let ended = tokio::select! {
            ended = run_due(shop.context(), &dying) => Some(ended?),
            () = gate.entered.notified() => None,
        };
        let job = only_job(&shop).await?;
        assert!(job.attempts <= job.max_attempts && attempt <= job.max_attempts + 1, "{job:?}");
        if ended.is_some() {
            break;
        }
        shop.advance(TimeDelta::seconds(121));
    }
    let job = only_job(&shop).await?;
    assert_eq!((job.state, job.attempts), (JobState::Discarded, job.max_attempts));
    assert_eq!(job.last_error.as_deref(), Some("its worker was lost"));
    remove(&shop, KIND).await
}

/// While one waits, the same job is not enqueued again; when it is done, it is.
#[test_on_every_database]
async fn a_unique_job_waits_only_once(shop: TestShop) -> TestResult {
    let counting = Counting::default();
    for expected in [1, 2] {
        for _ in 0..3 {
            enqueue(&shop, 1, shop.now(), Some("test.count:1")).await?;
        }
        run_due(shop.context(), &counting.handlers()).await?;
        assert_eq!(counting.runs(), [expected]);
    }
    Ok(())
}

/// A job without a handler is a fault that people see, not one that disappears.
#[test_on_every_database]
async fn a_job_that_nobody_handles_says_so(shop: TestShop) -> TestResult {
    enqueue(&shop, 1, shop.now(), None).await?;
    run_due(shop.context(), &Handlers::default()).await?;
    assert_eq!(only_job(&shop).await?.last_error.as_deref(), Some("no handler for jobs of kind test.count"));

    shop.advance(TimeDelta::seconds(10));
    run_due(shop.context(), &Counting::default().handlers()).await?;
    Ok(())
}

#[derive(platform::db::FromQueryResult)]
struct PayloadRow {
    payload: serde_json::Value,
}

/// Moments are kept to the microsecond and compared as moments, whatever their fractions look like as text.
#[test_on_every_database]
async fn jobs_become_due_in_the_order_of_their_moments(shop: TestShop) -> TestResult {
    let offsets_us = [0, 1, 999, 1_000, 1_001, 100_000, 999_999, 1_000_000, 1_000_001, 60_000_000];
    for offset in offsets_us.iter().rev() {
        enqueue(&shop, *offset, shop.now() + TimeDelta::microseconds(*offset), None).await?;
    }
    let rows: Vec<PayloadRow> = fetch_all(shop.context().db.reader(), "SELECT payload FROM jobs ORDER BY run_at", vec![]).await?;
    assert_eq!(rows.iter().filter_map(|row| row.payload.as_i64()).collect::<Vec<_>>(), offsets_us);

    let counting = Counting::default();
    let mut now = 0;
    for (index, offset) in offsets_us.iter().enumerate() {
        shop.advance(TimeDelta::microseconds(offset - now));
        now = *offset;
        assert_eq!(run_due(shop.context(), &counting.handlers()).await?, 1, "{index}");
    }
    Ok(())
}
