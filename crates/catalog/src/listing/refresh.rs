//! Writing a product's row of the list anew.

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
    let Some(source) = store::read_source(tx, product).await? else { return Ok(()) };
    let buyable = inventory::buyable_count(tx, product).await?;
    store::write(tx, product, &source, buyable).await?;
    if let Some(moment) = source.next_change {
        jobs::enqueue(tx, job(product, moment)).await?;
    }
    Ok(())
}

/// One job per product and moment: each run looks for the next moment itself.
fn job(product: ProductId, moment: Timestamp) -> NewJob {
    NewJob {
        kind: KIND,
        payload: serde_json::json!({ "product_id": product }),
        run_at: moment,
        unique_key: Some(format!("{KIND}:{product}:{}", moment.timestamp_micros())),
    }
}
