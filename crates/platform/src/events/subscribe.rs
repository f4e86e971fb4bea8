//! Consumers of the events within the process: told in order, at least once, each in the transaction that notes how far it has read.

use std::fmt::Debug;
use std::sync::Arc;
use std::time::Duration;

use kernel::Origin;
use tokio_util::sync::CancellationToken;

use super::store::{self, EventHead};
use crate::Context;
use crate::db::{self, DatabaseError, WriteTx};

/// Events told in one transaction, to who writes little for each.
const BATCH: usize = 300;
/// How often to look, unless there was more than one transaction takes: what happens meanwhile is told together, which under load is a
/// twentieth of the statements.
const PAUSE: Duration = Duration::from_millis(500);
/// How long to wait after an error.
const AFTER_ERROR: Duration = Duration::from_secs(1);

/// Somebody who keeps something up to date with what happens.
#[async_trait::async_trait]
pub trait Subscriber: Debug + Send + Sync {
    /// What it is known by: its cursor has this name, and only one of a name is told at a time, over all processes.
    fn name(&self) -> &'static str;

    /// The kinds of things it follows.
    fn kinds(&self) -> &[&'static str];

    /// How many events it is told of in one transaction: few enough that SQLite's writer is held for milliseconds.
    fn most_at_once(&self) -> usize {
        BATCH
    }

    /// Takes what happened, in order. What it writes is committed together with the place it has read to, so that nothing is
    /// lost and nothing counts twice; it may be told again what it was told before, after [`super::rewind`].
    ///
    /// # Errors
    /// `DatabaseError`; the same is told again later.
    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError>;
}

/// Tells a subscriber of the next events; how many were read.
///
/// # Errors
/// `DatabaseError`; nothing was taken then.
pub async fn deliver_once(context: &Context, subscriber: &dyn Subscriber) -> Result<usize, DatabaseError> {
    let (name, kinds, reader) = (subscriber.name(), subscriber.kinds(), context.db.reader());
    if store::heads_since(reader, store::cursor(reader, name).await?, kinds, 1).await?.is_empty() {
        return Ok(0);
    }
    let tx = context.begin(&Origin::system()).await?;
    db::lock_name(&tx, name).await?;
    let events = store::heads_since(&tx, store::cursor(&tx, name).await?, kinds, subscriber.most_at_once()).await?;
    let Some(last) = events.last().map(|event| event.seq) else { return Ok(0) };
    let read = events.len();
    // The last event there is comes whatever its kind is.
    let events: Vec<EventHead> = events.into_iter().filter(|event| kinds.contains(&event.aggregate_type.as_str())).collect();
    if !events.is_empty() {
        subscriber.take(&tx, &events).await?;
    }
    store::move_cursor(&tx, name, last).await?;
    tx.commit().await?;
    Ok(read)
}

/// Tells a subscriber once more of what lies between two places of the stream, both included; how many events that were. Where it reads on
/// afterwards does not change.
///
/// # Errors
/// `DatabaseError`; what was taken until then stays taken.
pub async fn replay(context: &Context, subscriber: &dyn Subscriber, from_seq: i64, to_seq: i64) -> Result<usize, DatabaseError> {
    let (mut before, mut told) = (from_seq - 1, 0);
    loop {
        let tx = context.begin(&Origin::system()).await?;
        db::lock_name(&tx, subscriber.name()).await?;
        let read = store::heads_since(&tx, before, subscriber.kinds(), subscriber.most_at_once()).await?;
        let Some(last) = read.last().map(|event| event.seq) else { return Ok(told) };
        let is_wanted = |event: &EventHead| event.seq <= to_seq && subscriber.kinds().contains(&event.aggregate_type.as_str());
        let events: Vec<EventHead> = read.into_iter().filter(is_wanted).collect();
        subscriber.take(&tx, &events).await?;
        tx.commit().await?;
        told += events.len();
        if last >= to_seq {
            return Ok(told);
        }
        before = last;
    }
}

/// The task that tells a subscriber as long as the process lives; others may run beside it.
#[derive(Debug)]
pub struct Subscription {
    context: Context,
    subscriber: Arc<dyn Subscriber>,
}

impl Subscription {
    /// A subscription of this process.
    #[must_use]
    pub fn new(context: Context, subscriber: Arc<dyn Subscriber>) -> Self {
        Self { context, subscriber }
    }

    /// Tells it until told to stop.
    pub async fn run(self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            let most = self.subscriber.most_at_once();
            let pause = match deliver_once(&self.context, self.subscriber.as_ref()).await {
                Ok(read) if read >= most => {
                    // Others who write come in between.
                    tokio::task::yield_now().await;
                    continue;
                }
                Ok(_) => PAUSE,
                Err(error) => {
                    tracing::warn!(error = %error, subscriber = self.subscriber.name(), "events could not be taken; trying again");
                    AFTER_ERROR
                }
            };
            tokio::select! {
                () = stop.cancelled() => {}
                () = tokio::time::sleep(pause) => {}
            }
        }
    }
}
