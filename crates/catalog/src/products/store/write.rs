//! Writing a product and what belongs to it.

use kernel::{ProductId, VariantId, fold};
use platform::db::{self, DatabaseError, OnBroken, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::model::{ExternalRef, Product, ProductContent};
use crate::redirects::{self, Renamed};

/// Why a product is not stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreProductError {
    /// Another product has the slug.
    #[error("another product has this slug")]
    SlugTaken,
    /// Another product or variant has the external reference.
    #[error("another product or variant has this external reference")]
    ExternalRefTaken,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

trait OnSlug<T> {
    fn on_slug(self) -> Result<T, StoreProductError>;
}

impl<T> OnSlug<T> for Result<T, DatabaseError> {
    fn on_slug(self) -> Result<T, StoreProductError> {
        self.on_unique("products_slug_key", "products.slug", || StoreProductError::SlugTaken)
    }
}

/// Inserts a product with its tags, categories, relations, options and external references.
///
/// # Errors
/// `SlugTaken`, `ExternalRefTaken`.
pub async fn insert(tx: &WriteTx, product: &Product) -> Result<(), StoreProductError> {
    insert_all(tx, &[product]).await
}

/// The same for many products, in as many statements as for one.
///
/// # Errors
/// `SlugTaken`, `ExternalRefTaken`, without which of them.
pub async fn insert_all(tx: &WriteTx, products: &[&Product]) -> Result<(), StoreProductError> {
    const INSERT: &str = "INSERT INTO products (id, slug, title, description, status, brand, seo_title, seo_description, external_url,
        external_button_text, attributes, metadata, version, updated_at, updated_by, created_at, created_by) VALUES";
    let row = |product: &&Product| row_values(product).into_iter().chain(values![product.created_at, &product.created_by]).collect();
    db::insert_many(tx, INSERT, products.iter().map(row).collect(), "").await.map(drop).on_slug()?;
    for (table, columns, rows) in PARTS {
        let rows = products.iter().flat_map(|product| rows(product.id, &product.content)).collect();
        db::insert_many(tx, &format!("INSERT INTO {table} ({columns}) VALUES"), rows, "").await?;
    }
    let refs = products.iter().map(|product| (product.id.uuid(), false, product.content.external_refs.as_slice()));
    write_refs(tx, "product", &refs.collect::<Vec<_>>()).await
}

type Rows = Vec<Vec<Value>>;

/// A table of what belongs to a product, its columns, and the rows of one product.
type Part = (&'static str, &'static str, fn(ProductId, &ProductContent) -> Rows);

const PARTS: [Part; 4] = [
    ("product_tags", "product_id, tag_key, tag, position", tag_rows),
    ("product_categories", "product_id, category_id, position", category_rows),
    ("product_relations", "product_id, related_id, kind, position", relation_rows),
    ("product_options", "product_id, position, name, name_key, option_values", option_rows),
];

fn tag_rows(id: ProductId, content: &ProductContent) -> Rows {
    (0_i64..).zip(&content.tags).map(|(position, tag)| values![id, fold(tag), tag, position]).collect()
}

fn category_rows(id: ProductId, content: &ProductContent) -> Rows {
    (0_i64..).zip(&content.category_ids).map(|(position, category)| values![id, *category, position]).collect()
}

fn relation_rows(id: ProductId, content: &ProductContent) -> Rows {
    (0_i64..).zip(&content.relations).map(|(position, to)| values![id, to.product_id, to.kind.as_str(), position]).collect()
}

fn option_rows(id: ProductId, content: &ProductContent) -> Rows {
    let row = |(position, option): (i64, &super::super::options::ProductOption)| {
        values![id, position, option.name(), fold(option.name()), serde_json::Value::from(option.values().to_vec())]
    };
    (0_i64..).zip(&content.options).map(row).collect()
}

/// Writes a product over the version before it; of what belongs to it only what differs. A slug that it had is remembered.
///
/// # Errors
/// `SlugTaken`, `ExternalRefTaken`.
pub async fn update(tx: &WriteTx, before: &Product, after: &Product) -> Result<(), StoreProductError> {
    const UPDATE: &str = "UPDATE products SET slug = $2, title = $3, description = $4, status = $5, brand = $6, seo_title = $7,
            seo_description = $8, external_url = $9, external_button_text = $10, attributes = $11, metadata = $12, version = $13,
            updated_at = $14, updated_by = $15
        WHERE id = $1";
    db::execute(tx, UPDATE, row_values(after)).await.on_slug()?;
    if before.slug != after.slug {
        redirects::keep(tx, Renamed::Product(after.id), &before.slug).await?;
    }
    write_parts(tx, after.id, &before.content, &after.content).await
}

fn row_values(product: &Product) -> Vec<Value> {
    let content = &product.content;
    values![
        product.id,
        &product.slug,
        &content.title,
        &content.description,
        content.status.as_str(),
        content.brand.as_deref(),
        content.seo_title.as_deref(),
        content.seo_description.as_deref(),
        content.external_url.as_deref(),
        content.external_button_text.as_deref(),
        content.attributes.to_json(),
        content.metadata.as_json().clone(),
        product.version,
        product.updated_at,
        &product.updated_by,
    ]
}

async fn write_parts(tx: &WriteTx, id: ProductId, before: &ProductContent, after: &ProductContent) -> Result<(), StoreProductError> {
    for (table, columns, rows) in PARTS {
        let (old, new) = (rows(id, before), rows(id, after));
        if old != new {
            rewrite(tx, (table, !old.is_empty()), id, (columns, new)).await?;
        }
    }
    if before.external_refs != after.external_refs {
        let had_any = !before.external_refs.is_empty();
        write_refs(tx, "product", &[(id.uuid(), had_any, &after.external_refs)]).await?;
    }
    Ok(())
}

/// Replaces the rows of one table that belong to the product; where it had none, there are none to delete.
async fn rewrite(tx: &WriteTx, table: (&str, bool), id: ProductId, rows: (&str, Vec<Vec<Value>>)) -> Result<(), DatabaseError> {
    let ((table, had_any), (columns, rows)) = (table, rows);
    if had_any {
        db::execute(tx, &format!("DELETE FROM {table} WHERE product_id = $1"), values![id]).await?;
    }
    db::insert_many(tx, &format!("INSERT INTO {table} ({columns}) VALUES"), rows, "").await.map(drop)
}

/// Replaces what other systems call these variants; the flag says whether they called it anything.
///
/// # Errors
/// `ExternalRefTaken`.
pub async fn write_variant_refs(tx: &WriteTx, refs: &[(VariantId, bool, &[ExternalRef])]) -> Result<(), StoreProductError> {
    let refs: Vec<(Uuid, bool, &[ExternalRef])> = refs.iter().map(|(id, had_any, refs)| (id.uuid(), *had_any, *refs)).collect();
    write_refs(tx, "variant", &refs).await
}

async fn write_refs(tx: &WriteTx, entity: &str, refs: &[(Uuid, bool, &[ExternalRef])]) -> Result<(), StoreProductError> {
    const INSERT: &str = "INSERT INTO external_refs (source, external_id, entity, entity_id, created_at) VALUES";
    let old: Vec<Value> = refs.iter().filter(|(_, had_any, _)| *had_any).flat_map(|(owner, ..)| values![*owner]).collect();
    if !old.is_empty() {
        let delete = format!("DELETE FROM external_refs WHERE entity = $1 AND entity_id IN ({})", db::placeholders(2, old.len()));
        db::execute(tx, &delete, values![entity].into_iter().chain(old).collect()).await?;
    }
    let row = |owner: Uuid, known: &ExternalRef| values![&known.source, &known.id, entity, owner, tx.now()];
    let rows = refs.iter().flat_map(|(owner, _, refs)| refs.iter().map(|known| row(*owner, known))).collect();
    db::insert_many(tx, INSERT, rows, "").await.map(drop).on_unique(
        "external_refs_pkey",
        "external_refs.source, external_refs.external_id, external_refs.entity",
        || StoreProductError::ExternalRefTaken,
    )
}

/// Deletes a product whose variants are gone. What belongs to it goes with it.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn delete(tx: &WriteTx, id: ProductId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM external_refs WHERE entity = 'product' AND entity_id = $1", values![id]).await?;
    db::execute(tx, "DELETE FROM products WHERE id = $1", values![id]).await.map(drop)
}
