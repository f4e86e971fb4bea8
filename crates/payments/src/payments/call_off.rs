//! Taking what is held, calling off what is not wanted any more, and giving back what came too much.

use kernel::Money;
use platform::db::WriteTx;

use super::entities::{Operation, Payment, PaymentError};
use super::machine::Ending;
use super::model::{MoveCause, OperationKind, OperationStatus};
use super::open::{move_to, start_operation};

/// Ends a payment that nobody waits for: one that has not begun is voided or expired here, money that a provider holds
/// gets a void operation, which is answered for the caller to run after the commit. A payment whose provider was asked
/// and has not answered is left alone: its answer decides.
///
/// # Errors
/// `PaymentError`, by what went wrong.
pub async fn call_off(tx: &WriteTx, payment: &mut Payment, cause: MoveCause) -> Result<Option<Operation>, PaymentError> {
    match payment.ending(cause) {
        Ending::Move(to) => move_to(tx, payment, to, cause).await.map(|()| None),
        Ending::Void(amount) => start_operation(tx, payment, OperationKind::Void, amount).await.map(Some),
        Ending::Leave => Ok(None),
    }
}

/// Starts the refund of money that nobody may keep; the operation is answered for the caller to run after the commit.
///
/// # Errors
/// `Amount` unless it is positive and within what the payment captured and did not refund.
pub async fn return_surplus(tx: &WriteTx, payment: &Payment, amount: Money) -> Result<Operation, PaymentError> {
    let kept = payment.captured_minor - payment.refunded_minor;
    if amount.minor() <= 0 || amount.minor() > kept || amount.currency() != payment.amount.currency() {
        return Err(PaymentError::Amount);
    }
    start_operation(tx, payment, OperationKind::Refund, amount).await
}

/// Starts taking money that a provider holds, all of it or less; the operation is answered for the caller to run after the commit. What is
/// not taken, the provider lets go.
///
/// # Errors
/// `Amount` unless it is positive and within what is held.
pub async fn start_capture(tx: &WriteTx, payment: &Payment, amount: Money) -> Result<Operation, PaymentError> {
    if amount.minor() <= 0 || amount.minor() > payment.authorised_minor || amount.currency() != payment.amount.currency() {
        return Err(PaymentError::Amount);
    }
    start_operation(tx, payment, OperationKind::Capture, amount).await
}

/// What a payment still has, refunds under way taken off.
#[must_use]
pub fn kept_of(payment: &Payment, operations: &[Operation]) -> i64 {
    let refunds = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == OperationKind::Refund);
    let gone: i64 = refunds.filter(|operation| operation.status != OperationStatus::Failed).map(|operation| operation.amount.minor()).sum();
    payment.captured_minor - gone
}
