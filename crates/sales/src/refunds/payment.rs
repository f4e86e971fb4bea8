//! Giving back money of one payment.

use ::payments::payments::{self, GoesTo};
use ::payments::refunds::{OpenRefund, RefundReason};
use kernel::{Money, OrderId, Origin, PaymentId};
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::RefundOrderError;
use super::refund::{OrderRefund, give_back, parse_note};
use crate::Sales;
use crate::orders::{self, OrderKey};

/// What is to be given back of a payment.
#[derive(Debug, Clone)]
pub struct RefundPayment {
    /// The payment.
    pub payment_id: PaymentId,
    /// How much; all that is left of it where nothing is named.
    pub amount: Option<Money>,
    /// Why.
    pub reason: RefundReason,
    /// In the words of staff: up to 500 characters.
    pub note: Option<String>,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&OrderRefund) -> Answer,
}

/// Orders a refund from one payment, for no lines of its order.
///
/// # Errors
/// `RefundOrderError`; nothing is written then.
pub async fn refund_payment(sales: &Sales, origin: &Origin, request: RefundPayment) -> Result<Keyed, RefundOrderError> {
    let note = parse_note(request.note.as_deref())?;
    idempotency::once(&sales.context, origin, &request.key, async |tx| Ok((request.present)(&refund_in(tx, &request, note).await?))).await
}

async fn refund_in(tx: &WriteTx, request: &RefundPayment, note: Option<String>) -> Result<OrderRefund, RefundOrderError> {
    let found = payments::find(tx, request.payment_id).await?.ok_or(RefundOrderError::PaymentNotFound)?;
    let key = OrderKey::Id(OrderId::from_uuid(found.payment.reference_id));
    let order = orders::lock(tx, key).await?.ok_or(RefundOrderError::PaymentNotFound)?;
    // Read again behind the order's lock: others may have given money back meanwhile.
    let details = payments::lock(tx, request.payment_id).await?.ok_or(RefundOrderError::PaymentNotFound)?;
    let left = order.money(payments::kept_of(&details.payment, &details.operations));
    let amount = match request.amount {
        Some(amount) => amount,
        None if left.minor() <= 0 => return Err(::payments::refunds::RefundError::NothingLeft.into()),
        None => left,
    };
    let open = OpenRefund {
        reference_id: order.id.uuid(),
        amount,
        from: Some(request.payment_id),
        to: GoesTo::Back,
        reason: request.reason,
        note,
    };
    give_back(tx, order, &[], (open, Vec::new())).await
}
