//! Running jobs: what is due is taken, done, and how it ended is written down.

use std::collections::BTreeMap;
use std::panic::AssertUnwindSafe;

use chrono::TimeDelta;
use futures_util::FutureExt;
use futures_util::future::join_all;
use kernel::Origin;

use super::kind::Queue;
use super::model::{Handlers, Job, JobError};
use super::store::{self, Due};
use crate::Context;
use crate::config::Config;
use crate::db::{DatabaseError, WriteTx};

/// The pause after the first failure; it doubles with each further one.
const FIRST_PAUSE_S: i64 = 5;
/// No pause is longer.
const LONGEST_PAUSE_S: i64 = 3_600;

/// A job that its handler has done with.
#[derive(Debug)]
pub(super) struct Ended {
    pub(super) job: Job,
    /// What went wrong, where something did.
    pub(super) failure: Option<Failure>,
}

/// Why a job did not succeed, and how long it waits.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) error: JobError,
    pub(super) pause: TimeDelta,
}

impl Ended {
    /// True where the job has no attempt left.
    pub(super) const fn is_last(&self) -> bool {
        self.job.attempts >= self.job.max_attempts
    }
}

/// How many jobs of a queue one process runs side by side.
pub(super) fn width(config: &Config, queue: Queue) -> usize {
    let jobs = &config.jobs;
    usize::from(match queue {
        Queue::Money => jobs.money,
        Queue::Default => jobs.default,
        Queue::Mail => jobs.mail,
        Queue::Push => jobs.push,
        Queue::Bulk => jobs.bulk,
    })
}

/// Runs what is due now, once, as many of each queue as one process runs at a time; how many jobs ended. Tests call this instead of a worker.
///
/// # Errors
/// `DatabaseError`; jobs that were begun are taken up again when their lease ends.
pub async fn run_due(context: &Context, handlers: &Handlers) -> Result<usize, DatabaseError> {
    take_back_lost(context).await?;
    let due = store::due(context.db.reader(), context.now()).await?;
    if due.is_empty() {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    let jobs = claim(&tx, &due, Queue::ALL.iter().map(|queue| (*queue, width(&context.config, *queue))).collect()).await?;
    tx.commit().await?;
    let ended = join_all(jobs.into_iter().map(|job| run_one(handlers, job))).await;
    let tx = context.begin(&Origin::system()).await?;
    store::settle(&tx, &ended).await?;
    tx.commit().await?;
    Ok(ended.len())
}

/// Has what lost its worker taken up again.
pub(super) async fn take_back_lost(context: &Context) -> Result<(), DatabaseError> {
    if !store::any_lost(context.db.reader(), context.now()).await? {
        return Ok(());
    }
    let tx = context.begin(&Origin::system()).await?;
    let given_up = store::take_back_lost(&tx).await?;
    tx.commit().await?;
    if given_up > 0 {
        tracing::warn!(jobs = given_up, "jobs were given up: whoever took them was lost, every time");
    }
    Ok(())
}

/// Takes what is due, no more of each queue than it has room. There are few queues and few priorities, and most of the time one is due.
pub(super) async fn claim(tx: &WriteTx, due: &[Due], mut room: BTreeMap<Queue, usize>) -> Result<Vec<Job>, DatabaseError> {
    let mut claimed = Vec::new();
    for due in due {
        let Some(room) = room.get_mut(&due.queue).filter(|room| **room > 0) else { continue };
        let jobs = store::claim(tx, *due, *room).await?;
        *room = room.saturating_sub(jobs.len());
        claimed.extend(jobs);
    }
    Ok(claimed)
}

/// Has its handler do a job. A fault of ours in one must end neither the worker nor the jobs beside it.
pub(super) async fn run_one(handlers: &Handlers, job: Job) -> Ended {
    crate::failpoint("job.before");
    let outcome = match handlers.get(&job.kind) {
        Some(handler) => {
            AssertUnwindSafe(handler.run(&job)).catch_unwind().await.unwrap_or_else(|_| Err(JobError::new("the handler panicked")))
        }
        None => Err(JobError::new(format!("no handler for jobs of kind {}", job.kind))),
    };
    crate::failpoint("job.after");
    let failure = outcome.err().map(|error| Failure { error, pause: pause_after(job.attempts) });
    let ended = Ended { job, failure };
    if let Ended { job, failure: Some(Failure { error, .. }) } = &ended {
        tracing::warn!(job.id = %job.id, job.kind = %job.kind, job.attempts = job.attempts, job.last = ended.is_last(), error = %error, "a job failed");
    }
    ended
}

/// Doubles from five seconds to an hour, with a quarter of jitter so that jobs that failed together do not return together.
fn pause_after(attempts: i64) -> TimeDelta {
    let doublings = u32::try_from(attempts.clamp(1, 20) - 1).unwrap_or(0);
    let pause_s = FIRST_PAUSE_S.saturating_mul(2_i64.saturating_pow(doublings)).min(LONGEST_PAUSE_S);
    TimeDelta::milliseconds(pause_s * 1_000 + rand::random_range(0..=pause_s * 250))
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
