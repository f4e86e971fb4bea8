//! Jobs that come back by the clock: one for each tick, whoever looks at the clock.

use std::collections::HashMap;
use std::time::Duration;

use croner::Cron;
use kernel::{Origin, Timestamp};
use tokio_util::sync::CancellationToken;

use super::kind::JobKind;
use super::model::NewJob;
use super::store;
use crate::Context;
use crate::db::DatabaseError;

/// How often the clock is looked at; ticks are minutes.
const LOOK: Duration = Duration::from_secs(1);

/// A job that is enqueued at each tick of its clock.
#[derive(Debug, Clone)]
pub struct Recurring {
    kind: JobKind,
    cron: Cron,
    payload: serde_json::Value,
}

/// Not a time-table.
#[derive(Debug, thiserror::Error)]
#[error("the time-table of {kind} cannot be read: {source}")]
pub struct TimetableError {
    kind: JobKind,
    source: croner::errors::CronError,
}

impl Recurring {
    /// A job of this kind at the moments that a cron expression of five fields names, in UTC.
    ///
    /// # Errors
    /// `TimetableError` for what is none.
    pub fn new(kind: JobKind, cron: &str, payload: serde_json::Value) -> Result<Self, TimetableError> {
        Ok(Self { kind, cron: cron.parse().map_err(|source| TimetableError { kind, source })?, payload })
    }

    /// The latest tick up to this moment; `None` for a table that never came to one.
    fn latest_tick(&self, now: Timestamp) -> Option<Timestamp> {
        self.cron.find_previous_occurrence(&now, true).ok()
    }
}

/// Enqueues a job for each of these whose clock has ticked since the last time; how many. Many ticks that nobody saw are one, a kind
/// that is new begins with its next tick, and while a job of the kind waits or runs there is no second one.
///
/// Of several who see the same tick one wins: the row of the kind moves forward once.
///
/// # Errors
/// `DatabaseError`; nothing was enqueued then.
pub async fn enqueue_ticks(context: &Context, recurring: &[Recurring]) -> Result<usize, DatabaseError> {
    let known: HashMap<String, Timestamp> = store::ticks(context.db.reader()).await?.into_iter().collect();
    let ticked = |job: &Recurring| {
        let tick = job.latest_tick(context.now())?;
        known.get(job.kind.name()).is_none_or(|seen| *seen < tick).then_some(tick)
    };
    let due: Vec<(&Recurring, Timestamp)> = recurring.iter().filter_map(|job| Some((job, ticked(job)?))).collect();
    if due.is_empty() {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    let mut enqueued = 0;
    for (job, tick) in due {
        if !known.contains_key(job.kind.name()) {
            store::begin_ticking(&tx, job.kind.name(), tick).await?;
        } else if store::move_tick(&tx, job.kind.name(), tick).await? {
            let new = NewJob::new(job.kind, job.payload.clone(), tx.now()).unique(format!("recurring:{}", job.kind));
            store::enqueue(&tx, new).await?;
            enqueued += 1;
        }
    }
    tx.commit().await?;
    Ok(enqueued)
}

/// The task that looks at the clock as long as the process lives.
#[derive(Debug)]
pub struct Scheduler {
    context: Context,
    recurring: Vec<Recurring>,
}

impl Scheduler {
    /// A scheduler for this process; others may run beside it.
    #[must_use]
    pub const fn new(context: Context, recurring: Vec<Recurring>) -> Self {
        Self { context, recurring }
    }

    /// Enqueues until told to stop. The database is asked when it starts and when a clock ticks.
    pub async fn run(self, stop: CancellationToken) {
        let mut looked: Option<Timestamp> = None;
        while !stop.is_cancelled() {
            let now = self.context.now();
            let has_ticked = |job: &Recurring| job.latest_tick(now).is_some_and(|tick| looked.is_none_or(|looked| looked < tick));
            if self.recurring.iter().any(has_ticked) {
                match enqueue_ticks(&self.context, &self.recurring).await {
                    Ok(_) => looked = Some(now),
                    Err(error) => tracing::warn!(error = %error, "recurring jobs could not be enqueued; trying again"),
                }
            }
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(LOOK) => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;

    #[test]
    fn the_latest_tick_is_in_the_past_or_now() {
        let daily = Recurring::new(JobKind::new("x"), "30 3 * * *", Value::Null).expect("a time-table");
        for (now, tick) in [
            ("2026-03-02T09:30:00Z", "2026-03-02T03:30:00Z"),
            ("2026-03-02T03:30:00Z", "2026-03-02T03:30:00Z"),
            ("2026-03-02T03:29:59Z", "2026-03-01T03:30:00Z"),
        ] {
            let now: Timestamp = now.parse().expect("a moment");
            assert_eq!(daily.latest_tick(now), tick.parse().ok());
        }
        let refused = Recurring::new(JobKind::new("x.y"), "every day", Value::Null).expect_err("refused").to_string();
        assert!(refused.contains("x.y"), "{refused}");
    }
}
