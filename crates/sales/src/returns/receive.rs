//! Taking in what came back.

use std::collections::HashSet;

use catalog::inventory::{self, Adjusted};
use kernel::{FieldErrors, Origin, ReturnId, StockAdjustmentId, StockLocationId, VariantId};
use platform::Context;
use platform::db::WriteTx;
use platform::idempotency::{self, Answer, Key, Keyed};

use super::error::ReturnError;
use super::lines::{self, Arrival};
use super::model::Return;
use super::move_on::{lock, move_on, refuse_illegal, tell};
use super::states::ReturnStatus;
use super::store::{self, Receipt};
use crate::orders::{self, Order, OrderLine};
use crate::refunds;

/// What came.
#[derive(Debug, Clone)]
pub struct ReceiveReturn {
    /// Of which return.
    pub return_id: ReturnId,
    /// Its pieces.
    pub lines: Vec<Arrival>,
    /// Where those lie that are sold again; `None` is the default location.
    pub location_id: Option<StockLocationId>,
    /// The request's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: fn(&Return) -> Answer,
}

/// Writes down what came: the lines' counters, and stock of what is sold again, are written in one transaction. A later refund of these
/// pieces does not lay them in stock once more.
///
/// # Errors
/// `ReturnError`; nothing is written then.
pub async fn receive(context: &Context, origin: &Origin, request: ReceiveReturn) -> Result<Keyed, ReturnError> {
    idempotency::once(context, origin, &request.key, async |tx| Ok((request.present)(&receive_in(tx, &request).await?))).await
}

async fn receive_in(tx: &WriteTx, request: &ReceiveReturn) -> Result<Return, ReturnError> {
    let (order, mut back) = lock(tx, request.return_id).await?;
    refuse_illegal(&back, ReturnStatus::Received)?;
    lines::receive(&mut back.lines, &request.lines)?;
    let sold = orders::details(tx, order.clone()).await?.lines;
    let adjusted = restock(tx, &sold, request).await?;
    let receipts = receipts_of(&sold, &request.lines, adjusted.as_ref());
    for receipt in &receipts {
        let line = back.lines.iter_mut().find(|line| line.line_id == receipt.line_id);
        line.into_iter().for_each(|line| line.restocked += receipt.restocked());
    }
    store::insert_receipts(tx, back.id, &receipts).await?;
    let next = back.status_of_received();
    move_on(tx, &mut back, next).await?;
    for receipt in &receipts {
        orders::count_restocked(tx, receipt.line_id, 0, receipt.quantity).await?;
    }
    renew(tx, order).await?;
    tell(tx, "return.received", &back).await?;
    Ok(back)
}

/// Lays what is sold again in stock, as refunds of pieces do.
async fn restock(tx: &WriteTx, sold: &[OrderLine], request: &ReceiveReturn) -> Result<Option<Adjusted>, ReturnError> {
    if let Some(location) = request.location_id
        && inventory::find_location(tx, location).await?.is_none()
    {
        return Err(FieldErrors::of("location_id", "there is no such stock location").into());
    }
    let wanted = request.lines.iter().filter(|arrival| arrival.restock);
    let pieces: Vec<(VariantId, i64)> = wanted
        .filter_map(|arrival| {
            let line = sold.iter().find(|line| line.id == arrival.line_id && line.tracked)?;
            Some((line.variant_id, i64::from(arrival.quantity)))
        })
        .collect();
    Ok(refunds::back_to_stock(tx, &pieces, request.location_id).await?)
}

/// What came, with what of it lies in stock again: nothing of what is not tracked.
fn receipts_of(sold: &[OrderLine], arrivals: &[Arrival], adjusted: Option<&Adjusted>) -> Vec<Receipt> {
    let stocked: HashSet<VariantId> = adjusted.into_iter().flat_map(|adjusted| &adjusted.items).map(|item| item.variant_id).collect();
    let is_stocked = |arrival: &Arrival| {
        arrival.restock && sold.iter().any(|line| line.id == arrival.line_id && line.tracked && stocked.contains(&line.variant_id))
    };
    let adjustment =
        |arrival: &Arrival| -> Option<StockAdjustmentId> { adjusted.filter(|_| is_stocked(arrival)).map(|adjusted| adjusted.id) };
    let receipt = |arrival: &Arrival| Receipt {
        line_id: arrival.line_id,
        quantity: i64::from(arrival.quantity),
        condition: arrival.condition,
        adjustment_id: adjustment(arrival),
    };
    arrivals.iter().map(receipt).collect()
}

/// The order shows what came back: it has a new version.
async fn renew(tx: &WriteTx, mut order: Order) -> Result<(), ReturnError> {
    let progress = orders::progress_of(tx, order.id).await?;
    Ok(orders::advance(tx, &mut order, &progress, false).await?)
}
