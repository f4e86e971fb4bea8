//! Writing the variants of a product, many in few statements.

use kernel::{MediaId, VariantId, fold};
use platform::db::{self, DatabaseError, OnBroken, Value, WriteTx};
use platform::values;

use super::super::model::Variant;
use super::write_prices::write_prices;

/// Why variants are not stored.
#[derive(Debug, thiserror::Error)]
pub enum StoreVariantError {
    /// Another variant has a SKU of theirs.
    #[error("another variant has this SKU")]
    SkuTaken,
    /// Two live variants of the product have the same options.
    #[error("another variant has the same options")]
    OptionsTaken,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

/// The variants of one product that are new or changed.
#[derive(Debug, Default)]
pub struct VariantWrites<'a> {
    /// All of them.
    pub variants: Vec<&'a Variant>,
    /// Those that exist and get another SKU or other options.
    pub renamed: Vec<VariantId>,
    /// Those whose options (or being sold) changed, and new ones.
    pub options: Vec<&'a Variant>,
    /// Those whose prices changed, and new ones with prices.
    pub prices: Vec<&'a Variant>,
}

/// Inserts and updates variants with their options and prices.
///
/// # Errors
/// `SkuTaken`, `OptionsTaken`.
pub async fn write(tx: &WriteTx, writes: VariantWrites<'_>) -> Result<(), StoreVariantError> {
    step_aside(tx, &writes.renamed).await?;
    upsert(tx, &writes.variants).await?;
    write_options(tx, &writes.options).await?;
    write_prices(tx, &writes.prices).await?;
    Ok(())
}

/// Two variants may swap their SKUs or options: first nobody has them, then each gets its new ones.
async fn step_aside(tx: &WriteTx, ids: &[VariantId]) -> Result<(), DatabaseError> {
    if ids.is_empty() {
        return Ok(());
    }
    let sql = format!("UPDATE variants SET sku = NULL, archived_at = $1 WHERE id IN ({})", db::placeholders(2, ids.len()));
    let mut values = values![tx.now()];
    values.extend(ids.iter().flat_map(|id| values![*id]));
    db::execute(tx, &sql, values).await.map(drop)
}

async fn upsert(tx: &WriteTx, variants: &[&Variant]) -> Result<(), StoreVariantError> {
    const INSERT: &str = "INSERT INTO variants (id, product_id, position, sku, barcode, options, options_key, kind, requires_shipping,
        tracked, backorder_limit, low_stock_threshold, tax_class, cost_minor, cost_currency, weight_grams, length_mm, width_mm, height_mm,
        media_id, metadata, archived_at, version, created_at, updated_at, created_by, updated_by) VALUES";
    const OR_UPDATE: &str = "ON CONFLICT (id) DO UPDATE SET position = excluded.position, sku = excluded.sku, barcode = excluded.barcode,
        options = excluded.options, options_key = excluded.options_key, kind = excluded.kind,
        requires_shipping = excluded.requires_shipping, tracked = excluded.tracked, backorder_limit = excluded.backorder_limit,
        low_stock_threshold = excluded.low_stock_threshold, tax_class = excluded.tax_class, cost_minor = excluded.cost_minor,
        cost_currency = excluded.cost_currency, weight_grams = excluded.weight_grams, length_mm = excluded.length_mm,
        width_mm = excluded.width_mm, height_mm = excluded.height_mm, media_id = excluded.media_id, metadata = excluded.metadata,
        archived_at = excluded.archived_at, version = excluded.version, updated_at = excluded.updated_at, updated_by = excluded.updated_by";
    let rows = variants.iter().map(|variant| row_values(variant)).collect();
    db::insert_many(tx, INSERT, rows, OR_UPDATE)
        .await
        .map(drop)
        .on_unique("variants_sku_key", "variants.sku", || StoreVariantError::SkuTaken)
        .or_else(|error| match error {
            StoreVariantError::Database(error) => {
                Err(error)
                    .on_unique("variants_options_key", "variants.product_id, variants.options_key", || StoreVariantError::OptionsTaken)
            }
            other => Err(other),
        })
}

fn row_values(variant: &Variant) -> Vec<Value> {
    let content = &variant.content;
    values![
        variant.id,
        variant.product_id,
        variant.position,
        content.sku.as_deref(),
        content.barcode.as_deref(),
        content.options.to_json(),
        content.options.key(),
        content.kind.as_str(),
        content.requires_shipping,
        content.tracked,
        content.backorder_limit,
        content.low_stock_threshold,
        &content.tax_class,
        content.cost.map(kernel::Money::minor),
        content.cost.map(kernel::Money::currency),
        content.weight_grams,
        content.length_mm,
        content.width_mm,
        content.height_mm,
        content.media_id,
        content.metadata.as_json().clone(),
        variant.archived_at,
        variant.version,
        variant.created_at,
        variant.updated_at,
        &variant.created_by,
        &variant.updated_by,
    ]
}

/// What filters search; an archived variant is not found by its options.
async fn write_options(tx: &WriteTx, variants: &[&Variant]) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO variant_options (variant_id, product_id, name_key, value_key) VALUES";
    delete_of(tx, "variant_options", variants).await?;
    let live = variants.iter().filter(|variant| !variant.content.archived);
    let rows = live.flat_map(|variant| {
        let row = |(name, value): (&str, &str)| values![variant.id, variant.product_id, fold(name), fold(value)];
        variant.content.options.iter().map(row).collect::<Vec<_>>()
    });
    db::insert_many(tx, INSERT, rows.collect(), "").await.map(drop)
}

/// New variants have no rows to delete: a version of 1 says that they are new.
pub(super) async fn delete_of(tx: &WriteTx, table: &str, variants: &[&Variant]) -> Result<(), DatabaseError> {
    let ids: Vec<Value> = variants.iter().filter(|variant| variant.version > 1).flat_map(|variant| values![variant.id]).collect();
    if ids.is_empty() {
        return Ok(());
    }
    db::execute(tx, &format!("DELETE FROM {table} WHERE variant_id IN ({})", db::placeholders(1, ids.len())), ids).await.map(drop)
}

/// Shows variants by pictures of their product, without another version: for a product that is made in this transaction, whose
/// pictures come after its variants.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn show_new(tx: &WriteTx, shown: &[(VariantId, MediaId)]) -> Result<(), DatabaseError> {
    if shown.is_empty() {
        return Ok(());
    }
    let rows: Vec<String> = (0..shown.len()).map(|row| format!("({})", db::placeholders(1 + row * 2, 2))).collect();
    let sql = format!(
        "WITH x(id, media_id) AS (VALUES {}) UPDATE variants SET media_id = x.media_id FROM x WHERE variants.id = x.id",
        rows.join(", ")
    );
    let values: Vec<Value> = shown.iter().flat_map(|(variant, media)| values![*variant, *media]).collect();
    db::execute(tx, &sql, values).await.map(drop)
}

/// Deletes variants for good, with their options, prices and external references.
///
/// # Errors
/// `Broken(Foreign)` where stock, a cart or an order names one of them: the transaction is of no use then, so the caller
/// opens a savepoint.
pub async fn delete(tx: &WriteTx, ids: &[VariantId]) -> Result<(), DatabaseError> {
    if ids.is_empty() {
        return Ok(());
    }
    let wanted = db::placeholders(1, ids.len());
    let values = || ids.iter().flat_map(|id| values![*id]).collect::<Vec<Value>>();
    db::execute(tx, &format!("DELETE FROM external_refs WHERE entity = 'variant' AND entity_id IN ({wanted})"), values()).await?;
    db::execute(tx, &format!("DELETE FROM variants WHERE id IN ({wanted})"), values()).await.map(drop)
}
