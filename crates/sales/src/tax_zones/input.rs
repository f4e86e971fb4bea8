//! Tax zones as they come from outside.

use kernel::{FieldErrors, TaxZoneId, Timestamp, text};

use super::model::{TaxZone, TaxZonePreset};
use crate::places::{Place, PlaceInput, parse_places};

/// More than the countries of the world, so that some may be cut into regions.
pub(super) const MOST_PLACES: usize = 300;
const MOST_CHARACTERS_OF_A_NAME: usize = 255;

/// A new zone, as it comes from outside.
#[derive(Debug, Clone)]
pub struct TaxZoneInput {
    /// What staff call it: 1 to 255 characters, unique.
    pub name: String,
    /// 1 to 300 places; absent where a preset is given.
    pub places: Option<Vec<PlaceInput>>,
    /// `european_union`; absent where places are given.
    pub preset: Option<String>,
}

/// A zone that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTaxZone {
    name: String,
    places: Vec<Place>,
}

impl CreateTaxZone {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: TaxZoneInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", text(&input.name, MOST_CHARACTERS_OF_A_NAME));
        let places = match (input.places, input.preset) {
            (Some(places), None) => parse_places(places, MOST_PLACES, &mut errors),
            (None, Some(word)) => errors.take("preset", word.parse::<TaxZonePreset>()).map(TaxZonePreset::places),
            (None, None) => {
                errors.add("places", "is required where no preset is given");
                None
            }
            (Some(_), Some(_)) => {
                errors.add("preset", "must be absent where places are given");
                None
            }
        };
        errors.finish(|| Some(Self { name: name?, places: places? }))
    }

    pub(super) fn into_zone(self, now: Timestamp) -> TaxZone {
        let Self { name, places } = self;
        TaxZone { id: TaxZoneId::generate(), name, places, version: 1, created_at: now, updated_at: now }
    }
}

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct TaxZoneChangesInput {
    /// 1 to 255 characters, unique.
    pub name: Option<String>,
    /// All its places from now on: 1 to 300.
    pub places: Option<Vec<PlaceInput>>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxZoneChanges {
    name: Option<String>,
    places: Option<Vec<Place>>,
}

impl TaxZoneChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: TaxZoneChangesInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, MOST_CHARACTERS_OF_A_NAME));
        let places = input.places.and_then(|raw| parse_places(raw, MOST_PLACES, &mut errors));
        errors.finish(|| Some(Self { name, places }))
    }

    /// The zone with these changes, under its next version.
    pub(super) fn apply(self, zone: TaxZone, now: Timestamp) -> TaxZone {
        TaxZone {
            name: self.name.unwrap_or(zone.name),
            places: self.places.unwrap_or(zone.places),
            version: zone.version + 1,
            updated_at: now,
            ..zone
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> TaxZoneInput {
        let place = |country: &str| PlaceInput { country: country.to_owned(), region: None };
        let places = Some(vec![place("NL"), place("BE"), place("LU")]);
        TaxZoneInput { name: " Benelux ".to_owned(), places, preset: None }
    }

    fn refused(input: TaxZoneInput) -> Vec<String> {
        CreateTaxZone::parse(input).expect_err("refused").into_map().into_keys().collect()
    }

    #[test]
    fn a_zone_has_places_or_those_of_a_preset() {
        let zone = CreateTaxZone::parse(input()).expect("a zone").into_zone(Timestamp::default());
        assert_eq!((zone.name.as_str(), zone.places.len(), zone.version), ("Benelux", 3, 1));
        let preset = TaxZoneInput { places: None, preset: Some("european_union".to_owned()), ..input() };
        assert_eq!(CreateTaxZone::parse(preset.clone()).expect("a zone").places.len(), 27);
        assert_eq!(refused(TaxZoneInput { places: input().places, ..preset }), ["preset"]);
        assert_eq!(refused(TaxZoneInput { places: None, ..input() }), ["places"]);
        assert_eq!(refused(TaxZoneInput { name: String::new(), places: None, preset: Some("moon".to_owned()) }), ["name", "preset"]);
    }

    #[test]
    fn absent_fields_stay() {
        let before = CreateTaxZone::parse(input()).expect("a zone").into_zone(Timestamp::default());
        let changes = TaxZoneChangesInput { name: Some("Three".to_owned()), ..TaxZoneChangesInput::default() };
        let after = TaxZoneChanges::parse(changes).expect("changes").apply(before.clone(), Timestamp::default());
        assert_eq!(after, TaxZone { name: "Three".to_owned(), version: 2, ..before });
        let bad = TaxZoneChangesInput { name: Some(String::new()), places: Some(Vec::new()) };
        let errors = TaxZoneChanges::parse(bad).expect_err("refused").into_map();
        assert_eq!(errors.into_keys().collect::<Vec<_>>(), ["name", "places"]);
    }
}
