//! Rows that only exports ask for.

use kernel::{ProductId, Slug};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use platform::values;
use uuid::Uuid;

#[derive(FromQueryResult)]
struct SlugRow {
    id: Uuid,
    slug: String,
}

/// The slugs of these products.
pub(super) async fn slugs(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Vec<(ProductId, Slug)>, DatabaseError> {
    if products.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id, slug FROM products WHERE id IN ({}) ORDER BY id", db::placeholders(1, products.len()));
    let rows: Vec<SlugRow> = db::fetch_all(db, &sql, products.iter().flat_map(|id| values![*id]).collect()).await?;
    let known = |row: SlugRow| Some((ProductId::from_uuid(row.id), Slug::parse(&row.slug).ok()?));
    Ok(rows.into_iter().filter_map(known).collect())
}
