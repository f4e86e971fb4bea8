//! Telling an endpoint once more what happened within a time.

use kernel::{FieldErrors, Origin, Timestamp, WebhookEndpointId};
use platform::audit::{self, Entry};
use platform::events;
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use serde::{Deserialize, Serialize};

use super::error::WebhookError;
use super::fan_out::deliveries_of;
use super::store;
use crate::Notify;

/// What is told once more: events that the endpoint asks for today, from one place of the stream or moment to another, both included.
#[derive(Debug, Clone, Copy, Default)]
pub struct ReplayRange {
    /// Not before this place.
    pub from_seq: Option<i64>,
    /// Not behind this place; absent: the last event there is.
    pub to_seq: Option<i64>,
    /// Not before this moment.
    pub from: Option<Timestamp>,
    /// Not after this moment; absent: now.
    pub to: Option<Timestamp>,
}

/// What will be told once more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Replaying {
    /// From this place of the stream.
    pub from_seq: i64,
    /// To this one.
    pub to_seq: i64,
}

/// Has an endpoint told once more what happened within a range, whatever became of it before. It goes on behind the commit, some of it at a
/// time; messages have the ids that they had.
///
/// # Errors
/// `NotFound`, `Disabled`, and `Input` where nothing happened within it.
pub async fn replay(notify: &Notify, origin: &Origin, id: WebhookEndpointId, range: ReplayRange) -> Result<Replaying, WebhookError> {
    let tx = notify.context.begin(origin).await?;
    let endpoint = store::lock(&tx, id).await?.ok_or(WebhookError::NotFound)?;
    if endpoint.disabled_because.is_some() {
        return Err(WebhookError::Disabled);
    }
    // Everything that ever happened is asked for by name, not by saying nothing.
    if range.from.is_none() && range.from_seq.is_none() {
        return Err(FieldErrors::of("from", "name where to begin: from or from_seq").into());
    }
    let (mut from_seq, mut to_seq) = (range.from_seq.unwrap_or(1), range.to_seq.unwrap_or(i64::MAX));
    let begin = range.from.unwrap_or(Timestamp::UNIX_EPOCH);
    let (first, last) = events::bounds(&tx, begin, range.to.unwrap_or_else(|| tx.now())).await?.unwrap_or((1, 0));
    (from_seq, to_seq) = (from_seq.max(first), to_seq.min(last));
    if from_seq > to_seq {
        return Err(FieldErrors::of("from", "nothing happened within this range").into());
    }
    let payload = Payload { endpoint: id, from_seq, to_seq };
    jobs::enqueue(&tx, payload.job(tx.now())).await?;
    audit::record(&tx, &Entry::of("webhook_endpoint.replayed", id).after(&serde_json::json!({ "from_seq": from_seq, "to_seq": to_seq })))
        .await?;
    tx.commit().await?;
    Ok(Replaying { from_seq, to_seq })
}

#[derive(Serialize, Deserialize)]
struct Payload {
    endpoint: WebhookEndpointId,
    from_seq: i64,
    to_seq: i64,
}

impl Payload {
    fn job(&self, now: Timestamp) -> NewJob {
        let unique_key = format!("{}:{}:{}:{}", ReplayEvents::KIND, self.endpoint, self.from_seq, self.to_seq);
        NewJob::new(ReplayEvents::KIND, serde_json::json!(self), now).unique(unique_key)
    }
}

/// Puts a piece of a range on its way and leaves the rest to the next job: one that is begun anew repeats a piece at most.
#[derive(Debug, Clone)]
pub struct ReplayEvents(pub Notify);

impl ReplayEvents {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("webhooks.replay").on(Queue::Bulk);
    /// Events of a piece.
    const PIECE: i64 = 200;
}

#[async_trait::async_trait]
impl Handler for ReplayEvents {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let Payload { endpoint, from_seq, to_seq } = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let tx = self.0.context.begin(&Origin::system()).await?;
        let told: Vec<_> = store::told(&tx).await?.into_iter().filter(|told| told.id == endpoint).collect();
        let events = events::heads_within(&tx, from_seq - 1, to_seq, Self::PIECE).await?;
        let last = events.last().map_or(to_seq, |event| event.seq);
        store::enqueue_again(&tx, events.iter().flat_map(|event| deliveries_of(event, told.iter())).collect()).await?;
        // Nothing follows for an endpoint that is told no more.
        if last < to_seq && !told.is_empty() {
            jobs::enqueue(&tx, Payload { endpoint, from_seq: last + 1, to_seq }.job(tx.now())).await?;
        }
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}
