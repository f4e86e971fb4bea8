//! Price lists on the wire.

use catalog::price_lists::{
    CreatePriceList, Derivation, DerivationInput, NewPriceListInput, PriceList, PriceListChanges, PriceListInput, PriceListQuery,
    PriceListTermsInput,
};
use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::rest::price_rounding::{PriceRoundingIn, PriceRoundingView};
use crate::schema;

/// The list of price lists.
pub(super) struct PriceLists;

impl ListRoute for PriceLists {
    const SPEC: ListSpec = ListSpec { sorts: &["code"], default_sort: "code", ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> PriceListQuery {
    PriceListQuery { descending: list.sort.first().is_some_and(|key| key.descending), page: list.page.clone() }
}

/// A new price list. Carts have its prices where it holds and has some, else those of their channel's own list.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceListIn {
    /// What programs call it: lower-case words joined by dashes, unique.
    #[schema(min_length = 1, max_length = 64, example = "dealers")]
    code: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 255, example = "Dealers")]
    name: String,
    /// ISO 4217: only channels that sell in it have its prices.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// True where its prices include tax: only channels whose prices do alike have them.
    tax_included: bool,
    /// False while it is held back. Absent: true.
    active: Option<bool>,
    /// Of several that hold, the one with the lower number goes first. Absent: 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// For carts of these channels; empty: of all.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ChannelId>, max_items = 200)]
    channel_ids: Vec<String>,
    /// For customers of these groups who are signed in; empty: for everybody.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CustomerGroupId>, max_items = 200)]
    customer_group_ids: Vec<String>,
    /// It holds from then on.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// It holds no more from then on.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// From which list its prices are computed. Absent: all of them are its own.
    derives_from: Option<DerivationIn>,
}

/// Another list, whose prices are this list's, too, by the exchange rate and a margin, wherever a variant has none of its own here.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct DerivationIn {
    /// The other list, which derives from none.
    #[schema(value_type = schema::PriceListId)]
    price_list_id: String,
    /// What is added, in millionths of a price: 50000 is 5 % more, -100000 is 10 % less. Absent: nothing.
    #[schema(minimum = -990_000, maximum = 10_000_000)]
    margin_ppm: Option<i64>,
    /// To which prices they are rounded, once and at the end. Absent: to the minor unit, half up.
    #[serde(default)]
    rounding: PriceRoundingIn,
}

impl From<DerivationIn> for DerivationInput {
    fn from(derivation: DerivationIn) -> Self {
        let DerivationIn { price_list_id, margin_ppm, rounding } = derivation;
        Self { price_list_id, margin_ppm, round_to: rounding.to, round_to_ending: rounding.ending }
    }
}

impl PriceListIn {
    pub(super) fn parse(self) -> Result<CreatePriceList, FieldErrors> {
        let Self {
            code,
            name,
            currency,
            tax_included,
            active,
            priority,
            channel_ids,
            customer_group_ids,
            starts_at,
            ends_at,
            derives_from,
        } = self;
        let terms = whole_terms((active, priority), (channel_ids, customer_group_ids), (starts_at, ends_at));
        let derives_from = derives_from.map(DerivationInput::from);
        CreatePriceList::parse(NewPriceListInput { code, name, currency, tax_included, terms, derives_from })
    }
}

/// Terms of which what is absent is as in a new list.
fn whole_terms(
    (active, priority): (Option<bool>, Option<i64>),
    (channel_ids, customer_group_ids): (Vec<String>, Vec<String>),
    (starts_at, ends_at): (Option<String>, Option<String>),
) -> PriceListTermsInput {
    PriceListTermsInput {
        active: Some(active.unwrap_or(true)),
        priority: Some(priority.unwrap_or(0)),
        channel_ids: Some(channel_ids),
        customer_group_ids: Some(customer_group_ids),
        starts_at: Some(starts_at),
        ends_at: Some(ends_at),
    }
}

/// What may change of a price list, whole; what is absent is as in a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceListPut {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// ISO 4217; stays once there are prices, carts or orders in it.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// True where its prices include tax.
    tax_included: bool,
    /// False while it is held back. Absent: true.
    active: Option<bool>,
    /// Of several that hold, the one with the lower number goes first. Absent: 0.
    #[schema(minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// For carts of these channels; empty: of all.
    #[serde(default)]
    #[schema(value_type = Vec<schema::ChannelId>, max_items = 200)]
    channel_ids: Vec<String>,
    /// For customers of these groups who are signed in; empty: for everybody.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CustomerGroupId>, max_items = 200)]
    customer_group_ids: Vec<String>,
    /// It holds from then on.
    #[schema(format = DateTime)]
    starts_at: Option<String>,
    /// It holds no more from then on.
    #[schema(format = DateTime)]
    ends_at: Option<String>,
    /// From which list its prices are computed. Absent: all of them are its own; those that were derived stay.
    derives_from: Option<DerivationIn>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl PriceListPut {
    pub(super) fn parse(self) -> Result<PriceListChanges, FieldErrors> {
        let Self { name, currency, tax_included, active, priority, channel_ids, customer_group_ids, starts_at, ends_at, .. } = self;
        let terms = whole_terms((active, priority), (channel_ids, customer_group_ids), (starts_at, ends_at));
        let derives_from = Some(self.derives_from.map(DerivationInput::from));
        let (name, currency, tax_included) = (Some(name), Some(currency), Some(tax_included));
        PriceListChanges::parse(PriceListInput { name, currency, tax_included, terms, derives_from })
    }
}

/// What changes of a price list; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceListPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// ISO 4217; stays once there are prices, carts or orders in it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::CurrencyCode)]
    currency: Option<String>,
    /// True where its prices include tax.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    tax_included: Option<bool>,
    /// False while it is held back.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    active: Option<bool>,
    /// Of several that hold, the one with the lower number goes first.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    priority: Option<i64>,
    /// For carts of these channels; empty: of all.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<schema::ChannelId>, max_items = 200)]
    channel_ids: Option<Vec<String>>,
    /// For customers of these groups who are signed in; empty: for everybody.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<schema::CustomerGroupId>, max_items = 200)]
    customer_group_ids: Option<Vec<String>>,
    /// It holds from then on; `null`: since ever.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Option<String>>,
    /// It holds no more from then on; `null`: for ever.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Option<String>>,
    /// From which list its prices are computed; `null`: all of them are its own, those that were derived, too.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<DerivationIn>)]
    derives_from: Option<Option<DerivationIn>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl PriceListPatch {
    pub(super) fn parse(self) -> Result<PriceListChanges, FieldErrors> {
        let Self { name, currency, tax_included, active, priority, channel_ids, customer_group_ids, starts_at, ends_at, .. } = self;
        let terms = PriceListTermsInput { active, priority, channel_ids, customer_group_ids, starts_at, ends_at };
        let derives_from = self.derives_from.map(|raw| raw.map(DerivationInput::from));
        PriceListChanges::parse(PriceListInput { name, currency, tax_included, terms, derives_from })
    }
}

/// A price list.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PriceListView {
    /// Its id (`plist_…`).
    #[schema(value_type = schema::PriceListId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What programs call it.
    code: String,
    /// What people call it.
    name: String,
    /// ISO 4217: of all its prices.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// True where its prices include tax.
    tax_included: bool,
    /// False while it is held back. This and what follows is for lists that no channel sells by: a channel's own is for everybody, always.
    active: bool,
    /// Of several that hold, the one with the lower number goes first.
    priority: i64,
    /// For carts of these channels; empty: of all.
    #[schema(value_type = Vec<schema::ChannelId>)]
    channel_ids: Vec<String>,
    /// For customers of these groups who are signed in; empty: for everybody.
    #[schema(value_type = Vec<schema::CustomerGroupId>)]
    customer_group_ids: Vec<String>,
    /// It holds from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    starts_at: Option<Timestamp>,
    /// It holds no more from then on.
    #[schema(value_type = Option<String>, format = DateTime)]
    ends_at: Option<Timestamp>,
    /// From which list its prices are computed; null where all of them are its own.
    derives_from: Option<DerivationView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// From which list prices are computed, and how.
#[derive(Debug, Serialize, ToSchema)]
struct DerivationView {
    /// The other list (`plist_…`).
    #[schema(value_type = schema::PriceListId)]
    price_list_id: String,
    /// What is added, in millionths of a price.
    margin_ppm: i64,
    /// To which prices they are rounded.
    rounding: PriceRoundingView,
    /// What a unit of the other list's currency is worth in this list's: so many…
    rate_numerator: i64,
    /// …of so many. Both are exact; nothing is rounded before the price is.
    rate_denominator: i64,
}

impl From<Derivation> for DerivationView {
    fn from(derivation: Derivation) -> Self {
        let Derivation { base_id, margin_ppm, rounding, factor } = derivation;
        Self {
            price_list_id: base_id.to_string(),
            margin_ppm,
            rounding: rounding.into(),
            rate_numerator: factor.numerator,
            rate_denominator: factor.denominator,
        }
    }
}

impl From<PriceList> for PriceListView {
    fn from(list: PriceList) -> Self {
        Self {
            id: list.id.to_string(),
            version: list.version,
            code: list.code,
            name: list.name,
            currency: list.currency.code(),
            tax_included: list.tax_included,
            active: list.terms.active,
            priority: list.terms.priority,
            channel_ids: list.terms.channel_ids.iter().map(ToString::to_string).collect(),
            customer_group_ids: list.terms.customer_group_ids.iter().map(ToString::to_string).collect(),
            starts_at: list.terms.starts_at,
            ends_at: list.terms.ends_at,
            derives_from: list.derivation.map(DerivationView::from),
            created_at: list.created_at,
            updated_at: list.updated_at,
        }
    }
}
