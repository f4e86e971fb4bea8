//! Promotions as clients send them.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp, parse_time};
use sales::promotions::{PromotionChanges, PromotionInput, PromotionQuery, Rules, Trigger};
use serde::Deserialize;
use utoipa::ToSchema;

use super::terms::{Amounts, PromotionConditionsIn, PromotionEffectIn};
use crate::rest::carts::present;
use crate::rest::money::MoneyIn;
use crate::schema;

/// The list of promotions.
pub(super) struct Promotions;

impl ListRoute for Promotions {
    const SPEC: ListSpec = ListSpec {
        sorts: &["priority"],
        default_sort: "priority",
        filters: &[("active", FilterKind::Flag), ("trigger", FilterKind::OneOf(Trigger::WORDS))],
        ..ListSpec::PLAIN
    };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> PromotionQuery {
    PromotionQuery {
        active: list.filters.flag("active"),
        triggers: list.filters.parsed("trigger").unwrap_or_default(),
        descending: list.sort.first().is_some_and(|key| key.descending),
        page: list.page.clone(),
    }
}

/// A promotion. All its amounts are of one currency, and then it is for carts in that currency.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionIn {
    /// What the customer reads next to the amount.
    #[schema(min_length = 1, max_length = 120, example = "Spring sale")]
    name: String,
    /// False while it is held back. Absent: true.
    active: Option<bool>,
    /// Whether every cart that meets the conditions has it, or one that names a code. Absent: `automatic`.
    #[schema(value_type = Option<schema::PromotionTrigger>)]
    trigger: Option<String>,
    /// Those with a lower number apply first; of two with the same the older. Absent: 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// Whether it goes with others; else it is alone in its cart. Absent: true.
    combinable: Option<bool>,
    /// ISO 4217: only carts in this currency have it. Absent: that of its amounts.
    #[schema(value_type = Option<schema::CurrencyCode>)]
    currency: Option<String>,
    /// It holds from then on.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// It holds no more from then on.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// Who has it, for what; all of them together. Absent: everybody, for everything.
    #[serde(default)]
    conditions: PromotionConditionsIn,
    /// What it does.
    effect: PromotionEffectIn,
    /// By how many orders it may be had.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    uses_limit: Option<i64>,
    /// By how many orders of one customer: by account and by e-mail address.
    #[schema(minimum = 1, maximum = 1_000_000_000)]
    uses_per_customer: Option<i64>,
    /// Until so much was taken off.
    budget: Option<MoneyIn>,
}

impl PromotionIn {
    pub(super) fn parse(self) -> Result<Rules, FieldErrors> {
        Rules::parse(self.words()?)
    }

    fn words(self) -> Result<PromotionInput, FieldErrors> {
        let mut amounts = Amounts::of(self.currency.as_deref());
        let (conditions, effect) = (self.conditions.words(&mut amounts), self.effect.words(&mut amounts));
        let budget_minor = amounts.minor("budget", self.budget);
        let currency = amounts.finish()?;
        let (starts_at, ends_at) = window(self.starts_at, self.ends_at)?;
        Ok(PromotionInput {
            name: self.name,
            active: self.active.unwrap_or(true),
            trigger: self.trigger.unwrap_or_else(|| Trigger::Automatic.as_str().to_owned()),
            priority: self.priority.unwrap_or(0),
            combinable: self.combinable.unwrap_or(true),
            currency: self.currency.or(currency),
            starts_at,
            ends_at,
            conditions,
            effect,
            uses_limit: self.uses_limit,
            uses_per_customer: self.uses_per_customer,
            budget_minor,
        })
    }
}

fn window(starts_at: Option<String>, ends_at: Option<String>) -> Result<(Option<Timestamp>, Option<Timestamp>), FieldErrors> {
    let mut errors = FieldErrors::new();
    let starts_at = errors.take_optional("starts_at", starts_at, |raw| parse_time(&raw));
    let ends_at = errors.take_optional("ends_at", ends_at, |raw| parse_time(&raw));
    errors.finish(|| Some((starts_at, ends_at)))
}

/// What changes of a promotion; an absent field stays. Conditions and effect change as a whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionPatch {
    /// What the customer reads next to the amount.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 120)]
    name: Option<String>,
    /// False while it is held back.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    active: Option<bool>,
    /// How it comes to a cart.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::PromotionTrigger)]
    trigger: Option<String>,
    /// Those with a lower number apply first.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// Whether it goes with others.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    combinable: Option<bool>,
    /// ISO 4217; stays once something was taken off in it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<schema::CurrencyCode>)]
    currency: Option<Option<String>>,
    /// It holds from then on; `null`: since ever.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Option<String>>,
    /// It holds no more from then on; `null`: for ever.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Option<String>>,
    /// The whole new conditions.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    conditions: Option<PromotionConditionsIn>,
    /// The whole new effect.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    effect: Option<PromotionEffectIn>,
    /// By how many orders it may be had: no fewer than had it; `null`: by any number.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
    uses_limit: Option<Option<i64>>,
    /// By how many orders of one customer; `null`: by any number.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<i64>, minimum = 1, maximum = 1_000_000_000)]
    uses_per_customer: Option<Option<i64>>,
    /// Until so much was taken off: no less than was; `null`: without end.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<MoneyIn>)]
    budget: Option<Option<MoneyIn>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl PromotionPatch {
    pub(super) fn parse(self) -> Result<PromotionChanges, FieldErrors> {
        let mut amounts = Amounts::of(self.currency.as_ref().and_then(Option::as_deref));
        let conditions = self.conditions.map(|conditions| conditions.words(&mut amounts));
        let effect = self.effect.map(|effect| effect.words(&mut amounts));
        let budget_minor = self.budget.map(|budget| amounts.minor("budget", budget));
        let amounts_in = amounts.finish()?;
        let (starts_at, ends_at) = (self.starts_at.clone(), self.ends_at.clone());
        let (start, end) = window(self.starts_at.flatten(), self.ends_at.flatten())?;
        Ok(PromotionChanges {
            name: self.name,
            active: self.active,
            trigger: self.trigger,
            priority: self.priority,
            combinable: self.combinable,
            currency: self.currency,
            amounts_in,
            starts_at: starts_at.map(|_| start),
            ends_at: ends_at.map(|_| end),
            conditions,
            effect,
            uses_limit: self.uses_limit,
            uses_per_customer: self.uses_per_customer,
            budget_minor,
        })
    }
}
