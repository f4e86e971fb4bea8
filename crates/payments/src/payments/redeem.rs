//! Paying with a gift card or credit, and giving that back: money of our own, which nobody has to be asked for.

use kernel::{Money, StoredValueId, UserId};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;
use uuid::Uuid;

use super::entities::{Operation, Payment, PaymentError};
use super::events::PaymentFact;
use super::model::{MoveCause, OperationKind, OperationStatus, PaymentStatus};
use super::open::{OpenPayment, Start, move_to, open, operation_of, write_operation};
use super::store;
use crate::stored_values::{Change, MoveKind, StoredValueError, StoredValueKind, move_by};

/// What a gift card or credit is to pay.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Redeem {
    /// What is paid for.
    pub reference_id: Uuid,
    /// Who pays, where known.
    pub user_id: Option<UserId>,
    /// Gift card or credit.
    pub kind: StoredValueKind,
    /// Which one.
    pub id: StoredValueId,
    /// How much; positive.
    pub amount: Money,
}

/// Pays a part with a gift card or credit: taken at once, or refused. The caller holds the lock of what is paid for.
///
/// # Errors
/// `CannotPay` where it is switched off, over, or has less; the transaction must be rolled back then.
pub async fn redeem(tx: &WriteTx, request: Redeem) -> Result<Payment, StoredValueError> {
    let Redeem { reference_id, user_id, kind, id, amount } = request;
    let provider = kind.as_str().to_owned();
    let opened = open(tx, OpenPayment { reference_id, user_id, provider, amount, start: Start::Recorded }).await;
    let mut payment = opened.map_err(fault)?.payment;
    let operation = operation_of(&payment, OperationKind::Capture, amount, tx.now());
    let operation = succeed_at_once(tx, Operation { stored_value_id: Some(id), ..operation }).await.map_err(fault)?;
    let spent = Money::new(-amount.minor(), amount.currency());
    let change = Change {
        kind: MoveKind::Redeemed,
        amount: spent,
        reason: None,
        operation_id: Some(operation.id),
        reference_id: Some(reference_id),
    };
    move_by(tx, id, change).await?;
    payment.captured_minor = amount.minor();
    move_to(tx, &mut payment, PaymentStatus::Captured, MoveCause::GiftCard).await.map_err(fault)?;
    Ok(payment)
}

/// Puts money of a payment onto a gift card or credit.
pub(super) async fn give_back(
    tx: &WriteTx,
    payment: &Payment,
    amount: Money,
    (id, kind, provider): (StoredValueId, MoveKind, &str),
) -> Result<Operation, PaymentError> {
    let operation = operation_of(payment, OperationKind::Refund, amount, tx.now());
    let operation = succeed_at_once(tx, Operation { provider: provider.to_owned(), stored_value_id: Some(id), ..operation }).await?;
    let change = Change { kind, amount, reason: None, operation_id: Some(operation.id), reference_id: Some(payment.reference_id) };
    move_by(tx, id, change).await.map_err(unexpected)?;
    let refunded_minor = payment.refunded_minor.checked_add(amount.minor()).ok_or(PaymentError::Amount)?;
    let payment = Payment { refunded_minor, ..payment.clone() };
    store::update(tx, &payment, payment.status, MoveCause::GiftCard).await?;
    Ok(operation)
}

/// Both that it is asked for and that it is done are told, as with a provider.
async fn succeed_at_once(tx: &WriteTx, operation: Operation) -> Result<Operation, PaymentError> {
    let mut operation = write_operation(tx, operation).await?;
    operation.status = OperationStatus::Succeeded;
    store::update_operation(tx, &operation, None).await?;
    outbox::record(tx, &PaymentFact::operation(&operation)).await?;
    Ok(operation)
}

/// A payment that was just made moves as it should, unless the database refuses.
fn fault(error: PaymentError) -> StoredValueError {
    match error {
        PaymentError::Database(error) => error.into(),
        PaymentError::NotFound | PaymentError::IllegalMove { .. } | PaymentError::Amount => {
            DatabaseError::corrupt("a payment of stored value").into()
        }
    }
}

/// What is given back is always taken.
fn unexpected(error: StoredValueError) -> PaymentError {
    match error {
        StoredValueError::Database(error) => error.into(),
        _ => DatabaseError::corrupt("stored value that is given back").into(),
    }
}
