//! Places that keep stock.

use kernel::{Country, FieldErrors, Slug, StockLocationId, TextError, Timestamp, text, text_enum};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whose shelves they are.
    pub enum LocationKind {
        /// The shop's own.
        Own = "own",
        /// A supplier's, who ships from there.
        Supplier = "supplier",
    }
}

/// Where a location is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocationAddress {
    /// Street and number.
    pub line1: String,
    /// What else the street needs.
    pub line2: Option<String>,
    /// City.
    pub city: String,
    /// State or province, as the post writes it.
    pub region: Option<String>,
    /// Postcode.
    pub postal_code: Option<String>,
    /// Country.
    pub country: Country,
}

/// A place that keeps stock.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StockLocation {
    /// Its id.
    pub id: StockLocationId,
    /// What programs call it; it never changes.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Whose shelves they are.
    pub kind: LocationKind,
    /// Stock is taken from the lowest number first; the first location alone takes backorders.
    pub priority: i64,
    /// Where it is.
    pub address: Option<LocationAddress>,
    /// Only what lies at active locations is sold.
    pub active: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl StockLocation {
    /// Every shop has this one since its first start.
    pub const DEFAULT_CODE: &'static str = "main";
    /// What the list is sorted by: what `?sort=` and cursors call it.
    pub const SORT: &'static str = "priority";
}

/// An address as it came in.
#[derive(Debug, Clone, Default)]
pub struct LocationAddressInput {
    /// Street and number.
    pub line1: Option<String>,
    /// What else the street needs.
    pub line2: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State or province.
    pub region: Option<String>,
    /// Postcode.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 code.
    pub country: Option<String>,
}

/// What is to be known of a location, as it came in; an absent field stays as it is.
#[derive(Debug, Clone, Default)]
pub struct LocationInput {
    /// What people call it.
    pub name: Option<String>,
    /// 0 to 9,999.
    pub priority: Option<i64>,
    /// Whether it sells.
    pub active: Option<bool>,
    /// Where it is; `Some(None)` forgets it.
    pub address: Option<Option<LocationAddressInput>>,
}

/// What is to change about a location.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct LocationChanges {
    name: Option<String>,
    priority: Option<i64>,
    active: Option<bool>,
    address: Option<Option<LocationAddress>>,
}

/// A location that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewLocation {
    code: Slug,
    kind: LocationKind,
    changes: LocationChanges,
}

const MOST_NAME: usize = 255;
const MOST_LINE: usize = 255;
const MOST_POSTAL_CODE: usize = 32;
/// Room to put a location between any two others.
const MOST_PRIORITY: i64 = 9_999;

impl LocationAddress {
    fn parse(input: LocationAddressInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let line = |raw: String| text(&raw, MOST_LINE);
        let required = |raw: Option<String>| raw.ok_or(TextError::Empty).and_then(line);
        let line1 = errors.take("line1", required(input.line1));
        let line2 = errors.take_optional("line2", input.line2, line);
        let city = errors.take("city", required(input.city));
        let region = errors.take_optional("region", input.region, line);
        let postal_code = errors.take_optional("postal_code", input.postal_code, |raw| text(&raw, MOST_POSTAL_CODE));
        let country = errors.take("country", input.country.unwrap_or_default().parse::<Country>());
        errors.finish(|| Some(Self { line1: line1?, line2, city: city?, region, postal_code, country: country? }))
    }
}

impl LocationChanges {
    /// Reads what is to change.
    ///
    /// # Errors
    /// A message on each bad field.
    pub fn parse(input: LocationInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, MOST_NAME));
        let in_range = |raw| if (0..=MOST_PRIORITY).contains(&raw) { Ok(raw) } else { Err("must be between 0 and 9999") };
        let priority = errors.take_optional("priority", input.priority, in_range);
        let address = match input.address {
            Some(Some(raw)) => match LocationAddress::parse(raw) {
                Ok(address) => Some(Some(address)),
                Err(inner) => {
                    errors.nest("address", inner);
                    None
                }
            },
            Some(None) => Some(None),
            None => None,
        };
        errors.finish(|| Some(Self { name, priority, active: input.active, address }))
    }

    /// Replaces everything: what is absent is as in a new location.
    ///
    /// # Errors
    /// A message on each bad field.
    pub fn replace(input: LocationInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        if input.name.is_none() {
            errors.add("name", TextError::Empty);
        }
        let changes = Self::parse(input).map_err(|inner| errors.nest("", inner)).ok();
        let whole = |changes: Self| Self {
            name: changes.name,
            priority: changes.priority.or(Some(MOST_PRIORITY)),
            active: changes.active.or(Some(true)),
            address: changes.address.or(Some(None)),
        };
        errors.finish(|| changes.map(whole))
    }

    /// The location with the changes; its version is the next one.
    pub(super) fn apply(self, before: StockLocation, now: Timestamp) -> StockLocation {
        StockLocation {
            name: self.name.unwrap_or(before.name),
            priority: self.priority.unwrap_or(before.priority),
            active: self.active.unwrap_or(before.active),
            address: self.address.unwrap_or(before.address),
            version: before.version + 1,
            updated_at: now,
            ..before
        }
    }
}

impl NewLocation {
    /// Reads a new location; one that says nothing else is active, without an address and behind all others.
    ///
    /// # Errors
    /// A message on each bad field.
    pub fn parse(code: &str, kind: LocationKind, input: LocationInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.take("code", Slug::parse(code));
        let changes = LocationChanges::replace(input).map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| Some(Self { code: code?, kind, changes: changes? }))
    }

    pub(super) fn made(self, now: Timestamp) -> StockLocation {
        let blank = StockLocation {
            id: StockLocationId::generate(),
            code: self.code.into(),
            name: String::new(),
            kind: self.kind,
            priority: MOST_PRIORITY,
            address: None,
            active: true,
            version: 0,
            created_at: now,
            updated_at: now,
        };
        self.changes.apply(blank, now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_of_a_location_is_named() {
        let address = LocationAddressInput { line1: Some("Dock 4".to_owned()), country: Some("XX".to_owned()), ..Default::default() };
        let input = LocationInput { priority: Some(-1), address: Some(Some(address)), ..Default::default() };
        let errors = NewLocation::parse("No Slug", LocationKind::Own, input).expect_err("bad").into_map();
        assert_eq!(errors.keys().collect::<Vec<_>>(), ["address.city", "address.country", "code", "name", "priority"]);
    }

    #[test]
    fn a_replacement_forgets_what_it_does_not_name() {
        let named = || LocationInput { name: Some("Dock".to_owned()), ..Default::default() };
        let address = LocationAddressInput {
            line1: Some("1".to_owned()),
            city: Some("Bonn".to_owned()),
            country: Some("DE".to_owned()),
            ..Default::default()
        };
        let input = LocationInput { priority: Some(1), active: Some(false), address: Some(Some(address)), ..named() };
        let before = NewLocation::parse("dock", LocationKind::Own, input).expect("a location").made(Timestamp::default());
        let after = LocationChanges::replace(named()).expect("changes").apply(before, Timestamp::default());
        assert_eq!((after.priority, after.active, after.address, after.version), (MOST_PRIORITY, true, None, 2));
        assert!(LocationChanges::replace(LocationInput::default()).is_err());
    }
}
