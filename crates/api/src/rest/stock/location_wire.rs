//! Stock locations on the wire.

use catalog::inventory::{LocationAddress, LocationAddressInput, LocationChanges, LocationInput, LocationKind, NewLocation, StockLocation};
use gateway::{ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of locations.
pub(super) struct StockLocations;

impl ListRoute for StockLocations {
    const SPEC: ListSpec = ListSpec { sorts: &[StockLocation::SORT], default_sort: StockLocation::SORT, ..ListSpec::PLAIN };
}

/// Where a location is, as a client sends it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct LocationAddressIn {
    /// Street and number.
    #[schema(min_length = 1, max_length = 255)]
    line1: String,
    /// What else the street needs.
    #[schema(min_length = 1, max_length = 255)]
    line2: Option<String>,
    /// City.
    #[schema(min_length = 1, max_length = 255)]
    city: String,
    /// State or province.
    #[schema(min_length = 1, max_length = 255)]
    region: Option<String>,
    /// Postcode.
    #[schema(min_length = 1, max_length = 32)]
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = schema::CountryCode)]
    country: String,
}

impl From<LocationAddressIn> for LocationAddressInput {
    fn from(raw: LocationAddressIn) -> Self {
        let LocationAddressIn { line1, line2, city, region, postal_code, country } = raw;
        Self { line1: Some(line1), line2, city: Some(city), region, postal_code, country: Some(country) }
    }
}

/// A new location.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StockLocationIn {
    /// What programs call it: lower-case words joined by dashes, unique; never changes.
    #[schema(min_length = 1, max_length = 200, example = "berlin")]
    code: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 255, example = "Berlin")]
    name: String,
    /// Whose shelves they are: `own` or `supplier`. Absent: `own`. Never changes.
    #[schema(value_type = Option<schema::LocationKind>)]
    kind: Option<String>,
    /// Stock is taken from the lowest number first. Absent: behind all others.
    #[schema(minimum = 0, maximum = 9_999)]
    priority: Option<i64>,
    /// False while what lies there is not for sale. Absent: true.
    active: Option<bool>,
    /// Where it is.
    address: Option<LocationAddressIn>,
}

impl StockLocationIn {
    pub(super) fn parse(self) -> Result<NewLocation, FieldErrors> {
        let Self { code, name, kind, priority, active, address } = self;
        let mut errors = FieldErrors::new();
        let kind = errors.take("kind", kind.map_or(Ok(LocationKind::Own), |raw| raw.parse()));
        let input = LocationInput { name: Some(name), priority, active, address: Some(address.map(Into::into)) };
        let new = NewLocation::parse(&code, kind.unwrap_or(LocationKind::Own), input).map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| new)
    }
}

/// What may change of a location, whole; what is absent is as in a new one.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StockLocationPut {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// Stock is taken from the lowest number first. Absent: behind all others.
    #[schema(minimum = 0, maximum = 9_999)]
    priority: Option<i64>,
    /// False while what lies there is not for sale. Absent: true.
    active: Option<bool>,
    /// Where it is. Absent: forgotten.
    address: Option<LocationAddressIn>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl StockLocationPut {
    pub(super) fn parse(self) -> Result<LocationChanges, FieldErrors> {
        let Self { name, priority, active, address, version: _ } = self;
        LocationChanges::replace(LocationInput { name: Some(name), priority, active, address: Some(address.map(Into::into)) })
    }
}

/// What changes of a location; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct StockLocationPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// Stock is taken from the lowest number first.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 9_999)]
    priority: Option<i64>,
    /// False while what lies there is not for sale.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    active: Option<bool>,
    /// Where it is, whole; `null` forgets it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<LocationAddressIn>)]
    address: Option<Option<LocationAddressIn>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl StockLocationPatch {
    pub(super) fn parse(self) -> Result<LocationChanges, FieldErrors> {
        let Self { name, priority, active, address, version: _ } = self;
        LocationChanges::parse(LocationInput { name, priority, active, address: address.map(|address| address.map(Into::into)) })
    }
}

/// A place that keeps stock.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StockLocationView {
    /// Its id (`loc_…`).
    #[schema(value_type = schema::StockLocationId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What programs call it.
    code: String,
    /// What people call it.
    name: String,
    /// Whose shelves they are: `own` or `supplier`.
    #[schema(value_type = schema::LocationKind)]
    kind: LocationKind,
    /// Stock is taken from the lowest number first; the first location alone takes backorders.
    priority: i64,
    /// False while what lies there is not for sale.
    active: bool,
    /// Where it is.
    address: Option<LocationAddressView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// Where a location is.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LocationAddressView {
    /// Street and number.
    line1: String,
    /// What else the street needs.
    line2: Option<String>,
    /// City.
    city: String,
    /// State or province.
    region: Option<String>,
    /// Postcode.
    postal_code: Option<String>,
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = schema::CountryCode)]
    country: &'static str,
}

impl From<LocationAddress> for LocationAddressView {
    fn from(address: LocationAddress) -> Self {
        let LocationAddress { line1, line2, city, region, postal_code, country } = address;
        Self { line1, line2, city, region, postal_code, country: country.code() }
    }
}

impl From<StockLocation> for StockLocationView {
    fn from(location: StockLocation) -> Self {
        Self {
            id: location.id.to_string(),
            version: location.version,
            code: location.code,
            name: location.name,
            kind: location.kind,
            priority: location.priority,
            active: location.active,
            address: location.address.map(LocationAddressView::from),
            created_at: location.created_at,
            updated_at: location.updated_at,
        }
    }
}
