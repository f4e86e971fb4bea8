//! How changes of many prices look.

use catalog::price_changes::{Change, PriceChange, PriceChangeRow, PriceRule, Selection, SkipReason, Steps};
use catalog::variants::Price;
use gateway::kept_answer;
use kernel::{Currency, Money, Timestamp};
use platform::idempotency::Answer;
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::money::MoneyView;
use crate::rest::price_rounding::PriceRoundingView;
use crate::schema;

/// A change of many prices.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceChangeView {
    /// Its id (`pchg_…`).
    #[schema(value_type = schema::PriceChangeId)]
    id: String,
    /// Where it stands: `planning`, `planned`, `applying`, `applied`, `undoing`, `undone`, `cancelled`, or `failed` where its job was given up.
    #[schema(value_type = schema::PriceChangeState)]
    state: &'static str,
    /// Whose prices.
    #[schema(value_type = schema::PriceListId)]
    price_list_id: String,
    /// Which of them.
    filter: PriceFilterView,
    /// What becomes of them.
    change: PriceRuleView,
    /// False where it is applied as soon as it is planned.
    dry_run: bool,
    /// What it comes to so far, and how far it is.
    counts: PriceChangeCountsView,
    /// By how much the price rises that rises most.
    greatest_rise: MoneyView,
    /// By how much the price falls that falls most.
    greatest_fall: MoneyView,
    /// Where its prices are, each with what becomes of it.
    rows_url: String,
    /// The job that works on it, or did (`job_…`).
    #[schema(value_type = schema::JobId)]
    job_id: String,
    /// When it was over.
    #[schema(value_type = Option<String>, format = DateTime)]
    finished_at: Option<Timestamp>,
    /// When it was asked for.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

/// Which prices a change is about; all of the list where nothing is given.
#[derive(Debug, Serialize, ToSchema)]
struct PriceFilterView {
    /// Of these products.
    #[schema(value_type = Vec<schema::ProductId>)]
    product_ids: Vec<String>,
    /// Of these variants.
    #[schema(value_type = Vec<schema::VariantId>)]
    variant_ids: Vec<String>,
    /// Of products in this category or below it.
    #[schema(value_type = Option<schema::CategoryId>)]
    category_id: Option<String>,
    /// Of products with one of these tags.
    tags: Vec<String>,
    /// Of products of this brand.
    brand: Option<String>,
    /// Between these amounts.
    price: PriceBoundsView,
    /// Of which quantities.
    #[schema(value_type = schema::PriceSteps)]
    steps: &'static str,
}

/// Bounds of an amount.
#[derive(Debug, Serialize, ToSchema)]
struct PriceBoundsView {
    /// This or more.
    gte: Option<MoneyView>,
    /// This or less.
    lte: Option<MoneyView>,
}

/// What becomes of each price.
#[derive(Debug, Default, Serialize, ToSchema)]
struct PriceRuleView {
    /// By so many millionths of itself.
    rate_ppm: Option<i64>,
    /// By so much.
    amount: Option<MoneyView>,
    /// To so much.
    set: Option<MoneyView>,
    /// To which prices it is rounded.
    rounding: PriceRoundingView,
    /// What would be less becomes this.
    at_least: Option<MoneyView>,
    /// What becomes of what it is compared with.
    #[schema(value_type = schema::CompareAtChange)]
    compare_at: &'static str,
}

/// How many prices.
#[derive(Debug, Serialize, ToSchema)]
struct PriceChangeCountsView {
    /// It is about.
    rows: i64,
    /// Rise.
    raised: i64,
    /// Fall.
    lowered: i64,
    /// Stay, while what they are compared with changes.
    compared: i64,
    /// Stay.
    same: i64,
    /// Are left as they are, by why.
    skipped: PriceChangeSkipsView,
    /// Were written, and not written back.
    applied: i64,
    /// Were written back.
    undone: i64,
    /// Were left to whoever had changed them since.
    changed_since: i64,
}

/// How many prices are left as they are.
#[derive(Debug, Serialize, ToSchema)]
struct PriceChangeSkipsView {
    /// Because they would be higher than any price may be.
    too_high: i64,
    /// Because they would not fall, and are to be a sale.
    not_lower: i64,
}

impl From<PriceChange> for PriceChangeView {
    fn from(change: PriceChange) -> Self {
        let (counts, currency) = (change.counts, change.currency);
        let money = |minor| MoneyView::from(Money::new(minor, currency));
        Self {
            id: change.id.to_string(),
            state: change.progress().as_str(),
            price_list_id: change.price_list_id.to_string(),
            filter: filter(&change.selection, currency),
            change: rule(&change.rule, currency),
            dry_run: !change.applies_when_planned,
            counts: PriceChangeCountsView {
                rows: counts.rows(),
                raised: counts.raised,
                lowered: counts.lowered,
                compared: counts.compared,
                same: counts.same,
                skipped: PriceChangeSkipsView { too_high: counts.too_high, not_lower: counts.not_lower },
                applied: counts.applied,
                undone: counts.undone,
                changed_since: counts.changed_since,
            },
            greatest_rise: money(counts.greatest_rise_minor),
            greatest_fall: money(counts.greatest_fall_minor),
            rows_url: format!("/api/v1/prices/bulk/{}/rows", change.id),
            job_id: change.job_id.to_string(),
            finished_at: change.finished_at,
            created_at: change.created_at,
            created_by: change.created_by,
        }
    }
}

impl PriceChangeView {
    /// The answer to who asked for it, or for it to go on.
    pub(super) fn accepted(change: &PriceChange) -> Answer {
        kept_answer(202, &Self::from(change.clone()))
    }

    /// The answer to who called it off.
    pub(super) fn done(change: &PriceChange) -> Answer {
        kept_answer(200, &Self::from(change.clone()))
    }
}

fn filter(selection: &Selection, currency: Currency) -> PriceFilterView {
    let money = |minor| MoneyView::from(Money::new(minor, currency));
    let steps = if selection.first_step_only { Steps::First } else { Steps::All };
    PriceFilterView {
        product_ids: selection.product_ids.iter().map(ToString::to_string).collect(),
        variant_ids: selection.variant_ids.iter().map(ToString::to_string).collect(),
        category_id: selection.category_id.map(|id| id.to_string()),
        tags: selection.tags.clone(),
        brand: selection.brand.clone(),
        price: PriceBoundsView { gte: selection.at_least_minor.map(money), lte: selection.at_most_minor.map(money) },
        steps: steps.as_str(),
    }
}

fn rule(rule: &PriceRule, currency: Currency) -> PriceRuleView {
    let money = |minor| MoneyView::from(Money::new(minor, currency));
    let at_least = Some(rule.at_least_minor).filter(|minor| *minor > 0).map(money);
    let plain =
        PriceRuleView { rounding: rule.rounding.into(), at_least, compare_at: rule.compare_at.as_str(), ..PriceRuleView::default() };
    match rule.change {
        Change::RatePpm(ppm) => PriceRuleView { rate_ppm: Some(ppm), ..plain },
        Change::AmountMinor(minor) => PriceRuleView { amount: Some(money(minor)), ..plain },
        Change::SetMinor(minor) => PriceRuleView { set: Some(money(minor)), ..plain },
    }
}

/// What becomes of one price.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceChangeRowView {
    /// Its id (`pcrow_…`).
    #[schema(value_type = schema::PriceChangeRowId)]
    id: String,
    /// The product.
    #[schema(value_type = schema::ProductId)]
    product_id: String,
    /// The variant.
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// What the product is called now; null where it is gone.
    product_title: Option<String>,
    /// What the variant is called now; null where it is gone.
    variant_title: Option<String>,
    /// Its stock keeping unit now.
    sku: Option<String>,
    /// From this quantity on.
    min_quantity: i64,
    /// It holds from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// The price when the change was planned.
    before: PriceFiguresView,
    /// What it becomes; null where it is left as it is.
    after: Option<PriceFiguresView>,
    /// What became of it.
    #[schema(value_type = schema::PriceChangeOutcome)]
    outcome: &'static str,
    /// Why it is left as it is.
    #[schema(value_type = Option<schema::PriceSkipReason>)]
    skipped_because: Option<&'static str>,
}

/// A price with what it is compared with.
#[derive(Debug, Serialize, ToSchema)]
struct PriceFiguresView {
    /// What one piece costs.
    price: MoneyView,
    /// What that is compared with.
    compare_at_price: Option<MoneyView>,
}

impl From<Price> for PriceFiguresView {
    fn from(price: Price) -> Self {
        Self { price: price.amount.into(), compare_at_price: price.compare_at.map(MoneyView::from) }
    }
}

impl From<PriceChangeRow> for PriceChangeRowView {
    fn from(row: PriceChangeRow) -> Self {
        Self {
            id: row.id.to_string(),
            product_id: row.product_id.to_string(),
            variant_id: row.variant_id.to_string(),
            product_title: row.product_title,
            variant_title: row.variant_title,
            sku: row.sku,
            min_quantity: row.before.min_quantity,
            starts_at: row.before.starts_at,
            ends_at: row.before.ends_at,
            before: row.before.into(),
            after: row.after.map(PriceFiguresView::from),
            outcome: row.outcome.as_str(),
            skipped_because: row.skipped_because.map(SkipReason::as_str),
        }
    }
}
