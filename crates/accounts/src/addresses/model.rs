//! A postal address: parsed once at the edge, believed below it.

use std::fmt;

use kernel::{Country, FieldErrors, contains_card_number, text};
use serde::{Deserialize, Serialize};

use super::{postcodes, regions};

/// An address as somebody typed it; a blank field counts as absent.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct RawAddress {
    /// Who receives; required.
    pub name: Option<String>,
    /// The firm.
    pub company: Option<String>,
    /// Street and number; required.
    pub line1: Option<String>,
    /// Flat, floor, post box.
    pub line2: Option<String>,
    /// Town; required.
    pub city: Option<String>,
    /// State or province: a code or name in AU, CA and US and required there; elsewhere free.
    pub region: Option<String>,
    /// Postcode, in the form of the country.
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2; required.
    pub country: Option<String>,
    /// Telephone number.
    pub phone: Option<String>,
}

/// A postal address that a parcel could reach. Its JSON is the stored form; it is written by [`Address::parse`] alone and
/// read back as it stands, so that a stricter rule of tomorrow does not make yesterday's orders unreadable.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    name: String,
    company: Option<String>,
    line1: String,
    line2: Option<String>,
    city: String,
    region: Option<String>,
    postal_code: Option<String>,
    country: Country,
    phone: Option<String>,
}

/// Why a field of an address is refused.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum FieldError {
    #[error("is required")]
    Required,
    #[error("must not contain a payment card number")]
    CardNumber,
    #[error("must name a region of {0} by its code or name")]
    Region(&'static str),
    #[error("must be a telephone number of 5 to 20 digits")]
    Phone,
    #[error(transparent)]
    Text(#[from] kernel::TextError),
    #[error(transparent)]
    Country(#[from] kernel::UnknownCountry),
    #[error(transparent)]
    Postcode(#[from] postcodes::PostcodeError),
}

impl Address {
    /// What labels and customs forms can still print.
    const MAX_TEXT: usize = 255;
    const MAX_PHONE: usize = 32;

    /// Reads an address; every bad field is named as in the JSON. Region and postcode are judged only where the country
    /// is known, and are answered as the country writes them.
    ///
    /// # Errors
    /// `FieldErrors` by `name`, `company`, `line1`, `line2`, `city`, `region`, `postal_code`, `country`, `phone`.
    pub fn parse(raw: RawAddress) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", required(raw.name));
        let company = errors.take("company", optional(raw.company));
        let line1 = errors.take("line1", required(raw.line1));
        let line2 = errors.take("line2", optional(raw.line2));
        let city = errors.take("city", required(raw.city));
        let country = errors.take("country", country(raw.country));
        let region = country.and_then(|country| errors.take("region", region(country, raw.region)));
        let postal_code = country.and_then(|country| errors.take("postal_code", postcode(country, raw.postal_code)));
        let phone = errors.take("phone", phone(raw.phone));
        errors.finish(|| {
            Some(Self {
                name: name?,
                company: company?,
                line1: line1?,
                line2: line2?,
                city: city?,
                region: region?,
                postal_code: postal_code?,
                country: country?,
                phone: phone?,
            })
        })
    }

    /// Who receives.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The firm.
    #[must_use]
    pub fn company(&self) -> Option<&str> {
        self.company.as_deref()
    }

    /// Street and number.
    #[must_use]
    pub fn line1(&self) -> &str {
        &self.line1
    }

    /// Flat, floor, post box.
    #[must_use]
    pub fn line2(&self) -> Option<&str> {
        self.line2.as_deref()
    }

    /// Town.
    #[must_use]
    pub fn city(&self) -> &str {
        &self.city
    }

    /// State or province: a code in AU, CA and US.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        self.region.as_deref()
    }

    /// Postcode, as the country writes it.
    #[must_use]
    pub fn postal_code(&self) -> Option<&str> {
        self.postal_code.as_deref()
    }

    /// The country.
    #[must_use]
    pub const fn country(&self) -> Country {
        self.country
    }

    /// Telephone number, as typed.
    #[must_use]
    pub fn phone(&self) -> Option<&str> {
        self.phone.as_deref()
    }
}

/// Addresses are personal data and stay out of logs.
impl fmt::Debug for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Address(…)")
    }
}

impl fmt::Debug for RawAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RawAddress(…)")
    }
}

fn optional(raw: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else { return Ok(None) };
    let text = text(&raw, Address::MAX_TEXT)?;
    if contains_card_number(&text) { Err(FieldError::CardNumber) } else { Ok(Some(text)) }
}

fn required(raw: Option<String>) -> Result<String, FieldError> {
    optional(raw)?.ok_or(FieldError::Required)
}

fn country(raw: Option<String>) -> Result<Country, FieldError> {
    let code = raw.map(|raw| raw.trim().to_ascii_uppercase()).filter(|code| !code.is_empty()).ok_or(FieldError::Required)?;
    Ok(code.parse()?)
}

fn region(country: Country, raw: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(regions) = regions::regions_of(country) else { return optional(raw) };
    let found = regions::find(country, regions, &required(raw)?).ok_or(FieldError::Region(country.name()))?;
    Ok(Some(found.code.to_owned()))
}

fn postcode(country: Country, raw: Option<String>) -> Result<Option<String>, FieldError> {
    let postcode = postcodes::parse(country, raw.as_deref())?;
    if postcode.as_deref().is_some_and(contains_card_number) { Err(FieldError::CardNumber) } else { Ok(postcode) }
}

/// A number is kept as typed, because people write extensions and trunk prefixes in many ways.
fn phone(raw: Option<String>) -> Result<Option<String>, FieldError> {
    let Some(raw) = raw.filter(|raw| !raw.trim().is_empty()) else { return Ok(None) };
    let phone = text(&raw, Address::MAX_PHONE)?;
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let readable = phone.chars().all(|c| c.is_ascii_digit() || " +()-./x#".contains(c));
    if contains_card_number(&phone) {
        Err(FieldError::CardNumber)
    } else if readable && (5..=20).contains(&digits) {
        Ok(Some(phone))
    } else {
        Err(FieldError::Phone)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn berlin() -> RawAddress {
        let some = |text: &str| Some(text.to_owned());
        RawAddress {
            name: some("Ada Lovelace"),
            line1: some("Unter den Linden 1"),
            city: some(" Berlin "),
            postal_code: some("10117"),
            country: some("de"),
            phone: some("+49 30 901820"),
            ..RawAddress::default()
        }
    }

    fn refused(change: impl FnOnce(&mut RawAddress)) -> Vec<(String, Vec<String>)> {
        let mut raw = berlin();
        change(&mut raw);
        Address::parse(raw).expect_err("refused").into_map().into_iter().collect()
    }

    fn field_of(change: impl FnOnce(&mut RawAddress)) -> String {
        let errors = refused(change);
        assert_eq!(errors.len(), 1, "{errors:?}");
        errors.into_iter().map(|(field, _)| field).collect()
    }

    #[test]
    fn a_good_address_is_kept_in_its_stored_form() {
        let address = Address::parse(berlin()).expect("an address");
        let json = serde_json::to_string(&address).expect("JSON");
        assert_eq!(
            json,
            r#"{"name":"Ada Lovelace","company":null,"line1":"Unter den Linden 1","line2":null,"city":"Berlin","region":null,"postal_code":"10117","country":"DE","phone":"+49 30 901820"}"#
        );
        assert_eq!(serde_json::from_str::<Address>(&json).expect("an address"), address);
        assert_eq!((format!("{address:?}"), format!("{:?}", berlin())), ("Address(…)".to_owned(), "RawAddress(…)".to_owned()));
    }

    #[test]
    fn an_address_tells_its_parts_as_the_country_writes_them() {
        let some = |text: &str| Some(text.to_owned());
        let (company, line2, region) = (some("Analytical Engines"), some("Flat 2"), some("california"));
        let (postal_code, country) = (some("94107"), some(" us "));
        let full = Address::parse(RawAddress { company, line2, region, postal_code, country, ..berlin() }).expect("an address");
        assert_eq!((full.name(), full.company(), full.city()), ("Ada Lovelace", Some("Analytical Engines"), "Berlin"));
        assert_eq!((full.line1(), full.line2()), ("Unter den Linden 1", Some("Flat 2")));
        assert_eq!((full.region(), full.postal_code(), full.country().code()), (Some("CA"), Some("94107"), "US"));
        assert_eq!(full.phone(), Some("+49 30 901820"));
        let blank = some(" ");
        let bare = RawAddress { company: blank.clone(), line2: blank.clone(), region: blank.clone(), phone: blank, ..berlin() };
        let bare = Address::parse(bare).expect("an address");
        assert_eq!((bare.company(), bare.line2(), bare.region(), bare.phone()), (None, None, None, None));
    }

    #[test]
    fn every_bad_field_is_named() {
        let errors = Address::parse(RawAddress::default()).expect_err("nothing given").into_map();
        assert_eq!(errors.into_keys().collect::<Vec<_>>(), ["city", "country", "line1", "name"]);
        assert_eq!(field_of(|raw| raw.name = Some(" ".to_owned())), "name");
        assert_eq!(field_of(|raw| raw.line1 = Some("a".repeat(256))), "line1");
        assert_eq!(field_of(|raw| raw.line2 = Some("a\nb".to_owned())), "line2");
        assert_eq!(field_of(|raw| raw.country = Some("ZZ".to_owned())), "country");
        assert_eq!(field_of(|raw| raw.postal_code = Some("1011".to_owned())), "postal_code");
        assert_eq!(field_of(|raw| raw.postal_code = None), "postal_code");
        assert_eq!(field_of(|raw| raw.phone = Some("call me".to_owned())), "phone");
        for phone in ["1".repeat(33), "12345 call".to_owned(), "+()-./x#".to_owned(), "1234".to_owned(), "1".repeat(21)] {
            assert_eq!(field_of(|raw| raw.phone = Some(phone)), "phone");
        }
        for blank in [None, Some(" ".to_owned())] {
            assert_eq!(refused(|raw| raw.country = blank), [("country".to_owned(), vec!["is required".to_owned()])]);
        }
    }

    #[test]
    fn regions_are_codes_where_the_country_has_them_and_free_elsewhere() {
        let us = |region: Option<&str>| {
            let (region, country) = (region.map(str::to_owned), Some("US".to_owned()));
            Address::parse(RawAddress { region, country, postal_code: Some("94107".to_owned()), ..berlin() })
        };
        assert_eq!(us(Some("california")).expect("an address").region(), Some("CA"));
        for region in [None, Some("Bavaria")] {
            assert_eq!(us(region).expect_err("no region").into_map().into_keys().collect::<Vec<_>>(), ["region"]);
        }
        let free = RawAddress { region: Some("Bavaria".to_owned()), ..berlin() };
        assert_eq!(Address::parse(free).expect("an address").region(), Some("Bavaria"));
    }

    type SetField = fn(&mut RawAddress, Option<String>);

    #[test]
    fn no_field_takes_a_card_number() {
        let card = || Some("4111 1111 1111 1111".to_owned());
        let fields: [(&str, SetField); 7] = [
            ("name", |raw, card| raw.name = card),
            ("company", |raw, card| raw.company = card),
            ("line1", |raw, card| raw.line1 = card),
            ("line2", |raw, card| raw.line2 = card),
            ("city", |raw, card| raw.city = card),
            ("region", |raw, card| raw.region = card),
            ("phone", |raw, card| raw.phone = card),
        ];
        for (field, set) in fields {
            assert_eq!(refused(|raw| set(raw, card())), [(field.to_owned(), vec!["must not contain a payment card number".to_owned()])]);
        }
        let errors = refused(|raw| {
            raw.country = Some("HK".to_owned());
            raw.postal_code = Some("4111111111111111".to_owned());
        });
        assert_eq!(errors.first().map(|(field, _)| field.as_str()), Some("postal_code"));
    }

    fn words() -> impl Strategy<Value = Option<String>> {
        proptest::option::of(prop_oneof![".{0,40}", "[A-Za-z0-9 -]{1,12}"])
    }

    proptest! {
        #[test]
        fn an_address_parsed_twice_is_the_same(
            texts in (words(), words(), words(), words()), place in 0..Country::ALL.len(), rest in (words(), words()),
        ) {
            let (name, company, line1, city) = texts;
            let (region, postal_code) = rest;
            let country = Some(Country::ALL[place].code().to_owned());
            let raw = RawAddress { name, company, line1, line2: None, city, region, postal_code, country, phone: None };
            if let Ok(address) = Address::parse(raw) {
                let own = |text: Option<&str>| text.map(str::to_owned);
                let again = Address::parse(RawAddress {
                    name: own(Some(address.name())),
                    company: own(address.company()),
                    line1: own(Some(address.line1())),
                    line2: own(address.line2()),
                    city: own(Some(address.city())),
                    region: own(address.region()),
                    postal_code: own(address.postal_code()),
                    country: own(Some(address.country().code())),
                    phone: own(address.phone()),
                });
                prop_assert!(again == Ok(address));
            }
        }
    }
}
