//! Changing levels under their locks, and noticing which lines that crosses.

use kernel::{ProductId, VariantId};
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use super::events::facts_of;
use super::stock::{Crossing, LevelChange, Stock};
use super::store;

/// A level that appears between the lock and the change makes the plan stale; more often than this in a row is no chance.
const MOST_ATTEMPTS: usize = 5;

/// What was changed, and how the stock stood before.
#[derive(Debug)]
pub(super) struct Changed<P> {
    pub(super) before: Vec<Stock>,
    pub(super) changes: Vec<LevelChange>,
    pub(super) plan: P,
}

/// Locks the variants' levels, lets the caller plan on what they hold, and changes them. Where a level came to be in the
/// meantime it plans again, so that plan and crossings always rest on all levels.
pub(super) async fn change_stock<P, E: From<DatabaseError>>(
    tx: &WriteTx,
    variants: impl IntoIterator<Item = VariantId>,
    plan: impl Fn(&[Stock]) -> Result<(Vec<LevelChange>, P), E>,
) -> Result<Changed<P>, E> {
    let mut variants: Vec<VariantId> = variants.into_iter().collect();
    variants.sort_unstable();
    variants.dedup();
    for _ in 0..MOST_ATTEMPTS {
        let before = store::lock_stocks(tx, &variants).await?;
        let (changes, plan) = plan(&before)?;
        if store::change_levels(tx, &before, &changes).await? {
            return Ok(Changed { before, changes, plan });
        }
    }
    Err(store::stocks_kept_growing().into())
}

/// Records which lines the change crossed and moves the count of buyable variants of the products concerned.
///
/// A crossing that the locked levels suggest is looked at again under the lock of the listing, which is also held by whoever
/// archives a variant, switches its tracking or counts anew: so the count is exact.
pub(super) async fn notice_crossings<P: Sync>(tx: &WriteTx, changed: &Changed<P>) -> Result<(), DatabaseError> {
    let changes = || changed.changes.iter().copied();
    let crosses = |stock: &&Stock| !Crossing::between(stock, &stock.with(changes())).is_none();
    let suspects: Vec<&Stock> = changed.before.iter().filter(crosses).collect();
    if suspects.is_empty() {
        return Ok(());
    }
    let mut products: Vec<ProductId> = suspects.iter().map(|stock| stock.product_id).collect();
    products.sort_unstable();
    products.dedup();
    store::lock_listings(tx, &products).await?;
    let variants: Vec<VariantId> = suspects.iter().map(|stock| stock.variant_id).collect();
    let mut facts = Vec::new();
    let mut steps: Vec<(ProductId, i64)> = products.into_iter().map(|product| (product, 0)).collect();
    for after in store::read_stocks(tx, &variants).await?.iter().filter(|stock| !stock.archived) {
        let crossing = Crossing::between(&after.with(changes().map(LevelChange::undone)), after);
        facts.extend(facts_of(crossing, after));
        if let Some((_, step)) = steps.iter_mut().find(|(product, _)| *product == after.product_id) {
            *step += crossing.listed_change();
        }
    }
    steps.retain(|(_, step)| *step != 0);
    store::shift_listings(tx, &steps).await?;
    outbox::record_all(tx, &facts).await
}
