//! Beginning to take orders out.

use kernel::Origin;
use platform::audit::{self, Entry};
use platform::db::DatabaseError;
use platform::{Context, outbox::Fact};
use serde_json::json;

use super::page::OrderExport;
use crate::orders::{OrderFact, OrderQuery};

/// Notes who takes orders out, filtered by what (the names of filters: what they are asked for may be a person), and begins.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn begin(context: &Context, origin: &Origin, query: OrderQuery) -> Result<OrderExport, DatabaseError> {
    let tx = context.begin(origin).await?;
    let entry = Entry::of("orders.exported", <OrderFact as Fact>::AGGREGATE).after(&json!({ "filters": query.filter.names() }));
    audit::record(&tx, &entry).await?;
    tx.commit().await?;
    Ok(OrderExport::of(query))
}
