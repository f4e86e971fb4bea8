//! What happens to orders makes their documents.

use std::collections::{BTreeMap, HashMap};

use ::payments::payments::PaymentFact;
use kernel::{OrderId, Origin, Timestamp};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::events::{EventHead, Subscriber};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};
use platform::outbox::Fact;
use serde_json::json;
use uuid::Uuid;

use super::credit::credit_next;
use super::error::IssueInvoiceError;
use super::issue::issue_locked;
use super::store;
use crate::orders::{self, FulfilmentStatus, Order, OrderFact, OrderKey, OrderStatus};
use crate::settings::{self, IssueInvoices};

/// Events of one transaction: each asks for a job at most.
const MOST_AT_ONCE: usize = 100;
/// After these an order may be owed a document.
const NEWS: [&str; 5] = ["order.confirmed", "order.completed", "order.payment_changed", "order.fulfilled", "order.cancelled"];
/// After this, too: a refund of several parts, of which one came back, is over when another is refused.
const REFUSED: &str = "payment.operation_failed";

/// Follows the orders and has their documents issued, as soon as it is known who sells. Invoices are not written where orders are placed or
/// paid: all buyers would wait for each other at the row of their numbers.
#[derive(Debug)]
pub struct FollowOrders;

#[async_trait::async_trait]
impl Subscriber for FollowOrders {
    fn name(&self) -> &'static str {
        "sales.invoices"
    }

    fn kinds(&self) -> &[&'static str] {
        &[<OrderFact as Fact>::AGGREGATE, <PaymentFact as Fact>::AGGREGATE]
    }

    fn most_at_once(&self) -> usize {
        MOST_AT_ONCE
    }

    async fn take(&self, tx: &WriteTx, events: &[EventHead]) -> Result<(), DatabaseError> {
        let news = events.iter().filter(|event| NEWS.contains(&event.r#type.as_str()));
        let mut last: BTreeMap<Uuid, i64> = news.map(|event| (event.aggregate_id, event.seq)).collect();
        let refused: Vec<&EventHead> = events.iter().filter(|event| event.r#type == REFUSED).collect();
        if (last.is_empty() && refused.is_empty()) || settings::invoicing(tx).await?.seller.is_none() {
            return Ok(());
        }
        let of: HashMap<Uuid, Uuid> = store::orders_of_payments(tx, refused.iter().map(|event| event.aggregate_id)).await?;
        last.extend(refused.iter().filter_map(|event| Some((*of.get(&event.aggregate_id)?, event.seq))));
        let job = |(order, seq): (Uuid, i64)| IssueDocuments::job_after(seq, OrderId::from_uuid(order), tx.now());
        jobs::enqueue_all(tx, last.into_iter().map(job).collect()).await
    }
}

/// Issues the documents that an order is owed. What it is owed is found under the order's lock, so that each is issued once, however often
/// the job runs.
#[derive(Debug)]
pub struct IssueDocuments(pub Context);

impl IssueDocuments {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("invoices.issue").on(Queue::Bulk);

    /// A job after something that happened to the order: one for each cause, because what happens while it runs it may not have seen.
    pub(super) fn job_after(cause: impl ToString, order: OrderId, now: Timestamp) -> NewJob {
        NewJob::new(Self::KIND, json!(order), now).unique(format!("{}:{order}:{}", Self::KIND, cause.to_string()))
    }

    /// Issues one document in a transaction of its own; false where none is owed.
    async fn issue_next(&self, id: OrderId) -> Result<bool, IssueInvoiceError> {
        let tx = self.0.begin(&Origin::system()).await?;
        let Some(order) = orders::lock(&tx, OrderKey::Id(id)).await? else { return Ok(false) };
        let issued = match store::invoice_of(&tx, id).await? {
            Some(invoice) => credit_next(&tx, &order, invoice).await?,
            None => issue_due(&tx, order).await?,
        };
        tx.commit().await?;
        Ok(issued)
    }
}

async fn issue_due(tx: &WriteTx, order: Order) -> Result<bool, IssueInvoiceError> {
    let invoicing = settings::invoicing(tx).await?;
    if invoicing.seller.is_none() || !is_due(invoicing.issue, &order) {
        return Ok(false);
    }
    issue_locked(tx, order).await.map(|_| true)
}

/// True where a live order has come as far as its invoice waits for. Money that went back leaves it paid: the credit note says so.
fn is_due(issue: IssueInvoices, order: &Order) -> bool {
    let is_live = matches!(order.status, OrderStatus::Confirmed | OrderStatus::Completed);
    is_live
        && match issue {
            IssueInvoices::OnPayment => order.settled.nothing_left_to_pay(),
            IssueInvoices::OnFulfilment => matches!(order.fulfilment_status, FulfilmentStatus::Fulfilled | FulfilmentStatus::Delivered),
            IssueInvoices::ByHand => false,
        }
}

#[async_trait::async_trait]
impl Handler for IssueDocuments {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let order: OrderId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        while self.issue_next(order).await.map_err(JobError::new)? {}
        Ok(())
    }
}
