//! Workers: take what is due, do it, write down how it ended.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::join_all;
use kernel::Origin;
use tokio_util::sync::CancellationToken;

use super::model::{Handlers, Job, JobError, JobState};
use super::store;
use crate::Context;
use crate::db::DatabaseError;

/// Jobs that one worker runs side by side.
const BATCH: i64 = 16;
/// How often to look without being woken: jobs become due by the clock.
const IDLE: Duration = Duration::from_millis(500);
/// Commits that come within this time are one reason to look.
const GATHER: Duration = Duration::from_millis(20);
/// How long to wait after an error of the database.
const AFTER_ERROR: Duration = Duration::from_secs(1);
/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE_S: i64 = 5;
/// No pause is longer.
const LONGEST_PAUSE_S: i64 = 3_600;

/// Runs what is due now, once; how many jobs ended. Tests call this instead of a worker.
///
/// # Errors
/// `DatabaseError`; jobs that were begun are taken up again when their lease ends.
pub async fn run_due(context: &Context, handlers: &Handlers) -> Result<usize, DatabaseError> {
    if !store::any_due(context.db.reader(), context.now()).await? {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    let given_up = store::give_up_lost(&tx).await?;
    let jobs = store::claim(&tx, BATCH).await?;
    tx.commit().await?;
    if given_up > 0 {
        tracing::warn!(jobs = given_up, "jobs were given up: whoever took them was lost, every time");
    }
    let ended = join_all(jobs.iter().map(|job| run_one(context, handlers, job))).await;
    ended.into_iter().collect::<Result<Vec<()>, _>>().map(|ended| ended.len())
}

async fn run_one(context: &Context, handlers: &Handlers, job: &Job) -> Result<(), DatabaseError> {
    crate::failpoint("job.before");
    let outcome = match handlers.get(&job.kind) {
        // A fault of ours in one job must end neither the worker nor the jobs beside it.
        Some(handler) => {
            AssertUnwindSafe(handler.run(job)).catch_unwind().await.unwrap_or_else(|_| Err(JobError::new("the handler panicked")))
        }
        None => Err(JobError::new(format!("no handler for jobs of kind {}", job.kind))),
    };
    crate::failpoint("job.after");
    let tx = context.begin(&Origin::system()).await?;
    match outcome {
        Ok(()) => store::finish(&tx, job, JobState::Completed, job.run_at, None).await?,
        Err(error) => {
            let last = job.attempts >= job.max_attempts;
            tracing::warn!(job.id = %job.id, job.kind = %job.kind, job.attempts = job.attempts, job.discarded = last, error = %error, "a job failed");
            let state = if last { JobState::Discarded } else { JobState::Available };
            store::finish(&tx, job, state, tx.now() + pause_after(job.attempts), Some(error.to_string())).await?;
        }
    }
    tx.commit().await
}

/// Doubles from five seconds to an hour, with a quarter of jitter so that jobs that failed together do not return together.
fn pause_after(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let pause_s = FIRST_PAUSE_S.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_PAUSE_S);
    TimeDelta::milliseconds(pause_s * 1_000 + rand::random_range(0..=pause_s * 250))
}

/// The task that runs jobs as long as the process lives.
#[derive(Debug)]
pub struct Worker {
    context: Context,
    handlers: Handlers,
}

impl Worker {
    /// A worker for this process.
    #[must_use]
    pub const fn new(context: Context, handlers: Handlers) -> Self {
        Self { context, handlers }
    }

    /// Runs jobs until told to stop; what it has begun it finishes.
    pub async fn run(self, stop: CancellationToken) {
        let wake = self.context.db.wake();
        while !stop.is_cancelled() {
            let pause = match run_due(&self.context, &self.handlers).await {
                Ok(0) => IDLE,
                Ok(_) => continue,
                Err(error) => {
                    tracing::warn!(error = %error, "jobs could not be taken; trying again");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = wake.notified() => tokio::time::sleep(GATHER).await,
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_an_hour_and_a_quarter() {
        for (attempts, least, most) in [(1, 5, 7), (2, 10, 13), (6, 160, 200), (12, 3_600, 4_500), (1_000, 3_600, 4_500)] {
            let pause = pause_after(attempts).num_seconds();
            assert!((least..=most).contains(&pause), "{attempts}: {pause}");
        }
    }
}
