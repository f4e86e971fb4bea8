//! Giving money back for pieces that came back in a return.

use ::payments::refunds::{OpenRefund, RefundReason};
use kernel::{FieldErrors, Money, OrderLineId, Quantity};
use platform::db::WriteTx;

use super::error::RefundOrderError;
use super::items::{RefundItem, RefundLine, items_of};
use super::refund::{OrderRefund, RefundTo, give_back, goes_to};
use super::store;
use crate::orders::{self, Order};

/// Pieces that came back, and what is to be given back for them.
#[derive(Debug, Clone)]
pub struct ReturnedPieces {
    /// What came back.
    pub lines: Vec<(OrderLineId, Quantity)>,
    /// Whether what is left of the shipping goes back as well.
    pub with_shipping: bool,
    /// What is kept of it.
    pub fee: Option<Money>,
    /// Where it goes.
    pub to: RefundTo,
    /// In the words of staff.
    pub note: Option<String>,
}

/// Orders the refund of a return in the transaction of its caller, who holds the order's lock and has let go of the pieces. They cost what
/// they cost in any refund; into stock they came when they were received.
///
/// # Errors
/// `RefundOrderError`; the transaction must be rolled back then.
pub async fn refund_returned(tx: &WriteTx, order: Order, returned: ReturnedPieces) -> Result<OrderRefund, RefundOrderError> {
    let ReturnedPieces { lines, with_shipping, fee, to, note } = returned;
    let details = orders::details(tx, order.clone()).await?;
    let shipping_left = order.shipping_minor - store::shipping_refunded(tx, order.id).await?;
    let shipping = with_shipping.then(|| order.money(shipping_left));
    let pieces: Vec<RefundLine> = lines.into_iter().map(|(line_id, quantity)| RefundLine { line_id, quantity, restock: false }).collect();
    let items = items_of(&order, &details.lines, &pieces, (shipping, shipping_left))?;
    let amount = less_fee(&order, &items, fee)?;
    let to = goes_to(tx, &order, to).await?;
    let open = OpenRefund { reference_id: order.id.uuid(), amount, from: None, to, reason: RefundReason::Returned, note };
    give_back(tx, order, &details.lines, (open, items)).await
}

/// What the items come to, less what is kept. Something is left of it, or there is nothing to give back.
pub(super) fn less_fee(order: &Order, items: &[RefundItem], fee: Option<Money>) -> Result<Money, FieldErrors> {
    let sum: i64 = items.iter().map(|item| item.amount.minor()).sum();
    let kept = match fee {
        Some(fee) if fee.currency() != order.currency => return Err(FieldErrors::of("fee", "is not in the currency of the order")),
        Some(fee) if !(0..sum).contains(&fee.minor()) => {
            return Err(FieldErrors::of("fee", format!("must be less than the {} that is given back", order.money(sum))));
        }
        Some(fee) => fee.minor(),
        None => 0,
    };
    match sum - kept {
        0 => Err(FieldErrors::of("lines", "cost nothing: close the return instead")),
        left => Ok(order.money(left)),
    }
}
