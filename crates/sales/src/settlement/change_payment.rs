//! Taking money that a provider holds, or letting go of it, by the hand of staff.

use std::collections::BTreeMap;

use ::payments::payments::{self, MoveCause, Operation, PaymentDetails, PaymentError, PaymentStatus};
use chrono::TimeDelta;
use kernel::{DomainError, ErrorKind, FieldErrors, Money, OrderId, Origin, PaymentId};
use platform::audit;
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, IdempotencyError, Key, Keyed};
use serde_json::json;

use super::jobs::execute_after;
use super::money::settle_money;
use crate::Sales;
use crate::orders::{self, Order, OrderKey, payment_fault};

/// Which payment is to change.
#[derive(Debug, Clone)]
pub struct ChangePayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&PaymentDetails) -> Answer,
}

/// Why a payment does not change.
#[derive(Debug, thiserror::Error)]
pub enum ChangePaymentError {
    /// No such payment.
    #[error("no such payment")]
    NotFound,
    /// Nothing is held of it.
    #[error("a payment that is {0} holds no money that could be taken")]
    NotCapturable(PaymentStatus),
    /// Nobody waits for it any more, or it took the money.
    #[error("a payment that is {0} cannot be voided")]
    NotVoidable(PaymentStatus),
    /// Its provider was asked for something and has not answered clearly.
    #[error("the provider is still being asked; wait for its answer")]
    Busy,
    /// More than is held, nothing, or another currency.
    #[error("the amount must be above zero and no more than {0}")]
    Amount(Money),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ChangePaymentError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "payment_not_found",
            Self::NotCapturable(_) => "payment_not_capturable",
            Self::NotVoidable(_) => "payment_not_voidable",
            Self::Busy => "payment_busy",
            Self::Amount(_) => "validation_failed",
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotCapturable(_) | Self::NotVoidable(_) | Self::Busy => ErrorKind::Conflict,
            Self::Amount(_) => ErrorKind::Rule,
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Amount(_) => FieldErrors::of("amount", self).into_map(),
            _ => BTreeMap::new(),
        }
    }
}

/// Has a provider take money that it holds, all of it unless less is named. The provider is asked after the answer, which is the payment
/// with the operation that asks.
///
/// # Errors
/// `ChangePaymentError`; nothing is written then.
pub async fn capture(sales: &Sales, origin: &Origin, request: ChangePayment, amount: Option<Money>) -> Result<Keyed, ChangePaymentError> {
    change(sales, origin, &request, async |tx, _, details| {
        let payment = &details.payment;
        if payment.status != PaymentStatus::Authorised {
            return Err(ChangePaymentError::NotCapturable(payment.status));
        }
        let held = Money::new(payment.authorised_minor, payment.amount.currency());
        let started = payments::start_capture(tx, payment, amount.unwrap_or(held)).await;
        let operation = started.map_err(|error| {
            if let PaymentError::Amount = error { ChangePaymentError::Amount(held) } else { payment_fault(error).into() }
        })?;
        tell(tx, "payment.capture_ordered", payment.reference_id, &operation).await?;
        Ok(Some(operation))
    })
    .await
}

/// Calls a payment off: what a provider holds it is asked to let go, what nobody was asked for ends here.
///
/// # Errors
/// `ChangePaymentError`; nothing is written then.
pub async fn void(sales: &Sales, origin: &Origin, request: ChangePayment) -> Result<Keyed, ChangePaymentError> {
    change(sales, origin, &request, async |tx, order, mut details| {
        let before = details.payment.status;
        let operation = payments::call_off(tx, &mut details.payment, MoveCause::Staff).await.map_err(payment_fault)?;
        match &operation {
            Some(operation) => tell(tx, "payment.void_ordered", details.payment.reference_id, operation).await?,
            None if details.payment.status == before => return Err(ChangePaymentError::NotVoidable(before)),
            None => settle_money(tx, order, details.payment.id, false).await?,
        }
        Ok(operation)
    })
    .await
}

/// Has the money taken that providers hold for an order: its goods leave.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn capture_held(tx: &WriteTx, order: OrderId) -> Result<(), DatabaseError> {
    for payment in payments::lock_by_reference(tx, order.uuid()).await? {
        let Some(PaymentDetails { payment, operations }) = payments::lock(tx, payment.id).await? else { continue };
        if payment.status == PaymentStatus::Authorised && !operations.iter().any(|operation| operation.status.is_open()) {
            let held = Money::new(payment.authorised_minor, payment.amount.currency());
            let operation = payments::start_capture(tx, &payment, held).await.map_err(payment_fault)?;
            execute_after(tx, &operation, TimeDelta::zero()).await?;
        }
    }
    Ok(())
}

/// The frame of a change: once under its key, behind the locks of order and payment, while no provider is being asked.
async fn change(
    sales: &Sales,
    origin: &Origin,
    request: &ChangePayment,
    act: impl AsyncFnOnce(&WriteTx, &mut Order, PaymentDetails) -> Result<Option<Operation>, ChangePaymentError>,
) -> Result<Keyed, ChangePaymentError> {
    let id = request.payment_id;
    idempotency::once(&sales.context, origin, &request.key, async |tx| {
        let found = payments::find(tx, id).await?.ok_or(ChangePaymentError::NotFound)?;
        let key = OrderKey::Id(OrderId::from_uuid(found.payment.reference_id));
        let mut order = orders::lock(tx, key).await?.ok_or(ChangePaymentError::NotFound)?;
        let details = payments::lock(tx, id).await?.ok_or(ChangePaymentError::NotFound)?;
        if details.operations.iter().any(|operation| operation.status.is_open()) {
            return Err(ChangePaymentError::Busy);
        }
        if let Some(operation) = act(tx, &mut order, details).await? {
            execute_after(tx, &operation, TimeDelta::zero()).await?;
        }
        let changed = payments::find(tx, id).await?.ok_or(ChangePaymentError::NotFound)?;
        Ok((request.present)(&changed))
    })
    .await
}

async fn tell(tx: &WriteTx, action: &'static str, order: uuid::Uuid, operation: &Operation) -> Result<(), DatabaseError> {
    let what =
        json!({ "payment_id": operation.payment_id, "amount_minor": operation.amount.minor(), "currency": operation.amount.currency() });
    audit::record(tx, &audit::Entry::of(action, OrderId::from_uuid(order)).after(&what)).await
}
