//! Giving back money of an order.

use ::payments::payments::{self, GoesTo, Operation, OperationStatus};
use ::payments::refunds::{self as money, OpenRefund, Refund, RefundReason};
use ::payments::stored_values;
use chrono::TimeDelta;
use kernel::{FieldErrors, Money, OrderId, Origin, text, text_enum};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Key, Keyed};
use platform::{audit, outbox};
use serde_json::json;

use super::error::RefundOrderError;
use super::items::{RefundItem, RefundLine, items_of};
use super::restock::restock;
use super::store;
use crate::Sales;
use crate::orders::{self, Order, OrderFact, OrderKey, OrderLine, OrderStatus};
use crate::settlement::execute_after;

/// A note is a remark, not a document.
const MOST_NOTE: usize = 500;

/// What is to be given back.
#[derive(Debug, Clone)]
pub struct RefundOrder {
    /// Of which order.
    pub order_id: OrderId,
    /// Pieces that are paid back.
    pub lines: Vec<RefundLine>,
    /// What of the shipping is.
    pub shipping: Option<Money>,
    /// How much, where it is not what lines and shipping come to.
    pub amount: Option<Money>,
    /// Where it goes.
    pub to: RefundTo,
    /// Why.
    pub reason: RefundReason,
    /// In the words of staff: up to 500 characters.
    pub note: Option<String>,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&OrderRefund) -> Answer,
}

text_enum! {
    /// Where money goes that is given back.
    pub enum RefundTo {
        /// Where it came from: to each payment its part.
        Payments = "payments",
        /// To the customer's account, to be spent here.
        StoreCredit = "store_credit",
    }
}

/// A refund and what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderRefund {
    /// The money.
    pub refund: Refund,
    /// Pieces and shipping.
    pub items: Vec<RefundItem>,
}

/// Orders a refund: its rows, the counters of the lines and what becomes of the pieces are written in one transaction, and the providers are
/// asked after it. The answer is the refund as it was ordered; what becomes of it, its parts say.
///
/// # Errors
/// `RefundOrderError`; nothing is written then.
pub async fn refund(sales: &Sales, origin: &Origin, request: RefundOrder) -> Result<Keyed, RefundOrderError> {
    let note = parse_note(request.note.as_deref())?;
    idempotency::once(&sales.context, origin, &request.key, async |tx| Ok((request.present)(&refund_in(tx, &request, note).await?))).await
}

pub(super) fn parse_note(note: Option<&str>) -> Result<Option<String>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let note = errors.take_optional("note", note, |raw| text(raw, MOST_NOTE));
    errors.finish(|| Some(note))
}

async fn refund_in(tx: &WriteTx, request: &RefundOrder, note: Option<String>) -> Result<OrderRefund, RefundOrderError> {
    let order = orders::lock(tx, OrderKey::Id(request.order_id)).await?.ok_or(RefundOrderError::OrderNotFound)?;
    if order.status == OrderStatus::Pending && !request.lines.is_empty() {
        return Err(RefundOrderError::NotSoldYet);
    }
    let details = orders::details(tx, order.clone()).await?;
    let shipping_left = order.shipping_minor - store::shipping_refunded(tx, order.id).await?;
    let items = items_of(&order, &details.lines, &request.lines, (request.shipping, shipping_left))?;
    let amount = amount_of(&order, request.amount, &items)?;
    take_back_gift_cards(tx, &order, (&details.lines, &request.lines)).await?;
    let to = goes_to(tx, &order, request.to).await?;
    let open = OpenRefund { reference_id: order.id.uuid(), amount, from: None, to, reason: request.reason, note };
    give_back(tx, order, &details.lines, (open, items)).await
}

pub(super) async fn take_back_gift_cards(
    tx: &WriteTx,
    order: &Order,
    (lines, wanted): (&[OrderLine], &[RefundLine]),
) -> Result<(), RefundOrderError> {
    let mut errors = FieldErrors::new();
    for (place, wanted) in wanted.iter().enumerate() {
        let Some(line) = lines.iter().find(|line| line.id == wanted.line_id) else { continue };
        if let Err(left) = orders::take_back_gift_cards(tx, order.id, (line, wanted.quantity.into())).await? {
            errors.add(format!("lines.{place}.quantity"), format!("only {left} of its gift cards are unspent"));
        }
    }
    Ok(errors.finish(|| Some(()))?)
}

pub(super) async fn goes_to(tx: &WriteTx, order: &Order, to: RefundTo) -> Result<GoesTo, RefundOrderError> {
    match (to, order.user_id) {
        (RefundTo::Payments, _) => Ok(GoesTo::Back),
        (RefundTo::StoreCredit, Some(user)) => Ok(GoesTo::Credit(stored_values::ensure_credit(tx, user, order.currency).await?)),
        (RefundTo::StoreCredit, None) => Err(FieldErrors::of("to", "the order is nobody's account: only payments take money back").into()),
    }
}

/// What is asked for, or what the items come to.
fn amount_of(order: &Order, wanted: Option<Money>, items: &[RefundItem]) -> Result<Money, FieldErrors> {
    let sum = items.iter().map(|item| item.amount.minor()).sum();
    match wanted {
        Some(amount) => Ok(amount),
        None if sum == 0 => Err(FieldErrors::of("amount", "name lines, shipping or an amount that come to more than nothing")),
        None => Ok(order.money(sum)),
    }
}

/// Writes a refund with all that follows from it. The caller holds the order's lock.
pub(super) async fn give_back(
    tx: &WriteTx,
    mut order: Order,
    lines: &[OrderLine],
    (open, items): (OpenRefund, Vec<RefundItem>),
) -> Result<OrderRefund, RefundOrderError> {
    let reference = order.id.uuid();
    let payments = payments::lock_by_reference(tx, reference).await?;
    let operations = payments::operations_of(tx, reference).await?;
    if open.amount.currency() != order.currency {
        return Err(money::RefundError::CurrencyMismatch.into());
    }
    if payments.iter().any(|payment| payment.stored_value_kind().is_some()) {
        stored_values::lock_paying(tx, reference).await?;
    }
    let (refund, started) = money::open(tx, open, (&payments, &operations)).await?;
    // Before its parts are booked: the tax of a part is that of its items.
    store::insert_items(tx, refund.id, &items).await?;
    let (open, done): (Vec<&Operation>, Vec<&Operation>) = started.iter().partition(|operation| operation.status.is_open());
    for operation in open {
        execute_after(tx, operation, TimeDelta::zero()).await?;
    }
    for operation in &done {
        orders::book_allowance(tx, &order, operation).await?;
    }
    if !done.is_empty() {
        order.settled = orders::money_of(order.settled.total_minor, &payments::find_by_reference(tx, reference).await?);
    }
    orders::count_refunded(tx, order.id).await?;
    restock(tx, lines, &items).await?;
    tell(tx, &mut order, &refund).await?;
    Ok(OrderRefund { refund, items })
}

/// An order moves on when nothing of it is left to ship, and is told of in any case.
async fn tell(tx: &WriteTx, order: &mut Order, refund: &Refund) -> Result<(), DatabaseError> {
    let (progress, before) = (orders::progress_of(tx, order.id).await?, order.payment_status);
    orders::advance(tx, order, &progress, false).await?;
    // A second refund of a part leaves the order part refunded; that money went back is news all the same.
    if refund.parts.iter().any(|part| part.status == OperationStatus::Succeeded) && order.payment_status == before {
        outbox::record(tx, &OrderFact::payment_changed(order)).await?;
    }
    outbox::record(tx, &OrderFact::refund_ordered(order, refund.id)).await?;
    let change = json!({ "refund_id": refund.id, "amount_minor": refund.amount.minor(), "currency": refund.amount.currency(), "reason": refund.reason });
    audit::record(tx, &audit::Entry::of("order.refund_ordered", order.id).after(&change)).await
}
