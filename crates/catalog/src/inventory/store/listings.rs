//! The count of buyable variants that product lists carry.

use kernel::{ProductId, StockLocationId};
use platform::db::{self, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

/// Locks the listings of these products, in one order, so that a count and a step up or down never pass each other.
/// Levels are locked before listings, everywhere.
pub(in crate::inventory) async fn lock_listings(tx: &WriteTx, products: &[ProductId]) -> Result<(), DatabaseError> {
    let sql = format!(
        "SELECT CAST(COUNT(*) AS BIGINT) FROM (
             SELECT 1 FROM product_listings WHERE product_id IN ({}) ORDER BY product_id FOR UPDATE
         ) AS locked",
        db::placeholders(1, products.len())
    );
    let values: Vec<Value> = products.iter().flat_map(|id| values![*id]).collect();
    db::fetch_scalar::<i64>(tx, &sql, values).await.map(drop)
}

/// Adds to the counts of locked listings; a product that is not listed yet is counted when it is.
pub(in crate::inventory) async fn shift_listings(tx: &WriteTx, steps: &[(ProductId, i64)]) -> Result<(), DatabaseError> {
    if steps.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..steps.len()).map(|row| format!("({})", db::placeholders(1 + row * 2, 2))).collect();
    let sql = format!(
        "WITH x(product_id, step) AS (VALUES {})
         UPDATE product_listings SET variants_available = variants_available + x.step
         FROM x WHERE product_listings.product_id = x.product_id",
        rows.join(", ")
    );
    let values = steps.iter().flat_map(|(product, step)| values![*product, *step]).collect();
    db::execute(tx, &sql, values).await.map(drop)
}

/// How many variants of each product can be bought (products without any are absent), counted while their listings are
/// locked: what the caller writes into the listings in this transaction stays exact, because every step up or down waits for
/// that lock.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn buyable_counts(tx: &WriteTx, products: &[ProductId]) -> Result<Vec<(ProductId, i64)>, DatabaseError> {
    #[derive(FromQueryResult)]
    struct CountRow {
        product_id: Uuid,
        buyable: i64,
    }
    const OF_PRODUCT: &str = concat!(" AND ", super::buyable!(), " GROUP BY v.product_id ORDER BY v.product_id");
    lock_listings(tx, products).await?;
    let sql = format!(
        "SELECT v.product_id, CAST(COUNT(*) AS BIGINT) AS buyable FROM variants v WHERE v.product_id IN ({}){OF_PRODUCT}",
        db::placeholders(1, products.len())
    );
    let rows: Vec<CountRow> = db::fetch_all(tx, &sql, products.iter().flat_map(|id| values![*id]).collect()).await?;
    Ok(rows.into_iter().map(|row| (ProductId::from_uuid(row.product_id), row.buyable)).collect())
}

/// Counts the listings of all products anew of which something lies at a location. The caller has stopped all stock.
pub(in crate::inventory) async fn recount_location(tx: &WriteTx, location: StockLocationId) -> Result<(), DatabaseError> {
    const LOCK: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (
            SELECT 1 FROM product_listings WHERE product_id IN (
                SELECT v.product_id FROM stock_levels l JOIN variants v ON v.id = l.variant_id WHERE l.location_id = $1)
            ORDER BY product_id FOR UPDATE
        ) AS locked";
    // Only listings that change are written: closing a location of little stock is cheap.
    const COUNT: &str = concat!(
        "WITH counted AS (
            SELECT v.product_id, COUNT(CASE WHEN ",
        super::buyable!(),
        " THEN 1 END) AS buyable FROM variants v WHERE v.product_id IN (
                SELECT at.product_id FROM stock_levels h JOIN variants at ON at.id = h.variant_id WHERE h.location_id = $1)
            GROUP BY v.product_id)
        UPDATE product_listings SET variants_available = counted.buyable FROM counted
        WHERE product_listings.product_id = counted.product_id AND product_listings.variants_available <> counted.buyable"
    );
    db::fetch_scalar::<i64>(tx, LOCK, values![location]).await?;
    db::execute(tx, COUNT, values![location]).await.map(drop)
}
