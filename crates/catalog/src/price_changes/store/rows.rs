//! What becomes of each price.

use kernel::{Currency, Money, Page, PageRequest, PriceChangeId, PriceChangeRowId, PriceListId, ProductId, Timestamp, VariantId};
use platform::db::{self, ById, Conditions, ConnectionTrait, DatabaseError, FromQueryResult, ListError, Parameters, WriteTx};
use platform::values;
use uuid::Uuid;

use super::super::model::{Figures, SkipReason};
use super::super::progress::{PriceChange, PriceChangeRow, RowOutcome, figures, with_figures};
use super::Selected;
use crate::variants::{Price, VariantOptions};

#[derive(FromQueryResult)]
struct RowRow {
    id: Uuid,
    product_id: Uuid,
    variant_id: Uuid,
    product_title: Option<String>,
    options: Option<serde_json::Value>,
    options_key: Option<String>,
    sku: Option<String>,
    price_list_id: Uuid,
    currency: String,
    min_quantity: i64,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    before_minor: i64,
    before_compare_minor: Option<i64>,
    after_minor: Option<i64>,
    after_compare_minor: Option<i64>,
    outcome: String,
    skipped_because: Option<String>,
}

const COLUMNS: &str =
    "r.id, r.product_id, r.variant_id, p.title AS product_title, v.options, v.options_key, v.sku, c.price_list_id, c.currency,
    r.min_quantity, r.starts_at, r.ends_at, r.before_minor, r.before_compare_minor, r.after_minor, r.after_compare_minor, r.outcome,
    r.skipped_because";
const SOURCE: &str = "price_change_rows r JOIN price_changes c ON c.id = r.change_id LEFT JOIN products p ON p.id = r.product_id
    LEFT JOIN variants v ON v.id = r.variant_id";

impl TryFrom<RowRow> for PriceChangeRow {
    type Error = DatabaseError;

    fn try_from(row: RowRow) -> Result<Self, DatabaseError> {
        let corrupt = DatabaseError::corrupt;
        let currency: Currency = row.currency.parse().map_err(|_| corrupt("price_changes.currency"))?;
        let money = |minor| Money::new(minor, currency);
        let before = Price {
            price_list_id: PriceListId::from_uuid(row.price_list_id),
            min_quantity: row.min_quantity,
            amount: money(row.before_minor),
            compare_at: row.before_compare_minor.map(money),
            starts_at: row.starts_at,
            ends_at: row.ends_at,
            derived: false,
        };
        let after = row.after_minor.map(|amount_minor| Figures { amount_minor, compare_at_minor: row.after_compare_minor });
        let options = row.options.zip(row.options_key).and_then(|(options, key)| VariantOptions::stored(&options, &key));
        Ok(Self {
            id: PriceChangeRowId::from_uuid(row.id),
            product_id: ProductId::from_uuid(row.product_id),
            variant_id: VariantId::from_uuid(row.variant_id),
            product_title: row.product_title,
            variant_title: options.map(|options| options.title()),
            sku: row.sku,
            before,
            after: after.map(|after| with_figures(before, after)),
            outcome: row.outcome.parse().map_err(|_| corrupt("price_change_rows.outcome"))?,
            skipped_because: row
                .skipped_because
                .map(|word| word.parse())
                .transpose()
                .map_err(|_| corrupt("price_change_rows.skipped_because"))?,
        })
    }
}

/// A price with what is to become of it.
pub(in super::super) struct NewRow {
    pub(in super::super) selected: Selected,
    pub(in super::super) after: Result<Figures, SkipReason>,
    pub(in super::super) outcome: RowOutcome,
}

/// Writes what is to become of more prices.
pub(in super::super) async fn insert_rows(tx: &WriteTx, id: PriceChangeId, rows: &[NewRow]) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO price_change_rows (id, change_id, product_id, variant_id, min_quantity, starts_at, ends_at, before_minor,
        before_compare_minor, after_minor, after_compare_minor, outcome, skipped_because) VALUES";
    let row = |row: &NewRow| {
        let NewRow { selected: Selected { product_id, variant_id, price }, after, outcome } = row;
        let before = figures(price);
        values![
            PriceChangeRowId::generate(),
            id,
            *product_id,
            *variant_id,
            price.min_quantity,
            price.starts_at,
            price.ends_at,
            before.amount_minor,
            before.compare_at_minor,
            after.ok().map(|after| after.amount_minor),
            after.ok().and_then(|after| after.compare_at_minor),
            outcome.as_str(),
            after.err().map(SkipReason::as_str),
        ]
    };
    db::insert_many(tx, INSERT, rows.iter().map(row).collect(), "").await.map(drop)
}

/// The next rows of a change with this outcome, so many at most: behind those that are written, whose places in the index are not gone yet.
pub(in super::super) async fn next_rows(
    tx: &WriteTx,
    change: &PriceChange,
    outcome: RowOutcome,
    most: i64,
) -> Result<Vec<PriceChangeRow>, DatabaseError> {
    let after = change.written_until.map_or(Uuid::nil(), PriceChangeRowId::uuid);
    let sql = format!("SELECT {COLUMNS} FROM {SOURCE} WHERE r.change_id = $1 AND r.outcome = $2 AND r.id > $3 ORDER BY r.id LIMIT $4");
    let rows: Vec<RowRow> = db::fetch_all(tx, &sql, values![change.id, outcome.as_str(), after, most]).await?;
    rows.into_iter().map(PriceChangeRow::try_from).collect()
}

/// Notes what became of rows.
pub(in super::super) async fn settle_rows(tx: &WriteTx, ids: &[PriceChangeRowId], outcome: RowOutcome) -> Result<(), DatabaseError> {
    if ids.is_empty() {
        return Ok(());
    }
    let mut parameters = Parameters::default();
    let (word, now) = (parameters.bind(outcome.as_str()), parameters.bind(tx.now()));
    let ids = parameters.bind_all(ids.iter().copied());
    let sql = format!("UPDATE price_change_rows SET outcome = {word}, done_at = {now} WHERE id IN ({ids})");
    db::execute(tx, &sql, parameters.0).await.map(drop)
}

/// One page of what becomes of each price, in the order in which they were planned; of some outcomes, where any is named.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn rows(
    db: &impl ConnectionTrait,
    id: PriceChangeId,
    outcomes: &[RowOutcome],
    (page, newest_first): (&PageRequest, bool),
) -> Result<Page<PriceChangeRow>, ListError> {
    let listed = ById { columns: COLUMNS, source: SOURCE, id: "r.id" };
    let mut narrowed = Conditions::default();
    narrowed.is("r.change_id", Some(id));
    narrowed.is_among("r.outcome", outcomes.iter().map(|outcome| outcome.as_str()));
    listed.page::<RowRow, PriceChangeRow>(db, narrowed, (page, newest_first), |row| row.id.uuid()).await
}
