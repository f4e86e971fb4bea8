//! Changes of many prices as clients send them.

use catalog::price_changes::{PlanPriceChange, PriceChangeInput, PriceChangeState, RowOutcome, RuleInput, SelectionInput};
use catalog::variants::MoneyInput;
use gateway::{FilterKind, ListRoute, ListSpec};
use kernel::{FieldErrors, Prefixed, PriceListTag};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::rest::money::{MoneyIn, SignedMoneyIn};
use crate::rest::price_rounding::PriceRoundingIn;
use crate::schema;

/// The list of changes.
pub(super) struct PriceChanges;

impl ListRoute for PriceChanges {
    const SPEC: ListSpec = ListSpec {
        filters: &[("state", FilterKind::OneOf(PriceChangeState::WORDS)), ("price_list", FilterKind::Id(PriceListTag::PREFIX))],
        ..ListSpec::PLAIN
    };
}

/// The list of the prices of a change.
pub(super) struct PriceChangeRows;

impl ListRoute for PriceChangeRows {
    const SPEC: ListSpec =
        ListSpec { default_sort: "created_at", filters: &[("outcome", FilterKind::OneOf(RowOutcome::WORDS))], ..ListSpec::PLAIN };
}

/// What is to become of many prices of a list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceChangeIn {
    /// Whose prices. Absent: those of the default channel's list.
    #[schema(value_type = Option<schema::PriceListId>)]
    price_list_id: Option<String>,
    /// Which of them: everything that is given has to hold.
    #[serde(default)]
    filter: PriceFilterIn,
    /// True where all prices of the list are meant; then there is no condition.
    #[serde(default)]
    all: bool,
    /// What becomes of them.
    change: PriceRuleIn,
    /// False: the plan is applied as soon as it is made. Absent: true, it waits to be applied.
    dry_run: Option<bool>,
}

/// Conditions of prices; what is empty or absent asks for nothing.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceFilterIn {
    /// Of these products.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ProductId>, max_items = 200)]
    product_ids: Vec<String>,
    /// Of these variants.
    #[serde(default)]
    #[schema(value_type = Vec<schema::VariantId>, max_items = 200)]
    variant_ids: Vec<String>,
    /// Of products in this category or below it.
    #[schema(value_type = Option<schema::CategoryId>)]
    category_id: Option<String>,
    /// Of products with one of these tags, in any case of their letters.
    #[serde(default)]
    #[schema(max_items = 200)]
    tags: Vec<String>,
    /// Of products of this brand, in any case of its letters.
    #[schema(max_length = 255)]
    brand: Option<String>,
    /// Between these amounts, as they are when the change is planned.
    #[serde(default)]
    price: PriceBoundsIn,
    /// `first`: only what one piece costs when one is bought; `all`: the prices from larger quantities on, too. It is no condition of its own.
    /// Absent: `all`.
    #[schema(value_type = Option<schema::PriceSteps>)]
    steps: Option<String>,
}

/// Bounds of an amount.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceBoundsIn {
    /// This or more.
    gte: Option<MoneyIn>,
    /// This or less.
    lte: Option<MoneyIn>,
}

/// What becomes of each price: one of `rate_ppm`, `amount` and `set`.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceRuleIn {
    /// By so many millionths of itself: -125000 is 12.5 % less.
    #[schema(minimum = -1_000_000, maximum = 10_000_000, example = -125_000)]
    rate_ppm: Option<i64>,
    /// By so much.
    amount: Option<SignedMoneyIn>,
    /// To so much.
    set: Option<MoneyIn>,
    /// To which prices it is rounded, once and at the end. Absent: to the minor unit, half up.
    #[serde(default)]
    rounding: PriceRoundingIn,
    /// What would be less becomes this, or the next price above it that the rounding knows. Absent: nothing, and no price is less than that.
    at_least: Option<MoneyIn>,
    /// What becomes of what it is compared with: it stays (`keep`), is the price before (`from_price`; a price that would not fall is skipped),
    /// is taken away (`clear`), or changes as the price does (`same_change`). Absent: `keep`.
    #[schema(value_type = Option<schema::CompareAtChange>)]
    compare_at: Option<String>,
}

impl PriceChangeIn {
    pub(super) fn parse(self) -> Result<PlanPriceChange, FieldErrors> {
        PlanPriceChange::parse(PriceChangeInput {
            price_list_id: self.price_list_id,
            selection: self.filter.into(),
            all: self.all,
            rule: self.change.into(),
            dry_run: self.dry_run.unwrap_or(true),
        })
    }
}

impl From<PriceFilterIn> for SelectionInput {
    fn from(filter: PriceFilterIn) -> Self {
        let PriceFilterIn { product_ids, variant_ids, category_id, tags, brand, price, steps } = filter;
        let (price_at_least, price_at_most) = (price.gte.map(MoneyInput::from), price.lte.map(MoneyInput::from));
        Self { product_ids, variant_ids, category_id, tags, brand, price_at_least, price_at_most, steps }
    }
}

impl From<PriceRuleIn> for RuleInput {
    fn from(rule: PriceRuleIn) -> Self {
        Self {
            rate_ppm: rule.rate_ppm,
            amount: rule.amount.map(MoneyInput::from),
            set: rule.set.map(MoneyInput::from),
            round_to: rule.rounding.to,
            round_to_ending: rule.rounding.ending,
            at_least: rule.at_least.map(MoneyInput::from),
            compare_at: rule.compare_at,
        }
    }
}
