//! Which products are in manual collections.

use kernel::{CollectionId, ProductId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

/// A product in a collection.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(in crate::collections) struct Member {
    /// Which product.
    pub(in crate::collections) product_id: ProductId,
    /// Its place.
    pub(in crate::collections) position: i64,
}

#[derive(FromQueryResult)]
struct MemberRow {
    product_id: Uuid,
    position: i64,
}

/// The products of a collection, in their order.
pub(in crate::collections) async fn members(db: &impl ConnectionTrait, id: CollectionId) -> Result<Vec<Member>, DatabaseError> {
    const SELECT: &str = "SELECT product_id, position FROM collection_products WHERE collection_id = $1 ORDER BY position, product_id";
    let rows: Vec<MemberRow> = db::fetch_all(db, SELECT, values![id]).await?;
    Ok(rows.into_iter().map(|row| Member { product_id: ProductId::from_uuid(row.product_id), position: row.position }).collect())
}

/// Gives products their places in a collection and repeats what the list says of them; their rows are locked.
pub(in crate::collections) async fn put(tx: &WriteTx, id: CollectionId, members: &[Member]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO collection_products (collection_id, product_id, position) VALUES";
    const REPEAT: &str =
        "UPDATE collection_products AS m SET status = l.status, title_key = l.title_key, price_min_minor = l.price_min_minor,
        created_at = l.created_at
        FROM product_listings l WHERE l.product_id = m.product_id AND m.collection_id = $1 AND m.status IS NULL";
    if members.is_empty() {
        return Ok(());
    }
    let rows = members.iter().map(|member| values![id, member.product_id, member.position]).collect();
    db::insert_many(tx, INSERT, rows, "ON CONFLICT (product_id, collection_id) DO UPDATE SET position = excluded.position").await?;
    db::execute(tx, REPEAT, values![id]).await.map(drop)
}

/// Takes products out of a collection, and tells how many were in it.
pub(in crate::collections) async fn remove(tx: &WriteTx, id: CollectionId, products: &[ProductId]) -> Result<u64, DatabaseError> {
    if products.is_empty() {
        return Ok(0);
    }
    let sql =
        format!("DELETE FROM collection_products WHERE collection_id = $1 AND product_id IN ({})", db::placeholders(2, products.len()));
    let values = values![id].into_iter().chain(products.iter().flat_map(|product| values![*product]));
    db::execute(tx, &sql, values.collect()).await
}
