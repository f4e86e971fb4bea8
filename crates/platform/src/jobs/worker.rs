//! The task that keeps every queue's places filled, keeps the leases of what runs, and writes down what ended.

use std::collections::BTreeMap;
use std::mem::take;
use std::time::Duration;

use kernel::{Origin, Timestamp};
use tokio::task::{Id, JoinError, JoinSet};
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::kind::Queue;
use super::model::{Handlers, Job};
use super::run::{Ended, claim, run_one, take_back_lost, width};
use super::store::{self, Due, LEASE};
use crate::Context;
use crate::db::DatabaseError;

/// How often to look without being woken: jobs become due by the clock.
const IDLE: Duration = Duration::from_millis(500);
/// Commits that come within this time are one reason to look.
const GATHER: Duration = Duration::from_millis(20);
/// How long to wait after an error of the database.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// The task that runs jobs as long as the process lives.
#[derive(Debug)]
pub struct Worker {
    context: Context,
    handlers: Handlers,
    tasks: JoinSet<Ended>,
    /// What runs, by its task.
    running: BTreeMap<Id, Job>,
    /// What ended and is not written down yet.
    ended: Vec<Ended>,
    /// What was due, when it was looked at last, and found no room.
    waits: Vec<Due>,
    beat_at: Timestamp,
}

impl Worker {
    /// A worker for this process; others may run beside it.
    #[must_use]
    pub fn new(context: Context, handlers: Handlers) -> Self {
        let beat_at = context.now() + LEASE / 3;
        Self { context, handlers, tasks: JoinSet::new(), running: BTreeMap::new(), ended: Vec::new(), waits: Vec::new(), beat_at }
    }

    /// Runs jobs until told to stop; what it has begun it finishes.
    pub async fn run(mut self, stop: CancellationToken) {
        let wake = self.context.db.wake();
        let mut look_at = Instant::now();
        while !stop.is_cancelled() {
            // Made before anything is looked at: a commit in between wakes it.
            let woken = wake.notified();
            let looks = look_at <= Instant::now();
            let is_fine = self.turn(looks).await;
            if !is_fine {
                wait(&stop, AFTER_ERROR).await;
                continue;
            }
            if looks {
                look_at = Instant::now() + IDLE;
            }
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = self.tasks.join_next_with_id() => self.note(ended),
                () = woken => look_at = look_at.min(Instant::now() + GATHER),
                () = tokio::time::sleep_until(look_at) => {}
            }
        }
        self.finish().await;
    }

    /// Waits for what runs, and writes down how it ends.
    async fn finish(mut self) {
        self.waits.clear();
        let never = CancellationToken::new();
        loop {
            if !self.turn(false).await {
                wait(&never, AFTER_ERROR).await;
                continue;
            }
            tokio::select! {
                ended = self.tasks.join_next_with_id() => match ended {
                    Some(ended) => self.note(ended),
                    None if self.ended.is_empty() => return,
                    None => {}
                },
                () = tokio::time::sleep(IDLE) => {}
            }
        }
    }

    /// Writes down what ended, keeps what runs and, where it looks, takes what is due; false where the database did not want to.
    async fn turn(&mut self, looks: bool) -> bool {
        match self.try_turn(looks).await {
            Ok(()) => true,
            Err(error) => {
                tracing::warn!(error = %error, "jobs could not be taken or ended; trying again");
                false
            }
        }
    }

    async fn try_turn(&mut self, looks: bool) -> Result<(), DatabaseError> {
        while let Some(ended) = self.tasks.try_join_next_with_id() {
            self.note(ended);
        }
        if self.beat_at <= self.context.now() {
            self.beat().await?;
        }
        // As long as something waits for a place, nobody needs to be asked what there is.
        let due = if looks { store::due(self.context.db.reader(), self.context.now()).await? } else { take(&mut self.waits) };
        let mut room = self.room();
        let takes = due.iter().any(|due| room.get(&due.queue).is_some_and(|room| *room > 0));
        // What completed itself is written down already.
        self.ended.retain(|ended| ended.failure.is_some() || !ended.job.is_completed());
        let mut claimed = Vec::new();
        if takes || !self.ended.is_empty() {
            let tx = self.context.begin(&Origin::system()).await?;
            store::settle(&tx, &self.ended).await?;
            claimed = claim(&tx, &due, room.clone()).await?;
            tx.commit().await?;
            self.ended.clear();
        }
        for job in &claimed {
            room.entry(job.queue).and_modify(|room| *room = room.saturating_sub(1));
        }
        self.waits = due.into_iter().filter(|due| room.get(&due.queue).is_some_and(|room| *room == 0)).collect();
        for job in claimed {
            self.begin(job);
        }
        Ok(())
    }

    fn begin(&mut self, job: Job) {
        let handlers = self.handlers.clone();
        let running = job.clone();
        let task = self.tasks.spawn(async move { run_one(&handlers, job).await });
        self.running.insert(task.id(), running);
    }

    /// Takes note of a run that is over. Handlers' panics are caught, and nobody aborts a task: it always says how it ended.
    fn note(&mut self, ended: Result<(Id, Ended), JoinError>) {
        match ended {
            Ok((task, ended)) => {
                self.running.remove(&task);
                self.ended.push(ended);
            }
            Err(error) => {
                self.running.remove(&error.id());
                tracing::error!(error = %error, "a job's task was lost; the job is taken up again when its lease ends");
            }
        }
    }

    /// The places that each queue has left.
    fn room(&self) -> BTreeMap<Queue, usize> {
        let mut room: BTreeMap<Queue, usize> = Queue::ALL.iter().map(|queue| (*queue, width(&self.context.config, *queue))).collect();
        for job in self.running.values() {
            room.entry(job.queue).and_modify(|room| *room = room.saturating_sub(1));
        }
        room
    }

    /// Renews the leases of what runs, tells those whose end is asked for or that another worker has, and has others' lost jobs taken up.
    async fn beat(&mut self) -> Result<(), DatabaseError> {
        let next = self.context.now() + LEASE / 3;
        let jobs: Vec<&Job> = self.running.values().collect();
        if !jobs.is_empty() {
            let tx = self.context.begin(&Origin::system()).await?;
            let kept = store::renew(&tx, &jobs).await?;
            tx.commit().await?;
            for job in jobs {
                let goes_on = match kept.iter().find(|kept| kept.id == job.id) {
                    Some(kept) => !kept.is_cancelled,
                    None => job.is_completed() || store::held(self.context.db.reader(), job).await?,
                };
                if !goes_on {
                    job.cancel();
                }
            }
        }
        take_back_lost(&self.context).await?;
        self.beat_at = next;
        Ok(())
    }
}

async fn wait(stop: &CancellationToken, pause: Duration) {
    tokio::select! {
        () = stop.cancelled() => {}
        () = tokio::time::sleep(pause) => {}
    }
}
