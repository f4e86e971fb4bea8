//! Writing down money that came without a provider.

use ::payments::payments;
use kernel::{DomainError, ErrorKind, FieldErrors, Money, OrderId, Origin, TextError, text};
use platform::audit;
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, IdempotencyError, Key, Keyed};
use serde_json::json;

use super::money::settle_money;
use crate::Sales;
use crate::orders::{self, OrderDetails, OrderKey, OrderStatus, payment_fault};

/// Money that staff received.
#[derive(Debug, Clone)]
pub struct RecordPayment {
    /// For which order.
    pub order_id: OrderId,
    /// How much; positive, in the order's currency, no more than is due.
    pub amount: Money,
    /// What the bank statement says: up to 500 characters.
    pub note: Option<String>,
    /// The request's key.
    pub key: Key,
}

/// Why money is not written down.
#[derive(Debug, thiserror::Error)]
pub enum RecordPaymentError {
    /// No such order.
    #[error("no such order")]
    NotFound,
    /// It is cancelled or expired.
    #[error("an order that is {0} takes no payment")]
    NotPayable(OrderStatus),
    /// Not in the order's currency.
    #[error("the order is in another currency")]
    CurrencyMismatch,
    /// Zero or less.
    #[error("the amount must be above zero")]
    NotPositive,
    /// It is paid.
    #[error("nothing is due on this order")]
    NothingDue,
    /// More than is due.
    #[error("only {0} is still due")]
    ExceedsDue(Money),
    /// The note.
    #[error("note: {0}")]
    Note(#[from] TextError),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RecordPaymentError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "order_not_found",
            Self::NotPayable(_) | Self::NothingDue => "order_not_payable",
            Self::CurrencyMismatch => "currency_mismatch",
            Self::NotPositive | Self::Note(_) => "validation_failed",
            Self::ExceedsDue(_) => "payment_exceeds_due",
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotPayable(_) | Self::NothingDue => ErrorKind::Conflict,
            Self::CurrencyMismatch | Self::NotPositive | Self::ExceedsDue(_) | Self::Note(_) => ErrorKind::Rule,
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::CurrencyMismatch | Self::NotPositive | Self::ExceedsDue(_) => FieldErrors::of("amount", self).into_map(),
            Self::Note(error) => FieldErrors::of("note", error).into_map(),
            _ => std::collections::BTreeMap::new(),
        }
    }
}

/// Records money for a live order, in full or in part; an order that is covered by it is confirmed in the same transaction.
///
/// # Errors
/// `RecordPaymentError`; nothing is written then.
pub async fn record_payment(sales: &Sales, origin: &Origin, request: RecordPayment) -> Result<Keyed, RecordPaymentError> {
    let note = request.note.as_deref().map(|note| text(note, 500)).transpose()?;
    idempotency::once(&sales.context, origin, &request.key, async |tx| {
        let details = record_in(tx, &request, note.as_deref()).await?;
        Ok(Answer { status: 201, body: sales.present.order(&details) })
    })
    .await
}

async fn record_in(tx: &WriteTx, request: &RecordPayment, note: Option<&str>) -> Result<OrderDetails, RecordPaymentError> {
    let mut order = orders::lock(tx, OrderKey::Id(request.order_id)).await?.ok_or(RecordPaymentError::NotFound)?;
    if !order.status.is_live() {
        return Err(RecordPaymentError::NotPayable(order.status));
    }
    if request.amount.currency() != order.currency {
        return Err(RecordPaymentError::CurrencyMismatch);
    }
    if request.amount.minor() <= 0 {
        return Err(RecordPaymentError::NotPositive);
    }
    let due = order.settled.total_minor - order.settled.kept_minor();
    if due <= 0 {
        return Err(RecordPaymentError::NothingDue);
    }
    if request.amount.minor() > due {
        return Err(RecordPaymentError::ExceedsDue(order.money(due)));
    }
    let recorded = payments::record_manual(tx, order.id.uuid(), request.amount, note).await.map_err(payment_fault)?;
    settle_money(tx, &mut order, recorded.id, false).await?;
    let money = json!({ "payment_id": recorded.id, "amount_minor": request.amount.minor(), "currency": order.currency });
    audit::record(tx, &audit::Entry::of("payment.recorded", order.id).after(&money)).await?;
    Ok(orders::details(tx, order).await?)
}
