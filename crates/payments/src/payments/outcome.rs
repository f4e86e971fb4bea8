//! What a provider said, written down: operation, payment, history, ledger and events together.

use kernel::OperationId;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::entities::{Operation, Outcome, Payment, PaymentError};
use super::events::PaymentFact;
use super::model::{MoveCause, OperationKind, OperationStatus, PaymentStatus};
use super::open::move_to;
use super::store;
use crate::ledger::{self, Account, Booking, LedgerTransaction};

/// What applying an outcome did.
#[derive(Debug, Clone, PartialEq)]
pub struct Applied {
    /// The operation as it stands.
    pub operation: Operation,
    /// The payment as it stands.
    pub payment: Payment,
    /// False where the operation had ended before: nothing was written.
    pub changed: bool,
}

/// Applies what a provider says of an operation. Telling it twice changes nothing the second time: an operation that has
/// ended stays as it is. The caller holds the lock of what is paid for; the payment is locked here.
///
/// # Errors
/// `NotFound` for an operation that is not ours.
pub async fn apply_outcome(tx: &WriteTx, id: OperationId, outcome: &Outcome) -> Result<Applied, PaymentError> {
    let (unlocked, _) = store::find_operation(tx, id).await?.ok_or(PaymentError::NotFound)?;
    let mut payment = store::lock_payment(tx, unlocked.payment_id).await?.ok_or(PaymentError::NotFound)?;
    // Read again under the payment's lock, which every writer of its operations holds.
    let (mut operation, _) = store::find_operation(tx, id).await?.ok_or(PaymentError::NotFound)?;
    let next = next_status(outcome);
    if !operation.status.may_become(next, MoveCause::Provider) {
        return Ok(Applied { operation, payment, changed: false });
    }
    operation.status = next;
    if let Outcome::Succeeded { reference } = outcome {
        operation.provider_reference = Some(reference.clone());
    }
    let error_code = if let Outcome::Failed { code } = outcome { Some(code.as_str()) } else { None };
    store::update_operation(tx, &operation, error_code).await?;
    outbox::record(tx, &PaymentFact::operation(&operation)).await?;
    match outcome {
        Outcome::Succeeded { .. } => succeed(tx, &mut payment, &operation).await?,
        Outcome::Failed { code } => fail(tx, &mut payment, &operation, code).await?,
        Outcome::NeedsCustomer { reference, next_action } => {
            payment.provider_reference = Some(reference.clone());
            payment.next_action = Some(next_action.clone());
            move_where_legal(tx, &mut payment, PaymentStatus::AwaitingCustomer).await?;
        }
        Outcome::Unknown => move_where_legal(tx, &mut payment, PaymentStatus::Unknown).await?,
    }
    Ok(Applied { operation, payment, changed: true })
}

/// A customer who has to act leaves the operation open: nobody knows yet what becomes of it.
const fn next_status(outcome: &Outcome) -> OperationStatus {
    match outcome {
        Outcome::Succeeded { .. } => OperationStatus::Succeeded,
        Outcome::Failed { .. } => OperationStatus::Failed,
        Outcome::NeedsCustomer { .. } | Outcome::Unknown => OperationStatus::Unknown,
    }
}

async fn succeed(tx: &WriteTx, payment: &mut Payment, operation: &Operation) -> Result<(), PaymentError> {
    let amount_minor = operation.amount.minor();
    let account = account_of(payment)?;
    let overflow = || PaymentError::Amount;
    match operation.kind {
        OperationKind::Capture => {
            payment.captured_minor = payment.captured_minor.checked_add(amount_minor).ok_or_else(overflow)?;
            payment.authorised_minor = (payment.authorised_minor - amount_minor).max(0);
            payment.provider_reference.clone_from(&operation.provider_reference);
            payment.next_action = None;
            let movement = LedgerTransaction::capture(account, operation.amount).map_err(|_| PaymentError::Amount)?;
            ledger::book(tx, booking(payment, operation), &movement).await?;
            move_where_legal(tx, payment, PaymentStatus::Captured).await
        }
        OperationKind::Authorise => {
            payment.authorised_minor = amount_minor;
            payment.provider_reference.clone_from(&operation.provider_reference);
            payment.next_action = None;
            move_where_legal(tx, payment, PaymentStatus::Authorised).await
        }
        OperationKind::Void => {
            payment.authorised_minor = 0;
            move_where_legal(tx, payment, PaymentStatus::Voided).await
        }
        OperationKind::Refund => {
            payment.refunded_minor = payment.refunded_minor.checked_add(amount_minor).ok_or_else(overflow)?;
            let movement = LedgerTransaction::refund(account, operation.amount).map_err(|_| PaymentError::Amount)?;
            ledger::book(tx, booking(payment, operation), &movement).await?;
            Ok(store::update(tx, payment, payment.status, MoveCause::Provider).await?)
        }
    }
}

async fn fail(tx: &WriteTx, payment: &mut Payment, operation: &Operation, code: &str) -> Result<(), PaymentError> {
    payment.error_code = Some(code.to_owned());
    match operation.kind {
        OperationKind::Authorise | OperationKind::Capture => move_where_legal(tx, payment, PaymentStatus::Failed).await,
        OperationKind::Void | OperationKind::Refund => Ok(store::update(tx, payment, payment.status, MoveCause::Provider).await?),
    }
}

/// Moves the payment by the provider's word where the machine has the move; else only its figures are written. A word
/// that comes out of order never moves a payment backward. A customer who has acted makes the payment processing first.
async fn move_where_legal(tx: &WriteTx, payment: &mut Payment, to: PaymentStatus) -> Result<(), PaymentError> {
    if payment.status == PaymentStatus::AwaitingCustomer && PaymentStatus::Processing.may_become(to, MoveCause::Provider) {
        move_to(tx, payment, PaymentStatus::Processing, MoveCause::Provider).await?;
    }
    if payment.status.may_become(to, MoveCause::Provider) {
        move_to(tx, payment, to, MoveCause::Provider).await
    } else {
        Ok(store::update(tx, payment, payment.status, MoveCause::Provider).await?)
    }
}

pub(super) fn account_of(payment: &Payment) -> Result<Account, PaymentError> {
    let account = if payment.provider == "manual" { Account::cash("manual") } else { Account::provider(&payment.provider) };
    Ok(account.map_err(|_| DatabaseError::corrupt("payments.provider"))?)
}

pub(super) const fn booking(payment: &Payment, operation: &Operation) -> Booking {
    Booking { operation_id: operation.id, kind: operation.kind.as_str(), reference_id: payment.reference_id }
}
