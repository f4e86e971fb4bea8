//! Rows that remember how far an import has come.

use kernel::{ProductId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use serde_json::Value;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct ProgressRow {
    records: i64,
    counts: Value,
}

/// How many records of a file are done, and what became of them; nothing where no import of it is unfinished.
pub(in crate::import) async fn load(db: &impl ConnectionTrait, key: &str) -> Result<Option<(i64, Value)>, DatabaseError> {
    const SELECT: &str = "SELECT records, counts FROM product_imports WHERE source_key = $1";
    let row: Option<ProgressRow> = db::fetch_optional(db, SELECT, values![key]).await?;
    Ok(row.map(|row| (row.records, row.counts)))
}

/// Notes how far an import has come.
pub(in crate::import) async fn save(tx: &WriteTx, key: &str, records: i64, counts: Value) -> Result<(), DatabaseError> {
    const UPSERT: &str = "INSERT INTO product_imports (source_key, records, counts, created_at, updated_at) VALUES ($1, $2, $3, $4, $4)
        ON CONFLICT (source_key) DO UPDATE SET records = excluded.records, counts = excluded.counts, updated_at = excluded.updated_at";
    db::execute(tx, UPSERT, values![key, records, counts, tx.now()]).await.map(drop)
}

/// Forgets an import that is finished, or is to begin anew.
pub(in crate::import) async fn finish(tx: &WriteTx, key: &str) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM product_imports WHERE source_key = $1", values![key]).await.map(drop)
}

/// Forgets imports that nobody went on with since a moment.
pub(in crate::import) async fn forget_old(tx: &WriteTx, since: Timestamp) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM product_imports WHERE updated_at < $1", values![since]).await.map(drop)
}

/// A product that points at products which may still come.
#[derive(FromQueryResult)]
pub(in crate::import) struct LinkRow {
    pub(in crate::import) product_id: Uuid,
    pub(in crate::import) line: i64,
    pub(in crate::import) relations: Value,
    pub(in crate::import) was_changed: bool,
    pub(in crate::import) activate: bool,
}

/// Remembers such products; what the file says of one later counts.
pub(in crate::import) async fn insert_links(tx: &WriteTx, key: &str, links: Vec<LinkRow>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO product_import_links (source_key, product_id, line, relations, was_changed, activate) VALUES";
    const OR_UPDATE: &str = "ON CONFLICT (source_key, product_id) DO UPDATE SET line = excluded.line, relations = excluded.relations,
        was_changed = product_import_links.was_changed OR excluded.was_changed, activate = excluded.activate";
    let row = |link: LinkRow| values![key, link.product_id, link.line, link.relations, link.was_changed, link.activate];
    db::insert_many(tx, INSERT, links.into_iter().map(row).collect(), OR_UPDATE).await.map(drop)
}

/// The next of them.
pub(in crate::import) async fn next_links(db: &impl ConnectionTrait, key: &str, most: i64) -> Result<Vec<LinkRow>, DatabaseError> {
    const SELECT: &str = "SELECT product_id, line, relations, was_changed, activate FROM product_import_links
        WHERE source_key = $1 ORDER BY product_id LIMIT $2";
    db::fetch_all(db, SELECT, values![key, most]).await
}

/// Forgets those of these products.
pub(in crate::import) async fn delete_links(tx: &WriteTx, key: &str, products: &[ProductId]) -> Result<(), DatabaseError> {
    let places = db::placeholders(2, products.len());
    let sql = format!("DELETE FROM product_import_links WHERE source_key = $1 AND product_id IN ({places})");
    let values = values![key].into_iter().chain(products.iter().flat_map(|id| values![*id]));
    db::execute(tx, &sql, values.collect()).await.map(drop)
}
