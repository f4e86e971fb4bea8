//! Giving money back for what came.

use ::payments::refunds::{RefundReason, RefundStatus};
use kernel::{FieldErrors, Money, OrderLineId, Origin, Quantity, RefundId, ReturnId, text};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::model::Return;
use super::move_on::{lock, move_on, refuse_illegal, tell};
use super::request::MOST_NOTE;
use super::states::ReturnStatus;
use super::store;
use crate::orders::Order;
use crate::refunds::{self, Exchanged, ExchangedPieces, RefundLine, RefundTo, ReturnedPieces};

/// What is given back for a return.
#[derive(Debug, Clone)]
pub struct RefundReturn {
    /// Which return.
    pub return_id: ReturnId,
    /// Whether what is left of the shipping goes back as well.
    pub with_shipping: bool,
    /// What is kept.
    pub fee: Option<Money>,
    /// Where it goes.
    pub to: RefundTo,
    /// In the words of staff: up to 500 characters.
    pub note: Option<String>,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Orders the refund of all that came, at what the customer paid for it, and ends the return; what has not come by now is not waited for. A
/// return whose refund every provider refused can be refunded again.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn refund(context: &Context, origin: &Origin, request: RefundReturn) -> Result<Keyed, ReturnError> {
    let note = request.note.as_deref().map(|note| text(note, MOST_NOTE)).transpose();
    let note = note.map_err(|error| FieldErrors::of("note", error))?;
    idempotency::once(context, origin, &request.key, async |tx| Ok((request.present)(&refund_in(tx, &request, note).await?))).await
}

async fn refund_in(tx: &WriteTx, request: &RefundReturn, note: Option<String>) -> Result<Return, ReturnError> {
    let (order, back) = let_go(tx, request.return_id).await?;
    let pieces = ReturnedPieces { lines: received(&back), with_shipping: request.with_shipping, fee: request.fee, to: request.to, note };
    let refund = refunds::refund_returned(tx, order, pieces).await?.refund;
    paid_back(tx, back, refund.id).await
}

/// Has what came exchanged for other goods, which cost no more than `most`, and ends the return. Whoever calls holds no lock of its order.
///
/// # Errors
/// `ReturnError`; the transaction must be rolled back then.
pub async fn exchange(
    context: &Context,
    tx: &WriteTx,
    id: ReturnId,
    (terms, most): (ExchangeTerms, Money),
) -> Result<(Return, Exchanged), ReturnError> {
    let (order, back) = let_go(tx, id).await?;
    let ExchangeTerms { with_shipping, fee, note } = terms;
    let line = |(line_id, quantity)| RefundLine { line_id, quantity, restock: false };
    let lines = received(&back).into_iter().map(line).collect();
    let pieces = ExchangedPieces { lines, with_shipping, fee, reason: RefundReason::Returned, note };
    let exchanged = refunds::refund_exchanged(tx, &context.secrets, order, (pieces, most)).await?;
    let back = paid_back(tx, back, exchanged.refund.refund.id).await?;
    Ok((back, exchanged))
}

/// What of its worth goes with exchanged goods.
#[derive(Debug, Clone, Default)]
pub struct ExchangeTerms {
    /// Whether what is left of the shipping counts as well.
    pub with_shipping: bool,
    /// What is kept.
    pub fee: Option<Money>,
    /// In the words of staff.
    pub note: Option<String>,
}

/// A return whose money is to go back, behind its order's lock: it lets go of its pieces, so that they can be paid back.
async fn let_go(tx: &WriteTx, id: ReturnId) -> Result<(Order, Return), ReturnError> {
    let (order, mut back) = lock(tx, id).await?;
    if !was_refused(tx, &back).await? {
        refuse_illegal(&back, ReturnStatus::Refunded)?;
    }
    back.refund_id = None;
    move_on(tx, &mut back, ReturnStatus::Refunded).await?;
    Ok((order, back))
}

async fn paid_back(tx: &WriteTx, mut back: Return, refund: RefundId) -> Result<Return, ReturnError> {
    back.refund_id = Some(refund);
    store::note_refund(tx, back.id, refund).await?;
    tell(tx, "return.refunded", &back).await?;
    Ok(back)
}

fn received(back: &Return) -> Vec<(OrderLineId, Quantity)> {
    back.lines.iter().filter_map(|line| Some((line.line_id, Quantity::try_from(line.received).ok()?))).collect()
}

/// True where the money was to go back and nothing of it did.
async fn was_refused(tx: &WriteTx, back: &Return) -> Result<bool, DatabaseError> {
    let Some(id) = back.refund_id else { return Ok(false) };
    Ok(::payments::refunds::find(tx, id).await?.is_some_and(|refund| refund.status() == RefundStatus::Failed))
}
