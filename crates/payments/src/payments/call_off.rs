//! Calling off what is not wanted any more, giving back what came too much, and taking what is held.

use kernel::Money;
use platform::db::WriteTx;

use super::entities::{Operation, Payment, PaymentError};
use super::machine::Ending;
use super::model::{MoveCause, OperationKind, PaymentStatus};
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

/// Starts the capture of what the provider holds; the operation is answered for the caller to run after the commit. None
/// where nothing is held.
///
/// # Errors
/// `PaymentError`, by what went wrong.
pub async fn capture_held(tx: &WriteTx, payment: &Payment) -> Result<Option<Operation>, PaymentError> {
    if payment.status != PaymentStatus::Authorised || payment.authorised_minor <= 0 {
        return Ok(None);
    }
    let held = Money::new(payment.authorised_minor, payment.amount.currency());
    start_operation(tx, payment, OperationKind::Capture, held).await.map(Some)
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
