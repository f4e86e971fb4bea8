//! Small questions about products: which slugs are taken, which references lead nowhere.

use std::collections::{HashMap, HashSet};

use kernel::{CategoryId, PriceListId, ProductId, Slug, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult};
use platform::values;
use uuid::Uuid;

use super::super::model::{ExternalRef, ProductStatus};
use super::read::ProductRef;

#[derive(FromQueryResult)]
struct SlugRow {
    slug: String,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// Those of the slugs that products have.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn taken_slugs(db: &impl ConnectionTrait, slugs: &[Slug]) -> Result<HashSet<String>, DatabaseError> {
    let sql = format!("SELECT slug FROM products WHERE slug IN ({}) ORDER BY slug", db::placeholders(1, slugs.len()));
    let rows: Vec<SlugRow> = db::fetch_all(db, &sql, slugs.iter().flat_map(|slug| values![slug]).collect()).await?;
    Ok(rows.into_iter().map(|row| row.slug).collect())
}

/// The places of the categories that do not exist.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn unknown_categories(db: &impl ConnectionTrait, ids: &[CategoryId]) -> Result<Vec<usize>, DatabaseError> {
    unknown(db, "categories", ids.iter().map(|id| id.uuid()).collect()).await
}

/// The places of the products that do not exist.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn unknown_products(db: &impl ConnectionTrait, ids: &[ProductId]) -> Result<Vec<usize>, DatabaseError> {
    unknown(db, "products", ids.iter().map(|id| id.uuid()).collect()).await
}

async fn unknown(db: &impl ConnectionTrait, table: &str, ids: Vec<Uuid>) -> Result<Vec<usize>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("SELECT id FROM {table} WHERE id IN ({}) ORDER BY id", db::placeholders(1, ids.len()));
    let rows: Vec<IdRow> = db::fetch_all(db, &sql, ids.iter().flat_map(|id| values![*id]).collect()).await?;
    let known: HashSet<Uuid> = rows.into_iter().map(|row| row.id).collect();
    Ok(ids.iter().enumerate().filter(|(_, id)| !known.contains(id)).map(|(place, _)| place).collect())
}

#[derive(FromQueryResult)]
struct StatusRow {
    id: Uuid,
    status: String,
}

/// Which product it is and whether it is sold, and nothing else of it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_status(db: &impl ConnectionTrait, reference: &ProductRef) -> Result<Option<(ProductId, ProductStatus)>, DatabaseError> {
    let (column, value) = reference.key();
    let row: Option<StatusRow> = db::fetch_optional(db, &format!("SELECT id, status FROM products WHERE {column} = $1"), value).await?;
    let status =
        |row: StatusRow| Ok((ProductId::from_uuid(row.id), row.status.parse().map_err(|_| DatabaseError::corrupt("products.status"))?));
    row.map(status).transpose()
}

/// What the variants of a product need to know of it.
#[derive(Debug, Clone)]
pub struct VariantsOwner {
    /// The product.
    pub id: ProductId,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// The price list of the default channel.
    pub price_list_id: PriceListId,
    /// What other systems call its variants.
    pub variant_refs: HashMap<VariantId, Vec<ExternalRef>>,
}

#[derive(FromQueryResult)]
struct OwnerRow {
    id: Uuid,
    status: String,
    price_list_id: Uuid,
    #[row(nested)]
    reference: Option<RefRow>,
}

#[derive(FromQueryResult)]
struct RefRow {
    entity_id: Uuid,
    source: String,
    external_id: String,
}

/// What the variants of a product need to know of it, in one statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_owner(db: &impl ConnectionTrait, reference: &ProductRef) -> Result<Option<VariantsOwner>, DatabaseError> {
    let (column, value) = reference.key();
    let sql = format!(
        "SELECT p.id, p.status, c.price_list_id, r.entity_id, r.source, r.external_id
        FROM products p JOIN channels c ON c.code = 'default'
        LEFT JOIN variants v ON v.product_id = p.id LEFT JOIN external_refs r ON r.entity = 'variant' AND r.entity_id = v.id
        WHERE p.{column} = $1 ORDER BY r.source, r.external_id"
    );
    let rows: Vec<OwnerRow> = db::fetch_all(db, &sql, value).await?;
    let mut owner: Option<VariantsOwner> = None;
    for row in rows {
        let status = row.status.parse().map_err(|_| DatabaseError::corrupt("products.status"))?;
        let owner = owner.get_or_insert_with(|| VariantsOwner {
            id: ProductId::from_uuid(row.id),
            status,
            price_list_id: PriceListId::from_uuid(row.price_list_id),
            variant_refs: HashMap::new(),
        });
        if let Some(RefRow { entity_id, source, external_id }) = row.reference {
            let refs = owner.variant_refs.entry(VariantId::from_uuid(entity_id)).or_default();
            refs.push(ExternalRef { source, id: external_id });
        }
    }
    Ok(owner)
}

/// The product that another system calls so.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_id_by_external_ref(db: &impl ConnectionTrait, known_as: &ExternalRef) -> Result<Option<ProductId>, DatabaseError> {
    const SELECT: &str = "SELECT entity_id FROM external_refs WHERE source = $1 AND external_id = $2 AND entity = 'product'";
    let id: Option<Uuid> = db::fetch_scalar(db, SELECT, values![&known_as.source, &known_as.id]).await?;
    Ok(id.map(ProductId::from_uuid))
}
