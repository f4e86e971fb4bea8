//! What a place is, and whether a destination lies in it. Pure.

use std::collections::BTreeSet;

use accounts::addresses::{Address, find_region, regions_of};
use kernel::{Country, FieldErrors, TextError, text};
use serde::{Deserialize, Serialize};

/// Longer than any region's name.
const MOST_CHARACTERS_OF_A_REGION: usize = 64;

/// Where goods go.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// The country.
    pub country: Country,
    /// The region's code or name, as the address has it.
    pub region: Option<String>,
}

impl Destination {
    /// Somewhere in this country.
    #[must_use]
    pub const fn of(country: Country) -> Self {
        Self { country, region: None }
    }
}

impl From<&Address> for Destination {
    fn from(address: &Address) -> Self {
        Self { country: address.country(), region: address.region().map(str::to_owned) }
    }
}

/// A country, or one region of it. Its JSON is the stored form.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Place {
    /// The country.
    pub country: Country,
    /// The region it is limited to, in the form in which addresses have it; `None` is the whole country.
    #[serde(default)]
    pub region: Option<String>,
}

impl Place {
    /// A whole country.
    #[must_use]
    pub const fn of(country: Country) -> Self {
        Self { country, region: None }
    }

    /// True where the destination lies in it. Regions are compared without regard to case, because only some countries have codes for them.
    #[must_use]
    pub fn contains(&self, destination: &Destination) -> bool {
        let is_there = |region: &str| destination.region.as_deref().is_some_and(|there| there.to_lowercase() == region.to_lowercase());
        self.country == destination.country && self.region.as_deref().is_none_or(is_there)
    }
}

/// A place as it comes from outside.
#[derive(Debug, Clone)]
pub struct PlaceInput {
    /// ISO 3166-1 code.
    pub country: String,
    /// A region of it by code or name; absent: the whole country.
    pub region: Option<String>,
}

/// Why a place cannot be limited to a region.
#[derive(Debug, thiserror::Error)]
pub enum RegionError {
    /// No short text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The country has a list of regions, and this is none of it: no address would ever match.
    #[error("must name a region of {0} by its code or name")]
    Unknown(&'static str),
}

/// A region in the form in which addresses of the country have it.
///
/// # Errors
/// `RegionError` where no address of the country could have it.
pub fn parse_region(country: Country, raw: &str) -> Result<String, RegionError> {
    let name = text(raw, MOST_CHARACTERS_OF_A_REGION)?;
    if regions_of(country).is_none() {
        return Ok(name);
    }
    find_region(country, &name).map(|region| region.code.to_owned()).ok_or(RegionError::Unknown(country.name()))
}

/// Up to so many places, sorted, each once; what is refused is noted under `places`.
pub fn parse_places(raw: Vec<PlaceInput>, most: usize, errors: &mut FieldErrors) -> Option<Vec<Place>> {
    if raw.is_empty() || raw.len() > most {
        errors.add("places", format!("must be 1 to {most} places"));
        return None;
    }
    let count = raw.len();
    let read: Vec<Place> = raw.into_iter().enumerate().filter_map(|(place, input)| parse_place(place, input, errors)).collect();
    let is_whole = read.len() == count;
    is_whole.then(|| read.into_iter().collect::<BTreeSet<_>>().into_iter().collect())
}

fn parse_place(place: usize, input: PlaceInput, errors: &mut FieldErrors) -> Option<Place> {
    let country = errors.take(format!("places.{place}.country"), input.country.parse::<Country>())?;
    let Some(raw) = input.region else { return Some(Place::of(country)) };
    let region = errors.take(format!("places.{place}.region"), parse_region(country, &raw))?;
    Some(Place { country, region: Some(region) })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(country: &str, region: Option<&str>) -> PlaceInput {
        PlaceInput { country: country.to_owned(), region: region.map(str::to_owned) }
    }

    fn refused(raw: Vec<PlaceInput>) -> Vec<String> {
        let mut errors = FieldErrors::new();
        assert_eq!(parse_places(raw, 3, &mut errors), None);
        errors.into_map().into_keys().collect()
    }

    #[test]
    fn a_place_contains_its_region_in_any_case() {
        let place = |region: Option<&str>| Place { country: "CA".parse().expect("a country"), region: region.map(str::to_owned) };
        let there = |region: Option<&str>| Destination { country: place(None).country, region: region.map(str::to_owned) };
        assert!(place(None).contains(&there(Some("AB"))) && place(None).contains(&there(None)));
        assert!(place(Some("QC")).contains(&there(Some("qc"))));
        assert!(!place(Some("QC")).contains(&there(Some("AB"))) && !place(Some("QC")).contains(&there(None)));
        assert!(!place(None).contains(&Destination::of("DE".parse().expect("a country"))));
    }

    #[test]
    fn places_are_sorted_and_named_once() {
        let mut errors = FieldErrors::new();
        let raw = vec![input("US", Some("california")), input("DE", None), input("US", Some("CA"))];
        let places = parse_places(raw, 3, &mut errors).expect("places");
        let read: Vec<_> = places.iter().map(|place| (place.country.code(), place.region.as_deref())).collect();
        assert_eq!(read, [("DE", None), ("US", Some("CA"))]);
    }

    #[test]
    fn every_bad_place_is_named() {
        let raw = vec![input("ZZ", None), input("US", Some("Bavaria")), input("DE", Some(""))];
        assert_eq!(refused(raw), ["places.0.country", "places.1.region", "places.2.region"]);
        assert_eq!(refused(Vec::new()), ["places"]);
        assert_eq!(refused(vec![input("DE", None); 4]), ["places"]);
    }
}
