//! What an order's payments mean for it, and what becomes of money that nobody may keep.

use ::payments::payments::{self, MoveCause, Operation, OperationKind, OperationStatus, Payment};
use chrono::TimeDelta;
use kernel::{Money, PaymentId};
use platform::db::{DatabaseError, WriteTx};

use super::jobs::execute_after;
use crate::orders::{self, Order, money_of, payment_fault};

/// The pause before a provider that refused to give money back is asked once more; it doubles with each refusal.
const FIRST_PAUSE_MINUTES: i64 = 1;
/// No pause is longer: money that is not ours is offered every day.
const LONGEST_PAUSE_MINUTES: i64 = 24 * 60;

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
    let operations = payments::operations_of(tx, order.id.uuid()).await?;
    return_what_is_too_much(tx, order, (&payments, &operations), came).await?;
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
    // The job that expires an order gives up when a provider leaves it without an answer for hours; this is the answer.
    match order.expires_at {
        Some(at) => orders::expire_at(tx, order.id, at.max(tx.now())).await,
        None => Ok(()),
    }
}

/// A live order keeps its total, a dead one nothing. The money that came last goes back first; refunds that are under way
/// count as gone, so that asking twice returns nothing twice.
async fn return_what_is_too_much(
    tx: &WriteTx,
    order: &Order,
    (payments, operations): (&[Payment], &[Operation]),
    came: PaymentId,
) -> Result<(), DatabaseError> {
    let allowed = if order.status.is_live() { order.settled.total_minor } else { 0 };
    let kept: i64 = payments.iter().map(|payment| kept_of(payment, operations)).sum();
    let mut surplus = kept - allowed;
    let (last, others): (Vec<&Payment>, Vec<&Payment>) = payments.iter().rev().partition(|payment| payment.id == came);
    for payment in last.into_iter().chain(others) {
        let part = surplus.min(kept_of(payment, operations));
        if part > 0 {
            let amount = Money::new(part, payment.amount.currency());
            let refund = payments::return_surplus(tx, payment, amount).await.map_err(payment_fault)?;
            tracing::warn!(order.id = %order.id, payment.id = %payment.id, amount_minor = part, "money that the order has no use for goes back");
            execute_after(tx, &refund, pause_before(OperationKind::Refund, payment, operations)).await?;
            surplus -= part;
        }
    }
    Ok(())
}

/// Asking once more for what is asked for already would have two calls for one thing.
fn has_open_void(payment: &Payment, operations: &[Operation]) -> bool {
    let mut voids = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == OperationKind::Void);
    voids.any(|operation| operation.status.is_open())
}

/// None at first; after each refusal of the provider twice as long as before, so that nobody is asked in a circle.
fn pause_before(kind: OperationKind, payment: &Payment, operations: &[Operation]) -> TimeDelta {
    let asked = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == kind);
    let refused = asked.filter(|operation| operation.status == OperationStatus::Failed).count();
    match u32::try_from(refused) {
        Ok(0) => TimeDelta::zero(),
        Ok(times) => TimeDelta::minutes(FIRST_PAUSE_MINUTES.saturating_mul(2_i64.saturating_pow(times - 1)).min(LONGEST_PAUSE_MINUTES)),
        Err(_) => TimeDelta::minutes(LONGEST_PAUSE_MINUTES),
    }
}

/// What a payment still has, refunds under way taken off.
fn kept_of(payment: &Payment, operations: &[Operation]) -> i64 {
    let refunds = operations.iter().filter(|operation| operation.payment_id == payment.id && operation.kind == OperationKind::Refund);
    let gone: i64 = refunds.filter(|operation| operation.status != OperationStatus::Failed).map(|operation| operation.amount.minor()).sum();
    payment.captured_minor - gone
}
