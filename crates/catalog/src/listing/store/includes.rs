//! Reading what is answered with the products of a page: one statement for the whole page.

use std::collections::HashMap;

use kernel::{CategoryId, Currency, MediaId, Money, ProductId, Slug, Timestamp, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Value};
use platform::values;
use uuid::Uuid;

use crate::channels::Channel;
use crate::inventory::{self, Availability};
use crate::listing::model::{CategorySummary, VariantSummary};
use crate::variants::{DatedPrice, PriceStep, VariantOptions, steps_at};

fn in_products(ids: &[ProductId], first: usize) -> (String, Vec<Value>) {
    (db::placeholders(first, ids.len()), ids.iter().flat_map(|id| values![*id]).collect())
}

#[derive(FromQueryResult)]
struct CategoryRow {
    product_id: Uuid,
    id: Uuid,
    slug: String,
    name: String,
}

/// The categories of the products, the main one first.
pub(in crate::listing) async fn categories_of(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
) -> Result<HashMap<ProductId, Vec<CategorySummary>>, DatabaseError> {
    let (wanted, values) = in_products(ids, 1);
    let sql = format!(
        "SELECT pc.product_id, c.id, c.slug, c.name FROM product_categories pc JOIN categories c ON c.id = pc.category_id
         WHERE pc.product_id IN ({wanted}) ORDER BY pc.product_id, pc.position, c.id"
    );
    let rows: Vec<CategoryRow> = db::fetch_all(db, &sql, values).await?;
    let mut found: HashMap<ProductId, Vec<CategorySummary>> = HashMap::new();
    for row in rows {
        let slug = Slug::parse(&row.slug).map_err(|_| DatabaseError::corrupt("categories.slug"))?;
        let category = CategorySummary { id: CategoryId::from_uuid(row.id), slug, name: row.name };
        found.entry(ProductId::from_uuid(row.product_id)).or_default().push(category);
    }
    Ok(found)
}

/// A live variant, once for each of its prices of one piece that hold now.
#[derive(FromQueryResult)]
struct VariantRow {
    product_id: Uuid,
    id: Uuid,
    options: serde_json::Value,
    options_key: String,
    sku: Option<String>,
    barcode: Option<String>,
    kind: String,
    requires_shipping: bool,
    media_id: Option<Uuid>,
    currency: String,
    amount_minor: Option<i64>,
    compare_at_minor: Option<i64>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

/// The live variants of the products, in order, with what they cost now; their availability takes one statement more.
pub(in crate::listing) async fn variants_of(
    db: &impl ConnectionTrait,
    ids: &[ProductId],
    now: Timestamp,
) -> Result<HashMap<ProductId, Vec<VariantSummary>>, DatabaseError> {
    let (wanted, values) = in_products(ids, 3);
    let sql = format!(
        "SELECT v.product_id, v.id, v.options, v.options_key, v.sku, v.barcode, v.kind, v.requires_shipping, v.media_id, c.currency,
             r.amount_minor, r.compare_at_minor, r.starts_at, r.ends_at
         FROM variants v JOIN channels c ON c.code = $1
         LEFT JOIN prices r ON r.variant_id = v.id AND r.price_list_id = c.price_list_id AND r.min_quantity = 1
             AND (r.starts_at IS NULL OR r.starts_at <= $2) AND (r.ends_at IS NULL OR r.ends_at > $2)
         WHERE v.product_id IN ({wanted}) AND v.archived_at IS NULL ORDER BY v.product_id, v.position, v.id, r.id"
    );
    let values = values![Channel::DEFAULT_CODE, now].into_iter().chain(values).collect();
    let rows: Vec<VariantRow> = db::fetch_all(db, &sql, values).await?;
    let mut variants: Vec<VariantId> = rows.iter().map(|row| VariantId::from_uuid(row.id)).collect();
    variants.dedup();
    let available = inventory::availability(db, &variants).await?;
    let available: HashMap<VariantId, Availability> = available.into_iter().map(|(id, availability, _)| (id, availability)).collect();
    let mut found: HashMap<ProductId, Vec<VariantSummary>> = HashMap::new();
    for rows in rows.chunk_by(|a, b| a.id == b.id) {
        let Some(row) = rows.first() else { continue };
        let availability = available.get(&VariantId::from_uuid(row.id)).copied().unwrap_or(Availability::Out);
        found.entry(ProductId::from_uuid(row.product_id)).or_default().push(to_variant(row, rows, availability, now)?);
    }
    Ok(found)
}

fn to_variant(
    row: &VariantRow,
    prices: &[VariantRow],
    availability: Availability,
    now: Timestamp,
) -> Result<VariantSummary, DatabaseError> {
    let currency: Currency = row.currency.parse().map_err(|_| DatabaseError::corrupt("channels.currency"))?;
    let money = |minor: i64| Money::new(minor, currency);
    let dated = |row: &VariantRow| {
        let step = PriceStep { min_quantity: 1, amount: money(row.amount_minor?), compare_at: row.compare_at_minor.map(money) };
        Some(DatedPrice { step, starts_at: row.starts_at, ends_at: row.ends_at })
    };
    let dated: Vec<DatedPrice> = prices.iter().filter_map(dated).collect();
    let step = steps_at(&dated, now).into_iter().next();
    let options = VariantOptions::stored(&row.options, &row.options_key).ok_or_else(|| DatabaseError::corrupt("variants.options"))?;
    Ok(VariantSummary {
        id: VariantId::from_uuid(row.id),
        title: options.title(),
        options,
        sku: row.sku.clone(),
        barcode: row.barcode.clone(),
        kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("variants.kind"))?,
        requires_shipping: row.requires_shipping,
        price: step.map(|step| step.amount),
        compare_at_price: step.and_then(|step| step.compare_at),
        availability,
        media_id: row.media_id.map(MediaId::from_uuid),
    })
}
