//! Whose an order is.

use kernel::{Email, OrderId, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::orders::model::Order;

/// What stands for the address of whoever is forgotten; no mail ever goes there (RFC 2606).
const ERASED: &str = "erased@erased.invalid";

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

/// The orders of a customer, the oldest first.
pub(in crate::orders) async fn orders_of(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<OrderId>, DatabaseError> {
    const SELECT: &str = "SELECT id AS order_id FROM orders WHERE user_id = $1 ORDER BY placed_at, id";
    let rows: Vec<OrderIdRow> = db::fetch_all(db, SELECT, values![user]).await?;
    Ok(rows.into_iter().map(|row| OrderId::from_uuid(row.order_id)).collect())
}

/// True where something of the customer's is still to be paid or to be sent.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn has_open_orders(db: &impl ConnectionTrait, user: UserId) -> Result<bool, DatabaseError> {
    const SELECT: &str = "SELECT CAST(1 AS BIGINT) FROM orders WHERE user_id = $1 AND status IN ('pending', 'confirmed') LIMIT 1";
    Ok(db::fetch_scalar::<i64>(db, SELECT, values![user]).await?.is_some())
}

#[derive(FromQueryResult)]
struct EmailRow {
    email: String,
}

/// Takes from the customer's orders all that tells who placed them. Answers that are kept under idempotency keys hold whole
/// orders, with the address to which they went: they are found by the address of the mail.
pub(in crate::orders) async fn forget_of(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const EMAILS: &str = "SELECT DISTINCT email FROM order_contacts WHERE user_id = $1 ORDER BY email";
    const KEYS: &str = "DELETE FROM idempotency_keys WHERE answer_body LIKE $1 ESCAPE '!'";
    const ORDERS: &str = "(SELECT id FROM orders WHERE user_id = $1)";
    let emails: Vec<EmailRow> = db::fetch_all(tx, EMAILS, values![user]).await?;
    for EmailRow { email } in emails {
        db::execute(tx, KEYS, values![db::containing(&email)]).await?;
    }
    let nothing = || serde_json::json!({});
    let contacts =
        "UPDATE order_contacts SET email = $2, email_key = $2, search_key = '', accepts_marketing = FALSE, shipping_address = NULL,
        billing_address = NULL, updated_at = $3 WHERE user_id = $1";
    db::execute(tx, contacts, values![user, ERASED, tx.now()]).await?;
    let lines = format!("UPDATE order_lines SET custom_options = $2 WHERE order_id IN {ORDERS}");
    db::execute(tx, &lines, values![user, nothing()]).await?;
    let parcels = format!("UPDATE fulfilments SET tracking_number = NULL, tracking_url = NULL WHERE order_id IN {ORDERS}");
    db::execute(tx, &parcels, values![user]).await?;
    let notes = format!("UPDATE order_notes SET body = '' WHERE order_id IN {ORDERS}");
    db::execute(tx, &notes, values![user]).await?;
    db::execute(tx, "UPDATE orders SET metadata = $2, cancel_reason = NULL WHERE user_id = $1", values![user, nothing()]).await.map(drop)
}
