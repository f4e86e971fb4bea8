//! Whose an order is.

use kernel::{Currency, Email, OrderId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use super::read::currency;
use crate::orders::model::Order;
use crate::orders::states::OrderStatus;

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

/// What an order says of whoever placed it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bought {
    /// The order.
    pub order_id: OrderId,
    /// The account; a guest has none.
    pub user_id: Option<UserId>,
    /// Where the confirmation went; nobody can tell any more where whoever is forgotten reads mail.
    pub email: Option<Email>,
    /// Who receives it, or pays for it.
    pub name: Option<String>,
    /// When it was said in the cart that advertising is welcome, where it was.
    pub accepts_marketing_at: Option<Timestamp>,
    /// False where it was called off.
    pub is_live: bool,
    /// What was taken for it and not given back, in minor units.
    pub spent_minor: i64,
    /// Of which currency.
    pub currency: Currency,
    /// When it was placed.
    pub placed_at: Timestamp,
}

#[derive(FromQueryResult)]
struct BoughtRow {
    order_id: Uuid,
    user_id: Option<Uuid>,
    email: String,
    name: Option<String>,
    accepts_marketing_at: Option<Timestamp>,
    status: String,
    spent_minor: i64,
    currency: String,
    placed_at: Timestamp,
}

/// What orders say of those who placed them, in the order of their ids; those that do not exist are missing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn bought(db: &impl ConnectionTrait, orders: &[OrderId]) -> Result<Vec<Bought>, DatabaseError> {
    if orders.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!(
        "SELECT o.id AS order_id, o.user_id, c.email, COALESCE(c.billing_address->>'name', c.shipping_address->>'name') AS name,
             c.accepts_marketing_at, o.status, o.captured_minor - o.refunded_minor AS spent_minor, o.currency, o.placed_at
         FROM orders o JOIN order_contacts c ON c.order_id = o.id WHERE o.id IN ({}) ORDER BY o.id",
        db::placeholders(1, orders.len())
    );
    let rows: Vec<BoughtRow> = db::fetch_all(db, &sql, orders.iter().flat_map(|id| values![*id]).collect()).await?;
    let told = |row: BoughtRow| {
        let status: OrderStatus = row.status.parse().map_err(|_| DatabaseError::corrupt("orders.status"))?;
        let email = Email::parse(&row.email).map_err(|_| DatabaseError::corrupt("order_contacts.email"))?;
        Ok(Bought {
            order_id: OrderId::from_uuid(row.order_id),
            user_id: row.user_id.map(UserId::from_uuid),
            email: Some(email).filter(|email| email.as_str() != ERASED),
            name: row.name,
            accepts_marketing_at: row.accepts_marketing_at,
            is_live: status.is_live(),
            spent_minor: row.spent_minor,
            currency: currency(&row.currency)?,
            placed_at: row.placed_at,
        })
    };
    rows.into_iter().map(told).collect()
}

#[derive(FromQueryResult)]
struct EmailRow {
    email: String,
}

#[derive(FromQueryResult)]
struct WordsRow {
    order_id: Uuid,
    number: i64,
    search_key: String,
}

/// Nobody finds the customer's orders by more than their numbers any more. Words go order by order, for their key begins with the word.
async fn forget_words_of(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const WORDS: &str =
        "SELECT c.order_id, o.number, c.search_key FROM order_contacts c JOIN orders o ON o.id = c.order_id WHERE c.user_id = $1";
    let kept: Vec<WordsRow> = db::fetch_all(tx, WORDS, values![user]).await?;
    for WordsRow { order_id, number, search_key } in kept {
        let number = number.to_string();
        let words: Vec<&str> = search_key.split_whitespace().filter(|word| *word != number).collect();
        let delete = format!("DELETE FROM order_words WHERE order_id = $1 AND word IN ({})", db::placeholders(2, words.len()));
        let named = values![order_id].into_iter().chain(words.into_iter().flat_map(|word| values![word]));
        db::execute(tx, &delete, named.collect()).await?;
    }
    Ok(())
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
    forget_words_of(tx, user).await?;
    let nothing = || serde_json::json!({});
    let contacts = "UPDATE order_contacts SET email = $2, email_key = $2, accepts_marketing = FALSE, accepts_marketing_at = NULL,
        shipping_address = NULL,
        billing_address = NULL, updated_at = $3,
        search_key = ' ' || CAST((SELECT o.number FROM orders o WHERE o.id = order_contacts.order_id) AS TEXT) || ' ' WHERE user_id = $1";
    db::execute(tx, contacts, values![user, ERASED, tx.now()]).await?;
    let lines = format!("UPDATE order_lines SET custom_options = $2 WHERE order_id IN {ORDERS}");
    db::execute(tx, &lines, values![user, nothing()]).await?;
    let parcels = format!("UPDATE fulfilments SET tracking_number = NULL, tracking_url = NULL WHERE order_id IN {ORDERS}");
    db::execute(tx, &parcels, values![user]).await?;
    let notes = format!("UPDATE order_notes SET body = '' WHERE order_id IN {ORDERS}");
    db::execute(tx, &notes, values![user]).await?;
    db::execute(tx, "UPDATE orders SET metadata = $2, cancel_reason = NULL WHERE user_id = $1", values![user, nothing()]).await.map(drop)
}
