//! What promotions make of a cart, on the wire.

use kernel::{CartLineId, Money};
use sales::pricing::PricedCart;
use sales::promotions::{Applied, PassedOver};
use serde::Serialize;
use utoipa::ToSchema;

use crate::rest::money::MoneyView;
use crate::schema;

/// Which promotions make a cart cheaper, and why others do not.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct CartPromotionsView {
    /// Those that hold, in the order in which they apply.
    applied: Vec<AppliedPromotionView>,
    /// Those that do not: of each code, and of what the customer can still do something about.
    passed_over: Vec<PassedOverPromotionView>,
}

/// A promotion that makes a cart cheaper.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AppliedPromotionView {
    /// Which one.
    #[schema(value_type = schema::PromotionId)]
    promotion_id: String,
    /// What the customer reads.
    name: String,
    /// The code by which it came.
    code: Option<String>,
    /// What it takes off all lines together, presents included.
    discount: MoneyView,
    /// True where it pays for sending the parcel, by all methods or some.
    ships_free: bool,
}

/// A promotion that does not hold.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PassedOverPromotionView {
    /// Which one; null for a code that is none any more.
    #[schema(value_type = Option<schema::PromotionId>)]
    promotion_id: Option<String>,
    /// What the customer would read.
    name: Option<String>,
    /// The code.
    code: Option<String>,
    /// Why.
    #[schema(value_type = schema::PromotionReason)]
    reason: &'static str,
}

/// What one promotion takes off a line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineDiscountView {
    /// Which one.
    #[schema(value_type = schema::PromotionId)]
    promotion_id: String,
    /// What the customer reads.
    name: String,
    /// How much.
    amount: MoneyView,
}

impl CartPromotionsView {
    /// What the customer is told.
    pub(super) fn told(priced: &PricedCart) -> Self {
        Self::of(priced, PassedOver::is_told)
    }

    /// Everything.
    pub(crate) fn whole(priced: &PricedCart) -> Self {
        Self::of(priced, |_| true)
    }

    fn of(priced: &PricedCart, is_told: fn(&PassedOver) -> bool) -> Self {
        let applied = |applied: &Applied| AppliedPromotionView {
            promotion_id: applied.promotion_id.to_string(),
            name: applied.name.clone(),
            code: applied.code.as_ref().map(|code| code.text.clone()),
            discount: Money::new(applied.total_minor(), priced.cart.currency).into(),
            ships_free: applied.ships_free.is_some(),
        };
        let passed_over = |passed: &PassedOver| PassedOverPromotionView {
            promotion_id: passed.promotion_id.map(|id| id.to_string()),
            name: passed.name.clone(),
            code: passed.code.clone(),
            reason: passed.reason.as_str(),
        };
        let promotions = &priced.promotions;
        Self {
            applied: promotions.applied.iter().map(applied).collect(),
            passed_over: promotions.passed_over.iter().filter(|passed| is_told(passed)).map(passed_over).collect(),
        }
    }
}

impl LineDiscountView {
    pub(super) fn all_of(priced: &PricedCart, line_id: CartLineId) -> Vec<Self> {
        let of = |applied: &Applied| {
            let (_, minor) = applied.off_minor.iter().find(|(line, _)| *line == line_id)?;
            let amount = Money::new(*minor, priced.cart.currency).into();
            Some(Self { promotion_id: applied.promotion_id.to_string(), name: applied.name.clone(), amount })
        };
        priced.promotions.applied.iter().filter_map(of).collect()
    }
}
