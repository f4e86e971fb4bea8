//! Draft orders on the wire. A draft is shown as the cart that it is.

use std::collections::BTreeMap;

use accounts::addresses::Address;
use chrono::TimeDelta;
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem};
use kernel::{Email, FieldErrors, Prefixed as _, Quantity, Timestamp, UserId, UserTag};
use sales::carts::{CustomOptions, Draft, DraftLine, DraftSummary};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::addresses::AddressIn;
use crate::rest::money::MoneyIn;
use crate::schema;

/// The list of drafts.
pub(super) struct DraftOrders;

impl ListRoute for DraftOrders {
    const SPEC: ListSpec = ListSpec {
        sorts: &["created_at"],
        default_sort: "-created_at",
        filters: &[("user_id", FilterKind::Id(UserTag::PREFIX))],
        ..ListSpec::PLAIN
    };
}

/// Whose drafts are listed.
pub(super) fn whose(list: &ListQuery) -> Result<Option<UserId>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let user = errors.take_optional("filter[user_id]", list.filters.text("user_id"), |raw: &str| raw.parse());
    errors.finish(|| Some(user))
}

/// What staff write for a customer.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftIn {
    /// The channel's code; a draft stays in its channel. Absent: the shop's default channel, or that which it has.
    #[schema(max_length = 64)]
    channel: Option<String>,
    /// For whom, where they have an account: its prices, promotions and lists hold.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// Where the confirmation goes. Absent: the address of the account.
    #[schema(max_length = 254)]
    email: Option<String>,
    /// Where the parcel goes.
    shipping_address: Option<AddressIn>,
    /// Who is billed. Absent: as the shipping address.
    billing_address: Option<AddressIn>,
    /// How the parcel goes.
    #[schema(value_type = Option<schema::ShippingMethodId>)]
    shipping_method_id: Option<String>,
    /// Codes of promotions.
    #[serde(default)]
    #[schema(max_items = 5)]
    codes: Vec<String>,
    /// What is taken off, divided over the lines.
    discount: Option<DraftDiscountIn>,
    /// What is ordered.
    #[serde(default)]
    #[schema(max_items = 250)]
    lines: Vec<DraftLineIn>,
    /// Its version, where no `If-Match` is sent; a new one has none.
    pub(super) version: Option<i64>,
}

/// What staff take off a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftDiscountIn {
    /// How much; above zero. What exceeds the lines is dropped.
    amount: MoneyIn,
    /// What the customer reads.
    #[schema(min_length = 1, max_length = 200, example = "Trade fair")]
    label: String,
}

/// A line of a draft.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DraftLineIn {
    /// What (`var_…`).
    #[schema(value_type = schema::VariantId)]
    variant_id: String,
    /// How many.
    #[schema(minimum = 1, maximum = 9999)]
    quantity: i64,
    /// What one piece costs, with or without tax as the prices of the channel are. Promotions leave such a line alone. Absent: what the price
    /// lists say.
    unit_price: Option<MoneyIn>,
    /// What the customer asks for beyond the variant.
    #[serde(default)]
    custom_options: BTreeMap<String, String>,
}

impl DraftIn {
    pub(super) fn parse(self) -> Result<Draft, Problem> {
        let mut errors = FieldErrors::new();
        let user_id = errors.take_optional("user_id", self.user_id, |raw| raw.parse());
        let email = errors.take_optional("email", self.email, |raw| Email::parse(&raw));
        let mut address = |field: &str, raw: Option<AddressIn>| Address::parse(raw?.into()).map_err(|inner| errors.nest(field, inner)).ok();
        let shipping_address = address("shipping_address", self.shipping_address);
        let billing_address = address("billing_address", self.billing_address);
        let shipping_method_id = errors.take_optional("shipping_method_id", self.shipping_method_id, |raw| raw.parse());
        let discount = self.discount.and_then(|discount| discount.parse(&mut errors));
        let lines = (0..).zip(self.lines).filter_map(|(place, line)| line.parse(place, &mut errors)).collect();
        let Self { channel, codes, .. } = self;
        let draft = Draft { channel, user_id, email, shipping_address, billing_address, shipping_method_id, codes, discount, lines };
        Ok(errors.finish(|| Some(draft))?)
    }
}

impl DraftDiscountIn {
    fn parse(self, errors: &mut FieldErrors) -> Option<(kernel::Money, String)> {
        let label = self.label.trim().to_owned();
        if label.is_empty() || label.chars().count() > 200 {
            errors.add("discount.label", "must be 1 to 200 characters");
        }
        let amount = self.amount.parse().map_err(|inner| errors.nest("discount.amount", inner)).ok()?;
        Some((amount, label))
    }
}

impl DraftLineIn {
    fn parse(self, place: usize, errors: &mut FieldErrors) -> Option<DraftLine> {
        let field = |name: &str| format!("lines.{place}.{name}");
        let variant_id = errors.take(field("variant_id"), self.variant_id.parse());
        let quantity = errors.take(field("quantity"), Quantity::try_from(self.quantity));
        let unit_price = match self.unit_price.map(MoneyIn::parse).transpose() {
            Ok(price) => price,
            Err(inner) => {
                errors.nest(&field("unit_price"), inner);
                None
            }
        };
        let custom_options = CustomOptions::parse(self.custom_options).map_err(|inner| errors.nest(&field("custom_options"), inner)).ok();
        Some(DraftLine { variant_id: variant_id?, quantity: quantity?, custom_options: custom_options?, unit_price })
    }
}

/// How a draft becomes an order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PlaceDraftIn {
    /// What the customer pays by, unless they choose another of the shop's methods.
    #[schema(value_type = schema::PaymentMethod)]
    pub(super) payment_method: String,
    /// How long the order and its stock wait for the money. Absent: seven days.
    #[schema(minimum = 1, maximum = 2160)]
    pub(super) pays_within_hours: Option<i64>,
    /// The text of the ETag of the draft that staff saw: where the draft or its total is another now, it is refused with the new one.
    #[schema(max_length = 128)]
    pub(super) cart_version: Option<String>,
}

/// A week, as offers have it.
const PAYS_WITHIN_HOURS: i64 = 168;
const MOST_HOURS: i64 = 2160;

/// How long an order that staff place waits for its money.
pub(in crate::rest) fn pays_within(hours: Option<i64>) -> Result<TimeDelta, FieldErrors> {
    let hours = hours.unwrap_or(PAYS_WITHIN_HOURS);
    if !(1..=MOST_HOURS).contains(&hours) {
        return Err(FieldErrors::of("pays_within_hours", format!("must be between 1 and {MOST_HOURS}")));
    }
    Ok(TimeDelta::hours(hours))
}

/// A draft in the list of them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct DraftSummaryView {
    /// Its id.
    #[schema(value_type = schema::CartId)]
    id: String,
    /// Where it is sold (`chan_…`).
    #[schema(value_type = schema::ChannelId)]
    channel_id: String,
    /// For whom it is, where they have an account.
    #[schema(value_type = Option<schema::UserId>)]
    user_id: Option<String>,
    /// Where the confirmation goes.
    email: Option<String>,
    /// ISO 4217.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// How many lines it has.
    line_count: i64,
    /// Grows with each change.
    version: i64,
    /// When it was begun.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<DraftSummary> for DraftSummaryView {
    fn from(draft: DraftSummary) -> Self {
        Self {
            id: draft.id.to_string(),
            channel_id: draft.channel_id.to_string(),
            user_id: draft.user_id.map(|id| id.to_string()),
            email: draft.email,
            currency: draft.currency.code(),
            line_count: draft.line_count,
            version: draft.version,
            created_at: draft.created_at,
            updated_at: draft.updated_at,
        }
    }
}
