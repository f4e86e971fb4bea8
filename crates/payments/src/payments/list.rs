//! Payments for staff: one with its operations, and pages of them.

use std::collections::HashMap;

use kernel::{Page, PageRequest, PaymentId};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, ListError, Parameters, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::entities::{Operation, Payment};
use super::model::PaymentStatus;
use super::store::{OPERATION, OperationRow, PAYMENT, PaymentRow, lock_payment};

/// A payment and all that was asked of its provider, oldest first.
#[derive(Debug, Clone, PartialEq)]
pub struct PaymentDetails {
    /// The payment.
    pub payment: Payment,
    /// What was asked.
    pub operations: Vec<Operation>,
}

/// Which payments are listed; an empty filter lists all.
#[derive(Debug, Clone, Default)]
pub struct PaymentFilter {
    /// In one of these states.
    pub statuses: Vec<PaymentStatus>,
    /// For this.
    pub reference_id: Option<Uuid>,
}

/// The states that have an index: those that no payment is in for long, or only few are, and staff look for. Both databases use it where
/// the statement says the same words.
const SELDOM: &str = "status IN ('awaiting_customer', 'unknown', 'authorised', 'disputed', 'won', 'lost', 'expired', 'failed', 'voided')";

const fn is_seldom(status: PaymentStatus) -> bool {
    match status {
        PaymentStatus::Created | PaymentStatus::Processing | PaymentStatus::Captured => false,
        PaymentStatus::AwaitingCustomer
        | PaymentStatus::Unknown
        | PaymentStatus::Authorised
        | PaymentStatus::Disputed
        | PaymentStatus::Won
        | PaymentStatus::Lost
        | PaymentStatus::Expired
        | PaymentStatus::Failed
        | PaymentStatus::Voided => true,
    }
}

/// A payment with its operations.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: PaymentId) -> Result<Option<PaymentDetails>, DatabaseError> {
    let row: Option<PaymentRow> = db::fetch_optional(db, &format!("SELECT {PAYMENT} FROM payments WHERE id = $1"), values![id]).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(with_operations(db, vec![Payment::try_from(row)?]).await?.pop())
}

/// A payment, locked until the transaction ends. Whoever locks it holds the lock of what it pays for already.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock(tx: &WriteTx, id: PaymentId) -> Result<Option<PaymentDetails>, DatabaseError> {
    let Some(payment) = lock_payment(tx, id).await? else { return Ok(None) };
    Ok(with_operations(tx, vec![payment]).await?.pop())
}

/// One page of payments in the order in which they were asked for. At most three statements.
///
/// # Errors
/// `ListError`: a page that lies too deep or a cursor of another list.
pub async fn list(
    db: &impl ConnectionTrait,
    filter: &PaymentFilter,
    newest_first: bool,
    page: &PageRequest,
) -> Result<Page<PaymentDetails>, ListError> {
    let mut narrowed = Conditions::default();
    narrowed.is("reference_id", filter.reference_id);
    narrowed.is_among("status", filter.statuses.iter().map(|status| status.as_str()));
    if !filter.statuses.is_empty() && filter.statuses.iter().all(|status| is_seldom(*status)) {
        narrowed.add(SELDOM);
    }
    let rows = ById { columns: PAYMENT, source: "payments", id: "id" };
    let found: Page<Payment> =
        rows.page::<PaymentRow, _>(db, narrowed, (page, newest_first), |payment: &Payment| payment.id.uuid()).await?;
    let Page { items, has_next, next, total, total_is_estimate } = found;
    Ok(Page { items: with_operations(db, items).await?, has_next, next, total, total_is_estimate })
}

/// The operations that keep a condition; `values` are those of its parameters.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn operations_where(db: &impl ConnectionTrait, condition: &str, values: Vec<Value>) -> Result<Vec<Operation>, DatabaseError> {
    let rows: Vec<OperationRow> =
        db::fetch_all(db, &format!("SELECT {OPERATION} FROM payment_operations WHERE {condition}"), values).await?;
    rows.into_iter().map(Operation::try_from).collect()
}

async fn with_operations(db: &impl ConnectionTrait, payments: Vec<Payment>) -> Result<Vec<PaymentDetails>, DatabaseError> {
    if payments.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(payments.iter().map(|payment| payment.id));
    let mut of: HashMap<PaymentId, Vec<Operation>> = HashMap::new();
    for operation in operations_where(db, &format!("payment_id IN ({ids}) ORDER BY created_at, id"), parameters.0).await? {
        of.entry(operation.payment_id).or_default().push(operation);
    }
    let with = |payment: Payment| PaymentDetails { operations: of.remove(&payment.id).unwrap_or_default(), payment };
    Ok(payments.into_iter().map(with).collect())
}
