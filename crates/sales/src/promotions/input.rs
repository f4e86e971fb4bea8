//! Promotions as they come from outside.

use kernel::{Currency, FieldErrors, Money, PromotionId, Timestamp, text};
use serde::Serialize;

use super::model::{Conditions, Effect, Limits, Promotion, Trigger};
use super::words::{ConditionsInput, EffectInput, within};

/// What fits beside an amount.
const MOST_CHARACTERS_OF_A_NAME: usize = 120;
/// The last place of all.
const LAST_PRIORITY: i64 = 1_000_000;
/// As many orders as any shop has.
const MOST_USES: i64 = 1_000_000_000;

/// A promotion as it comes from outside, and as it is recorded. Amounts are minor units of its currency.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct PromotionInput {
    /// 1 to 120 characters.
    pub name: String,
    /// Whether it holds.
    pub active: bool,
    /// `automatic` or `code`.
    pub trigger: String,
    /// 0 to 1,000,000.
    pub priority: i64,
    /// Whether it goes with others.
    pub combinable: bool,
    /// ISO 4217.
    pub currency: Option<String>,
    /// It holds from then on.
    pub starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    pub ends_at: Option<Timestamp>,
    /// Who has it.
    pub conditions: ConditionsInput,
    /// What it does.
    pub effect: EffectInput,
    /// By how many orders.
    pub uses_limit: Option<i64>,
    /// By how many of one customer's.
    pub uses_per_customer: Option<i64>,
    /// Until so much was taken off.
    pub budget_minor: Option<i64>,
}

impl From<&Promotion> for PromotionInput {
    fn from(promotion: &Promotion) -> Self {
        Self {
            name: promotion.name.clone(),
            active: promotion.active,
            trigger: promotion.trigger.as_str().to_owned(),
            priority: promotion.priority,
            combinable: promotion.combinable,
            currency: promotion.currency.map(|currency| currency.code().to_owned()),
            starts_at: promotion.starts_at,
            ends_at: promotion.ends_at,
            conditions: (&promotion.conditions).into(),
            effect: (&promotion.effect).into(),
            uses_limit: promotion.limits.uses,
            uses_per_customer: promotion.limits.uses_per_customer,
            budget_minor: promotion.limits.budget_minor,
        }
    }
}

/// A promotion that may be kept: everything but its id and times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rules {
    name: String,
    active: bool,
    trigger: Trigger,
    priority: i64,
    combinable: bool,
    currency: Option<Currency>,
    starts_at: Option<Timestamp>,
    ends_at: Option<Timestamp>,
    conditions: Conditions,
    effect: Effect,
    limits: Limits,
}

impl Rules {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: PromotionInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", text(&input.name, MOST_CHARACTERS_OF_A_NAME));
        let trigger = errors.take("trigger", input.trigger.parse::<Trigger>());
        let priority = errors.take("priority", within(input.priority, 0, LAST_PRIORITY));
        let has_currency = input.currency.is_some();
        let currency = errors.take_optional("currency", input.currency, |raw| raw.parse::<Currency>());
        if input.starts_at.zip(input.ends_at).is_some_and(|(start, end)| end <= start) {
            errors.add("ends_at", "must be later than starts_at");
        }
        let conditions = input.conditions.parse().map_err(|inner| errors.nest("conditions", inner)).ok();
        let effect = input.effect.parse().map_err(|inner| errors.nest("effect", inner)).ok();
        let limits = Limits {
            uses: errors.take_optional("uses_limit", input.uses_limit, |raw| within(raw, 1, MOST_USES)),
            uses_per_customer: errors.take_optional("uses_per_customer", input.uses_per_customer, |raw| within(raw, 1, MOST_USES)),
            budget_minor: errors.take_optional("budget", input.budget_minor, |raw| within(raw, 1, Money::MAX_MINOR)),
        };
        if limits.budget_minor.is_some() && effect.as_ref().is_some_and(|effect| !effect.takes_off()) {
            errors.add("budget", "must be absent where nothing is taken off the goods");
        }
        let has_amounts = limits.budget_minor.is_some()
            || conditions.as_ref().is_some_and(|conditions| conditions.min_subtotal_minor.is_some())
            || effect.as_ref().is_some_and(Effect::has_amounts);
        if has_amounts && !has_currency {
            errors.add("currency", "must be given where there is an amount");
        }
        let (active, combinable, starts_at, ends_at) = (input.active, input.combinable, input.starts_at, input.ends_at);
        errors.finish(|| {
            let (name, trigger, priority, conditions, effect) = (name?, trigger?, priority?, conditions?, effect?);
            Some(Self { name, active, trigger, priority, combinable, currency, starts_at, ends_at, conditions, effect, limits })
        })
    }

    /// A new promotion with these rules; nobody keeps it yet.
    #[must_use]
    pub fn into_promotion(self, now: Timestamp) -> Promotion {
        let Self { name, active, trigger, priority, combinable, currency, starts_at, ends_at, conditions, effect, limits } = self;
        Promotion {
            id: PromotionId::generate(),
            name,
            active,
            trigger,
            priority,
            combinable,
            currency,
            starts_at,
            ends_at,
            conditions,
            effect,
            limits,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{ShippingMethodId, VariantId};

    use super::*;
    use crate::promotions::{ItemsInput, TierInput};

    fn effect(kind: &str) -> EffectInput {
        EffectInput { kind: kind.to_owned(), ..EffectInput::default() }
    }

    fn tenth() -> PromotionInput {
        PromotionInput {
            name: "Spring".to_owned(),
            active: true,
            trigger: "automatic".to_owned(),
            effect: EffectInput { rate_ppm: Some(100_000), ..effect("percent_off") },
            ..PromotionInput::default()
        }
    }

    fn refused(input: PromotionInput) -> Vec<String> {
        Rules::parse(input).expect_err("refused").into_map().into_keys().collect()
    }

    fn of(effect: EffectInput) -> PromotionInput {
        PromotionInput { effect, currency: Some("EUR".to_owned()), ..tenth() }
    }

    #[test]
    fn every_bad_field_of_a_promotion_is_named() {
        let conditions = ConditionsInput {
            channel_ids: vec!["promo_1".to_owned()],
            countries: vec!["DE".to_owned(), "Mars".to_owned()],
            customer_group_ids: vec![String::new()],
            weekdays: vec![0, 8, 3],
            items: ItemsInput { tags: vec![" ".to_owned()], product_ids: vec!["x".to_owned()], ..ItemsInput::default() },
            min_quantity: Some(0),
            min_subtotal_minor: Some(-1),
            ..ConditionsInput::default()
        };
        let bad = PromotionInput {
            name: String::new(),
            trigger: "moon".to_owned(),
            priority: -1,
            currency: Some("XXX!".to_owned()),
            starts_at: Some(Timestamp::default()),
            ends_at: Some(Timestamp::default()),
            conditions,
            effect: effect("magic"),
            uses_limit: Some(0),
            uses_per_customer: Some(-1),
            budget_minor: Some(0),
            active: true,
            combinable: true,
        };
        let fields = [
            "budget",
            "conditions.channel_ids.0",
            "conditions.countries.1",
            "conditions.customer_group_ids.0",
            "conditions.items.product_ids.0",
            "conditions.items.tags.0",
            "conditions.min_quantity",
            "conditions.min_subtotal",
            "conditions.weekdays.0",
            "conditions.weekdays.1",
            "currency",
            "effect.kind",
            "ends_at",
            "name",
            "priority",
            "trigger",
            "uses_limit",
            "uses_per_customer",
        ];
        assert_eq!(refused(bad), fields);
    }

    #[test]
    fn an_effect_has_the_members_of_its_kind_and_no_others() {
        let rate = |rate_ppm| EffectInput { rate_ppm: Some(rate_ppm), ..effect("percent_off") };
        assert_eq!(refused(of(effect("percent_off"))), ["effect.rate_ppm"]);
        assert_eq!(refused(of(rate(0))), ["effect.rate_ppm"]);
        assert_eq!(refused(of(rate(1_000_001))), ["effect.rate_ppm"]);
        assert_eq!(refused(of(EffectInput { amount_minor: Some(1), buy: Some(1), ..rate(1) })), ["effect.amount", "effect.buy"]);
        assert_eq!(refused(of(EffectInput { rate_ppm: Some(1), ..effect("amount_off") })), ["effect.amount", "effect.rate_ppm"]);
        assert_eq!(refused(of(EffectInput { amount_minor: Some(0), ..effect("amount_off_each") })), ["effect.amount"]);
        assert_eq!(refused(of(EffectInput { buy: Some(10_000), ..effect("buy_get") })), ["effect.buy", "effect.get"]);
        assert_eq!(refused(of(effect("tiers"))), ["effect.by", "effect.tiers"]);
        let tiers = vec![TierInput { from: 3, rate_ppm: Some(1), ..TierInput::default() }, TierInput { from: 3, ..TierInput::default() }];
        let steps = EffectInput { by: Some("quantity".to_owned()), tiers, ..effect("tiers") };
        assert_eq!(refused(of(steps.clone())), ["effect.tiers.1.rate_ppm"]);
        let twice = TierInput { from: 3, amount_minor: Some(1), ..TierInput::default() };
        let tiers = vec![twice.clone(), twice];
        assert_eq!(refused(of(EffectInput { tiers, ..steps })), ["effect.tiers.1.from"]);
        assert_eq!(refused(of(EffectInput { get: Some(1), ..effect("free_shipping") })), ["effect.get"]);
        assert_eq!(refused(of(effect("gift"))), ["effect.quantity", "effect.variant_id"]);
        let methods = vec!["var_1".to_owned()];
        assert_eq!(
            refused(of(EffectInput { shipping_method_ids: methods.clone(), ..effect("free_shipping") })),
            ["effect.shipping_method_ids.0"]
        );
        assert_eq!(refused(of(EffectInput { shipping_method_ids: methods, ..rate(1) })), ["effect.shipping_method_ids"]);
    }

    #[test]
    fn amounts_are_of_a_currency() {
        let five = EffectInput { amount_minor: Some(500), ..effect("amount_off") };
        assert_eq!(refused(PromotionInput { effect: five.clone(), ..tenth() }), ["currency"]);
        assert!(Rules::parse(of(five)).is_ok());
        let least = ConditionsInput { min_subtotal_minor: Some(5_000), ..ConditionsInput::default() };
        assert_eq!(refused(PromotionInput { conditions: least, ..tenth() }), ["currency"]);
        assert_eq!(refused(PromotionInput { budget_minor: Some(1), ..tenth() }), ["currency"]);
        assert_eq!(refused(PromotionInput { budget_minor: Some(1), ..of(effect("free_shipping")) }), ["budget"]);
        assert!(Rules::parse(tenth()).is_ok());
    }

    #[test]
    fn what_is_stored_is_what_was_said() {
        let items = ItemsInput { tags: vec!["Sale".to_owned()], ..ItemsInput::default() };
        let conditions = ConditionsInput {
            countries: vec!["FR".to_owned(), "DE".to_owned(), "FR".to_owned()],
            weekdays: vec![5, 1],
            items: items.clone(),
            min_quantity: Some(2),
            first_order: true,
            ..ConditionsInput::default()
        };
        let effects = [
            EffectInput { rate_ppm: Some(1), ..effect("percent_off") },
            EffectInput { amount_minor: Some(1), ..effect("amount_off") },
            EffectInput { amount_minor: Some(1), ..effect("amount_off_each") },
            EffectInput { buy: Some(2), get: Some(1), get_items: Some(items), ..effect("buy_get") },
            EffectInput {
                by: Some("subtotal".to_owned()),
                tiers: vec![TierInput { from: 1, amount_minor: Some(1), ..TierInput::default() }],
                ..effect("tiers")
            },
            EffectInput { shipping_method_ids: vec![ShippingMethodId::generate().to_string()], ..effect("free_shipping") },
            EffectInput { variant_id: Some(VariantId::generate().to_string()), quantity: Some(2), ..effect("gift") },
        ];
        for effect in effects {
            let input = PromotionInput { conditions: conditions.clone(), ..of(effect) };
            let promotion = Rules::parse(input).expect("a promotion").into_promotion(Timestamp::default());
            let (conditions, effect) = (ConditionsInput::from(&promotion.conditions), EffectInput::from(&promotion.effect));
            let stored = serde_json::to_string(&(&conditions, &effect)).expect("JSON");
            let read: (ConditionsInput, EffectInput) = serde_json::from_str(&stored).expect("the same");
            assert_eq!(read, (conditions, effect));
            let input = PromotionInput { conditions: read.0, ..of(read.1) };
            assert_eq!(PromotionInput::from(&promotion), input);
            let again = Rules::parse(input).expect("a promotion").into_promotion(Timestamp::default());
            assert_eq!((again.conditions, again.effect), (promotion.conditions, promotion.effect));
        }
    }
}
