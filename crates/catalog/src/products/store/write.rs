//! Writing a product and what belongs to it.

use kernel::{ProductId, VariantId, fold};
use platform::db::{self, DatabaseError, OnBroken, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::model::{ExternalRef, Product, ProductContent};

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
    const INSERT: &str = "INSERT INTO products (id, slug, title, description, status, brand, seo_title, seo_description, external_url,
            external_button_text, attributes, metadata, version, updated_at, updated_by, created_at, created_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $14, $15)";
    db::execute(tx, INSERT, row_values(product)).await.on_slug()?;
    let nothing = ProductContent::default();
    write_parts(tx, product.id, &nothing, &product.content).await
}

/// Writes a product over the version before it; of what belongs to it only what differs.
///
/// # Errors
/// `SlugTaken`, `ExternalRefTaken`.
pub async fn update(tx: &WriteTx, before: &Product, after: &Product) -> Result<(), StoreProductError> {
    const UPDATE: &str = "UPDATE products SET slug = $2, title = $3, description = $4, status = $5, brand = $6, seo_title = $7,
            seo_description = $8, external_url = $9, external_button_text = $10, attributes = $11, metadata = $12, version = $13,
            updated_at = $14, updated_by = $15
        WHERE id = $1";
    db::execute(tx, UPDATE, row_values(after)).await.on_slug()?;
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
    if before.tags != after.tags {
        let row = |(position, tag): (i64, &String)| values![id, fold(tag), tag, position];
        let rows = (0..).zip(&after.tags).map(row).collect();
        rewrite(tx, ("product_tags", !before.tags.is_empty()), id, ("product_id, tag_key, tag, position", rows)).await?;
    }
    if before.category_ids != after.category_ids {
        let rows = (0_i64..).zip(&after.category_ids).map(|(position, category)| values![id, *category, position]).collect();
        rewrite(tx, ("product_categories", !before.category_ids.is_empty()), id, ("product_id, category_id, position", rows)).await?;
    }
    if before.relations != after.relations {
        let rows = (0_i64..).zip(&after.relations);
        let rows = rows.map(|(position, to)| values![id, to.product_id, to.kind.as_str(), position]).collect();
        rewrite(tx, ("product_relations", !before.relations.is_empty()), id, ("product_id, related_id, kind, position", rows)).await?;
    }
    if before.options != after.options {
        let rows = (0_i64..).zip(&after.options);
        let row = |(position, option): (i64, &super::super::options::ProductOption)| {
            values![id, position, option.name(), fold(option.name()), serde_json::Value::from(option.values().to_vec())]
        };
        rewrite(
            tx,
            ("product_options", !before.options.is_empty()),
            id,
            ("product_id, position, name, name_key, option_values", rows.map(row).collect()),
        )
        .await?;
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
