//! Finding the prices that a change is about, some variants at a time.

use kernel::{CategoryId, Money, ProductId, Timestamp, VariantId, fold};
use platform::db::{self, Conditions, DatabaseError, FromQueryResult, Span, WriteTx};
use uuid::Uuid;

use super::super::progress::PriceChange;
use crate::categories::{self, CategoryRef};
use crate::variants::Price;

/// Variants of one window.
const WINDOW: usize = 500;

/// A price that a change is about.
pub(in super::super) struct Selected {
    pub(in super::super) product_id: ProductId,
    pub(in super::super) variant_id: VariantId,
    pub(in super::super) price: Price,
}

#[derive(FromQueryResult)]
struct SelectedRow {
    variant_id: Uuid,
    product_id: Uuid,
    min_quantity: i64,
    amount_minor: i64,
    compare_at_minor: Option<i64>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
}

#[derive(FromQueryResult)]
struct IdRow {
    id: Uuid,
}

/// The variants behind those that are planned, in the order of their ids: of those that are named, where any are. The rest of what is asked for
/// is asked of each of them, so that no window takes longer than another, and no planner has to guess how much of a shop a filter finds.
async fn window(tx: &WriteTx, change: &PriceChange) -> Result<Vec<VariantId>, DatabaseError> {
    let mut narrowed = Conditions::default();
    let after = narrowed.parameters.bind(change.planned_until.map_or(Uuid::nil(), VariantId::uuid));
    narrowed.add(format!("v.id > {after}"));
    narrowed.is_among("v.id", change.selection.variant_ids.iter().copied());
    narrowed.is_among("v.product_id", change.selection.product_ids.iter().copied());
    let sql = format!("SELECT v.id FROM variants v WHERE {} ORDER BY v.id LIMIT {WINDOW}", narrowed.text());
    let rows: Vec<IdRow> = db::fetch_all(tx, &sql, narrowed.into_values()).await?;
    Ok(rows.into_iter().map(|row| VariantId::from_uuid(row.id)).collect())
}

/// The prices of the next window by variant and quantity, those that hold no more left out, and its last variant; none where no window follows.
pub(in super::super) async fn select(tx: &WriteTx, change: &PriceChange) -> Result<(Vec<Selected>, Option<VariantId>), DatabaseError> {
    let window = window(tx, change).await?;
    let categories = match change.selection.category_id {
        Some(id) => Some(categories::subtree_ids(tx, &[CategoryRef::Id(id)]).await?),
        None => None,
    };
    let narrowed = narrowed(change, &window, categories.as_deref(), tx.now());
    let sql = format!(
        "SELECT v.id AS variant_id, v.product_id, r.min_quantity, r.amount_minor, r.compare_at_minor, r.starts_at, r.ends_at
         FROM variants v JOIN prices r ON r.variant_id = v.id
         WHERE {} ORDER BY v.id, r.min_quantity, r.id",
        narrowed.text()
    );
    let rows: Vec<SelectedRow> = db::fetch_all(tx, &sql, narrowed.into_values()).await?;
    let end = window.last().copied().filter(|_| window.len() == WINDOW);
    Ok((rows.into_iter().map(|row| selected(row, change)).collect(), end))
}

fn narrowed(change: &PriceChange, window: &[VariantId], categories: Option<&[CategoryId]>, now: Timestamp) -> Conditions {
    let (selection, mut narrowed) = (&change.selection, Conditions::default());
    let window = narrowed.parameters.bind_all(window.iter().copied());
    narrowed.add(format!("v.id IN ({window})"));
    narrowed.is("r.price_list_id", Some(change.price_list_id));
    // Of a list that derives, those that are its variants' own.
    narrowed.add("r.derived = FALSE");
    let now = narrowed.parameters.bind(now);
    narrowed.add(format!("(r.ends_at IS NULL OR r.ends_at > {now})"));
    narrowed.is("r.min_quantity", selection.first_step_only.then_some(1_i64));
    narrowed.is_within("r.amount_minor", Span { at_least: selection.at_least_minor, at_most: selection.at_most_minor, ..Span::default() });
    if let Some(categories) = categories {
        // A category that is gone by now has no products.
        let ids = narrowed.parameters.bind_all(categories.iter().copied());
        narrowed.add(belongs("product_categories", &format!("m.category_id IN ({ids})")));
    }
    if !selection.tags.is_empty() {
        let tags = narrowed.parameters.bind_all(selection.tags.iter().map(|tag| fold(tag)));
        narrowed.add(belongs("product_tags", &format!("m.tag_key IN ({tags})")));
    }
    if let Some(brand) = &selection.brand {
        let brand = narrowed.parameters.bind(fold(brand));
        narrowed.add(belongs("product_listings", &format!("m.brand_key = {brand}")));
    }
    narrowed
}

/// True of a variant whose product is found there. The offset has PostgreSQL ask for each of them, and not join with all that a tag has.
fn belongs(table: &str, holds: &str) -> String {
    format!("EXISTS (SELECT 1 FROM {table} m WHERE m.product_id = v.product_id AND {holds} LIMIT 1 OFFSET 0)")
}

fn selected(row: SelectedRow, change: &PriceChange) -> Selected {
    let money = |minor| Money::new(minor, change.currency);
    let price = Price {
        price_list_id: change.price_list_id,
        min_quantity: row.min_quantity,
        amount: money(row.amount_minor),
        compare_at: row.compare_at_minor.map(money),
        starts_at: row.starts_at,
        ends_at: row.ends_at,
        derived: false,
    };
    Selected { product_id: ProductId::from_uuid(row.product_id), variant_id: VariantId::from_uuid(row.variant_id), price }
}
