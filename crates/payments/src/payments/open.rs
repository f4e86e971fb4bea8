//! Asking for money, in the transaction of what it is for.

use kernel::{Money, OperationId, PaymentId, Timestamp, UserId};
use platform::db::WriteTx;
use platform::outbox;
use uuid::Uuid;

use super::entities::{Operation, Payment, PaymentError};
use super::events::PaymentFact;
use super::model::{MoveCause, OperationKind, OperationStatus, PaymentStatus};
use super::store;

/// How a payment begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Staff record the money when it comes; nobody is called.
    Recorded,
    /// The provider is asked to take the money at once.
    Capture,
    /// The provider is asked to hold the money.
    Authorise,
}

/// Which money is asked for.
#[derive(Debug, Clone)]
pub struct OpenPayment {
    /// What is paid for.
    pub reference_id: Uuid,
    /// Who pays, where known.
    pub user_id: Option<UserId>,
    /// Through whom.
    pub provider: String,
    /// How much; positive.
    pub amount: Money,
    /// How it begins.
    pub start: Start,
}

/// The payment, and what has to be asked of the provider after the commit.
#[derive(Debug, Clone, PartialEq)]
pub struct Opened {
    /// The payment.
    pub payment: Payment,
    /// The call to make; its row is written before it is made.
    pub operation: Option<Operation>,
}

/// Writes the payment and, where a provider is to be called, the operation, before anything is asked of anybody.
///
/// # Errors
/// `Amount` unless it is positive.
pub async fn open(tx: &WriteTx, request: OpenPayment) -> Result<Opened, PaymentError> {
    if request.amount.minor() <= 0 {
        return Err(PaymentError::Amount);
    }
    let mut payment = Payment {
        id: PaymentId::generate(),
        reference_id: request.reference_id,
        user_id: request.user_id,
        provider: request.provider,
        status: PaymentStatus::Created,
        amount: request.amount,
        authorised_minor: 0,
        captured_minor: 0,
        refunded_minor: 0,
        provider_reference: None,
        charge_reference: None,
        next_action: None,
        error_code: None,
        transition_count: 1,
        created_at: tx.now(),
    };
    store::insert(tx, &payment, MoveCause::Checkout).await?;
    outbox::record(tx, &PaymentFact::moved(&payment, None)).await?;
    let kind = match request.start {
        Start::Recorded => return Ok(Opened { payment, operation: None }),
        Start::Capture => OperationKind::Capture,
        Start::Authorise => OperationKind::Authorise,
    };
    let operation = start_operation(tx, &payment, kind, payment.amount).await?;
    move_to(tx, &mut payment, PaymentStatus::Processing, MoveCause::Checkout).await?;
    Ok(Opened { payment, operation: Some(operation) })
}

/// Writes an operation down before it is asked of the provider.
pub(super) async fn start_operation(
    tx: &WriteTx,
    payment: &Payment,
    kind: OperationKind,
    amount: Money,
) -> Result<Operation, PaymentError> {
    write_operation(tx, operation_of(payment, kind, amount, tx.now())).await
}

/// An operation of this payment through its own provider, of which nobody has heard yet.
pub(super) fn operation_of(payment: &Payment, kind: OperationKind, amount: Money, now: Timestamp) -> Operation {
    Operation {
        id: OperationId::generate(),
        payment_id: payment.id,
        kind,
        status: OperationStatus::Pending,
        amount,
        provider: payment.provider.clone(),
        provider_reference: None,
        stored_value_id: None,
        created_at: now,
    }
}

pub(super) async fn write_operation(tx: &WriteTx, operation: Operation) -> Result<Operation, PaymentError> {
    store::insert_operation(tx, &operation).await?;
    outbox::record(tx, &PaymentFact::operation(&operation)).await?;
    Ok(operation)
}

/// Moves a payment, with history and event, or refuses a move that the machine does not have.
pub(super) async fn move_to(tx: &WriteTx, payment: &mut Payment, to: PaymentStatus, cause: MoveCause) -> Result<(), PaymentError> {
    let from = payment.step(to, cause)?;
    store::update(tx, payment, from, cause).await?;
    outbox::record(tx, &PaymentFact::moved(payment, Some(from))).await?;
    Ok(())
}
