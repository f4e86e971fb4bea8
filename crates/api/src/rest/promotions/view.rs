//! Promotions as the API shows them.

use kernel::Timestamp;
use sales::promotions::{Counted, Promotion};
use serde::Serialize;
use utoipa::ToSchema;

use super::terms::{PromotionConditionsView, PromotionEffectView, money};
use crate::rest::money::MoneyView;
use crate::schema;

/// A promotion, and how often it was had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PromotionView {
    /// Its id (`promo_…`).
    #[schema(value_type = schema::PromotionId)]
    id: String,
    /// Grows with each change of its rules.
    version: i64,
    /// What the customer reads next to the amount.
    name: String,
    /// False while it is held back.
    active: bool,
    /// How it comes to a cart.
    #[schema(value_type = schema::PromotionTrigger)]
    trigger: &'static str,
    /// Those with a lower number apply first.
    priority: i64,
    /// Whether it goes with others.
    combinable: bool,
    /// ISO 4217: only carts in this currency have it; null: all.
    #[schema(value_type = Option<schema::CurrencyCode>)]
    currency: Option<&'static str>,
    /// It holds from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// Who has it, for what.
    conditions: PromotionConditionsView,
    /// What it does.
    effect: PromotionEffectView,
    /// By how many orders it may be had.
    uses_limit: Option<i64>,
    /// By how many orders of one customer.
    uses_per_customer: Option<i64>,
    /// Until so much was taken off.
    budget: Option<MoneyView>,
    /// By how many orders it was had that were not called off.
    uses: i64,
    /// What it took off their goods; null where it is for more than one currency.
    spent: Option<MoneyView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When its rules were changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl PromotionView {
    pub(super) fn of(promotion: Promotion, had: Counted) -> Self {
        let currency = promotion.currency;
        Self {
            id: promotion.id.to_string(),
            version: promotion.version,
            name: promotion.name,
            active: promotion.active,
            trigger: promotion.trigger.as_str(),
            priority: promotion.priority,
            combinable: promotion.combinable,
            currency: currency.map(|currency| currency.code()),
            starts_at: promotion.starts_at,
            ends_at: promotion.ends_at,
            conditions: PromotionConditionsView::of(&promotion.conditions, currency),
            effect: PromotionEffectView::of(&promotion.effect, currency),
            uses_limit: promotion.limits.uses,
            uses_per_customer: promotion.limits.uses_per_customer,
            budget: money(promotion.limits.budget_minor, currency),
            uses: had.uses,
            spent: money(Some(had.spent_minor), currency),
            created_at: promotion.created_at,
            updated_at: promotion.updated_at,
        }
    }
}
