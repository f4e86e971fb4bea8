//! The count of buyable variants that product lists carry.

use kernel::ProductId;
use platform::db::{self, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct ListingRow {
    #[expect(dead_code, reason = "a row is asked for to lock it")]
    product_id: Uuid,
}

/// Locks the listings of these products, in one order, so that a count and a step up or down never pass each other.
/// Levels are locked before listings, everywhere.
pub(in crate::inventory) async fn lock_listings(tx: &WriteTx, products: &[ProductId]) -> Result<(), DatabaseError> {
    let sql = format!(
        "SELECT product_id FROM product_listings WHERE product_id IN ({}) ORDER BY product_id FOR UPDATE",
        db::placeholders(1, products.len())
    );
    let values: Vec<Value> = products.iter().flat_map(|id| values![*id]).collect();
    let _locked: Vec<ListingRow> = db::fetch_all(tx, &sql, values).await?;
    Ok(())
}

/// Adds to the counts of locked listings; a product that is not listed yet is counted when it is.
pub(in crate::inventory) async fn shift_listings(tx: &WriteTx, steps: &[(ProductId, i64)]) -> Result<(), DatabaseError> {
    if steps.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..steps.len()).map(|row| format!("({})", db::placeholders(2 + row * 2, 2))).collect();
    let sql = format!(
        "WITH x(product_id, step) AS (VALUES {})
         UPDATE product_listings SET variants_available = variants_available + x.step, updated_at = $1
         FROM x WHERE product_listings.product_id = x.product_id",
        rows.join(", ")
    );
    let mut values = values![tx.now()];
    values.extend(steps.iter().flat_map(|(product, step)| values![*product, *step]));
    db::execute(tx, &sql, values).await.map(drop)
}
