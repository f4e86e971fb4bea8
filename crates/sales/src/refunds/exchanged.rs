//! Giving the worth of pieces to another order of the same customer.

use ::payments::payments::GoesTo;
use ::payments::refunds::{OpenRefund, RefundError, RefundReason};
use ::payments::stored_values;
use kernel::{Money, StoredValueId};
use platform::Secrets;
use platform::db::WriteTx;

use super::error::RefundOrderError;
use super::items::{RefundLine, items_of};
use super::refund::{OrderRefund, give_back, take_back_gift_cards};
use super::returned::less_fee;
use super::store;
use crate::orders::{self, Order, OrderKey, OrderStatus};

/// Pieces that are exchanged for others.
#[derive(Debug, Clone)]
pub struct ExchangedPieces {
    /// Which: those that came back, or that have not left.
    pub lines: Vec<RefundLine>,
    /// Whether what is left of the shipping counts as well.
    pub with_shipping: bool,
    /// What is kept of their worth.
    pub fee: Option<Money>,
    /// Why.
    pub reason: RefundReason,
    /// In the words of staff.
    pub note: Option<String>,
}

/// What became of the worth of exchanged pieces.
#[derive(Debug, Clone, PartialEq)]
pub struct Exchanged {
    /// What the pieces are worth, the fee taken off.
    pub value: Money,
    /// What of it is for the other order.
    pub credited: Money,
    /// The gift card on which that lies.
    pub stored_value: StoredValueId,
    /// The refund that put it there.
    pub refund: OrderRefund,
    /// What goes back to where it came from, because the other order costs less.
    pub surplus: Option<OrderRefund>,
}

/// Refunds pieces onto a gift card of their own, as much as the other order can use; the rest goes back to where it came from. The caller holds
/// the order's lock.
///
/// # Errors
/// `RefundOrderError`; the transaction must be rolled back then.
pub async fn refund_exchanged(
    tx: &WriteTx,
    secrets: &Secrets,
    order: Order,
    (pieces, most): (ExchangedPieces, Money),
) -> Result<Exchanged, RefundOrderError> {
    if order.status == OrderStatus::Pending {
        return Err(RefundOrderError::NotSoldYet);
    }
    if most.currency() != order.currency {
        return Err(RefundError::CurrencyMismatch.into());
    }
    let details = orders::details(tx, order.clone()).await?;
    let shipping_left = order.shipping_minor - store::shipping_refunded(tx, order.id).await?;
    let shipping = pieces.with_shipping.then(|| order.money(shipping_left));
    let items = items_of(&order, &details.lines, &pieces.lines, (shipping, shipping_left))?;
    take_back_gift_cards(tx, &order, (&details.lines, &pieces.lines)).await?;
    let value = less_fee(&order, &items, pieces.fee)?;
    let credited = order.money(value.minor().min(most.minor()));
    let stored_value = stored_values::issue_blank(tx, secrets, order.currency).await?;
    let (reference_id, key, rest) = (order.id.uuid(), OrderKey::Id(order.id), order.money(value.minor() - credited.minor()));
    let of =
        |amount: Money, to: GoesTo| OpenRefund { reference_id, amount, from: None, to, reason: pieces.reason, note: pieces.note.clone() };
    let refund = give_back(tx, order, &details.lines, (of(credited, GoesTo::GiftCard(stored_value)), items)).await?;
    let surplus = if rest.minor() > 0 {
        let order = orders::lock(tx, key).await?.ok_or(RefundOrderError::OrderNotFound)?;
        Some(give_back(tx, order, &[], (of(rest, GoesTo::Back), Vec::new())).await?)
    } else {
        None
    };
    Ok(Exchanged { value, credited, stored_value, refund, surplus })
}
