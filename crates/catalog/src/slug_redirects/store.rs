//! Rows of former slugs. They name the thing and not its next slug, so that however often it is renamed, each of them leads to the present one at once.

use kernel::{CategoryId, ProductId, Slug};
use platform::db::{self, ConnectionTrait, DatabaseError, WriteTx};
use platform::values;
use uuid::Uuid;

/// What has another slug now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Renamed {
    /// A product.
    Product(ProductId),
    /// A category.
    Category(CategoryId),
}

/// Remembers a slug that the thing had until now; one that another thing gave up before leads to this one from now on. The thing that has a slug comes
/// before all that had it, so that whoever takes a former slug has it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn keep(tx: &WriteTx, renamed: Renamed, former: &Slug) -> Result<(), DatabaseError> {
    const OF_PRODUCT: &str = "INSERT INTO slug_redirects (slug, product_id, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (slug) WHERE product_id IS NOT NULL DO UPDATE SET product_id = excluded.product_id, created_at = excluded.created_at";
    const OF_CATEGORY: &str = "INSERT INTO slug_redirects (slug, category_id, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (slug) WHERE category_id IS NOT NULL DO UPDATE SET category_id = excluded.category_id, created_at = excluded.created_at";
    let (sql, id) = match renamed {
        Renamed::Product(id) => (OF_PRODUCT, id.uuid()),
        Renamed::Category(id) => (OF_CATEGORY, id.uuid()),
    };
    db::execute(tx, sql, values![former, id, tx.now()]).await.map(drop)
}

/// The product that had this slug last.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn product_of(db: &impl ConnectionTrait, former: &Slug) -> Result<Option<ProductId>, DatabaseError> {
    const SELECT: &str = "SELECT product_id FROM slug_redirects WHERE slug = $1 AND product_id IS NOT NULL";
    Ok(db::fetch_scalar::<Uuid>(db, SELECT, values![former]).await?.map(ProductId::from_uuid))
}

/// The category that had this slug last.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn category_of(db: &impl ConnectionTrait, former: &Slug) -> Result<Option<CategoryId>, DatabaseError> {
    const SELECT: &str = "SELECT category_id FROM slug_redirects WHERE slug = $1 AND category_id IS NOT NULL";
    Ok(db::fetch_scalar::<Uuid>(db, SELECT, values![former]).await?.map(CategoryId::from_uuid))
}
