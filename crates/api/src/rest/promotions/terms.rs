//! Conditions and effects on the wire: as the shop keeps them, with money as money.

use kernel::{Currency, FieldErrors, Money};
use sales::promotions::{Conditions, ConditionsInput, Effect, EffectInput, ItemsInput, TierInput};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::money::{MoneyIn, MoneyView};
use crate::schema;

/// The amounts of one promotion, which are of one currency.
#[derive(Debug, Default)]
pub(super) struct Amounts {
    currency: Option<Currency>,
    errors: FieldErrors,
}

impl Amounts {
    /// Amounts of this currency alone; of any, where none is named.
    pub(super) fn of(currency: Option<&str>) -> Self {
        Self { currency: currency.and_then(|code| code.parse().ok()), errors: FieldErrors::new() }
    }

    pub(super) fn minor(&mut self, field: &str, amount: Option<MoneyIn>) -> Option<i64> {
        let amount = amount?.parse().map_err(|inner| self.errors.nest(field, inner)).ok()?;
        if *self.currency.get_or_insert(amount.currency()) != amount.currency() {
            self.errors.add(format!("{field}.currency"), "must be the currency of the promotion");
        }
        Some(amount.minor())
    }

    /// Their currency, where there are any.
    pub(super) fn finish(self) -> Result<Option<String>, FieldErrors> {
        let Self { currency, errors } = self;
        errors.finish(|| Some(currency.map(|currency| currency.code().to_owned())))
    }
}

/// Who has a promotion, for what. What is empty or absent asks for nothing.
#[derive(Debug, Clone, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionConditionsIn {
    /// The cart is of one of these channels.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ChannelId>, max_items = 200)]
    channel_ids: Vec<String>,
    /// The parcel goes to one of these countries, ISO 3166-1 alpha-2.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CountryCode>, max_items = 200)]
    countries: Vec<String>,
    /// The customer is signed in and belongs to one of these groups.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CustomerGroupId>, max_items = 200)]
    customer_group_ids: Vec<String>,
    /// The customer has ordered nothing so far.
    #[serde(default)]
    first_order: bool,
    /// It is one of these days where the channel is: 1 (Monday) to 7.
    #[serde(default)]
    #[schema(max_items = 7)]
    weekdays: Vec<i64>,
    /// What counts, and what gets cheaper.
    #[serde(default)]
    items: PromotionItems,
    /// At least so many pieces of it.
    #[schema(minimum = 1, maximum = 1_000_000)]
    min_quantity: Option<i64>,
    /// At least so much money's worth of it, before anything is taken off.
    min_subtotal: Option<MoneyIn>,
}

impl PromotionConditionsIn {
    pub(super) fn words(self, amounts: &mut Amounts) -> ConditionsInput {
        ConditionsInput {
            channel_ids: self.channel_ids,
            countries: self.countries,
            customer_group_ids: self.customer_group_ids,
            first_order: self.first_order,
            weekdays: self.weekdays,
            items: self.items.into(),
            min_quantity: self.min_quantity,
            min_subtotal_minor: amounts.minor("conditions.min_subtotal", self.min_subtotal),
        }
    }
}

/// Which goods are meant: those that any of these names; all where none does.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct PromotionItems {
    /// These variants.
    #[schema(value_type = Vec<schema::VariantId>, max_items = 200)]
    variant_ids: Vec<String>,
    /// All variants of these products.
    #[schema(value_type = Vec<schema::ProductId>, max_items = 200)]
    product_ids: Vec<String>,
    /// What is in these categories or below them.
    #[schema(value_type = Vec<schema::CategoryId>, max_items = 200)]
    category_ids: Vec<String>,
    /// What has one of these tags, in any case of their letters.
    #[schema(max_items = 200)]
    tags: Vec<String>,
}

impl From<PromotionItems> for ItemsInput {
    fn from(items: PromotionItems) -> Self {
        let PromotionItems { variant_ids, product_ids, category_ids, tags } = items;
        Self { variant_ids, product_ids, category_ids, tags }
    }
}

impl From<ItemsInput> for PromotionItems {
    fn from(items: ItemsInput) -> Self {
        let ItemsInput { variant_ids, product_ids, category_ids, tags } = items;
        Self { variant_ids, product_ids, category_ids, tags }
    }
}

/// What a promotion does. Which members there are, its kind says: `percent_off` has `rate_ppm`; `amount_off` and `amount_off_each` have
/// `amount`; `buy_get` has `buy`, `get`, and may have `rate_ppm` and `get_items`; `tiers` has `by` and `tiers`; `free_shipping` may have
/// `shipping_method_ids`; `gift` has `variant_id` and `quantity`.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionEffectIn {
    /// Which effect.
    #[schema(value_type = schema::PromotionEffectKind)]
    kind: String,
    /// A part of the price, in parts per million: 100,000 is a tenth.
    #[schema(minimum = 1, maximum = 1_000_000)]
    rate_ppm: Option<i64>,
    /// So much of all goods together (`amount_off`), or of each piece (`amount_off_each`).
    amount: Option<MoneyIn>,
    /// Whoever buys so many
    #[schema(minimum = 1, maximum = 9999)]
    buy: Option<i64>,
    /// has so many, the cheapest, for less; for each whole set.
    #[schema(minimum = 1, maximum = 9999)]
    get: Option<i64>,
    /// Of which goods. Absent: of the same.
    get_items: Option<PromotionItems>,
    /// What the steps count.
    #[schema(value_type = Option<schema::PromotionTierBasis>)]
    by: Option<String>,
    /// The steps; the highest that is reached counts.
    #[serde(default)]
    #[schema(max_items = 20)]
    tiers: Vec<PromotionTierIn>,
    /// The methods that cost nothing. Empty: all.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ShippingMethodId>, max_items = 200)]
    shipping_method_ids: Vec<String>,
    /// The present.
    #[schema(value_type = Option<schema::VariantId>)]
    variant_id: Option<String>,
    /// How many of it.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: Option<i64>,
}

impl PromotionEffectIn {
    pub(super) fn words(self, amounts: &mut Amounts) -> EffectInput {
        let tier = |(place, tier): (usize, PromotionTierIn)| TierInput {
            from: tier.from,
            rate_ppm: tier.rate_ppm,
            amount_minor: amounts.minor(&format!("effect.tiers.{place}.amount"), tier.amount),
        };
        let tiers = self.tiers.into_iter().enumerate().map(tier).collect();
        EffectInput {
            kind: self.kind,
            rate_ppm: self.rate_ppm,
            amount_minor: amounts.minor("effect.amount", self.amount),
            buy: self.buy,
            get: self.get,
            get_items: self.get_items.map(ItemsInput::from),
            by: self.by,
            tiers,
            shipping_method_ids: self.shipping_method_ids,
            variant_id: self.variant_id,
            quantity: self.quantity,
        }
    }
}

/// A step: one of rate and amount.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PromotionTierIn {
    /// From so many pieces, or minor units, on.
    #[schema(minimum = 1)]
    from: i64,
    /// A part of the price, in parts per million.
    #[schema(minimum = 1, maximum = 1_000_000)]
    rate_ppm: Option<i64>,
    /// So much of all goods together.
    amount: Option<MoneyIn>,
}

/// Who has a promotion, for what.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromotionConditionsView {
    /// The cart is of one of these channels; empty: of any.
    #[schema(value_type = Vec<schema::ChannelId>)]
    channel_ids: Vec<String>,
    /// The parcel goes to one of these countries; empty: to any.
    #[schema(value_type = Vec<schema::CountryCode>)]
    countries: Vec<String>,
    /// The customer belongs to one of these groups; empty: anybody.
    #[schema(value_type = Vec<schema::CustomerGroupId>)]
    customer_group_ids: Vec<String>,
    /// True where the customer has ordered nothing so far.
    first_order: bool,
    /// The days, 1 (Monday) to 7; empty: all.
    weekdays: Vec<i64>,
    /// What counts, and what gets cheaper.
    items: PromotionItems,
    /// At least so many pieces of it.
    min_quantity: Option<i64>,
    /// At least so much money's worth of it.
    min_subtotal: Option<MoneyView>,
}

/// Money of a promotion: where it has an amount, it has a currency.
pub(super) fn money(minor: Option<i64>, currency: Option<Currency>) -> Option<MoneyView> {
    Some(Money::new(minor?, currency?).into())
}

impl PromotionConditionsView {
    pub(super) fn of(conditions: &Conditions, currency: Option<Currency>) -> Self {
        let words = ConditionsInput::from(conditions);
        Self {
            channel_ids: words.channel_ids,
            countries: words.countries,
            customer_group_ids: words.customer_group_ids,
            first_order: words.first_order,
            weekdays: words.weekdays,
            items: words.items.into(),
            min_quantity: words.min_quantity,
            min_subtotal: money(words.min_subtotal_minor, currency),
        }
    }
}

/// What a promotion does, with the members of its kind.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromotionEffectView {
    /// Which effect.
    #[schema(value_type = schema::PromotionEffectKind)]
    kind: String,
    /// A part of the price, in parts per million.
    #[serde(skip_serializing_if = "Option::is_none")]
    rate_ppm: Option<i64>,
    /// So much of all goods together, or of each piece.
    #[serde(skip_serializing_if = "Option::is_none")]
    amount: Option<MoneyView>,
    /// Whoever buys so many
    #[serde(skip_serializing_if = "Option::is_none")]
    buy: Option<i64>,
    /// has so many for less.
    #[serde(skip_serializing_if = "Option::is_none")]
    get: Option<i64>,
    /// Of which goods; absent: of the same.
    #[serde(skip_serializing_if = "Option::is_none")]
    get_items: Option<PromotionItems>,
    /// What the steps count.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::PromotionTierBasis>)]
    by: Option<String>,
    /// The steps.
    #[serde(skip_serializing_if = "Option::is_none")]
    tiers: Option<Vec<PromotionTierView>>,
    /// The methods that cost nothing; empty: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Vec<schema::ShippingMethodId>>)]
    shipping_method_ids: Option<Vec<String>>,
    /// The present.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<schema::VariantId>)]
    variant_id: Option<String>,
    /// How many of it.
    #[serde(skip_serializing_if = "Option::is_none")]
    quantity: Option<i64>,
}

/// A step.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromotionTierView {
    /// From so many pieces, or minor units, on.
    from: i64,
    /// A part of the price, in parts per million.
    rate_ppm: Option<i64>,
    /// So much of all goods together.
    amount: Option<MoneyView>,
}

impl PromotionEffectView {
    pub(super) fn of(effect: &Effect, currency: Option<Currency>) -> Self {
        let words = EffectInput::from(effect);
        let tier =
            |tier: TierInput| PromotionTierView { from: tier.from, rate_ppm: tier.rate_ppm, amount: money(tier.amount_minor, currency) };
        Self {
            kind: words.kind,
            rate_ppm: words.rate_ppm,
            amount: money(words.amount_minor, currency),
            buy: words.buy,
            get: words.get,
            get_items: words.get_items.map(PromotionItems::from),
            by: words.by,
            tiers: matches!(effect, Effect::Tiers { .. }).then(|| words.tiers.into_iter().map(tier).collect()),
            shipping_method_ids: matches!(effect, Effect::FreeShipping(_)).then_some(words.shipping_method_ids),
            variant_id: words.variant_id,
            quantity: words.quantity,
        }
    }
}
