//! What a tax zone is. Pure.

use kernel::{TaxZoneId, Timestamp, text_enum};
use serde::Serialize;

use crate::places::{Destination, Place};

/// Places that are taxed alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxZone {
    /// Its id.
    pub id: TaxZoneId,
    /// What staff call it; no two have the same name.
    pub name: String,
    /// Its places, sorted.
    pub places: Vec<Place>,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl TaxZone {
    /// True where the destination lies in one of its places.
    #[must_use]
    pub fn contains(&self, destination: &Destination) -> bool {
        self.places.iter().any(|place| place.contains(destination))
    }
}

text_enum! {
    /// Sets of places that the shop knows by a word.
    pub enum TaxZonePreset {
        /// The member states of the European Union.
        EuropeanUnion = "european_union",
    }
}

/// The member states since 2020-02-01. Source: <https://european-union.europa.eu/principles-countries-history/eu-countries_en>
const EUROPEAN_UNION: [&str; 27] = [
    "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU", "LV", "MT", "NL", "PL",
    "PT", "RO", "SE", "SI", "SK",
];

impl TaxZonePreset {
    /// Its places, whole countries.
    #[must_use]
    pub fn places(self) -> Vec<Place> {
        match self {
            Self::EuropeanUnion => EUROPEAN_UNION.iter().filter_map(|code| code.parse().ok()).map(Place::of).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_european_union_has_27_members() {
        let places = TaxZonePreset::EuropeanUnion.places();
        assert!(places.len() == 27 && places.is_sorted());
        let zone = TaxZone {
            id: TaxZoneId::generate(),
            name: "European Union".to_owned(),
            places,
            version: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        };
        let contains = |code: &str| zone.contains(&Destination::of(code.parse().expect("a country")));
        assert!(contains("GR") && contains("HR") && !contains("GB") && !contains("CH") && !contains("NO"));
    }
}
