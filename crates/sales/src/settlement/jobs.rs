//! Operations that nobody waits for: refunds and voids to be carried out, and answers that were lost.

use ::payments::payments::{self, Operation, OperationStatus, Outcome};
use ::payments::providers::Call;
use chrono::TimeDelta;
use kernel::{OperationId, OrderId, Origin, Timestamp};
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};

use super::settle::{ask, in_time, settle};
use crate::Sales;
use crate::orders::{self, OrderKey};

/// A request has answered or died by then.
const RECONCILE_AFTER: TimeDelta = TimeDelta::seconds(60);

/// While a customer stands before the provider's page, which tells us when they are done; this is for the day on which it does not.
const LOOK_AGAIN_AFTER: TimeDelta = TimeDelta::minutes(5);

/// Carries out a refund, a void, or the capture of what is held. The operation's id is the provider's idempotency key: done twice it is done once.
#[derive(Debug)]
pub struct ExecuteOperation(pub Sales);

/// Asks what became of an operation whose request may have died, or whose customer has not acted yet; never charges again.
#[derive(Debug)]
pub struct ReconcileOperation(pub Sales);

impl ExecuteOperation {
    const KIND: JobKind = JobKind::new("sales.execute_operation").on(Queue::Money);
}

impl ReconcileOperation {
    const KIND: JobKind = JobKind::new("sales.reconcile_operation").on(Queue::Money);
}

/// Has an operation carried out after the commit and this pause.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn execute_after(tx: &WriteTx, operation: &Operation, pause: TimeDelta) -> Result<(), DatabaseError> {
    let job = NewJob::new(ExecuteOperation::KIND, serde_json::json!(operation.id), tx.now() + pause);
    jobs::enqueue(tx, job.unique(format!("operation:{}", operation.id))).await
}

/// Has an operation looked at a minute later, whatever becomes of the request that asks for it; enqueued with the
/// operation itself.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn reconcile_later(tx: &WriteTx, operation: &Operation) -> Result<(), DatabaseError> {
    let job = NewJob::new(ReconcileOperation::KIND, serde_json::json!(operation.id), tx.now() + RECONCILE_AFTER);
    jobs::enqueue(tx, job.unique(format!("reconcile:{}", operation.id))).await
}

#[async_trait::async_trait]
impl Handler for ExecuteOperation {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: OperationId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let found = payments::find_operation(self.0.context.db.reader(), id).await?;
        let (operation, payment) = found.ok_or_else(|| JobError::new("no such operation"))?;
        if !operation.status.is_open() {
            return Ok(());
        }
        let outcome = ask(&self.0, &operation, &payment).await;
        write_down(&self.0, id, &outcome).await
    }
}

#[async_trait::async_trait]
impl Handler for ReconcileOperation {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let id: OperationId = serde_json::from_value(job.payload.clone()).map_err(JobError::new)?;
        let found = payments::find_operation(self.0.context.db.reader(), id).await?;
        let (operation, payment) = found.ok_or_else(|| JobError::new("no such operation"))?;
        if !operation.status.is_open() {
            return Ok(());
        }
        let provider = self.0.providers.get(&operation.provider).ok_or_else(|| JobError::new("the provider is not configured"))?;
        let (call, context) = (Call::of(&operation, &payment), &self.0.context);
        let order = orders::find(context.db.reader(), OrderKey::Id(OrderId::from_uuid(payment.reference_id))).await?;
        let patience_ends = payment.created_at + provider.patience(&context.config);
        let ends_at = order.and_then(|order| order.expires_at).map_or(patience_ends, |at| at.min(patience_ends));
        let is_over = ends_at <= context.now() || !payment.status.is_open();
        let outcome = in_time(if is_over { provider.give_up(&call) } else { provider.query(&call) }).await;
        if matches!(outcome, Outcome::NeedsCustomer { .. }) && !is_over {
            settle(&self.0, &Origin::system(), id, &outcome).await?;
            return look_again(&self.0, &operation, ends_at).await;
        }
        write_down(&self.0, id, &outcome).await
    }
}

/// The customer takes their time: nothing is wrong, and it is looked at again, until they are not waited for any more.
async fn look_again(sales: &Sales, operation: &Operation, ends_at: Timestamp) -> Result<(), JobError> {
    let tx = sales.context.begin(&Origin::system()).await?;
    let at = ends_at.min(tx.now() + LOOK_AGAIN_AFTER);
    // Not under the key of the job that runs, which would keep this one out.
    let job = NewJob::new(ReconcileOperation::KIND, serde_json::json!(operation.id), at);
    jobs::enqueue(&tx, job.unique(format!("reconcile:{}:{}", operation.id, at.timestamp()))).await?;
    Ok(tx.commit().await?)
}

/// An answer that is still unclear is written down, too, and asked for again.
async fn write_down(sales: &Sales, id: OperationId, outcome: &Outcome) -> Result<(), JobError> {
    settle(sales, &Origin::system(), id, outcome).await?;
    let operation = payments::find_operation(sales.context.db.reader(), id).await?;
    match operation.map(|(operation, _)| operation.status) {
        Some(OperationStatus::Pending | OperationStatus::Unknown) => Err(JobError::new("the provider's answer is still unclear")),
        Some(OperationStatus::Succeeded | OperationStatus::Failed) | None => Ok(()),
    }
}
