//! The lines of many orders.

use kernel::OrderId;
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use platform::values;
use uuid::Uuid;

/// A line of an order, as a table has it.
#[derive(Debug, FromQueryResult)]
pub(super) struct LineRow {
    pub(super) order_id: Uuid,
    pub(super) id: Uuid,
    pub(super) sku: Option<String>,
    pub(super) title: String,
    pub(super) variant_title: String,
    pub(super) quantity: i64,
    pub(super) quantity_fulfilled: i64,
    pub(super) quantity_cancelled: i64,
    pub(super) quantity_returned: i64,
    pub(super) unit_price_minor: i64,
    pub(super) discount_minor: i64,
    pub(super) net_minor: i64,
    pub(super) tax_minor: i64,
    pub(super) gross_minor: i64,
}

/// The lines of these orders, those of one order one after the other and in their order.
pub(super) async fn lines(db: &impl ConnectionTrait, orders: &[OrderId]) -> Result<Vec<LineRow>, DatabaseError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT l.order_id, l.id, l.sku, l.title, l.variant_title, l.quantity, l.quantity_fulfilled, l.quantity_cancelled, l.quantity_returned,
            l.unit_price_minor, l.discount_minor, l.net_minor, l.tax_minor, l.gross_minor
         FROM order_lines l WHERE l.order_id IN ({}) ORDER BY l.order_id, l.position",
        db::placeholders(1, orders.len())
    );
    db::fetch_all(db, &sql, orders.iter().flat_map(|id| values![*id]).collect()).await
}
