//! Whom an event is told to: a row and a job for each browser, in one transaction.

use kernel::{OrderId, Origin, Timestamp, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::events::{self, Event, EventHead};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use sales::orders::{self, OrderKey};
use serde_json::json;

use super::model::{PushKind, PushTopic};
use super::say::refunded_minor;
use super::send::SendPush;
use super::store::{self, Asked};
use crate::Notify;

/// Finds out which browsers asked for an event and puts it on its way to each; the row of an event and a browser is what makes it once.
#[derive(Debug, Clone)]
pub struct TellBrowsers(pub Notify);

impl TellBrowsers {
    /// The kind of its jobs; the payload is the event's place in the stream.
    pub const KIND: JobKind = JobKind::new("push.tell").on(Queue::Push);

    pub(super) fn job(event: &EventHead, now: Timestamp) -> NewJob {
        NewJob::new(Self::KIND, json!(event.seq), now).unique(format!("{}:{}", Self::KIND, event.seq))
    }
}

/// Puts an event on its way to those who are told this of it; whoever is told something else of it already is not told twice.
async fn tell(tx: &WriteTx, event: &Event, kind: PushKind) -> Result<(), DatabaseError> {
    let Some(of) = readers(tx, event, kind).await? else { return Ok(()) };
    let browsers = store::asking(tx, event, Asked { topic: kind.topic(), of }).await?;
    let ids = store::insert_messages(tx, event, kind, &browsers).await?;
    let job = |id| NewJob::new(SendPush::KIND, json!(id), tx.now()).unique(format!("{}:{id}:0", SendPush::KIND));
    jobs::enqueue_all(tx, ids.into_iter().map(job).collect()).await
}

/// Whose browsers are told: one person's, or everybody's who asked (`Some(None)`); `None` where it is nobody's business.
async fn readers(tx: &WriteTx, event: &Event, kind: PushKind) -> Result<Option<Option<UserId>>, DatabaseError> {
    if kind == PushKind::OrderRefunded && refunded_minor(tx, event).await? <= 0 {
        return Ok(None);
    }
    match kind.topic() {
        PushTopic::NewOrders | PushTopic::LowStock => Ok(Some(None)),
        PushTopic::Orders => {
            let order = orders::find(tx, OrderKey::Id(OrderId::from_uuid(event.aggregate_id))).await?;
            Ok(order.and_then(|order| order.user_id).map(Some))
        }
    }
}

#[async_trait::async_trait]
impl Handler for TellBrowsers {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let seq: i64 = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let context = &self.0.context;
        let Some(event) = events::find_all(context.db.reader(), &[seq]).await?.pop() else { return Ok(()) };
        let tx = context.begin(&Origin::system()).await?;
        for kind in PushKind::of_event(&event.r#type) {
            tell(&tx, &event, *kind).await?;
        }
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}
