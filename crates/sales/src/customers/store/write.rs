//! Writing what staff say of customers, and forgetting them.

use kernel::{CustomerId, UserId, fold};
use platform::db::{self, DatabaseError, WriteTx};
use platform::values;

use crate::customers::model::Customer;

/// Writes what staff may change but for the tags; the caller holds the lock.
pub(in crate::customers) async fn update(tx: &WriteTx, customer: &Customer) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE customers SET group_id = $1, note = $2, accepts_marketing = $3, accepts_marketing_at = $4,
        accepts_marketing_source = $5, version = $6, updated_at = $7, updated_by = $8 WHERE id = $9";
    let marketing = &customer.marketing;
    let values = values![
        customer.group_id,
        customer.note.as_deref(),
        marketing.accepts,
        marketing.at,
        marketing.source.as_deref(),
        customer.version,
        customer.updated_at,
        tx.actor().to_string(),
        customer.id,
    ];
    db::execute(tx, UPDATE, values).await.map(drop)
}

/// The tags from now on, and which they are: of two that differ in case only the first stays.
pub(in crate::customers) async fn replace_tags(tx: &WriteTx, customer: &Customer, tags: &[String]) -> Result<Vec<String>, DatabaseError> {
    let mut keys = std::collections::HashSet::new();
    let tags: Vec<String> = tags.iter().filter(|tag| keys.insert(fold(tag))).cloned().collect();
    db::execute(tx, "DELETE FROM customer_tags WHERE customer_id = $1", values![customer.id]).await?;
    insert_tags(tx, customer, &tags, 1).await?;
    Ok(tags)
}

/// More tags, behind those that are there.
pub(in crate::customers) async fn add_tags(tx: &WriteTx, customer: &Customer, tags: &[String]) -> Result<(), DatabaseError> {
    let behind = i64::try_from(customer.tags.len()).unwrap_or(i64::MAX).saturating_add(1);
    insert_tags(tx, customer, tags, behind).await
}

async fn insert_tags(tx: &WriteTx, customer: &Customer, tags: &[String], from: i64) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO customer_tags (customer_id, tag_key, tag, position, created_at) VALUES";
    let rows = (from..).zip(tags).map(|(position, tag)| values![customer.id, fold(tag), tag, position, customer.created_at]);
    db::insert_many(tx, INSERT, rows.collect(), "ON CONFLICT (customer_id, tag_key) DO NOTHING").await.map(drop)
}

/// Lets a guest go whose orders are all somebody else's; tags and sums go with it.
pub(in crate::customers) async fn delete(tx: &WriteTx, id: CustomerId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM customers WHERE id = $1", values![id]).await.map(drop)
}

/// Takes from a customer all that tells who it is; the sums stay.
pub(in crate::customers) async fn forget(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const TAGS: &str = "DELETE FROM customer_tags WHERE customer_id IN (SELECT id FROM customers WHERE user_id = $1)";
    const FORGET: &str = "UPDATE customers SET email = NULL, email_key = '', name = NULL, name_key = '', note = NULL, accepts_marketing = FALSE,
        accepts_marketing_at = NULL, accepts_marketing_source = NULL, version = version + 1, updated_at = $1, updated_by = $2 WHERE user_id = $3";
    db::execute(tx, FORGET, values![tx.now(), tx.actor().to_string(), user]).await?;
    db::execute(tx, TAGS, values![user]).await.map(drop)
}
