//! Reading customers with their tags and what they spent.

use std::collections::HashMap;

use kernel::{CustomerGroupId, CustomerId, Email, Money, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use crate::customers::model::{Customer, Marketing};

#[derive(FromQueryResult)]
pub(super) struct CustomerRow {
    pub(super) id: Uuid,
    user_id: Option<Uuid>,
    email: Option<String>,
    name: Option<String>,
    group_id: Option<Uuid>,
    note: Option<String>,
    accepts_marketing: bool,
    accepts_marketing_at: Option<Timestamp>,
    accepts_marketing_source: Option<String>,
    pub(super) order_count: i64,
    first_order_at: Option<Timestamp>,
    pub(super) last_order_at: Option<Timestamp>,
    version: i64,
    pub(super) created_at: Timestamp,
    updated_at: Timestamp,
}

pub(super) const COLUMNS: &str = "c.id, c.user_id, c.email, c.name, c.group_id, c.note, c.accepts_marketing, c.accepts_marketing_at,
    c.accepts_marketing_source, c.order_count, c.first_order_at, c.last_order_at, c.version, c.created_at, c.updated_at";

/// Either a tag or what was spent in one currency.
#[derive(FromQueryResult)]
struct PartRow {
    customer_id: Uuid,
    is_tag: bool,
    word: String,
    amount: i64,
}

/// The tags and the spend of a customer.
type Parts = (Vec<String>, Vec<Money>);

/// The customers of these rows with their tags and what they spent: one statement.
pub(super) async fn complete(db: &impl ConnectionTrait, rows: Vec<CustomerRow>) -> Result<Vec<Customer>, DatabaseError> {
    let ids = db::placeholders(1, rows.len());
    // Amounts are in the order of the currencies, tags in that of staff.
    let sql = format!(
        "SELECT customer_id, TRUE AS is_tag, tag AS word, position AS amount FROM customer_tags WHERE customer_id IN ({ids})
         UNION ALL
         SELECT customer_id, FALSE AS is_tag, currency AS word, spent_minor AS amount FROM customer_spend
         WHERE customer_id IN ({ids}) AND (order_count <> 0 OR spent_minor <> 0)
         ORDER BY customer_id, is_tag, amount, word"
    );
    let found: Vec<PartRow> = db::fetch_all(db, &sql, rows.iter().flat_map(|row| values![row.id]).collect()).await?;
    let mut parts: HashMap<Uuid, Parts> = HashMap::new();
    for row in found {
        let (tags, spent) = parts.entry(row.customer_id).or_default();
        if row.is_tag {
            tags.push(row.word);
        } else {
            let currency = row.word.parse().map_err(|_| DatabaseError::corrupt("customer_spend.currency"))?;
            spent.push(Money::new(row.amount, currency));
        }
    }
    for (_, spent) in parts.values_mut() {
        spent.sort_by_key(|money| money.currency().code());
    }
    rows.into_iter().map(|row| customer(parts.remove(&row.id).unwrap_or_default(), row)).collect()
}

fn customer((tags, spent): Parts, row: CustomerRow) -> Result<Customer, DatabaseError> {
    let email = row.email.as_deref().map(Email::parse).transpose();
    Ok(Customer {
        id: CustomerId::from_uuid(row.id),
        user_id: row.user_id.map(UserId::from_uuid),
        email: email.map_err(|_| DatabaseError::corrupt("customers.email"))?,
        name: row.name,
        group_id: row.group_id.map(CustomerGroupId::from_uuid),
        note: row.note,
        tags,
        marketing: Marketing { accepts: row.accepts_marketing, at: row.accepts_marketing_at, source: row.accepts_marketing_source },
        order_count: row.order_count,
        spent,
        first_order_at: row.first_order_at,
        last_order_at: row.last_order_at,
        version: row.version,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

async fn one(db: &impl ConnectionTrait, rest: &str, values: Vec<Value>) -> Result<Option<Customer>, DatabaseError> {
    let rows: Vec<CustomerRow> = db::fetch_all(db, &format!("SELECT {COLUMNS} FROM customers c WHERE {rest}"), values).await?;
    Ok(complete(db, rows).await?.pop())
}

/// One customer.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: CustomerId) -> Result<Option<Customer>, DatabaseError> {
    one(db, "c.id = $1", values![id]).await
}

/// Whoever has this account.
pub(in crate::customers) async fn find_of_user(db: &impl ConnectionTrait, user: UserId) -> Result<Option<Customer>, DatabaseError> {
    one(db, "c.user_id = $1", values![user]).await
}

/// One customer, which nobody else changes until the transaction ends.
pub(in crate::customers) async fn lock(tx: &WriteTx, id: CustomerId) -> Result<Option<Customer>, DatabaseError> {
    one(tx, "c.id = $1 FOR UPDATE", values![id]).await
}
