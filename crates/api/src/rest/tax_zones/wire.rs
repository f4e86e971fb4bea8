//! Tax zones on the wire.

use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use sales::places::{Place, PlaceInput};
use sales::tax_zones::{CreateTaxZone, TaxZone, TaxZoneChanges, TaxZoneChangesInput, TaxZoneInput, TaxZoneQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of tax zones.
pub(super) struct TaxZones;

impl ListRoute for TaxZones {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> TaxZoneQuery {
    let newest_first = list.sort.first().is_none_or(|key| key.descending);
    TaxZoneQuery { newest_first, page: list.page.clone() }
}

/// A country, or one region of it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(in crate::rest) struct PlaceIn {
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = schema::CountryCode)]
    country: String,
    /// A region of it, by code or name. Absent: the whole country.
    #[schema(min_length = 1, max_length = 64)]
    region: Option<String>,
}

impl From<PlaceIn> for PlaceInput {
    fn from(place: PlaceIn) -> Self {
        Self { country: place.country, region: place.region }
    }
}

/// A country, or one region of it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct PlaceView {
    /// ISO 3166-1 alpha-2.
    #[schema(value_type = schema::CountryCode)]
    country: &'static str,
    /// The region, as addresses have it; null: the whole country.
    region: Option<String>,
}

impl From<Place> for PlaceView {
    fn from(place: Place) -> Self {
        Self { country: place.country.code(), region: place.region }
    }
}

/// A new tax zone: of places, or of those of a preset.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxZoneIn {
    /// What staff call it; unique.
    #[schema(min_length = 1, max_length = 255, example = "European Union")]
    name: String,
    /// Its places; absent where a preset is given.
    #[schema(min_items = 1, max_items = 300)]
    places: Option<Vec<PlaceIn>>,
    /// Places that the shop knows by a word; absent where places are given.
    #[schema(value_type = Option<schema::TaxZonePreset>)]
    preset: Option<String>,
}

impl TaxZoneIn {
    pub(super) fn parse(self) -> Result<CreateTaxZone, FieldErrors> {
        let Self { name, places, preset } = self;
        CreateTaxZone::parse(TaxZoneInput { name, places: places.map(inputs), preset })
    }
}

fn inputs(places: Vec<PlaceIn>) -> Vec<PlaceInput> {
    places.into_iter().map(PlaceInput::from).collect()
}

/// What changes of a tax zone; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct TaxZonePatch {
    /// What staff call it; unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// All its places from now on.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_items = 1, max_items = 300)]
    places: Option<Vec<PlaceIn>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl TaxZonePatch {
    pub(super) fn parse(self) -> Result<TaxZoneChanges, FieldErrors> {
        let Self { name, places, version: _ } = self;
        TaxZoneChanges::parse(TaxZoneChangesInput { name, places: places.map(inputs) })
    }
}

/// A tax zone.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct TaxZoneView {
    /// Its id (`tzone_…`).
    #[schema(value_type = schema::TaxZoneId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What staff call it.
    name: String,
    /// Its places, by country and region.
    places: Vec<PlaceView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<TaxZone> for TaxZoneView {
    fn from(zone: TaxZone) -> Self {
        Self {
            id: zone.id.to_string(),
            version: zone.version,
            name: zone.name,
            places: zone.places.into_iter().map(PlaceView::from).collect(),
            created_at: zone.created_at,
            updated_at: zone.updated_at,
        }
    }
}
