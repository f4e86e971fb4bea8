//! Rows that tell which product a record means.

use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use platform::values;
use uuid::Uuid;

/// So many names are asked for at once: far below what a statement takes, two parameters each.
const MOST_NAMES: usize = 5_000;

/// What another system calls a product, or a variant of it.
#[derive(FromQueryResult)]
pub(in crate::import) struct RefRow {
    pub(in crate::import) source: String,
    pub(in crate::import) external_id: String,
    /// `product` or `variant`.
    pub(in crate::import) entity: String,
    pub(in crate::import) product_id: Uuid,
}

/// A product by its slug, once for each name that other systems have for it.
#[derive(FromQueryResult)]
pub(in crate::import) struct SlugRow {
    pub(in crate::import) id: Uuid,
    pub(in crate::import) slug: String,
    pub(in crate::import) title: String,
    pub(in crate::import) source: Option<String>,
    pub(in crate::import) external_id: Option<String>,
}

/// A product by the SKU of a variant.
#[derive(FromQueryResult)]
pub(in crate::import) struct SkuRow {
    pub(in crate::import) sku: String,
    pub(in crate::import) product_id: Uuid,
}

/// The products that other systems call so, or whose variants they call so.
pub(in crate::import) async fn by_refs(db: &impl ConnectionTrait, refs: &[(&str, &str)]) -> Result<Vec<RefRow>, DatabaseError> {
    let mut found = Vec::new();
    for some in refs.chunks(MOST_NAMES) {
        let tuples: Vec<String> = (0..some.len()).map(|row| format!("({})", db::placeholders(1 + row * 2, 2))).collect();
        let sql = format!(
            "WITH x(source, external_id) AS (VALUES {})
             SELECT r.source, r.external_id, r.entity, COALESCE(v.product_id, r.entity_id) AS product_id
             FROM x CROSS JOIN external_refs r LEFT JOIN variants v ON r.entity = 'variant' AND v.id = r.entity_id
             WHERE r.source = x.source AND r.external_id = x.external_id AND r.entity IN ('product', 'variant')
             ORDER BY r.entity, r.source, r.external_id",
            tuples.join(", ")
        );
        let values = some.iter().flat_map(|(source, id)| values![*source, *id]).collect();
        found.extend(db::fetch_all::<RefRow>(db, &sql, values).await?);
    }
    Ok(found)
}

/// The products with these slugs.
pub(in crate::import) async fn by_slugs(db: &impl ConnectionTrait, slugs: &[&str]) -> Result<Vec<SlugRow>, DatabaseError> {
    let select = "SELECT p.id, p.slug, p.title, r.source, r.external_id FROM products p
        LEFT JOIN external_refs r ON r.entity = 'product' AND r.entity_id = p.id WHERE p.slug";
    by_texts(db, slugs, select, "p.slug, r.source, r.external_id").await
}

/// The products whose variants have these SKUs.
pub(in crate::import) async fn by_skus(db: &impl ConnectionTrait, skus: &[&str]) -> Result<Vec<SkuRow>, DatabaseError> {
    by_texts(db, skus, "SELECT sku, product_id FROM variants WHERE sku", "sku").await
}

async fn by_texts<R: FromQueryResult>(
    db: &impl ConnectionTrait,
    texts: &[&str],
    select: &str,
    order: &str,
) -> Result<Vec<R>, DatabaseError> {
    let mut found = Vec::new();
    for some in texts.chunks(MOST_NAMES) {
        let sql = format!("{select} IN ({}) ORDER BY {order}", db::placeholders(1, some.len()));
        let values: Vec<Value> = some.iter().flat_map(|text| values![*text]).collect();
        found.extend(db::fetch_all::<R>(db, &sql, values).await?);
    }
    Ok(found)
}
