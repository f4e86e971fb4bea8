//! Operations that nobody waits for: refunds and voids to be carried out, and answers that were lost.

use ::payments::payments::{self, Operation, OperationStatus, Outcome};
use ::payments::providers::Call;
use chrono::TimeDelta;
use kernel::{OperationId, Origin};
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, Handler, Job, JobError, JobKind, NewJob, Queue};

use super::settle::{ask, in_time, settle};
use crate::Sales;

/// A request has answered or died by then.
const RECONCILE_AFTER: TimeDelta = TimeDelta::seconds(60);

/// Carries out a refund or void. The operation's id is the provider's idempotency key: done twice it is done once.
#[derive(Debug)]
pub struct ExecuteOperation(pub Sales);

/// Asks what became of an operation whose request may have died; never charges again.
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
        let outcome = in_time(provider.query(&Call::of(&operation, &payment))).await;
        write_down(&self.0, id, &outcome).await
    }
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
