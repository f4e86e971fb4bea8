//! What becomes of pieces whose money goes back.

use std::collections::BTreeMap;

use catalog::inventory::{self, AdjustStockError, Adjusted, Adjustment, AdjustmentItem, CountChange, MoveReason};
use kernel::{OrderLineId, Quantity, StockLocationId, VariantId};
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
    back_to_stock(tx, &returned, None).await?;
    Ok(())
}

/// Lays pieces of these variants in stock again, at one location; `None` is the default one. What is not tracked any more has no stock. What
/// was done is the cause of the moves; `None` where nothing was.
///
/// # Errors
/// `AdjustStockError`; the transaction must be rolled back then.
pub async fn back_to_stock(
    tx: &WriteTx,
    returned: &[(VariantId, i64)],
    location_id: Option<StockLocationId>,
) -> Result<Option<Adjusted>, AdjustStockError> {
    let tracked = inventory::tracked_among(tx, returned.iter().map(|(variant, _)| *variant)).await?;
    let mut sums: BTreeMap<VariantId, i64> = BTreeMap::new();
    for (variant, pieces) in returned.iter().filter(|(variant, _)| tracked.contains(variant)) {
        *sums.entry(*variant).or_default() += pieces;
    }
    if sums.is_empty() {
        return Ok(None);
    }
    let item = |(variant_id, pieces)| AdjustmentItem { variant_id, location_id, change: CountChange::By(pieces) };
    let items = sums.into_iter().map(item).collect();
    inventory::adjust_in(tx, Adjustment::parse(MoveReason::Returned, None, items)?).await.map(Some)
}

async fn call_off(tx: &WriteTx, line: OrderLineId, pieces: i64) -> Result<(), RefundOrderError> {
    if let Ok(pieces) = Quantity::try_from(pieces) {
        inventory::release_line(tx, line.uuid(), pieces).await?;
    }
    Ok(())
}
