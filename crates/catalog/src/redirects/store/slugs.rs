//! Rows of former slugs. They name the thing and not its next slug, so that however often it is renamed, each of them leads to the present one at once.

use kernel::{CategoryId, CollectionId, ProductId, Slug};
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
    /// A collection.
    Collection(CollectionId),
}

/// Remembers a slug that the thing had until now; one that another thing gave up before leads to this one from now on. The thing that has a slug comes
/// before all that had it, so that whoever takes a former slug has it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn keep(tx: &WriteTx, renamed: Renamed, former: &Slug) -> Result<(), DatabaseError> {
    let (column, id) = match renamed {
        Renamed::Product(id) => ("product_id", id.uuid()),
        Renamed::Category(id) => ("category_id", id.uuid()),
        Renamed::Collection(id) => ("collection_id", id.uuid()),
    };
    let sql = format!(
        "INSERT INTO slug_redirects (slug, {column}, created_at) VALUES ($1, $2, $3)
        ON CONFLICT (slug) WHERE {column} IS NOT NULL DO UPDATE SET {column} = excluded.{column}, created_at = excluded.created_at"
    );
    db::execute(tx, &sql, values![former, id, tx.now()]).await.map(drop)
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

/// The collection that had this slug last.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn collection_of(db: &impl ConnectionTrait, former: &Slug) -> Result<Option<CollectionId>, DatabaseError> {
    const SELECT: &str = "SELECT collection_id FROM slug_redirects WHERE slug = $1 AND collection_id IS NOT NULL";
    Ok(db::fetch_scalar::<Uuid>(db, SELECT, values![former]).await?.map(CollectionId::from_uuid))
}
