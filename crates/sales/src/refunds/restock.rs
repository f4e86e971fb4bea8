//! What becomes of pieces whose money goes back.

use catalog::inventory::{self, Adjustment, AdjustmentItem, CountChange, MoveReason};
use kernel::{OrderLineId, Quantity};
use platform::db::WriteTx;

use super::error::RefundOrderError;
use super::items::{RefundItem, called_off_and_returned};
use crate::orders::{self, OrderLine};

/// Has the pieces sold again that are to be: those that have not left are called off and are not held any more, the others lie in stock
/// again. What is not tracked has no stock.
pub(super) async fn restock(tx: &WriteTx, lines: &[OrderLine], items: &[RefundItem]) -> Result<(), RefundOrderError> {
    let mut returned = Vec::new();
    for (id, pieces) in items.iter().filter(|item| item.restock).filter_map(|item| item.pieces) {
        let Some(line) = lines.iter().find(|line| line.id == id) else { continue };
        let (called_off, came_back) = called_off_and_returned(line, pieces);
        orders::count_restocked(tx, id, called_off, came_back).await?;
        call_off(tx, id, called_off).await?;
        returned.extend((line.tracked && came_back > 0).then_some((line.variant_id, came_back)));
    }
    let tracked = inventory::tracked_among(tx, returned.iter().map(|(variant, _)| *variant)).await?;
    let mut items: Vec<AdjustmentItem> = Vec::new();
    for (variant_id, pieces) in returned.into_iter().filter(|(variant, _)| tracked.contains(variant)) {
        match items.iter_mut().find(|item| item.variant_id == variant_id) {
            Some(AdjustmentItem { change: CountChange::By(delta), .. }) => *delta += pieces,
            _ => items.push(AdjustmentItem { variant_id, location_id: None, change: CountChange::By(pieces) }),
        }
    }
    if !items.is_empty() {
        inventory::adjust_in(tx, Adjustment::parse(MoveReason::Returned, None, items)?).await?;
    }
    Ok(())
}

async fn call_off(tx: &WriteTx, line: OrderLineId, pieces: i64) -> Result<(), RefundOrderError> {
    if let Ok(pieces) = Quantity::try_from(pieces) {
        inventory::release_line(tx, line.uuid(), pieces).await?;
    }
    Ok(())
}
