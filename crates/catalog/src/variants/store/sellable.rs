//! Reading what cart and checkout need to know of variants.

use kernel::{Currency, Money, PriceListId, ProductId, Timestamp, VariantId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, Parameters};
use uuid::Uuid;

use super::super::model::VariantKind;
use super::super::options::VariantOptions;
use super::super::sellable::{DatedPrice, PriceSource, PriceStep, Sellable, steps_at};
use crate::products::ProductStatus;

#[derive(FromQueryResult)]
struct SellableRow {
    id: Uuid,
    product_id: Uuid,
    product_title: String,
    product_slug: String,
    product_status: String,
    sku: Option<String>,
    options: serde_json::Value,
    options_key: String,
    kind: String,
    requires_shipping: bool,
    tracked: bool,
    tax_class: String,
    weight_grams: Option<i64>,
    archived_at: Option<Timestamp>,
    #[row(nested)]
    price: Option<SellablePriceRow>,
}

#[derive(FromQueryResult)]
struct SellablePriceRow {
    price_list_id: Uuid,
    min_quantity: i64,
    amount_minor: i64,
    compare_at_minor: Option<i64>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

/// The variants with these ids, with what they cost whoever has these prices; unknown ids are left out, archived variants and variants of
/// products that are not for sale come with `live = false`. One statement.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn sellable(db: &impl ConnectionTrait, ids: &[VariantId], source: &PriceSource) -> Result<Vec<Sellable>, DatabaseError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let mut parameters = Parameters::default();
    let now = parameters.bind(source.now);
    let (lists, wanted) = (parameters.bind_all(source.lists.iter().copied()), parameters.bind_all(ids.iter().copied()));
    let sql = format!(
        "SELECT v.id, v.product_id, p.title AS product_title, p.slug AS product_slug, p.status AS product_status, v.sku, v.options,
             v.options_key, v.kind, v.requires_shipping, v.tracked, v.tax_class, v.weight_grams, v.archived_at,
             r.price_list_id, r.min_quantity, r.amount_minor, r.compare_at_minor, r.starts_at, r.ends_at
         FROM variants v
         JOIN products p ON p.id = v.product_id
         LEFT JOIN prices r ON r.variant_id = v.id AND r.price_list_id IN ({lists})
             AND (r.starts_at IS NULL OR r.starts_at <= {now}) AND (r.ends_at IS NULL OR r.ends_at > {now})
         WHERE v.id IN ({wanted})
         ORDER BY v.id, r.min_quantity, r.id"
    );
    let rows: Vec<SellableRow> = db::fetch_all(db, &sql, parameters.0).await?;
    let mut sellable: Vec<Sellable> = Vec::with_capacity(ids.len());
    let mut rows = rows.into_iter().peekable();
    while let Some(mut row) = rows.next() {
        let mut prices: Vec<SellablePriceRow> = row.price.take().into_iter().collect();
        while let Some(more) = rows.next_if(|next| next.id == row.id) {
            prices.extend(more.price);
        }
        sellable.push(to_sellable(row, by_list(&prices, source))?);
    }
    Ok(sellable)
}

/// The steps of each list that has some, in the order in which the lists go.
fn by_list(prices: &[SellablePriceRow], source: &PriceSource) -> Vec<Vec<PriceStep>> {
    let steps = |list: &PriceListId| {
        let of_list = prices.iter().filter(|price| price.price_list_id == list.uuid());
        steps_at(&of_list.map(|price| dated(price, source.currency)).collect::<Vec<_>>(), source.now)
    };
    source.lists.iter().map(steps).filter(|steps| !steps.is_empty()).collect()
}

fn dated(row: &SellablePriceRow, currency: Currency) -> DatedPrice {
    let money = |minor| Money::new(minor, currency);
    let step = PriceStep { min_quantity: row.min_quantity, amount: money(row.amount_minor), compare_at: row.compare_at_minor.map(money) };
    DatedPrice { step, starts_at: row.starts_at, ends_at: row.ends_at }
}

fn to_sellable(row: SellableRow, prices: Vec<Vec<PriceStep>>) -> Result<Sellable, DatabaseError> {
    let kind: VariantKind = row.kind.parse().map_err(|_| DatabaseError::corrupt("variants.kind"))?;
    let options = VariantOptions::stored(&row.options, &row.options_key).ok_or_else(|| DatabaseError::corrupt("variants.options"))?;
    Ok(Sellable {
        variant_id: VariantId::from_uuid(row.id),
        product_id: ProductId::from_uuid(row.product_id),
        product_title: row.product_title,
        product_slug: row.product_slug,
        variant_title: options.title(),
        sku: row.sku,
        options: options.to_json(),
        kind,
        requires_shipping: row.requires_shipping,
        tracked: row.tracked,
        tax_class: row.tax_class,
        weight_grams: row.weight_grams,
        live: row.product_status == ProductStatus::Active.as_str() && row.archived_at.is_none() && kind != VariantKind::External,
        prices,
    })
}
