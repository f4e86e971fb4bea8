//! Calling an order off.

use ::payments::payments::{self, MoveCause};
use kernel::{DomainError, ErrorKind, OrderId, Origin, TextError, text};
use platform::audit;
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, IdempotencyError, Key, Keyed};
use serde_json::json;

use super::advance::{money_of_others, payment_fault, return_stored, transition};
use super::gift_cards::take_back_all;
use super::model::{Order, OrderDetails, OrderKey};
use super::states::{FulfilmentStatus, OrderStatus};
use super::store;
use crate::Sales;

/// Which order is called off, and why.
#[derive(Debug, Clone)]
pub struct CancelOrder {
    /// Which.
    pub order_id: OrderId,
    /// The version that the caller saw.
    pub version: i64,
    /// Why, for history and customer: up to 500 characters.
    pub reason: Option<String>,
    /// The request's key.
    pub key: Key,
}

/// Why an order is not called off.
#[derive(Debug, thiserror::Error)]
pub enum CancelOrderError {
    /// No such order.
    #[error("no such order")]
    NotFound,
    /// Somebody changed it since.
    #[error("the order was changed meanwhile; it is at version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// It is completed, cancelled or expired.
    #[error("an order that is {0} cannot be cancelled")]
    NotCancellable(OrderStatus),
    /// Something left the house already.
    #[error("parts of this order are fulfilled; it cannot be cancelled as a whole")]
    HasFulfilments,
    /// Money came, is held, or may still come.
    #[error("there is money on this order; it cannot be cancelled until it is given back")]
    HasPayment,
    /// The reason.
    #[error("reason: {0}")]
    Reason(#[from] TextError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CancelOrderError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::NotCancellable(_) => "order_not_cancellable",
            Self::HasFulfilments => "order_has_fulfilments",
            Self::HasPayment => "order_has_payment",
            Self::Reason(_) => "validation_failed",
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::NotCancellable(_) | Self::HasFulfilments | Self::HasPayment => ErrorKind::Conflict,
            Self::Reason(_) => ErrorKind::Rule,
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(format!(r#"{{"current_version":{current}}}"#)),
            _ => None,
        }
    }
}

/// Cancels an order that has neither money nor shipments: its stock goes back, its payments are called off, and what gift cards and credit
/// paid is on them again.
///
/// # Errors
/// `CancelOrderError`; the order is as it was then.
pub async fn cancel(sales: &Sales, origin: &Origin, request: CancelOrder) -> Result<Keyed, CancelOrderError> {
    let reason = request.reason.as_deref().map(|reason| text(reason, 500)).transpose()?;
    idempotency::once(&sales.context, origin, &request.key, async |tx| {
        let details = cancel_in(tx, &request, reason).await?;
        Ok(Answer { status: 200, body: sales.present.order(&details) })
    })
    .await
}

async fn cancel_in(tx: &WriteTx, request: &CancelOrder, reason: Option<String>) -> Result<OrderDetails, CancelOrderError> {
    let mut order = store::lock(tx, OrderKey::Id(request.order_id)).await?.ok_or(CancelOrderError::NotFound)?;
    if order.version != request.version {
        return Err(CancelOrderError::VersionConflict { current: order.version });
    }
    refuse_uncancellable(tx, &order).await?;
    let mut payments = payments::lock_by_reference(tx, order.id.uuid()).await?;
    for payment in &mut payments {
        payments::call_off(tx, payment, MoveCause::Staff).await.map_err(payment_fault)?;
    }
    return_stored(tx, &mut order, &payments).await?;
    store::cancel_lines(tx, order.id).await?;
    take_back_all(tx, order.id, &store::details(tx, order.clone()).await?.lines).await?;
    let entry = audit::Entry::of("order.cancelled", order.id).before(&json!({ "status": order.status }));
    order.cancel_reason = reason;
    transition(tx, &mut order, OrderStatus::Cancelled).await?;
    store::update_state(tx, &mut order).await?;
    audit::record(tx, &entry.after(&json!({ "status": order.status }))).await?;
    Ok(store::details(tx, order).await?)
}

async fn refuse_uncancellable(tx: &WriteTx, order: &Order) -> Result<(), CancelOrderError> {
    if !order.status.may_become(OrderStatus::Cancelled) {
        return Err(CancelOrderError::NotCancellable(order.status));
    }
    if order.fulfilment_status != FulfilmentStatus::None {
        return Err(CancelOrderError::HasFulfilments);
    }
    let payments = payments::lock_by_reference(tx, order.id.uuid()).await?;
    let money = money_of_others(&payments);
    if money.authorised_minor > 0 || money.kept_minor() > 0 || payments::has_open_operation(tx, order.id.uuid()).await? {
        return Err(CancelOrderError::HasPayment);
    }
    Ok(())
}
