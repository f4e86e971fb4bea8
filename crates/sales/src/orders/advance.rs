//! Moving an order on when its money or its shipments changed: the one place where its states are derived and written.

use ::payments::payments::{Payment, PaymentError};
use catalog::inventory;
use kernel::DomainError;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::events::OrderFact;
use super::model::Order;
use super::progress::{Facts, LineProgress, Settled, fulfilment_status, next_status, payment_status};
use super::states::OrderStatus;
use super::store;
use crate::promotions;

/// What all payments of an order together say.
#[must_use]
pub fn money_of(total_minor: i64, payments: &[Payment]) -> Settled {
    let sum = |each: fn(&Payment) -> i64| payments.iter().map(each).fold(0_i64, i64::saturating_add);
    Settled {
        total_minor,
        authorised_minor: sum(|payment| payment.authorised_minor),
        captured_minor: sum(|payment| payment.captured_minor),
        refunded_minor: sum(|payment| payment.refunded_minor),
    }
}

/// Derives the order's states from its money and its lines, and writes what changed: row, history, holds and events. A
/// live order moves as far as the facts carry it; a dead one only keeps its figures right. The caller holds its lock.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn advance(tx: &WriteTx, order: &mut Order, lines: &[LineProgress], ships_before_payment: bool) -> Result<(), DatabaseError> {
    let before = order.payment_status;
    order.payment_status = payment_status(&order.settled);
    order.fulfilment_status = fulfilment_status(lines);
    let facts = Facts { settled: order.settled, ships_before_payment, lines };
    loop {
        let next = next_status(order.status, &facts);
        if next == order.status {
            break;
        }
        transition(tx, order, next).await?;
    }
    store::update_state(tx, order).await?;
    if order.payment_status != before {
        outbox::record(tx, &OrderFact::payment_changed(order)).await?;
    }
    Ok(())
}

/// One legal move with its history and event; holds follow: a confirmed order keeps its stock for good, a dead one gives
/// it back, and what it had of promotions. The row itself is written by the caller, once, after the last move.
pub(super) async fn transition(tx: &WriteTx, order: &mut Order, next: OrderStatus) -> Result<(), DatabaseError> {
    let from = order.status;
    if !from.may_become(next) {
        return Err(DatabaseError::corrupt("an order was to make a move that does not exist"));
    }
    order.status = next;
    order.expires_at = None;
    order.transition_count += 1;
    match next {
        OrderStatus::Confirmed => inventory::confirm(tx, order.id.uuid()).await?,
        OrderStatus::Cancelled | OrderStatus::Expired => {
            inventory::release(tx, order.id.uuid()).await?;
            promotions::release(tx, order.id).await?;
        }
        OrderStatus::Pending | OrderStatus::Completed => {}
    }
    store::insert_transition(tx, order, Some(from)).await?;
    outbox::record(tx, &OrderFact::moved(order)).await
}

/// A payment that does not do what the order's lock allows: only the database, or a fault of ours, can be the reason.
#[must_use]
pub fn payment_fault(error: PaymentError) -> DatabaseError {
    match error {
        PaymentError::Database(error) => error,
        PaymentError::NotFound | PaymentError::IllegalMove { .. } | PaymentError::Amount => DatabaseError::corrupt(error.code()),
    }
}
