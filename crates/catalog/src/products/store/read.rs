//! Reading one product: its row, and in one more statement everything that belongs to it.

use std::collections::HashMap;

use kernel::{CategoryId, Currency, PriceListId, ProductId, Slug, Timestamp, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::free_form::{Attributes, Metadata};
use super::super::model::{ExternalRef, Product, ProductContent};
use super::super::options::ProductOption;
use super::super::relations::Relation;
use crate::categories::Crumb;

/// How a product is named from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProductRef {
    /// By its id.
    Id(ProductId),
    /// By its part of the URL.
    Slug(Slug),
}

impl ProductRef {
    /// Reads an id or a slug; no slug looks like an id, because of the underscore.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().map(Self::Id).ok().or_else(|| Slug::parse(text).map(Self::Slug).ok())
    }

    /// The column that holds it, and what it holds.
    pub(super) fn key(&self) -> (&'static str, Vec<Value>) {
        match self {
            Self::Id(id) => ("id", values![*id]),
            Self::Slug(slug) => ("slug", values![slug]),
        }
    }
}

/// A category that shows a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryOfProduct {
    /// The category.
    pub id: CategoryId,
    /// The way to it from the root; the last crumb is the category itself.
    pub breadcrumbs: Vec<Crumb>,
}

/// A product with what its rows say beyond it.
#[derive(Debug, Clone)]
pub struct LoadedProduct {
    /// The product.
    pub product: Product,
    /// The price list of the default channel.
    pub price_list_id: PriceListId,
    /// Its currency.
    pub currency: Currency,
    /// Its categories with the ways to them, in its order.
    pub categories: Vec<CategoryOfProduct>,
    /// What other systems call its variants.
    pub variant_refs: HashMap<VariantId, Vec<ExternalRef>>,
}

#[derive(FromQueryResult)]
struct ProductRow {
    id: Uuid,
    slug: String,
    title: String,
    description: String,
    status: String,
    brand: Option<String>,
    seo_title: Option<String>,
    seo_description: Option<String>,
    external_url: Option<String>,
    external_button_text: Option<String>,
    attributes: serde_json::Value,
    metadata: serde_json::Value,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    created_by: String,
    updated_by: String,
    price_list_id: Option<Uuid>,
    currency: Option<String>,
}

const SELECT: &str = "SELECT id, slug, title, description, status, brand, seo_title, seo_description, external_url, external_button_text,
    attributes, metadata, version, created_at, updated_at, created_by, updated_by,
    (SELECT c.price_list_id FROM channels c WHERE c.code = 'default') AS price_list_id,
    (SELECT c.currency FROM channels c WHERE c.code = 'default') AS currency
    FROM products";

/// A product by id or slug, in two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, reference: &ProductRef) -> Result<Option<LoadedProduct>, DatabaseError> {
    load(db, reference, "").await
}

/// The same, and nobody else changes the product or its variants until the transaction ends.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock(tx: &WriteTx, reference: &ProductRef) -> Result<Option<LoadedProduct>, DatabaseError> {
    load(tx, reference, "FOR UPDATE").await
}

async fn load(db: &impl ConnectionTrait, reference: &ProductRef, lock: &str) -> Result<Option<LoadedProduct>, DatabaseError> {
    let (column, value) = reference.key();
    let row: Option<ProductRow> = db::fetch_optional(db, &format!("{SELECT} WHERE {column} = $1 {lock}"), value).await?;
    let Some(row) = row else { return Ok(None) };
    Ok(with_parts(db, vec![row]).await?.into_iter().next())
}

/// The products behind this one by id, so many at most, in two statements.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn page(db: &impl ConnectionTrait, after: Option<ProductId>, most: u32) -> Result<Vec<LoadedProduct>, DatabaseError> {
    let sql = format!("{SELECT} WHERE id > $1 ORDER BY id LIMIT $2");
    // No id is as low as the nil one.
    let after = after.map_or(Uuid::nil(), ProductId::uuid);
    let rows: Vec<ProductRow> = db::fetch_all(db, &sql, values![after, most]).await?;
    with_parts(db, rows).await
}

/// These products, in the order of their ids, in two statements; those that are not there are missing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn all_of(db: &impl ConnectionTrait, ids: &[ProductId]) -> Result<Vec<LoadedProduct>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let sql = format!("{SELECT} WHERE id IN ({}) ORDER BY id", db::placeholders(1, ids.len()));
    let rows: Vec<ProductRow> = db::fetch_all(db, &sql, ids.iter().flat_map(|id| values![*id]).collect()).await?;
    with_parts(db, rows).await
}

async fn with_parts(db: &impl ConnectionTrait, rows: Vec<ProductRow>) -> Result<Vec<LoadedProduct>, DatabaseError> {
    if rows.is_empty() {
        return Ok(Vec::new());
    }
    let ids: Vec<Value> = rows.iter().flat_map(|row| values![row.id]).collect();
    let sql = SELECT_PARTS.replace("{wanted}", &db::placeholders(1, ids.len()));
    let parts: Vec<PartRow> = db::fetch_all(db, &sql, ids).await?;
    let mut products = rows.into_iter().map(LoadedProduct::try_from).collect::<Result<Vec<_>, _>>()?;
    let places: HashMap<ProductId, usize> = products.iter().enumerate().map(|(place, loaded)| (loaded.product.id, place)).collect();
    for part in parts {
        if let Some(loaded) = places.get(&ProductId::from_uuid(part.product_id)).and_then(|place| products.get_mut(*place)) {
            add(loaded, part)?;
        }
    }
    Ok(products)
}

impl TryFrom<ProductRow> for LoadedProduct {
    type Error = DatabaseError;

    fn try_from(row: ProductRow) -> Result<Self, DatabaseError> {
        let currency = row.currency.as_deref().and_then(|code| code.parse().ok());
        let (price_list_id, currency) = row.price_list_id.zip(currency).ok_or_else(|| DatabaseError::corrupt("channels: no default"))?;
        let content = ProductContent {
            title: row.title,
            description: row.description,
            status: row.status.parse().map_err(|_| DatabaseError::corrupt("products.status"))?,
            brand: row.brand,
            seo_title: row.seo_title,
            seo_description: row.seo_description,
            external_url: row.external_url,
            external_button_text: row.external_button_text,
            attributes: Attributes::stored(row.attributes).ok_or_else(|| DatabaseError::corrupt("products.attributes"))?,
            metadata: Metadata::stored(row.metadata),
            ..ProductContent::default()
        };
        let product = Product {
            id: ProductId::from_uuid(row.id),
            slug: Slug::parse(&row.slug).map_err(|_| DatabaseError::corrupt("products.slug"))?,
            content,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
            updated_by: row.updated_by,
        };
        let price_list_id = PriceListId::from_uuid(price_list_id);
        Ok(Self { product, price_list_id, currency, categories: Vec::new(), variant_refs: HashMap::new() })
    }
}

/// A tag, category, relation, option or external reference; `part` says which, and what the columns hold.
#[derive(FromQueryResult)]
struct PartRow {
    part: String,
    product_id: Uuid,
    owner: Uuid,
    a: String,
    b: Option<String>,
    id: Option<Uuid>,
}

/// A category comes once for each step of the way to it: a path is 33 characters longer with each level, of which there
/// are at most ten. A CROSS JOIN keeps SQLite from beginning with the references of all variants.
const SELECT_PARTS: &str = "SELECT 'tag' AS part, product_id, product_id AS owner, position, CAST(0 AS BIGINT) AS depth, tag AS a,
        CAST(NULL AS TEXT) AS b, CAST(NULL AS UUID) AS id
    FROM product_tags WHERE product_id IN ({wanted})
    UNION ALL
    SELECT 'category', pc.product_id, own.id, pc.position, step.depth, step.slug, step.name, step.id
    FROM product_categories pc
    JOIN categories own ON own.id = pc.category_id
    JOIN categories step ON step.path IN (substr(own.path, 1, 33), substr(own.path, 1, 66), substr(own.path, 1, 99),
        substr(own.path, 1, 132), substr(own.path, 1, 165), substr(own.path, 1, 198), substr(own.path, 1, 231),
        substr(own.path, 1, 264), substr(own.path, 1, 297), substr(own.path, 1, 330))
    WHERE pc.product_id IN ({wanted})
    UNION ALL
    SELECT 'relation', product_id, related_id, position, CAST(0 AS BIGINT), kind, NULL, NULL
    FROM product_relations WHERE product_id IN ({wanted})
    UNION ALL
    SELECT 'option', product_id, product_id, position, CAST(0 AS BIGINT), name, CAST(option_values AS TEXT), NULL
    FROM product_options WHERE product_id IN ({wanted})
    UNION ALL
    SELECT 'product_ref', entity_id, entity_id, CAST(0 AS BIGINT), CAST(0 AS BIGINT), source, external_id, NULL
    FROM external_refs WHERE entity = 'product' AND entity_id IN ({wanted})
    UNION ALL
    SELECT 'variant_ref', v.product_id, r.entity_id, CAST(0 AS BIGINT), CAST(0 AS BIGINT), r.source, r.external_id, NULL
    FROM variants v CROSS JOIN external_refs r WHERE v.product_id IN ({wanted}) AND r.entity = 'variant' AND r.entity_id = v.id
    ORDER BY product_id, part, position, owner, depth, a, b";

fn add(loaded: &mut LoadedProduct, row: PartRow) -> Result<(), DatabaseError> {
    let corrupt = |what: &str| DatabaseError::corrupt(what);
    let content = &mut loaded.product.content;
    match row.part.as_str() {
        "tag" => content.tags.push(row.a),
        "relation" => {
            let kind = row.a.parse().map_err(|_| corrupt("product_relations.kind"))?;
            content.relations.push(Relation { kind, product_id: ProductId::from_uuid(row.owner) });
        }
        "option" => {
            let values = row.b.as_deref().and_then(|json| serde_json::from_str(json).ok());
            content.options.push(ProductOption::stored(row.a, values.ok_or_else(|| corrupt("product_options.option_values"))?));
        }
        "category" => add_crumb(loaded, row)?,
        "product_ref" => content.external_refs.push(ExternalRef { source: row.a, id: row.b.unwrap_or_default() }),
        _ => {
            let refs = loaded.variant_refs.entry(VariantId::from_uuid(row.owner)).or_default();
            refs.push(ExternalRef { source: row.a, id: row.b.unwrap_or_default() });
        }
    }
    Ok(())
}

fn add_crumb(loaded: &mut LoadedProduct, row: PartRow) -> Result<(), DatabaseError> {
    let id = CategoryId::from_uuid(row.owner);
    let step = row.id.ok_or_else(|| DatabaseError::corrupt("categories.id"))?;
    let slug = Slug::parse(&row.a).map_err(|_| DatabaseError::corrupt("categories.slug"))?;
    let crumb = Crumb { id: CategoryId::from_uuid(step), slug, name: row.b.unwrap_or_default() };
    match loaded.categories.last_mut().filter(|last| last.id == id) {
        Some(category) => category.breadcrumbs.push(crumb),
        None => {
            loaded.product.content.category_ids.push(id);
            loaded.categories.push(CategoryOfProduct { id, breadcrumbs: vec![crumb] });
        }
    }
    Ok(())
}

/// Keeps everybody else from changing a product until the transaction ends; false where there is none.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_row(tx: &WriteTx, id: ProductId) -> Result<bool, DatabaseError> {
    const LOCK: &str = "SELECT version FROM products WHERE id = $1 FOR UPDATE";
    Ok(db::fetch_scalar::<i64>(tx, LOCK, values![id]).await?.is_some())
}
