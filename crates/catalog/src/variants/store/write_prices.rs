//! Writing the prices of variants, and what they were before.

use std::collections::HashMap;

use chrono::TimeDelta;
use kernel::{PriceId, Timestamp, VariantId};
use platform::db::{self, DatabaseError, FromQueryResult, Parameters, Value, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::model::Variant;
use super::super::prices::Price;
use super::write::delete_of;

/// How long it is known what a piece cost.
const KEPT: TimeDelta = TimeDelta::days(90);

#[derive(FromQueryResult)]
struct OldPrice {
    variant_id: Uuid,
    price_list_id: Uuid,
    min_quantity: i64,
    amount_minor: i64,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    created_at: Timestamp,
}

impl OldPrice {
    /// True where this is the same price, though it may end at another time: it goes on as it began.
    fn goes_on_as(&self, price: &Price) -> bool {
        (self.price_list_id, self.min_quantity, self.amount_minor, self.starts_at)
            == (price.price_list_id.uuid(), price.min_quantity, price.amount.minor(), price.starts_at)
    }

    /// When it was the price of a piece until now, if it ever was.
    fn span(&self, now: Timestamp) -> Option<(Timestamp, Timestamp)> {
        let from = self.starts_at.map_or(self.created_at, |start| start.max(self.created_at));
        let until = self.ends_at.map_or(now, |end| end.min(now));
        (self.min_quantity == 1 && from < until).then_some((from, until))
    }
}

/// Writes variants of which nothing but the prices is another: their next version, and the prices. The caller holds their products.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn write_prices_alone(tx: &WriteTx, variants: &[&Variant]) -> Result<(), DatabaseError> {
    let mut parameters = Parameters::default();
    let (now, actor) = (parameters.bind(tx.now()), parameters.bind(tx.actor().to_string()));
    let ids = parameters.bind_all(variants.iter().map(|variant| variant.id));
    let sql = format!("UPDATE variants SET version = version + 1, updated_at = {now}, updated_by = {actor} WHERE id IN ({ids})");
    db::execute(tx, &sql, parameters.0).await?;
    write_prices(tx, variants).await
}

/// Puts the prices of these variants in the place of those they had. A price that stays keeps its age; of one that goes it is kept what a
/// piece cost, and when.
pub(super) async fn write_prices(tx: &WriteTx, variants: &[&Variant]) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO prices (id, variant_id, price_list_id, min_quantity, amount_minor, compare_at_minor, derived, starts_at, ends_at,
        created_at, updated_at, created_by, updated_by) VALUES";
    let before = prices_before(tx, variants).await?;
    remember(tx, variants, &before).await?;
    delete_of(tx, "prices", variants).await?;
    let actor = tx.actor().to_string();
    let rows = variants.iter().flat_map(|variant| variant.content.prices.iter().map(|price| (variant.id, price)));
    let rows = rows.map(|(variant, price)| {
        let old = before.get(&variant).and_then(|old| old.iter().find(|old| old.goes_on_as(price)));
        values![
            PriceId::generate(),
            variant,
            price.price_list_id,
            price.min_quantity,
            price.amount,
            price.compare_at,
            price.derived,
            price.starts_at,
            price.ends_at,
            old.map_or(tx.now(), |old| old.created_at),
            tx.now(),
            &actor,
            &actor,
        ]
    });
    db::insert_many(tx, INSERT, rows.collect(), "").await.map(drop)
}

/// New variants had none: a version of 1 says that they are new.
async fn prices_before(tx: &WriteTx, variants: &[&Variant]) -> Result<HashMap<VariantId, Vec<OldPrice>>, DatabaseError> {
    let known: Vec<VariantId> = variants.iter().filter(|variant| variant.version > 1).map(|variant| variant.id).collect();
    if known.is_empty() {
        return Ok(HashMap::new());
    }
    let mut parameters = Parameters::default();
    let known = parameters.bind_all(known);
    let sql = format!(
        "SELECT variant_id, price_list_id, min_quantity, amount_minor, starts_at, ends_at, created_at FROM prices WHERE variant_id IN ({known})"
    );
    let mut before: HashMap<VariantId, Vec<OldPrice>> = HashMap::new();
    for old in db::fetch_all::<OldPrice>(tx, &sql, parameters.0).await? {
        before.entry(VariantId::from_uuid(old.variant_id)).or_default().push(old);
    }
    Ok(before)
}

async fn remember(tx: &WriteTx, variants: &[&Variant], before: &HashMap<VariantId, Vec<OldPrice>>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO price_history (variant_id, price_list_id, amount_minor, from_at, until_at) VALUES";
    let mut rows: Vec<Vec<Value>> = Vec::new();
    for variant in variants {
        let gone = before.get(&variant.id).into_iter().flatten();
        for old in gone.filter(|old| !variant.content.prices.iter().any(|price| old.goes_on_as(price))) {
            let span = old.span(tx.now());
            rows.extend(span.map(|(from, until)| values![variant.id, old.price_list_id, old.amount_minor, from, until]));
        }
    }
    if rows.is_empty() {
        return Ok(());
    }
    let mut parameters = Parameters::default();
    let long_ago = parameters.bind(tx.now() - KEPT);
    let known = parameters.bind_all(before.keys().copied());
    let forget = format!("DELETE FROM price_history WHERE until_at < {long_ago} AND variant_id IN ({known})");
    db::execute(tx, &forget, parameters.0).await?;
    db::insert_many(tx, INSERT, rows, "ON CONFLICT DO NOTHING").await.map(drop)
}
