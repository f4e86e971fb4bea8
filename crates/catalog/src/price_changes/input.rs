//! Changes of many prices as they come from outside.

use std::str::FromStr;

use kernel::{CategoryId, Currency, FieldErrors, Money, PriceListId, ProductId, VariantId, tag, text};
use serde::{Deserialize, Serialize};

use super::model::{Change, CompareAt, PriceRule, Steps};
use crate::rounding::Rounding;
use crate::variants::{MoneyInput, parse_money};

/// More than anybody names one by one.
const MOST_NAMED: usize = 200;
/// No price may fall by more than all of itself.
const LOWEST_RATE_PPM: i64 = -1_000_000;
/// Eleven times as much, and no slip of a decimal point beyond that.
const HIGHEST_RATE_PPM: i64 = 10_000_000;

/// Which prices are meant, as it comes from outside; all that is given has to hold.
#[derive(Debug, Clone, Default)]
pub struct SelectionInput {
    /// Of these products.
    pub product_ids: Vec<String>,
    /// Of these variants.
    pub variant_ids: Vec<String>,
    /// Of products in this category or below it.
    pub category_id: Option<String>,
    /// Of products with one of these tags.
    pub tags: Vec<String>,
    /// Of products of this brand.
    pub brand: Option<String>,
    /// From this amount on.
    pub price_at_least: Option<MoneyInput>,
    /// Up to this amount.
    pub price_at_most: Option<MoneyInput>,
    /// `first` or `all`; absent: `all`.
    pub steps: Option<String>,
}

/// What becomes of prices, as it comes from outside: one of `rate_ppm`, `amount` and `set`.
#[derive(Debug, Clone, Default)]
pub struct RuleInput {
    /// By so many millionths.
    pub rate_ppm: Option<i64>,
    /// By so much; a fall is negative.
    pub amount: Option<MoneyInput>,
    /// To so much.
    pub set: Option<MoneyInput>,
    /// To multiples of so many minor units.
    pub round_to: Option<i64>,
    /// To prices that end with these digits.
    pub round_to_ending: Option<String>,
    /// No less than this.
    pub at_least: Option<MoneyInput>,
    /// `keep`, `from_price`, `clear` or `same_change`; absent: `keep`.
    pub compare_at: Option<String>,
}

/// A change of many prices as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct PriceChangeInput {
    /// Whose prices; absent: those of the default channel's list.
    pub price_list_id: Option<String>,
    /// Which of them.
    pub selection: SelectionInput,
    /// True where that is all of them.
    pub all: bool,
    /// What becomes of them.
    pub rule: RuleInput,
    /// True where somebody looks at the plan first.
    pub dry_run: bool,
}

/// Which prices of a list are meant: those for which everything holds that is given.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Selection {
    /// Of these products.
    pub product_ids: Vec<ProductId>,
    /// Of these variants.
    pub variant_ids: Vec<VariantId>,
    /// Of products in this category or below it.
    pub category_id: Option<CategoryId>,
    /// Of products with one of these tags.
    pub tags: Vec<String>,
    /// Of products of this brand.
    pub brand: Option<String>,
    /// From this amount on.
    pub at_least_minor: Option<i64>,
    /// Up to this amount.
    pub at_most_minor: Option<i64>,
    /// True where only what one piece costs when one is bought is meant.
    pub first_step_only: bool,
}

/// A change of many prices that can be, but for what only the database knows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlanPriceChange {
    pub(super) price_list_id: Option<PriceListId>,
    pub(super) selection: Selection,
    pub(super) rule: PriceRule,
    pub(super) applies_when_planned: bool,
    /// The currency of each amount, by field.
    currencies: Vec<(&'static str, Currency)>,
}

impl PlanPriceChange {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: PriceChangeInput) -> Result<Self, FieldErrors> {
        let mut reading = Reading::default();
        let unknown = |_| "unknown price list";
        let price_list_id = reading.errors.take_optional("price_list_id", input.price_list_id, |raw| raw.parse().map_err(unknown));
        let is_narrowed = input.selection.narrows();
        let selection = reading.selection(input.selection);
        if is_narrowed == input.all {
            let message = if input.all { "must not be given beside conditions" } else { "must have a condition, or `all` be true" };
            reading.errors.add(if input.all { "all" } else { "filter" }, message);
        }
        let rule = reading.rule(input.rule);
        let Reading { errors, currencies } = reading;
        errors.finish(|| Some(Self { price_list_id, selection, rule: rule?, applies_when_planned: !input.dry_run, currencies }))
    }

    /// Refuses amounts of another currency than the list's.
    ///
    /// # Errors
    /// Each field with such an amount.
    pub(super) fn refuse_other_currencies(&self, of_list: Currency) -> Result<(), FieldErrors> {
        let mut errors = FieldErrors::new();
        for (field, _) in self.currencies.iter().filter(|(_, currency)| *currency != of_list) {
            errors.add(format!("{field}.currency"), format!("must be {of_list}, as the price list"));
        }
        errors.finish(|| Some(()))
    }
}

impl SelectionInput {
    fn narrows(&self) -> bool {
        let lists = [&self.product_ids, &self.variant_ids, &self.tags];
        lists.iter().any(|list| !list.is_empty())
            || self.category_id.is_some()
            || self.brand.is_some()
            || self.price_at_least.is_some()
            || self.price_at_most.is_some()
    }
}

/// What was refused so far, and of which currencies the amounts are.
#[derive(Default)]
struct Reading {
    errors: FieldErrors,
    currencies: Vec<(&'static str, Currency)>,
}

impl Reading {
    fn selection(&mut self, input: SelectionInput) -> Selection {
        let errors = &mut self.errors;
        let product_ids =
            named(errors, "filter.product_ids", &input.product_ids, |raw| raw.parse().map_err(|_| "unknown product".to_owned()));
        let variant_ids =
            named(errors, "filter.variant_ids", &input.variant_ids, |raw| raw.parse().map_err(|_| "unknown variant".to_owned()));
        let tags = named(errors, "filter.tags", &input.tags, |raw| tag(raw).map_err(|error| error.to_string()));
        let category_id = errors.take_optional("filter.category_id", input.category_id, |raw| raw.parse().map_err(|_| "unknown category"));
        let brand = errors.take_optional("filter.brand", input.brand, |raw| text(&raw, 255));
        let steps = errors.take_optional("filter.steps", input.steps, |raw| Steps::from_str(&raw));
        let at_least_minor = self.price("filter.price.gte", input.price_at_least);
        let at_most_minor = self.price("filter.price.lte", input.price_at_most);
        if at_least_minor.zip(at_most_minor).is_some_and(|(least, most)| most < least) {
            self.errors.add("filter.price.lte", "must not be below gte");
        }
        let first_step_only = steps == Some(Steps::First);
        Selection { product_ids, variant_ids, category_id, tags, brand, at_least_minor, at_most_minor, first_step_only }
    }

    fn rule(&mut self, input: RuleInput) -> Option<PriceRule> {
        let compare_at = self.errors.take_optional("change.compare_at", input.compare_at, |raw| CompareAt::from_str(&raw));
        let rounding = Rounding::parse(input.round_to, input.round_to_ending.as_deref());
        let rounding = rounding.map_err(|inner| self.errors.nest("change.rounding", inner)).unwrap_or(Rounding::None);
        let at_least_minor = self.price("change.at_least", input.at_least).unwrap_or(0);
        let change = self.change(input.rate_ppm, input.amount, input.set)?;
        if let (Change::SetMinor(_), Some(CompareAt::SameChange)) = (change, compare_at) {
            self.errors.add("change.compare_at", "cannot be same_change together with set");
        }
        Some(PriceRule { change, rounding, at_least_minor, compare_at: compare_at.unwrap_or(CompareAt::Keep) })
    }

    fn change(&mut self, rate_ppm: Option<i64>, amount: Option<MoneyInput>, set: Option<MoneyInput>) -> Option<Change> {
        match (rate_ppm, amount, set) {
            (Some(ppm), None, None) if (LOWEST_RATE_PPM..=HIGHEST_RATE_PPM).contains(&ppm) => Some(Change::RatePpm(ppm)),
            (Some(_), None, None) => {
                self.errors.add("change.rate_ppm", format!("must be between {LOWEST_RATE_PPM} and {HIGHEST_RATE_PPM}"));
                None
            }
            (None, Some(amount), None) => self.signed("change.amount", amount).map(Change::AmountMinor),
            (None, None, Some(set)) => self.price("change.set", Some(set)).map(Change::SetMinor),
            _ => {
                self.errors.add("change", "must have one of rate_ppm, amount and set");
                None
            }
        }
    }

    fn price(&mut self, field: &'static str, raw: Option<MoneyInput>) -> Option<i64> {
        let money = parse_money(raw?).map_err(|inner| self.errors.nest(field, inner)).ok()?;
        self.currencies.push((field, money.currency()));
        Some(money.minor())
    }

    /// An amount that may be negative.
    fn signed(&mut self, field: &'static str, raw: MoneyInput) -> Option<i64> {
        let MoneyInput { amount, currency } = raw;
        if !(-Money::MAX_MINOR..=Money::MAX_MINOR).contains(&amount) {
            self.errors.add(format!("{field}.amount"), format!("must be between -{max} and {max}", max = Money::MAX_MINOR));
        }
        let currency = self.errors.take(format!("{field}.currency"), currency.parse())?;
        self.currencies.push((field, currency));
        Some(amount)
    }
}

fn named<T>(errors: &mut FieldErrors, field: &str, raw: &[String], parse: impl Fn(&str) -> Result<T, String>) -> Vec<T> {
    if raw.len() > MOST_NAMED {
        errors.add(field, format!("must be at most {MOST_NAMED}"));
    }
    let known = |(place, raw): (usize, &String)| errors.take(format!("{field}.{place}"), parse(raw));
    raw.iter().take(MOST_NAMED).enumerate().filter_map(known).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usd(amount: i64) -> Option<MoneyInput> {
        Some(MoneyInput { amount, currency: "USD".to_owned() })
    }

    fn of_all(rule: RuleInput) -> PriceChangeInput {
        PriceChangeInput { all: true, rule, ..PriceChangeInput::default() }
    }

    fn refused(input: PriceChangeInput) -> Vec<String> {
        PlanPriceChange::parse(input).expect_err("refused").into_map().into_keys().collect()
    }

    #[test]
    fn a_change_says_what_becomes_of_which_prices() {
        let rule =
            RuleInput { rate_ppm: Some(-125_000), round_to_ending: Some("09".to_owned()), at_least: usd(100), ..RuleInput::default() };
        let plan = PlanPriceChange::parse(of_all(rule)).expect("a plan");
        let other = plan.refuse_other_currencies(Currency::EUR).expect_err("another currency").into_map();
        assert_eq!(other.into_keys().collect::<Vec<_>>(), ["change.at_least.currency"]);
        assert_eq!(plan.refuse_other_currencies(Currency::USD), Ok(()));
        let expected = PriceRule {
            change: Change::RatePpm(-125_000),
            rounding: Rounding::Ending { digits: 9, places: 2 },
            at_least_minor: 100,
            compare_at: CompareAt::Keep,
        };
        assert_eq!((plan.rule, plan.selection, plan.applies_when_planned), (expected, Selection::default(), true));
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let rate = |ppm| RuleInput { rate_ppm: Some(ppm), ..RuleInput::default() };
        assert_eq!(refused(of_all(rate(-1_000_001))), ["change.rate_ppm"]);
        assert_eq!(refused(of_all(rate(10_000_001))), ["change.rate_ppm"]);
        assert_eq!(refused(of_all(RuleInput::default())), ["change"]);
        assert_eq!(refused(of_all(RuleInput { set: usd(1), ..rate(1) })), ["change"]);
        assert_eq!(refused(of_all(RuleInput { set: usd(-1), ..RuleInput::default() })), ["change.set.amount"]);
        assert_eq!(refused(of_all(RuleInput { amount: usd(i64::MIN), ..RuleInput::default() })), ["change.amount.amount"]);
        assert_eq!(refused(of_all(RuleInput { round_to: Some(1), ..rate(1) })), ["change.rounding.to"]);
        for ending in ["", "9999", "+9", "x"] {
            assert_eq!(refused(of_all(RuleInput { round_to_ending: Some(ending.to_owned()), ..rate(1) })), ["change.rounding.ending"]);
        }
        let set = RuleInput { set: usd(1), compare_at: Some("same_change".to_owned()), ..RuleInput::default() };
        assert_eq!(refused(of_all(set)), ["change.compare_at"]);
    }

    /// Nobody changes all prices by leaving something out.
    #[test]
    fn all_prices_are_meant_only_where_that_is_said() {
        let nothing = PriceChangeInput { all: false, ..of_all(RuleInput { rate_ppm: Some(1), ..RuleInput::default() }) };
        assert_eq!(refused(nothing.clone()), ["filter"]);
        let steps = SelectionInput { steps: Some("first".to_owned()), ..SelectionInput::default() };
        assert_eq!(refused(PriceChangeInput { selection: steps, ..nothing.clone() }), ["filter"]);
        let brand = SelectionInput { brand: Some("Acme".to_owned()), ..SelectionInput::default() };
        assert_eq!(refused(PriceChangeInput { selection: brand.clone(), all: true, ..nothing.clone() }), ["all"]);
        let plan = PlanPriceChange::parse(PriceChangeInput { selection: brand, ..nothing }).expect("a plan");
        assert_eq!(plan.selection.brand.as_deref(), Some("Acme"));
        let bounds = SelectionInput {
            price_at_least: usd(5),
            price_at_most: usd(4),
            variant_ids: vec!["x".to_owned()],
            ..SelectionInput::default()
        };
        let input = PriceChangeInput { selection: bounds, ..of_all(RuleInput { rate_ppm: Some(1), ..RuleInput::default() }) };
        assert_eq!(refused(PriceChangeInput { all: false, ..input }), ["filter.price.lte", "filter.variant_ids.0"]);
    }
}
