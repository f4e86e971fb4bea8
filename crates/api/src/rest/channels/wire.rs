//! Channels on the wire.

use catalog::channels::{Channel, ChannelChanges, ChannelInput, ChannelQuery, TaxDisplay};
use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of channels.
pub(super) struct Channels;

impl ListRoute for Channels {
    const SPEC: ListSpec = ListSpec { sorts: &["code"], default_sort: "code", ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> ChannelQuery {
    ChannelQuery { descending: list.sort.first().is_some_and(|key| key.descending), page: list.page.clone() }
}

/// What may change of a channel, whole.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelPut {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// ISO 4217; stays once there are prices, carts or orders in it.
    #[schema(value_type = schema::CurrencyCode)]
    currency: String,
    /// ISO 3166-1 alpha-2 codes of where parcels go; empty: everywhere.
    #[serde(default)]
    #[schema(value_type = Vec<schema::CountryCode>, max_items = 250)]
    countries: Vec<String>,
    /// `included` or `excluded`.
    #[schema(value_type = schema::TaxDisplay)]
    tax_display: String,
    /// IANA name.
    #[schema(max_length = 64, example = "Europe/Berlin")]
    time_zone: String,
    /// BCP 47 tag.
    #[schema(max_length = 64, example = "de-DE")]
    locale: String,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ChannelPut {
    pub(super) fn parse(self) -> Result<ChannelChanges, FieldErrors> {
        let Self { name, currency, countries, tax_display, time_zone, locale, version: _ } = self;
        ChannelChanges::parse(ChannelInput {
            name: Some(name),
            currency: Some(currency),
            countries: Some(countries),
            tax_display: Some(tax_display),
            time_zone: Some(time_zone),
            locale: Some(locale),
        })
    }
}

/// What changes of a channel; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ChannelPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// ISO 4217; stays once there are prices, carts or orders in it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::CurrencyCode)]
    currency: Option<String>,
    /// ISO 3166-1 alpha-2 codes of where parcels go; empty: everywhere.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<schema::CountryCode>, max_items = 250)]
    countries: Option<Vec<String>>,
    /// `included` or `excluded`.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::TaxDisplay)]
    tax_display: Option<String>,
    /// IANA name.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 64)]
    time_zone: Option<String>,
    /// BCP 47 tag.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 64)]
    locale: Option<String>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ChannelPatch {
    pub(super) fn parse(self) -> Result<ChannelChanges, FieldErrors> {
        let Self { name, currency, countries, tax_display, time_zone, locale, version: _ } = self;
        ChannelChanges::parse(ChannelInput { name, currency, countries, tax_display, time_zone, locale })
    }
}

/// A channel.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChannelView {
    /// Its id (`chan_…`).
    #[schema(value_type = schema::ChannelId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What programs call it.
    code: String,
    /// What people call it.
    name: String,
    /// ISO 4217: of carts and orders.
    #[schema(value_type = schema::CurrencyCode)]
    currency: &'static str,
    /// What things cost here.
    #[schema(value_type = schema::PriceListId)]
    price_list_id: String,
    /// ISO 3166-1 alpha-2 codes of where parcels go; empty: everywhere.
    #[schema(value_type = Vec<schema::CountryCode>)]
    countries: Vec<&'static str>,
    /// Whether prices are shown with tax: `included` or `excluded`.
    #[schema(value_type = schema::TaxDisplay)]
    tax_display: TaxDisplay,
    /// IANA name.
    time_zone: String,
    /// BCP 47 tag.
    locale: String,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Channel> for ChannelView {
    fn from(channel: Channel) -> Self {
        Self {
            id: channel.id.to_string(),
            version: channel.version,
            code: channel.code,
            name: channel.name,
            currency: channel.currency.code(),
            price_list_id: channel.price_list_id.to_string(),
            countries: channel.countries.iter().map(|country| country.code()).collect(),
            tax_display: channel.tax_display,
            time_zone: channel.time_zone,
            locale: channel.locale,
            created_at: channel.created_at,
            updated_at: channel.updated_at,
        }
    }
}
