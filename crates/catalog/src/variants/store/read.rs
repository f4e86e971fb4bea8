//! Reading the variants of a product.

use std::collections::HashMap;

use kernel::{Currency, MediaId, Money, PriceListId, ProductId, Timestamp, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::model::{Variant, VariantContent, VariantKind};
use super::super::options::VariantOptions;
use super::super::prices::Price;
use crate::products::{ExternalRef, Metadata};

#[derive(FromQueryResult)]
struct VariantRow {
    id: Uuid,
    product_id: Uuid,
    position: i64,
    sku: Option<String>,
    barcode: Option<String>,
    options: serde_json::Value,
    options_key: String,
    kind: String,
    requires_shipping: bool,
    tracked: bool,
    backorder_limit: Option<i64>,
    low_stock_threshold: Option<i64>,
    tax_class: String,
    cost_minor: Option<i64>,
    cost_currency: Option<String>,
    weight_grams: Option<i64>,
    length_mm: Option<i64>,
    width_mm: Option<i64>,
    height_mm: Option<i64>,
    media_id: Option<Uuid>,
    metadata: serde_json::Value,
    archived_at: Option<Timestamp>,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
    created_by: String,
    updated_by: String,
    #[row(nested)]
    price: Option<PriceRow>,
}

#[derive(FromQueryResult)]
struct PriceRow {
    price_list_id: Uuid,
    currency: String,
    min_quantity: i64,
    amount_minor: i64,
    compare_at_minor: Option<i64>,
    derived: bool,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

/// The variants of a product in order, archived ones included, with their prices, in one statement. What other systems call
/// them is read with the product.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_product(
    db: &impl ConnectionTrait,
    product: ProductId,
    refs: &HashMap<VariantId, Vec<ExternalRef>>,
) -> Result<Vec<Variant>, DatabaseError> {
    let mut variants = of_products(db, &[product]).await?;
    for variant in &mut variants {
        variant.content.external_refs = refs.get(&variant.id).cloned().unwrap_or_default();
    }
    Ok(variants)
}

/// The same for many products, by product, without what other systems call them. A variant comes once for each of its prices.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_products(db: &impl ConnectionTrait, products: &[ProductId]) -> Result<Vec<Variant>, DatabaseError> {
    with_prices(db, "v.product_id", products.iter().flat_map(|id| values![*id]).collect()).await
}

/// These variants alone, as [`of_products`] has them; those that are not there are missing.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn of_ids(db: &impl ConnectionTrait, variants: &[VariantId]) -> Result<Vec<Variant>, DatabaseError> {
    with_prices(db, "v.id", variants.iter().flat_map(|id| values![*id]).collect()).await
}

async fn with_prices(db: &impl ConnectionTrait, column: &str, wanted: Vec<Value>) -> Result<Vec<Variant>, DatabaseError> {
    let sql = format!(
        "SELECT v.id, v.product_id, v.position, v.sku, v.barcode, v.options, v.options_key, v.kind, v.requires_shipping, v.tracked,
            v.backorder_limit, v.low_stock_threshold, v.tax_class, v.cost_minor, v.cost_currency, v.weight_grams, v.length_mm,
            v.width_mm, v.height_mm, v.media_id, v.metadata, v.archived_at, v.version, v.created_at, v.updated_at, v.created_by,
            v.updated_by, r.price_list_id, l.currency, r.min_quantity, r.amount_minor, r.compare_at_minor, r.derived, r.starts_at,
            r.ends_at
        FROM variants v LEFT JOIN prices r ON r.variant_id = v.id LEFT JOIN price_lists l ON l.id = r.price_list_id
        WHERE {column} IN ({}) ORDER BY v.product_id, v.position, v.id, r.id",
        db::placeholders(1, wanted.len())
    );
    let rows: Vec<VariantRow> = db::fetch_all(db, &sql, wanted).await?;
    let mut variants: Vec<Variant> = Vec::new();
    for mut row in rows {
        let price = row.price.take().map(Price::try_from).transpose()?;
        if variants.last().is_none_or(|last| last.id.uuid() != row.id) {
            variants.push(Variant::try_from(row)?);
        }
        variants.last_mut().zip(price).into_iter().for_each(|(variant, price)| variant.content.prices.push(price));
    }
    variants.iter_mut().for_each(|variant| variant.content.prices.sort_by_key(Price::key));
    Ok(variants)
}

impl TryFrom<PriceRow> for Price {
    type Error = DatabaseError;

    fn try_from(row: PriceRow) -> Result<Self, DatabaseError> {
        let currency: Currency = row.currency.parse().map_err(|_| DatabaseError::corrupt("price_lists.currency"))?;
        Ok(Self {
            price_list_id: PriceListId::from_uuid(row.price_list_id),
            min_quantity: row.min_quantity,
            amount: Money::new(row.amount_minor, currency),
            compare_at: row.compare_at_minor.map(|minor| Money::new(minor, currency)),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            derived: row.derived,
        })
    }
}

impl TryFrom<VariantRow> for Variant {
    type Error = DatabaseError;

    fn try_from(row: VariantRow) -> Result<Self, DatabaseError> {
        let kind: VariantKind = row.kind.parse().map_err(|_| DatabaseError::corrupt("variants.kind"))?;
        let currency = row.cost_currency.map(|code| code.parse::<Currency>()).transpose();
        let currency = currency.map_err(|_| DatabaseError::corrupt("variants.cost_currency"))?;
        let options = VariantOptions::stored(&row.options, &row.options_key);
        let content = VariantContent {
            sku: row.sku,
            barcode: row.barcode,
            options: options.ok_or_else(|| DatabaseError::corrupt("variants.options"))?,
            requires_shipping: row.requires_shipping,
            tracked: row.tracked,
            backorder_limit: row.backorder_limit,
            low_stock_threshold: row.low_stock_threshold,
            tax_class: row.tax_class,
            cost: row.cost_minor.zip(currency).map(|(minor, currency)| Money::new(minor, currency)),
            weight_grams: row.weight_grams,
            length_mm: row.length_mm,
            width_mm: row.width_mm,
            height_mm: row.height_mm,
            media_id: row.media_id.map(MediaId::from_uuid),
            metadata: Metadata::stored(row.metadata),
            archived: row.archived_at.is_some(),
            ..VariantContent::of_kind(kind)
        };
        Ok(Self {
            id: VariantId::from_uuid(row.id),
            product_id: ProductId::from_uuid(row.product_id),
            position: row.position,
            content,
            archived_at: row.archived_at,
            version: row.version,
            created_at: row.created_at,
            updated_at: row.updated_at,
            created_by: row.created_by,
            updated_by: row.updated_by,
        })
    }
}

/// Keeps everybody else from changing the variants of a product and from counting their stock otherwise; carts and orders
/// may go on to refer to them. Variants are locked before their levels, everywhere, and in one order.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn lock_rows(tx: &WriteTx, product: ProductId) -> Result<(), DatabaseError> {
    const LOCK: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM (
            SELECT id FROM variants WHERE product_id = $1 ORDER BY id FOR NO KEY UPDATE
        ) AS locked";
    db::fetch_scalar::<i64>(tx, LOCK, values![product]).await.map(drop)
}
