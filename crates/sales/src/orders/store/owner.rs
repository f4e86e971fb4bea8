//! Whose an order is.

use kernel::{Email, OrderId, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::orders::model::Order;

#[derive(FromQueryResult)]
struct OrderIdRow {
    order_id: Uuid,
}

/// The orders that guests placed under this address, the oldest first.
pub(in crate::orders) async fn guest_orders(db: &impl ConnectionTrait, email: &Email, limit: i64) -> Result<Vec<OrderId>, DatabaseError> {
    const SELECT: &str = "SELECT order_id FROM order_contacts WHERE email_key = $1 AND user_id IS NULL ORDER BY order_id LIMIT $2";
    let rows: Vec<OrderIdRow> = db::fetch_all(db, SELECT, values![email.key(), limit]).await?;
    Ok(rows.into_iter().map(|row| OrderId::from_uuid(row.order_id)).collect())
}

/// Gives an order that is locked to a customer.
pub(in crate::orders) async fn give_to(tx: &WriteTx, order: &Order, user: UserId) -> Result<(), DatabaseError> {
    const CONTACT: &str = "UPDATE order_contacts SET user_id = $1, updated_at = $2 WHERE order_id = $3";
    db::execute(tx, "UPDATE orders SET user_id = $1 WHERE id = $2", values![user, order.id]).await?;
    db::execute(tx, CONTACT, values![user, tx.now(), order.id]).await.map(drop)
}
