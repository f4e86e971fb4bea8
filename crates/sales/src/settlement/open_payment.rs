//! Asking a customer for what is due of an order.

use ::payments::payments::{self, OpenPayment, Operation, Payment, Start};
use ::payments::providers::Provider;
use platform::db::{DatabaseError, WriteTx};

use super::jobs::reconcile_later;
use crate::orders::{Order, PaymentSummary, payment_fault};

/// Opens a payment for a part of an order through this provider: what the order is shown with, and the call to make after the commit. The
/// reconciler looks after the call, whatever becomes of who makes it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn open_payment(
    tx: &WriteTx,
    order: &Order,
    (provider, start): (&dyn Provider, Start),
    due_minor: i64,
) -> Result<(PaymentSummary, Option<(Operation, Payment)>), DatabaseError> {
    let request = OpenPayment {
        reference_id: order.id.uuid(),
        user_id: order.user_id,
        provider: provider.name().to_owned(),
        amount: order.money(due_minor),
        start,
    };
    let opened = payments::open(tx, request).await.map_err(payment_fault)?;
    let summary = PaymentSummary::from(&opened.payment);
    let Some(operation) = opened.operation else { return Ok((summary, None)) };
    reconcile_later(tx, &operation).await?;
    Ok((summary, Some((operation, opened.payment))))
}
