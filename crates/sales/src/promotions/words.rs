//! Conditions and effects in words, as clients send them and as they are stored.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::str::FromStr;

use kernel::{Country, FieldErrors, Money, Ppm, Quantity, fold, text};
use serde::{Deserialize, Serialize};

use super::basket::ShipsFree;
use super::model::{BuyGet, Conditions, Effect, Gift, Items, Tier, TierBasis, TierOff};

/// More things than anybody names one by one; for more there are categories and tags.
const MOST_NAMED: usize = 200;
/// More steps than anybody reads.
const MOST_STEPS: usize = 20;
/// As many pieces as a cart can hold.
const MOST_PIECES: i64 = 1_000_000;
/// What a tag may have at most.
const MOST_CHARACTERS_OF_A_TAG: usize = 64;

/// Conditions in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ConditionsInput {
    /// Ids of channels.
    pub channel_ids: Vec<String>,
    /// ISO 3166-1 alpha-2.
    pub countries: Vec<String>,
    /// Ids of customer groups.
    pub customer_group_ids: Vec<String>,
    /// Only for first orders.
    pub first_order: bool,
    /// 1 (Monday) to 7.
    pub weekdays: Vec<i64>,
    /// What counts.
    pub items: ItemsInput,
    /// Pieces.
    pub min_quantity: Option<i64>,
    /// Minor units.
    pub min_subtotal_minor: Option<i64>,
}

/// Goods in words.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ItemsInput {
    /// Ids of variants.
    pub variant_ids: Vec<String>,
    /// Ids of products.
    pub product_ids: Vec<String>,
    /// Ids of categories.
    pub category_ids: Vec<String>,
    /// Tags.
    pub tags: Vec<String>,
}

/// An effect in words: which members it has, its kind says.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct EffectInput {
    /// `percent_off`, `amount_off`, `amount_off_each`, `buy_get`, `tiers`, `free_shipping`, `gift`.
    pub kind: String,
    /// Parts per million.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<i64>,
    /// Minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_minor: Option<i64>,
    /// Pieces that are bought.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub buy: Option<i64>,
    /// Pieces that become cheaper.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub get: Option<i64>,
    /// Of which goods; absent: of the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub get_items: Option<ItemsInput>,
    /// `quantity` or `subtotal`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// Steps.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tiers: Vec<TierInput>,
    /// Ids of shipping methods that cost nothing; empty: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub shipping_method_ids: Vec<String>,
    /// The id of the variant that is the present.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub variant_id: Option<String>,
    /// How many of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub quantity: Option<i64>,
}

/// The kinds of effects.
pub const EFFECTS: [&str; 7] = ["percent_off", "amount_off", "amount_off_each", "buy_get", "tiers", "free_shipping", "gift"];

/// A step in words: one of rate and amount.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TierInput {
    /// From so many pieces or minor units on.
    pub from: i64,
    /// Parts per million.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rate_ppm: Option<i64>,
    /// Minor units.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount_minor: Option<i64>,
}

impl ConditionsInput {
    pub(super) fn parse(self) -> Result<Conditions, FieldErrors> {
        let mut errors = FieldErrors::new();
        let channels = named(&mut errors, "channel_ids", &self.channel_ids);
        let countries = named::<Country>(&mut errors, "countries", &self.countries);
        let customer_groups = named(&mut errors, "customer_group_ids", &self.customer_group_ids);
        let day = |(place, day): (usize, &i64)| {
            let day = u8::try_from(*day).ok().filter(|day| (1..=7).contains(day)).ok_or("must be between 1 (Monday) and 7");
            errors.take(format!("weekdays.{place}"), day)
        };
        let weekdays = self.weekdays.iter().take(7).enumerate().filter_map(day).collect();
        if self.weekdays.len() > 7 {
            errors.add("weekdays", "must not be more than a week has");
        }
        let items = self.items.parse().map_err(|inner| errors.nest("items", inner)).ok();
        let min_quantity = errors.take_optional("min_quantity", self.min_quantity, |raw| within(raw, 1, MOST_PIECES));
        let min_subtotal_minor = errors.take_optional("min_subtotal", self.min_subtotal_minor, |raw| within(raw, 1, Money::MAX_MINOR));
        let first_order = self.first_order;
        errors.finish(|| {
            let items = items?;
            Some(Conditions { channels, countries, customer_groups, first_order, weekdays, items, min_quantity, min_subtotal_minor })
        })
    }
}

impl From<&Conditions> for ConditionsInput {
    fn from(conditions: &Conditions) -> Self {
        let Conditions { channels, countries, customer_groups, first_order, weekdays, items, min_quantity, min_subtotal_minor } =
            conditions;
        Self {
            channel_ids: words(channels),
            countries: countries.iter().map(|country| country.code().to_owned()).collect(),
            customer_group_ids: words(customer_groups),
            first_order: *first_order,
            weekdays: weekdays.iter().map(|day| i64::from(*day)).collect(),
            items: items.into(),
            min_quantity: *min_quantity,
            min_subtotal_minor: *min_subtotal_minor,
        }
    }
}

impl ItemsInput {
    fn parse(self) -> Result<Items, FieldErrors> {
        let mut errors = FieldErrors::new();
        let variants = named(&mut errors, "variant_ids", &self.variant_ids);
        let products = named(&mut errors, "product_ids", &self.product_ids);
        let categories = named(&mut errors, "category_ids", &self.category_ids);
        refuse_too_many(&mut errors, "tags", self.tags.len());
        let tag = |(place, raw): (usize, &String)| errors.take(format!("tags.{place}"), text(raw, MOST_CHARACTERS_OF_A_TAG));
        let tags = self.tags.iter().take(MOST_NAMED).enumerate().filter_map(tag).map(|tag| fold(&tag)).collect();
        errors.finish(|| Some(Items { variants, products, categories, tags }))
    }
}

impl From<&Items> for ItemsInput {
    fn from(items: &Items) -> Self {
        let Items { variants, products, categories, tags } = items;
        Self {
            variant_ids: words(variants),
            product_ids: words(products),
            category_ids: words(categories),
            tags: tags.iter().cloned().collect(),
        }
    }
}

impl EffectInput {
    /// True where it names money, which is of a currency.
    pub(super) fn has_amounts(&self) -> bool {
        self.amount_minor.is_some()
            || self.by.as_deref() == Some(TierBasis::Subtotal.as_str())
            || self.tiers.iter().any(|tier| tier.amount_minor.is_some())
    }

    /// Members that its kind does not have are refused: whoever sends them means something else.
    pub(super) fn parse(self) -> Result<Effect, FieldErrors> {
        let mut errors = FieldErrors::new();
        let kind = self.kind.clone();
        let mut members = Members { input: self, errors: &mut errors };
        let effect = match kind.as_str() {
            "percent_off" => members.rate().map(Effect::PercentOff),
            "amount_off" => members.amount().map(Effect::AmountOff),
            "amount_off_each" => members.amount().map(Effect::AmountOffEach),
            "buy_get" => members.buy_get().map(Effect::BuyGet),
            "tiers" => members.tiers(),
            "free_shipping" => Some(Effect::FreeShipping(members.methods())),
            "gift" => members.gift().map(Effect::Gift),
            _ => {
                members.errors.add("kind", format!("must be one of {}", EFFECTS.join(", ")));
                return Err(errors);
            }
        };
        members.refuse_others();
        errors.finish(|| effect)
    }
}

/// The members of an effect, each taken by the kind that has it.
struct Members<'a> {
    input: EffectInput,
    errors: &'a mut FieldErrors,
}

impl Members<'_> {
    fn rate(&mut self) -> Option<Ppm> {
        let rate = self.input.rate_ppm.take();
        self.errors.take("rate_ppm", rate.ok_or("must be given").and_then(part))
    }

    fn amount(&mut self) -> Option<i64> {
        let amount = self.input.amount_minor.take();
        self.errors.take("amount", amount.ok_or_else(|| "must be given".to_owned()).and_then(|raw| within(raw, 1, Money::MAX_MINOR)))
    }

    fn buy_get(&mut self) -> Option<BuyGet> {
        let (buy, get) = (self.input.buy.take(), self.input.get.take());
        let pieces = |raw: Option<i64>| Quantity::try_from(raw.unwrap_or(0));
        let (buy, get) = (self.errors.take("buy", pieces(buy)), self.errors.take("get", pieces(get)));
        let rate = if self.input.rate_ppm.is_some() { self.rate() } else { Ppm::try_from(Ppm::WHOLE).ok() };
        let of = self.input.get_items.take().map(|items| items.parse().map_err(|inner| self.errors.nest("get_items", inner)).ok());
        Some(BuyGet { buy: buy?, get: get?, rate: rate?, of: of.flatten() })
    }

    fn methods(&mut self) -> ShipsFree {
        let methods = std::mem::take(&mut self.input.shipping_method_ids);
        ShipsFree(named(self.errors, "shipping_method_ids", &methods))
    }

    fn gift(&mut self) -> Option<Gift> {
        let (variant, quantity) = (self.input.variant_id.take(), self.input.quantity.take());
        let variant_id = self.errors.take("variant_id", variant.as_deref().unwrap_or_default().parse());
        let quantity = self.errors.take("quantity", Quantity::try_from(quantity.unwrap_or(0)));
        Some(Gift { variant_id: variant_id?, quantity: quantity? })
    }

    fn tiers(&mut self) -> Option<Effect> {
        let by = self.input.by.take();
        let by = self.errors.take("by", by.as_deref().unwrap_or_default().parse::<TierBasis>());
        let tiers = std::mem::take(&mut self.input.tiers);
        if !(1..=MOST_STEPS).contains(&tiers.len()) {
            self.errors.add("tiers", format!("must be 1 to {MOST_STEPS} steps"));
            return None;
        }
        let mut steps: Vec<Tier> = Vec::with_capacity(tiers.len());
        for (place, tier) in tiers.iter().enumerate() {
            let step = tier.parse().map_err(|inner| self.errors.nest(&format!("tiers.{place}"), inner)).ok()?;
            if steps.last().is_some_and(|before| step.from <= before.from) {
                self.errors.add(format!("tiers.{place}.from"), "must be more than that of the step before");
            }
            steps.push(step);
        }
        Some(Effect::Tiers { by: by?, steps })
    }

    fn refuse_others(&mut self) {
        let EffectInput { kind: _, rate_ppm, amount_minor, buy, get, get_items, by, tiers, shipping_method_ids, variant_id, quantity } =
            &self.input;
        let left = [
            ("rate_ppm", rate_ppm.is_some()),
            ("amount", amount_minor.is_some()),
            ("buy", buy.is_some()),
            ("get", get.is_some()),
            ("get_items", get_items.is_some()),
            ("by", by.is_some()),
            ("tiers", !tiers.is_empty()),
            ("shipping_method_ids", !shipping_method_ids.is_empty()),
            ("variant_id", variant_id.is_some()),
            ("quantity", quantity.is_some()),
        ];
        for (member, _) in left.into_iter().filter(|(_, is_left)| *is_left) {
            self.errors.add(member, "is not for this kind of effect");
        }
    }
}

impl TierInput {
    fn parse(&self) -> Result<Tier, FieldErrors> {
        let mut errors = FieldErrors::new();
        let from = errors.take("from", within(self.from, 1, Money::MAX_MINOR));
        let off = match (self.rate_ppm, self.amount_minor) {
            (Some(rate), None) => errors.take("rate_ppm", part(rate)).map(TierOff::Percent),
            (None, Some(minor)) => errors.take("amount", within(minor, 1, Money::MAX_MINOR)).map(TierOff::Amount),
            _ => {
                errors.add("rate_ppm", "must be given where there is no amount, and only then");
                None
            }
        };
        errors.finish(|| Some(Tier { from: from?, off: off? }))
    }
}

impl From<&Effect> for EffectInput {
    fn from(effect: &Effect) -> Self {
        let kind = |kind: &str| Self { kind: kind.to_owned(), ..Self::default() };
        match effect {
            Effect::PercentOff(rate) => Self { rate_ppm: Some(rate.get()), ..kind("percent_off") },
            Effect::AmountOff(minor) => Self { amount_minor: Some(*minor), ..kind("amount_off") },
            Effect::AmountOffEach(minor) => Self { amount_minor: Some(*minor), ..kind("amount_off_each") },
            Effect::BuyGet(BuyGet { buy, get, rate, of }) => Self {
                buy: Some(i64::from(*buy)),
                get: Some(i64::from(*get)),
                rate_ppm: Some(rate.get()),
                get_items: of.as_ref().map(ItemsInput::from),
                ..kind("buy_get")
            },
            Effect::Tiers { by, steps } => {
                Self { by: Some(by.as_str().to_owned()), tiers: steps.iter().map(TierInput::from).collect(), ..kind("tiers") }
            }
            Effect::FreeShipping(ShipsFree(methods)) => Self { shipping_method_ids: words(methods), ..kind("free_shipping") },
            Effect::Gift(Gift { variant_id, quantity }) => {
                Self { variant_id: Some(variant_id.to_string()), quantity: Some(i64::from(*quantity)), ..kind("gift") }
            }
        }
    }
}

impl From<&Tier> for TierInput {
    fn from(tier: &Tier) -> Self {
        let (rate_ppm, amount_minor) = match tier.off {
            TierOff::Percent(rate) => (Some(rate.get()), None),
            TierOff::Amount(minor) => (None, Some(minor)),
        };
        Self { from: tier.from, rate_ppm, amount_minor }
    }
}

/// A part of a price: more than nothing, at most the whole.
fn part(raw: i64) -> Result<Ppm, &'static str> {
    Ppm::try_from(raw).ok().filter(|rate| (1..=Ppm::WHOLE).contains(&rate.get())).ok_or("must be between 1 and 1000000 parts per million")
}

pub(super) fn within(raw: i64, least: i64, most: i64) -> Result<i64, String> {
    if (least..=most).contains(&raw) { Ok(raw) } else { Err(format!("must be between {least} and {most}")) }
}

fn named<T: FromStr<Err: Display> + Ord>(errors: &mut FieldErrors, field: &str, raw: &[String]) -> BTreeSet<T> {
    refuse_too_many(errors, field, raw.len());
    let known = |(place, raw): (usize, &String)| errors.take(format!("{field}.{place}"), raw.parse::<T>());
    raw.iter().take(MOST_NAMED).enumerate().filter_map(known).collect()
}

fn refuse_too_many(errors: &mut FieldErrors, field: &str, many: usize) {
    if many > MOST_NAMED {
        errors.add(field, format!("must be at most {MOST_NAMED}"));
    }
}

fn words<T: Display>(ids: &BTreeSet<T>) -> Vec<String> {
    ids.iter().map(T::to_string).collect()
}
