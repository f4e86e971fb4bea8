//! What an order's payments mean for it, and what becomes of money that nobody may keep.

use ::payments::payments::{self, GoesTo, MoveCause, Operation, OperationKind, Payment};
use kernel::PaymentId;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::jobs::execute_after;
use super::surplus::{has_open_void, pause_before, surplus_of};
use crate::orders::{self, Order, OrderFact, money_of, payment_fault};

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
    let (before, status) = (order.settled, order.payment_status);
    order.settled = money_of(order.settled.total_minor, &payments);
    let operations = payments::operations_of(tx, order.id.uuid()).await?;
    if return_what_is_too_much(tx, order, (&payments, &operations), came).await? {
        payments = payments::lock_by_reference(tx, order.id.uuid()).await?;
        order.settled = money_of(order.settled.total_minor, &payments);
    }
    if !order.status.is_live() || order.settled.nothing_left_to_pay() {
        let unneeded = payments.iter_mut().filter(|payment| payment.captured_minor == 0 && !has_open_void(payment, &operations));
        for payment in unneeded {
            let pause = pause_before(OperationKind::Void, payment, &operations);
            if let Some(void) = payments::call_off(tx, payment, MoveCause::Checkout).await.map_err(payment_fault)? {
                execute_after(tx, &void, pause).await?;
            }
        }
    }
    let lines = orders::progress_of(tx, order.id).await?;
    orders::advance(tx, order, &lines, ships_before_payment).await?;
    // A second payment of a part leaves the order part paid; what its money says is something else all the same.
    if order.settled != before && order.payment_status == status {
        outbox::record(tx, &OrderFact::payment_changed(order)).await?;
    }
    // The job that expires an order gives up when a provider leaves it without an answer for hours; this is the answer.
    match order.expires_at {
        Some(at) => orders::expire_at(tx, order.id, at.max(tx.now())).await,
        None => Ok(()),
    }
}

/// A live order keeps its total, a dead one nothing. True where some of it is back already: on a gift card or as credit.
async fn return_what_is_too_much(
    tx: &WriteTx,
    order: &Order,
    (payments, operations): (&[Payment], &[Operation]),
    came: PaymentId,
) -> Result<bool, DatabaseError> {
    let mut is_back = false;
    let allowed_minor = if order.status.is_live() { order.settled.total_minor } else { 0 };
    for (payment, amount) in surplus_of(allowed_minor, (payments, operations), came) {
        let refund = payments::return_surplus(tx, payment, amount, GoesTo::Back).await.map_err(payment_fault)?;
        tracing::warn!(order.id = %order.id, payment.id = %payment.id, amount_minor = amount.minor(), "money that the order has no use for goes back");
        if refund.status.is_open() {
            execute_after(tx, &refund, pause_before(OperationKind::Refund, payment, operations)).await?;
        } else {
            is_back = true;
        }
    }
    Ok(is_back)
}
