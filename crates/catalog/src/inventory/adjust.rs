//! Correcting what is on hand.

use std::collections::{BTreeMap, BTreeSet};

use kernel::{DomainError, ErrorKind, FieldErrors, Origin, StockAdjustmentId, StockLocationId, VariantId};
use platform::db::{DatabaseError, WriteTx};
use platform::idempotency::{self, Answer, IdempotencyError, Key, Keyed};
use platform::{Context, audit, outbox};
use serde_json::json;

use super::adjustment::{Adjusted, AdjustedItem, Adjustment, CountChange, Figure, Obstacles, changes_of, plan_adjustment};
use super::change::{change_stock, notice_crossings};
use super::events::StockFact;
use super::moves::{MoveCause, MoveReason};
use super::store::{self, Cause, NewMove};

/// A correction under a key, and how its answer is kept for repetitions.
pub struct AdjustStock<'a> {
    /// What is to change.
    pub adjustment: Adjustment,
    /// The client's key.
    pub key: Key,
    /// The answer that every repetition gets.
    pub present: &'a (dyn Fn(&Adjusted) -> Answer + Send + Sync),
}

/// Why nothing is corrected.
#[derive(Debug, thiserror::Error)]
pub enum AdjustStockError {
    /// Variants or locations that do not exist, variants that are not tracked, figures beyond any shelf.
    #[error(transparent)]
    Invalid(#[from] FieldErrors),
    /// These figures are not what the caller saw.
    #[error("the stock was changed since it was counted")]
    Changed(Vec<Figure>),
    /// There is less than is to go.
    #[error("there is less than is to go")]
    BelowZero(Vec<Figure>),
    /// What is to go is promised to orders.
    #[error("what is to go is promised to orders")]
    Reserved(Vec<Figure>),
    /// The key.
    #[error(transparent)]
    Idempotency(#[from] IdempotencyError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for AdjustStockError {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid(errors) => errors.code(),
            Self::Changed(_) => "stock_changed",
            Self::BelowZero(_) => "stock_below_zero",
            Self::Reserved(_) => "stock_is_reserved",
            Self::Idempotency(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid(errors) => errors.kind(),
            Self::Changed(_) | Self::BelowZero(_) | Self::Reserved(_) => ErrorKind::Conflict,
            Self::Idempotency(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Invalid(errors) => errors.details(),
            Self::Changed(_) | Self::BelowZero(_) | Self::Reserved(_) | Self::Idempotency(_) | Self::Database(_) => BTreeMap::new(),
        }
    }

    /// The figures as they are, so that the caller can count again.
    fn context(&self) -> Option<String> {
        match self {
            Self::Changed(figures) | Self::BelowZero(figures) | Self::Reserved(figures) => Some(to_json(figures)),
            Self::Invalid(_) | Self::Idempotency(_) | Self::Database(_) => None,
        }
    }
}

fn to_json(figures: &[Figure]) -> String {
    let item = |figure: &Figure| {
        serde_json::json!({
            "item": figure.place,
            "variant_id": figure.variant_id,
            "location_id": figure.location_id,
            "on_hand": figure.on_hand,
            "reserved": figure.reserved,
        })
    };
    serde_json::json!({ "figures": figures.iter().map(item).collect::<Vec<_>>() }).to_string()
}

impl From<Obstacles> for AdjustStockError {
    /// The first kind of obstacle that there is: a figure that was never seen tells most.
    fn from(obstacles: Obstacles) -> Self {
        if !obstacles.changed.is_empty() {
            Self::Changed(obstacles.changed)
        } else if !obstacles.below_zero.is_empty() {
            Self::BelowZero(obstacles.below_zero)
        } else if !obstacles.reserved.is_empty() {
            Self::Reserved(obstacles.reserved)
        } else {
            Self::Invalid(obstacles.beyond)
        }
    }
}

/// Corrects figures under a key: all or none, once however often it is asked. Records `stock.adjusted` for each figure that
/// moved, and what that crossed.
///
/// # Errors
/// `AdjustStockError` names what is wrong with which figure; nothing is changed then.
pub async fn adjust(context: &Context, origin: &Origin, command: AdjustStock<'_>) -> Result<Keyed, AdjustStockError> {
    let AdjustStock { adjustment, key, present } = command;
    idempotency::once(context, origin, &key, async |tx| Ok(present(&adjust_in(tx, adjustment).await?))).await
}

/// Sets what lies at a location, whatever it was: for files and for what a new variant starts with. `None` is the default
/// location.
///
/// # Errors
/// As [`adjust_in`].
pub async fn set_on_hand(
    tx: &WriteTx,
    reason: MoveReason,
    counts: &[(VariantId, Option<StockLocationId>, i64)],
) -> Result<Adjusted, AdjustStockError> {
    adjust_in(tx, Adjustment::setting(reason, counts)?).await
}

/// The same as [`adjust`] inside a transaction of the caller, without a key. Levels that are absent come to be.
///
/// # Errors
/// `AdjustStockError` names what is wrong with which figure; the transaction must be rolled back then.
pub async fn adjust_in(tx: &WriteTx, adjustment: Adjustment) -> Result<Adjusted, AdjustStockError> {
    let items = place_items(tx, &adjustment).await?;
    let levels: BTreeSet<_> = items.iter().map(|&(variant, location, _)| (variant, location)).collect();
    store::ensure_levels(tx, &levels.iter().copied().collect::<Vec<_>>()).await?;
    let changed = change_stock(tx, levels.iter().map(|(variant, _)| *variant), |stocks| {
        let planned = plan_adjustment(&items, stocks).map_err(AdjustStockError::from)?;
        Ok::<_, AdjustStockError>((changes_of(&planned), planned))
    })
    .await?;
    let adjusted = Adjusted {
        id: StockAdjustmentId::generate(),
        reason: adjustment.reason,
        note: adjustment.note,
        items: changed.plan.clone(),
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    book(tx, &adjusted).await?;
    notice_crossings(tx, &changed).await?;
    Ok(adjusted)
}

/// Gives each item its location and refuses what is not there. The variants stay locked, so that two corrections that add
/// levels of one variant come one after the other.
async fn place_items(tx: &WriteTx, adjustment: &Adjustment) -> Result<Vec<(VariantId, StockLocationId, CountChange)>, AdjustStockError> {
    let locations = store::location_ids(tx).await?;
    let ids: BTreeSet<VariantId> = adjustment.items.iter().map(|item| item.variant_id).collect();
    let tracked: BTreeMap<VariantId, bool> = store::lock_variants(tx, &ids.into_iter().collect::<Vec<_>>()).await?.into_iter().collect();
    let mut errors = FieldErrors::new();
    let mut placed = Vec::with_capacity(adjustment.items.len());
    let mut seen = BTreeSet::new();
    for (place, item) in adjustment.items.iter().enumerate() {
        match tracked.get(&item.variant_id) {
            Some(true) => {}
            Some(false) => errors.add(format!("items.{place}.variant_id"), "the stock of this variant is not tracked"),
            None => errors.add(format!("items.{place}.variant_id"), "there is no such variant"),
        }
        let location = item.location_id.or_else(|| locations.first().copied());
        match location.filter(|id| locations.contains(id)) {
            None => errors.add(format!("items.{place}.location_id"), "there is no such stock location"),
            Some(location) if seen.insert((item.variant_id, location)) => placed.push((item.variant_id, location, item.change)),
            Some(_) => errors.add(format!("items.{place}"), "the same variant and location stands above"),
        }
    }
    Ok(errors.finish(|| Some(placed))?)
}

/// Writes the ledger and tells of it.
async fn book(tx: &WriteTx, adjusted: &Adjusted) -> Result<(), AdjustStockError> {
    let moved = || adjusted.items.iter().filter(|item| item.delta != 0);
    let to_move = |item: &AdjustedItem| NewMove {
        variant_id: item.variant_id,
        location_id: item.location_id,
        delta: item.delta,
        on_hand_after: item.level.on_hand,
    };
    let cause = Cause { kind: MoveCause::Adjustment, id: adjusted.id.uuid(), reason: adjusted.reason, note: adjusted.note.as_deref() };
    store::insert_moves(tx, cause, &moved().map(to_move).collect::<Vec<_>>()).await?;
    let to_fact = |item: &AdjustedItem| StockFact::Adjusted {
        variant_id: item.variant_id,
        location_id: item.location_id,
        delta: item.delta,
        on_hand: item.level.on_hand,
        reason: adjusted.reason,
        adjustment_id: adjusted.id,
    };
    outbox::record_all(tx, &moved().map(to_fact).collect::<Vec<_>>()).await?;
    let entry = |item: &AdjustedItem| {
        let (after, before) = (item.level.on_hand, item.level.on_hand - item.delta);
        let state = |on_hand: i64| json!({ "on_hand": on_hand });
        audit::Entry::of("stock.adjusted", item.variant_id).before(&state(before)).after(&json!({
            "on_hand": after, "location_id": item.location_id, "reason": adjusted.reason, "adjustment_id": adjusted.id,
        }))
    };
    Ok(audit::record_all(tx, &moved().map(entry).collect::<Vec<_>>()).await?)
}
