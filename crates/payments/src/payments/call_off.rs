//! Taking what is held, calling off what is not wanted any more, and giving back what came too much.

use kernel::{Money, StoredValueId};
use platform::db::WriteTx;

use super::entities::{Operation, Payment, PaymentError};
use super::machine::Ending;
use super::model::{MoveCause, OperationKind, OperationStatus};
use super::open::{move_to, start_operation};
use super::redeem::give_back;
use super::store;
use crate::stored_values::{MoveKind, StoredValueKind};

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

/// Where money goes that is given back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoesTo {
    /// Where it came from.
    Back,
    /// The credit of a customer.
    Credit(StoredValueId),
    /// A gift card that was made for it.
    GiftCard(StoredValueId),
}

/// Starts the refund of money that nobody may keep; an operation that is open then is for the caller to run after the commit. What comes of a
/// gift card or credit, or goes to one, is moved here, and the payment is written anew: nobody has to be asked.
///
/// # Errors
/// `Amount` unless it is positive and within what the payment captured and did not refund.
pub async fn return_surplus(tx: &WriteTx, payment: &Payment, amount: Money, to: GoesTo) -> Result<Operation, PaymentError> {
    let kept = payment.captured_minor - payment.refunded_minor;
    if amount.minor() <= 0 || amount.minor() > kept || amount.currency() != payment.amount.currency() {
        return Err(PaymentError::Amount);
    }
    match (to, payment.stored_value_kind()) {
        (GoesTo::Credit(id), _) => give_back(tx, payment, amount, (id, MoveKind::Refunded, StoredValueKind::StoreCredit.as_str())).await,
        (GoesTo::GiftCard(id), _) => give_back(tx, payment, amount, (id, MoveKind::Refunded, StoredValueKind::GiftCard.as_str())).await,
        (GoesTo::Back, Some(_)) => {
            let redeemed = store::redeemed_of(tx, payment.id).await?;
            give_back(tx, payment, amount, (redeemed, MoveKind::Returned, &payment.provider)).await
        }
        (GoesTo::Back, None) => start_operation(tx, payment, OperationKind::Refund, amount).await,
    }
}

/// What a payment still has, refunds under way taken off.
#[must_use]
pub fn kept_of(payment: &Payment, operations: &[Operation]) -> i64 {
    let refunds = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == OperationKind::Refund);
    let gone: i64 = refunds.filter(|operation| operation.status != OperationStatus::Failed).map(|operation| operation.amount.minor()).sum();
    payment.captured_minor - gone
}
