//! Writing a product's row of the list anew.

use std::collections::HashMap;

use kernel::{ProductId, Timestamp};
use platform::db::{DatabaseError, WriteTx};
use platform::jobs::{self, NewJob};

use super::jobs::KIND;
use super::store;
use crate::inventory;

/// Works out what the list says of a product and writes it, in the transaction that changes the product, a price or a
/// picture; the caller holds the product's lock. A price that begins or ends later is followed by a job.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn refresh(tx: &WriteTx, product: ProductId) -> Result<(), DatabaseError> {
    refresh_all(tx, &[product]).await
}

/// The same for many products, in as many statements as for one.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn refresh_all(tx: &WriteTx, products: &[ProductId]) -> Result<(), DatabaseError> {
    if products.is_empty() {
        return Ok(());
    }
    let sources = store::read_sources(tx, products).await?;
    let buyable: HashMap<ProductId, i64> = inventory::buyable_counts(tx, products).await?.into_iter().collect();
    let row = |(product, source): (ProductId, store::Source)| (product, source, buyable.get(&product).copied().unwrap_or(0));
    let rows: Vec<_> = sources.into_iter().map(row).collect();
    store::write(tx, &rows).await?;
    let next = rows.into_iter().filter_map(|(product, source, _)| Some(job(product, source.next_change?)));
    jobs::enqueue_all(tx, next.collect()).await
}

/// One job per product and moment: each run looks for the next moment itself.
fn job(product: ProductId, moment: Timestamp) -> NewJob {
    let unique_key = format!("{KIND}:{product}:{}", moment.timestamp_micros());
    NewJob::new(KIND, serde_json::json!({ "product_id": product }), moment).unique(unique_key)
}
