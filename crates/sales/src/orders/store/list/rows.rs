//! The rows of a page, and what the list shows of them.

use kernel::{Money, OrderId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use platform::values;
use uuid::Uuid;

use super::matching::Matching;
use super::query::OrderSummary;
use crate::orders::store::read::currency;

#[derive(FromQueryResult)]
pub(super) struct SummaryRow {
    pub(super) id: Uuid,
    pub(super) number: i64,
    status: String,
    payment_status: String,
    fulfilment_status: String,
    currency: String,
    pub(super) total_minor: i64,
    item_count: i64,
    email: String,
    customer_name: Option<String>,
    country: Option<String>,
    pub(super) placed_at: Timestamp,
    version: i64,
}

#[derive(FromQueryResult)]
struct TagRow {
    order_id: Uuid,
    tag: String,
}

/// Reads the orders that were found.
pub(super) async fn read(db: &impl ConnectionTrait, found: Matching, descending: bool) -> Result<Vec<SummaryRow>, DatabaseError> {
    let direction = if descending { "DESC" } else { "ASC" };
    let sql = format!(
        "SELECT o.id, o.number, o.status, o.payment_status, o.fulfilment_status, o.currency, o.total_minor, o.item_count, c.email,
             c.shipping_address->>'name' AS customer_name, o.country, o.placed_at, o.version
         FROM ({}) AS found CROSS JOIN orders o CROSS JOIN order_contacts c WHERE o.id = found.id AND c.order_id = found.id
         ORDER BY found.place {direction}, found.id {direction}",
        found.sql,
    );
    db::fetch_all(db, &sql, found.values).await
}

/// The rows with the tags of their orders.
pub(super) async fn with_tags(db: &impl ConnectionTrait, rows: Vec<SummaryRow>) -> Result<Vec<OrderSummary>, DatabaseError> {
    let sql =
        format!("SELECT order_id, tag FROM order_tags WHERE order_id IN ({}) ORDER BY order_id, position", db::placeholders(1, rows.len()));
    let tags: Vec<TagRow> = db::fetch_all(db, &sql, rows.iter().flat_map(|row| values![row.id]).collect()).await?;
    let of = |id: Uuid| tags.iter().filter(|tag| tag.order_id == id).map(|tag| tag.tag.clone()).collect();
    let summary = |row: SummaryRow| {
        Ok(OrderSummary {
            tags: of(row.id),
            id: OrderId::from_uuid(row.id),
            number: row.number,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("orders.status"))?,
            payment_status: row.payment_status.parse().map_err(|_| DatabaseError::corrupt("orders.payment_status"))?,
            fulfilment_status: row.fulfilment_status.parse().map_err(|_| DatabaseError::corrupt("orders.fulfilment_status"))?,
            total: Money::new(row.total_minor, currency(&row.currency)?),
            item_count: row.item_count,
            email: row.email,
            customer_name: row.customer_name,
            country: row.country,
            placed_at: row.placed_at,
            version: row.version,
        })
    };
    rows.into_iter().map(summary).collect()
}
