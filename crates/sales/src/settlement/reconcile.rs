//! Comparing our books with those of providers, and asking about what has waited for a clear answer.

use ::payments::payments::{self, Operation, PaymentDetails};
use ::payments::providers::{Call, Provider, Unreadable};
use ::payments::reconciliation::{self as books, Finding, Movement, Reconciliation, compare};
use chrono::TimeDelta;
use kernel::{Origin, ReconciliationId, Timestamp};
use platform::db::DatabaseError;
use platform::jobs::{Handler, Job, JobError, JobKind, Queue};

use super::jobs::reconcile_later;
use crate::Sales;

/// A request has answered or died by then, and so has the job that looks after its operation.
const WAITS_TOO_LONG: TimeDelta = TimeDelta::minutes(2);
/// Operations that one run has asked about.
const MOST_AT_ONCE: i64 = 500;
/// A comparison begins where the last one did not reach: days overlap, for what is told twice is no drift.
const COMPARED: TimeDelta = TimeDelta::days(2);

/// Has providers asked about operations that still wait for a clear answer, although the jobs that looked after them have given up.
#[derive(Debug)]
pub struct AskAboutUnsettled(pub Sales);

/// Compares our books with each provider's, every night.
#[derive(Debug)]
pub struct ReconcilePayments(pub Sales);

/// Why books are not compared.
#[derive(Debug, thiserror::Error)]
pub enum ReconcileError {
    /// The provider's.
    #[error(transparent)]
    Unreadable(#[from] Unreadable),
    /// Ours.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl AskAboutUnsettled {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("sales.ask_about_unsettled").on(Queue::Money);
}

impl ReconcilePayments {
    /// The kind of its jobs.
    pub const KIND: JobKind = JobKind::new("sales.reconcile_payments").on(Queue::Money);
}

#[async_trait::async_trait]
impl Handler for AskAboutUnsettled {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        let tx = self.0.context.begin(&Origin::system()).await?;
        for operation in books::unsettled(&tx, tx.now() - WAITS_TOO_LONG, MOST_AT_ONCE).await? {
            reconcile_later(&tx, &operation).await?;
        }
        job.complete_in(&tx).await?;
        Ok(tx.commit().await?)
    }
}

#[async_trait::async_trait]
impl Handler for ReconcilePayments {
    fn kind(&self) -> JobKind {
        Self::KIND
    }

    async fn run(&self, _job: &Job) -> Result<(), JobError> {
        let since = self.0.context.now() - COMPARED;
        reconcile(&self.0, &Origin::system(), since).await.map(drop).map_err(JobError::new)
    }
}

/// Compares what was moved since then with the books of every provider that keeps some, and writes down what is wrong. Nothing is mended:
/// money that is in one book alone is for people to look at.
///
/// # Errors
/// `ReconcileError`, at the first provider that it is about.
pub async fn reconcile(sales: &Sales, origin: &Origin, since: Timestamp) -> Result<Vec<Reconciliation>, ReconcileError> {
    let mut made = Vec::new();
    for name in sales.providers.names() {
        let Some(provider) = sales.providers.get(name) else { continue };
        let Some(theirs) = provider.movements(since).await? else { continue };
        let findings = findings(sales, provider.as_ref(), since, &theirs).await?;
        let tx = sales.context.begin(origin).await?;
        let compared = i64::try_from(theirs.len()).unwrap_or(i64::MAX);
        let (id, provider, created_at) = (ReconciliationId::generate(), name.to_owned(), tx.now());
        let one = Reconciliation { id, provider, since, compared, findings, created_at };
        books::record(&tx, &one).await?;
        tx.commit().await?;
        if !one.findings.is_empty() {
            tracing::error!(payment.provider = name, findings = one.findings.len(), "our books differ from the provider's");
        }
        made.push(one);
    }
    Ok(made)
}

async fn findings(sales: &Sales, provider: &dyn Provider, since: Timestamp, theirs: &[Movement]) -> Result<Vec<Finding>, ReconcileError> {
    let db = sales.context.db.reader();
    let ours = books::operations_for(db, provider.name(), theirs).await?;
    let mut comparison = compare(&ours, theirs);
    for operation in books::succeeded_since(db, provider.name(), since).await? {
        // Its books may be later than its word, and ours began before theirs: it is asked by name before anybody is alarmed.
        if !comparison.named.contains(&operation.id) && !is_known(sales, provider, &operation).await? {
            comparison.findings.push(Finding::missing(&operation));
        }
    }
    Ok(comparison.findings)
}

async fn is_known(sales: &Sales, provider: &dyn Provider, operation: &Operation) -> Result<bool, ReconcileError> {
    match payments::find(sales.context.db.reader(), operation.payment_id).await? {
        Some(PaymentDetails { payment, .. }) => Ok(provider.knows(&Call::of(operation, &payment)).await?),
        None => Ok(false),
    }
}
