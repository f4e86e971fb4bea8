//! A cart that nobody has, to see what promotions would do.

use gateway::Problem;
use kernel::{CustomerId, Email, FieldErrors, Quantity, VariantId, parse_time};
use sales::customers;
use sales::pricing::{self, Trial};
use sales::promotions::Promotion;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::input::PromotionIn;
use crate::rest::carts::{CartLineView, CartPromotionsView, TotalsView, lines_of};
use crate::schema;
use crate::shop::Shop;

/// A cart that nobody has, and what is supposed about it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TrialIn {
    /// What would be in it.
    #[schema(min_items = 1, max_items = 250)]
    lines: Vec<TrialLineIn>,
    /// The codes that would be typed in.
    #[serde(default)]
    #[schema(max_items = 5)]
    codes: Vec<String>,
    /// The channel's code. Absent: the shop's default channel.
    #[schema(max_length = 64)]
    channel: Option<String>,
    /// When it would be. Absent: now.
    #[schema(format = DateTime)]
    at: Option<String>,
    /// Whose it would be.
    #[schema(value_type = Option<schema::CustomerId>)]
    customer_id: Option<String>,
    /// Where the confirmation of a guest would go.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Where the parcel would go, ISO 3166-1 alpha-2.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<String>,
    /// How the parcel would go.
    #[schema(value_type = Option<schema::ShippingMethodId>)]
    shipping_method_id: Option<String>,
    /// A promotion that nobody keeps, or one that is held back as if it held; its codes are not asked for.
    promotion: Option<PromotionIn>,
}

impl TrialIn {
    pub(super) fn names_somebody(&self) -> bool {
        self.customer_id.is_some() || self.email.is_some()
    }
}

/// What would be in a cart.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TrialLineIn {
    /// What (`var_…`).
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
}

/// More than a cart holds.
const MOST_LINES: usize = 250;
/// More than a cart takes.
const MOST_CODES: usize = 5;

/// What a cart would cost.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TrialView {
    /// Its lines, and behind them presents.
    lines: Vec<CartLineView>,
    /// Which promotions make it cheaper, and why all the others of its days, channel and currency do not.
    promotions: CartPromotionsView,
    /// What it would cost.
    totals: TotalsView,
}

pub(super) async fn run(shop: &Shop, body: TrialIn) -> Result<TrialView, Problem> {
    let (customer_id, trial) = parse(shop, body)?;
    let trial = match customer_id {
        Some(id) => known(shop, id, trial).await?,
        None => trial,
    };
    let priced = pricing::try_out(shop.context(), trial).await?;
    Ok(TrialView { lines: lines_of(&priced), promotions: CartPromotionsView::whole(&priced), totals: TotalsView::from(&priced) })
}

async fn known(shop: &Shop, id: CustomerId, trial: Trial) -> Result<Trial, Problem> {
    let customer = customers::find(shop.context().db.reader(), id).await?;
    let customer = customer.ok_or_else(|| FieldErrors::of("customer_id", "no such customer"))?;
    Ok(Trial { user_id: customer.user_id, email: trial.email.or(customer.email), ..trial })
}

fn parse(shop: &Shop, body: TrialIn) -> Result<(Option<CustomerId>, Trial), FieldErrors> {
    let mut errors = FieldErrors::new();
    if !(1..=MOST_LINES).contains(&body.lines.len()) {
        errors.add("lines", format!("must be 1 to {MOST_LINES}"));
    }
    if body.codes.len() > MOST_CODES {
        errors.add("codes", format!("must be at most {MOST_CODES}"));
    }
    let line = |(place, line): (usize, &TrialLineIn)| {
        let variant = errors.take(format!("lines.{place}.variant_id"), line.variant_id.parse::<VariantId>());
        let quantity = errors.take(format!("lines.{place}.quantity"), Quantity::try_from(line.quantity));
        variant.zip(quantity)
    };
    let lines = body.lines.iter().take(MOST_LINES).enumerate().filter_map(line).collect();
    let at = errors.take_optional("at", body.at, |raw| parse_time(&raw));
    let customer_id = errors.take_optional("customer_id", body.customer_id, |raw| raw.parse());
    let email = errors.take_optional("email", body.email, |raw| Email::parse(&raw));
    let country = errors.take_optional("country", body.country, |raw| raw.parse());
    let shipping_method_id = errors.take_optional("shipping_method_id", body.shipping_method_id, |raw| raw.parse());
    let rules = body.promotion.map(|promotion| promotion.parse().map_err(|inner| errors.nest("promotion", inner)).ok());
    let promotion = rules.flatten().map(|rules| Promotion { active: true, ..rules.into_promotion(shop.context().now()) });
    let (channel, codes) = (body.channel, body.codes);
    let trial = Trial { channel, at, user_id: None, email, country, shipping_method_id, lines, codes, promotion };
    errors.finish(|| Some((customer_id, trial)))
}
