//! Tax rates on the wire.

use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Prefixed, TaxZoneTag, Timestamp};
use sales::tax::{CreateTaxRate, STANDARD_CLASS, TaxPlace, TaxRate, TaxRateChanges, TaxRateChangesInput, TaxRateInput, TaxRateQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of tax rates.
pub(super) struct TaxRates;

impl ListRoute for TaxRates {
    const SPEC: ListSpec =
        ListSpec { filters: &[("country", FilterKind::Words), ("zone", FilterKind::Id(TaxZoneTag::PREFIX))], ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> TaxRateQuery {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    let zone_id = list.filters.text("zone").and_then(|raw| raw.parse().ok());
    TaxRateQuery { countries: list.filters.parsed("country"), zone_id, newest_first, page: list.page.clone() }
}

/// A new tax rate.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxRateIn {
    /// What the customer reads.
    #[schema(min_length = 1, max_length = 255, example = "VAT 19 %")]
    name: String,
    /// ISO 3166-1 alpha-2; absent where `zone_id` is given.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<String>,
    /// The region it is limited to, by code or name. Absent: the whole country.
    #[schema(min_length = 1, max_length = 64)]
    region: Option<String>,
    /// The tax zone it applies in (`tzone_…`); absent where `country` is given.
    #[schema(value_type = Option<schema::TaxZoneId>)]
    zone_id: Option<String>,
    /// The class of goods it applies to. Absent: `standard`.
    #[schema(min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// Parts per million: 190,000 is 19 %.
    #[schema(minimum = 0, maximum = 10_000_000)]
    rate_ppm: i64,
    /// True where it is taken of the amount and the taxes before it, not of the amount alone.
    #[serde(default)]
    compound: bool,
    /// Its place among the rates that apply together, lower first. Absent: 0.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: i64,
    /// True where shipping of this class is taxed, too.
    #[serde(default)]
    shipping_taxed: bool,
}

impl TaxRateIn {
    pub(super) fn parse(self) -> Result<CreateTaxRate, FieldErrors> {
        CreateTaxRate::parse(self.input())
    }

    fn input(self) -> TaxRateInput {
        let Self { name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed } = self;
        let tax_class = tax_class.unwrap_or_else(|| STANDARD_CLASS.to_owned());
        TaxRateInput { name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed }
    }
}

/// A tax rate as it is from now on; what is absent is as in a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxRatePut {
    /// What the customer reads.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// ISO 3166-1 alpha-2; absent where `zone_id` is given.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<String>,
    /// The region it is limited to, by code or name. Absent: the whole country.
    #[schema(min_length = 1, max_length = 64)]
    region: Option<String>,
    /// The tax zone it applies in (`tzone_…`); absent where `country` is given.
    #[schema(value_type = Option<schema::TaxZoneId>)]
    zone_id: Option<String>,
    /// The class of goods it applies to. Absent: `standard`.
    #[schema(min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// Parts per million: 190,000 is 19 %.
    #[schema(minimum = 0, maximum = 10_000_000)]
    rate_ppm: i64,
    /// True where it is taken of the amount and the taxes before it, not of the amount alone.
    #[serde(default)]
    compound: bool,
    /// Its place among the rates that apply together, lower first. Absent: 0.
    #[serde(default)]
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: i64,
    /// True where shipping of this class is taxed, too.
    #[serde(default)]
    shipping_taxed: bool,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl TaxRatePut {
    pub(super) fn parse(self) -> Result<TaxRateChanges, FieldErrors> {
        let Self { name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed, version: _ } = self;
        let whole = TaxRateIn { name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed };
        TaxRateChanges::replace(whole.input())
    }
}

/// What changes of a tax rate; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxRatePatch {
    /// What the customer reads.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// ISO 3166-1 alpha-2; takes it out of its zone.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::CountryCode)]
    country: Option<String>,
    /// The region it is limited to, by code or name; `null`: the whole country.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 64)]
    region: Option<Option<String>>,
    /// The tax zone that it is of from now on, in place of a country.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::TaxZoneId)]
    zone_id: Option<String>,
    /// The class of goods it applies to.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    tax_class: Option<String>,
    /// Parts per million: 190,000 is 19 %.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 10_000_000)]
    rate_ppm: Option<i64>,
    /// True where it is taken of the amount and the taxes before it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    compound: Option<bool>,
    /// Its place among the rates that apply together, lower first.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// True where shipping of this class is taxed, too.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    shipping_taxed: Option<bool>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl TaxRatePatch {
    pub(super) fn parse(self) -> Result<TaxRateChanges, FieldErrors> {
        let Self { name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed, version: _ } = self;
        let changes = TaxRateChangesInput { name, country, region, zone_id, tax_class, rate_ppm, compound, position, shipping_taxed };
        TaxRateChanges::parse(changes)
    }
}

/// A tax rate.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaxRateView {
    /// Its id (`tax_…`).
    #[schema(value_type = schema::TaxRateId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What the customer reads.
    name: String,
    /// ISO 3166-1 alpha-2; null where it is of a zone.
    #[schema(value_type = Option<schema::CountryCode>)]
    country: Option<&'static str>,
    /// The region it is limited to, as addresses have it; null: the whole country, or the zone.
    region: Option<String>,
    /// The tax zone it applies in; null where it is of a country.
    #[schema(value_type = Option<schema::TaxZoneId>)]
    zone_id: Option<String>,
    /// The class of goods it applies to.
    tax_class: String,
    /// Parts per million: 190,000 is 19 %.
    rate_ppm: i64,
    /// True where it is taken of the amount and the taxes before it.
    compound: bool,
    /// Its place among the rates that apply together, lower first.
    position: i64,
    /// True where shipping of this class is taxed, too.
    shipping_taxed: bool,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<TaxRate> for TaxRateView {
    fn from(rate: TaxRate) -> Self {
        let (place, zone_id) = match rate.place {
            TaxPlace::In(place) => (Some(place), None),
            TaxPlace::Zone { zone_id } => (None, Some(zone_id.to_string())),
        };
        Self {
            id: rate.id.to_string(),
            version: rate.version,
            name: rate.name,
            country: place.as_ref().map(|place| place.country.code()),
            region: place.and_then(|place| place.region),
            zone_id,
            tax_class: rate.tax_class,
            rate_ppm: rate.rate.get(),
            compound: rate.compound,
            position: rate.position,
            shipping_taxed: rate.shipping_taxed,
            created_at: rate.created_at,
            updated_at: rate.updated_at,
        }
    }
}
