//! What an order's payments mean for it, and what becomes of money that nobody may keep.

use ::payments::payments::{self, MoveCause, Operation, OperationKind, OperationStatus, Payment};
use kernel::{Money, PaymentId};
use platform::db::{DatabaseError, WriteTx};

use super::jobs::execute_now;
use crate::orders::{self, Order, money_of, payment_fault};

/// Brings the order's figures and states up to its payments, after one of them changed. Money of a dead order, and money
/// beyond the total of a live one, gets its void or refund operation in this transaction; payments that nobody needs any
/// more are called off. The caller holds the order's lock.
///
/// `came` is the payment that changed: where there is too much, its money goes back first.
pub(super) async fn settle_money(
    tx: &WriteTx,
    order: &mut Order,
    came: PaymentId,
    ships_before_payment: bool,
) -> Result<(), DatabaseError> {
    let mut payments = payments::lock_by_reference(tx, order.id.uuid()).await?;
    order.settled = money_of(order.settled.total_minor, &payments);
    return_what_is_too_much(tx, order, &payments, came).await?;
    if !order.status.is_live() || order.settled.nothing_left_to_pay() {
        for payment in payments.iter_mut().filter(|payment| payment.captured_minor == 0) {
            if let Some(void) = payments::call_off(tx, payment, MoveCause::Checkout).await.map_err(payment_fault)? {
                execute_now(tx, &void).await?;
            }
        }
    }
    let lines = orders::progress_of(tx, order.id).await?;
    orders::advance(tx, order, &lines, ships_before_payment).await?;
    // The job that expires an order gives up when a provider leaves it without an answer for hours; this is the answer.
    match order.expires_at {
        Some(at) => orders::expire_at(tx, order.id, at.max(tx.now())).await,
        None => Ok(()),
    }
}

/// A live order keeps its total, a dead one nothing. The money that came last goes back first; refunds that are under way
/// count as gone, so that asking twice returns nothing twice.
async fn return_what_is_too_much(tx: &WriteTx, order: &Order, payments: &[Payment], came: PaymentId) -> Result<(), DatabaseError> {
    let operations = payments::operations_of(tx, order.id.uuid()).await?;
    let allowed = if order.status.is_live() { order.settled.total_minor } else { 0 };
    let kept: i64 = payments.iter().map(|payment| kept_of(payment, &operations)).sum();
    let mut surplus = kept - allowed;
    let (last, others): (Vec<&Payment>, Vec<&Payment>) = payments.iter().rev().partition(|payment| payment.id == came);
    for payment in last.into_iter().chain(others) {
        let part = surplus.min(kept_of(payment, &operations));
        if part > 0 {
            let amount = Money::new(part, payment.amount.currency());
            let refund = payments::return_surplus(tx, payment, amount).await.map_err(payment_fault)?;
            tracing::warn!(order.id = %order.id, payment.id = %payment.id, amount_minor = part, "money that the order has no use for goes back");
            execute_now(tx, &refund).await?;
            surplus -= part;
        }
    }
    Ok(())
}

/// What a payment still has, refunds under way taken off.
fn kept_of(payment: &Payment, operations: &[Operation]) -> i64 {
    let refunds = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == OperationKind::Refund);
    let gone: i64 = refunds.filter(|operation| operation.status != OperationStatus::Failed).map(|operation| operation.amount.minor()).sum();
    payment.captured_minor - gone
}
