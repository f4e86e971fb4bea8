//! Rows of the stock levels.

use std::collections::HashSet;

use kernel::{ProductId, StockLocationId, Timestamp, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::inventory::model::{Counting, Level};
use crate::inventory::stock::{LevelChange, PlacedLevel, Stock};

#[derive(FromQueryResult)]
struct StockRow {
    variant_id: Uuid,
    product_id: Uuid,
    tracked: bool,
    low_stock_threshold: Option<i64>,
    archived_at: Option<Timestamp>,
    location_id: Option<Uuid>,
    active: Option<bool>,
    on_hand: Option<i64>,
    reserved: Option<i64>,
    backorder_limit: Option<i64>,
}

/// Locks every level of the variants, in an order that all transactions share, so that none waits in a circle, and
/// answers what they hold. Variants that do not exist are left out; a variant without levels comes with none.
pub(in crate::inventory) async fn lock_stocks(tx: &WriteTx, variants: &[VariantId]) -> Result<Vec<Stock>, DatabaseError> {
    stocks(tx, variants, "FOR UPDATE").await
}

/// The same without locks.
pub(in crate::inventory) async fn read_stocks(db: &impl ConnectionTrait, variants: &[VariantId]) -> Result<Vec<Stock>, DatabaseError> {
    stocks(db, variants, "").await
}

async fn stocks(db: &impl ConnectionTrait, variants: &[VariantId], lock: &str) -> Result<Vec<Stock>, DatabaseError> {
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    let wanted = db::placeholders(1, variants.len());
    let sql = format!(
        "WITH held AS (
             SELECT variant_id, location_id, on_hand, reserved, backorder_limit FROM stock_levels WHERE variant_id IN ({wanted})
             ORDER BY variant_id, location_id {lock}
         )
         SELECT v.id AS variant_id, v.product_id, v.tracked, v.low_stock_threshold, v.archived_at,
             h.location_id, s.active, h.on_hand, h.reserved, h.backorder_limit
         FROM variants v LEFT JOIN held h ON h.variant_id = v.id LEFT JOIN stock_locations s ON s.id = h.location_id
         WHERE v.id IN ({wanted})
         ORDER BY v.id, s.priority, s.id"
    );
    let rows: Vec<StockRow> = db::fetch_all(db, &sql, values_of(variants)).await?;
    Ok(rows.chunk_by(|a, b| a.variant_id == b.variant_id).filter_map(to_stock).collect())
}

fn values_of(variants: &[VariantId]) -> Vec<Value> {
    variants.iter().flat_map(|id| values![*id]).collect()
}

fn to_stock(rows: &[StockRow]) -> Option<Stock> {
    let first = rows.first()?;
    Some(Stock {
        variant_id: VariantId::from_uuid(first.variant_id),
        product_id: ProductId::from_uuid(first.product_id),
        tracked: first.tracked,
        archived: first.archived_at.is_some(),
        low_stock_threshold: first.low_stock_threshold,
        levels: rows.iter().filter_map(to_level).collect(),
    })
}

fn to_level(row: &StockRow) -> Option<PlacedLevel> {
    Some(PlacedLevel {
        location_id: StockLocationId::from_uuid(row.location_id?),
        active: row.active?,
        level: Level { on_hand: row.on_hand?, reserved: row.reserved?, backorder_limit: row.backorder_limit },
    })
}

/// Changes locked levels, all in one statement that repeats the rule: what is reserved never exceeds what is there and may
/// be ordered back. True when all were changed; false, with nothing changed, when levels of these variants came to be
/// after the locks were asked for: lock again then.
pub(in crate::inventory) async fn change_levels(tx: &WriteTx, locked: &[Stock], changes: &[LevelChange]) -> Result<bool, DatabaseError> {
    const FIXED: usize = 2;
    const WIDTH: usize = 4;
    if changes.is_empty() {
        return Ok(true);
    }
    let rows: Vec<String> = (0..changes.len()).map(|row| format!("({})", db::placeholders(FIXED + 1 + row * WIDTH, WIDTH))).collect();
    let sql = format!(
        "WITH x(variant_id, location_id, more_on_hand, more_reserved) AS (VALUES {})
         UPDATE stock_levels SET on_hand = on_hand + x.more_on_hand, reserved = reserved + x.more_reserved,
             version = version + 1, updated_at = $1
         FROM x
         WHERE stock_levels.variant_id = x.variant_id AND stock_levels.location_id = x.location_id
             AND (backorder_limit IS NULL OR on_hand + x.more_on_hand + backorder_limit - reserved >= x.more_reserved)
             AND (SELECT COUNT(*) FROM stock_levels known WHERE known.variant_id IN ({})) = $2",
        rows.join(", "),
        db::placeholders(FIXED + 1 + changes.len() * WIDTH, locked.len()),
    );
    let known: usize = locked.iter().map(|stock| stock.levels.len()).sum();
    let mut values = values![tx.now(), count(known)];
    for change in changes {
        values.extend(values![change.variant_id, change.location_id, change.on_hand, change.reserved]);
    }
    values.extend(locked.iter().flat_map(|stock| values![stock.variant_id]));
    match db::execute(tx, &sql, values).await? {
        0 => Ok(false),
        changed if changed == changes.len() as u64 => Ok(true),
        _ => Err(DatabaseError::corrupt("stock_levels: a locked level was changed by somebody else")),
    }
}

fn count(number: usize) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

/// What is said when new levels came in between more often than anyone waits for.
pub(in crate::inventory) fn stocks_kept_growing() -> DatabaseError {
    DatabaseError::raced("levels kept being added while stock was taken")
}

#[derive(FromQueryResult)]
struct TrackedRow {
    id: Uuid,
    tracked: bool,
}

/// Locks the variants' own rows, in one order, and tells which are tracked; others may go on to refer to them. Whoever adds
/// levels or switches tracking holds this lock, and holds it before that of the levels.
pub(in crate::inventory) async fn lock_variants(tx: &WriteTx, variants: &[VariantId]) -> Result<Vec<(VariantId, bool)>, DatabaseError> {
    let sql =
        format!("SELECT id, tracked FROM variants WHERE id IN ({}) ORDER BY id FOR NO KEY UPDATE", db::placeholders(1, variants.len()));
    let rows: Vec<TrackedRow> = db::fetch_all(tx, &sql, values_of(variants)).await?;
    Ok(rows.into_iter().map(|row| (VariantId::from_uuid(row.id), row.tracked)).collect())
}

/// Which of these variants are tracked.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn tracked_among(
    db: &impl ConnectionTrait,
    variants: impl IntoIterator<Item = VariantId>,
) -> Result<HashSet<VariantId>, DatabaseError> {
    let mut parameters = Parameters::default();
    let ids = parameters.bind_all(variants);
    if parameters.0.is_empty() {
        return Ok(HashSet::new());
    }
    let sql = format!("SELECT id, tracked FROM variants WHERE id IN ({ids}) AND tracked");
    let rows: Vec<TrackedRow> = db::fetch_all(db, &sql, parameters.0).await?;
    Ok(rows.into_iter().map(|row| VariantId::from_uuid(row.id)).collect())
}

/// Adds the levels that are absent, with nothing on hand and the limits of their variant.
pub(in crate::inventory) async fn ensure_levels(tx: &WriteTx, levels: &[(VariantId, StockLocationId)]) -> Result<(), DatabaseError> {
    if levels.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..levels.len()).map(|row| format!("({})", db::placeholders(2 + row * 2, 2))).collect();
    // Without WHERE, SQLite would take ON CONFLICT for the condition of the join.
    let sql = format!(
        "WITH x(variant_id, location_id) AS (VALUES {})
         INSERT INTO stock_levels (variant_id, location_id, backorder_limit, low_stock_threshold, created_at, updated_at)
         SELECT x.variant_id, x.location_id, v.backorder_limit, v.low_stock_threshold, $1, $1
         FROM x JOIN variants v ON v.id = x.variant_id WHERE TRUE
         ORDER BY x.variant_id, x.location_id
         ON CONFLICT (variant_id, location_id) DO NOTHING",
        rows.join(", ")
    );
    let mut values = values![tx.now()];
    values.extend(levels.iter().flat_map(|(variant, location)| values![*variant, *location]));
    db::execute(tx, &sql, values).await.map(drop)
}

#[derive(FromQueryResult)]
struct CountRow {
    variant_id: Uuid,
    on_hand: i64,
}

/// What lies of these variants at the default location; those that have no level there are left out.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn on_hand_at_default(db: &impl ConnectionTrait, variants: &[VariantId]) -> Result<Vec<(VariantId, i64)>, DatabaseError> {
    if variants.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT variant_id, on_hand FROM stock_levels WHERE variant_id IN ({})
             AND location_id = (SELECT id FROM stock_locations ORDER BY active DESC, priority, id LIMIT 1)
         ORDER BY variant_id",
        db::placeholders(1, variants.len())
    );
    let rows: Vec<CountRow> = db::fetch_all(db, &sql, values_of(variants)).await?;
    Ok(rows.into_iter().map(|row| (VariantId::from_uuid(row.variant_id), row.on_hand)).collect())
}

/// Copies what a variant's stock is counted by to its locked levels.
pub(in crate::inventory) async fn copy_limits(tx: &WriteTx, variant: VariantId, counting: Counting) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE stock_levels SET backorder_limit = $1, low_stock_threshold = $2, version = version + 1, updated_at = $3
        WHERE variant_id = $4 AND (backorder_limit IS DISTINCT FROM $1 OR low_stock_threshold IS DISTINCT FROM $2)";
    let Counting { backorder_limit, low_stock_threshold, .. } = counting;
    db::execute(tx, UPDATE, values![backorder_limit, low_stock_threshold, tx.now(), variant]).await.map(drop)
}

/// Removes the levels of variants that nothing was ever booked or put aside for; false, with nothing removed, where
/// something was.
pub(in crate::inventory) async fn delete_levels(tx: &WriteTx, variants: &[VariantId]) -> Result<bool, DatabaseError> {
    let wanted = db::placeholders(1, variants.len());
    let booked = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (
             SELECT variant_id FROM stock_moves WHERE variant_id IN ({wanted})
             UNION ALL
             SELECT variant_id FROM holds WHERE variant_id IN ({wanted})
             LIMIT 1) AS booked"
    );
    if db::fetch_scalar::<i64>(tx, &booked, values_of(variants)).await? != Some(0) {
        return Ok(false);
    }
    db::execute(tx, &format!("DELETE FROM stock_levels WHERE variant_id IN ({wanted})"), values_of(variants)).await?;
    Ok(true)
}
