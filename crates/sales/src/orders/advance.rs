//! Moving an order on when its money or its shipments changed: the one place where its states are derived and written.

use ::payments::payments::{self, GoesTo, Payment, PaymentError};
use ::payments::stored_values;
use catalog::inventory;
use kernel::DomainError;
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, JobKind, NewJob, Queue};
use platform::outbox;

use super::books;
use super::events::OrderFact;
use super::model::Order;
use super::progress::{Facts, LineProgress, Settled, fulfilment_status, next_status, payment_status};
use super::states::{OrderStatus, PaymentStatus};
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
        if order.payment_status == PaymentStatus::Paid && lines.iter().any(|line| line.is_gift_card) {
            make_gift_cards_later(tx, order).await?;
        }
    }
    Ok(())
}

/// The job that makes the gift cards of an order once it is paid; its payload is the order's id.
pub const MAKE_GIFT_CARDS: JobKind = JobKind::new("sales.make_gift_cards").on(Queue::Money);

/// One job for each cause: what happens after a job has looked, it has not seen.
pub(super) async fn make_gift_cards_later(tx: &WriteTx, order: &Order) -> Result<(), DatabaseError> {
    let key = format!("gift_cards:{}:{}", order.id, order.version);
    jobs::enqueue(tx, NewJob::new(MAKE_GIFT_CARDS, serde_json::json!(order.id), tx.now()).unique(key)).await
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
        OrderStatus::Confirmed => {
            inventory::confirm(tx, order.id.uuid()).await?;
            books::book_sale(tx, order).await?;
        }
        OrderStatus::Cancelled | OrderStatus::Expired => {
            inventory::release(tx, order.id.uuid()).await?;
            promotions::release(tx, order.id).await?;
            if from == OrderStatus::Confirmed {
                books::book_reversal(tx, order).await?;
            }
        }
        OrderStatus::Pending | OrderStatus::Completed => {}
    }
    store::insert_transition(tx, order, Some(from)).await?;
    outbox::record(tx, &OrderFact::moved(order)).await
}

/// Gives back what gift cards and credit paid for an order that nobody else has paid anything of: it is money of our own, which nobody has to
/// be asked for. The order's figures are those of its payments afterwards; its row is written by the caller.
pub(super) async fn return_stored(tx: &WriteTx, order: &mut Order, payments: &[Payment]) -> Result<(), DatabaseError> {
    let mut is_back = false;
    if payments.iter().any(|payment| payment.stored_value_kind().is_some()) {
        stored_values::lock_paying(tx, order.id.uuid()).await?;
    }
    for payment in payments.iter().filter(|payment| payment.stored_value_kind().is_some()) {
        let kept = order.money(payment.captured_minor - payment.refunded_minor);
        if kept.minor() > 0 {
            payments::return_surplus(tx, payment, kept, GoesTo::Back).await.map_err(payment_fault)?;
            is_back = true;
        }
    }
    if is_back {
        order.settled = money_of(order.settled.total_minor, &payments::find_by_reference(tx, order.id.uuid()).await?);
        order.payment_status = payment_status(&order.settled);
        outbox::record(tx, &OrderFact::payment_changed(order)).await?;
    }
    Ok(())
}

/// What came of an order's payments that is not ours: of providers and by hand.
pub(super) fn money_of_others(payments: &[Payment]) -> Settled {
    let others: Vec<Payment> = payments.iter().filter(|payment| payment.stored_value_kind().is_none()).cloned().collect();
    money_of(0, &others)
}

/// A payment that does not do what the order's lock allows: only the database, or a fault of ours, can be the reason.
#[must_use]
pub fn payment_fault(error: PaymentError) -> DatabaseError {
    match error {
        PaymentError::Database(error) => error,
        PaymentError::NotFound | PaymentError::IllegalMove { .. } | PaymentError::Amount => DatabaseError::corrupt(error.code()),
    }
}
