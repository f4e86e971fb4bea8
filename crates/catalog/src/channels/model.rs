//! What a channel is and what may change on it.

use std::collections::BTreeSet;

use kernel::{ChannelId, Country, Currency, FieldErrors, PriceListId, Timestamp, text, text_enum};
use serde::Serialize;

text_enum! {
    /// How prices are shown to customers.
    pub enum TaxDisplay {
        /// With tax.
        Included = "included",
        /// Without tax.
        Excluded = "excluded",
    }
}

/// Where the shop sells. The first release has one, `default`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Channel {
    /// Its id.
    pub id: ChannelId,
    /// What programs call it; never changes.
    pub code: String,
    /// What people call it.
    pub name: String,
    /// Carts and orders are in it; always the currency of the price list.
    pub currency: Currency,
    /// True once carts hold amounts in it: the currency stays.
    pub currency_fixed: bool,
    /// What things cost here.
    pub price_list_id: PriceListId,
    /// Whether the amounts of the price list contain tax.
    pub prices_include_tax: bool,
    /// Countries that are delivered to, sorted; empty: all.
    pub countries: Vec<Country>,
    /// How prices are shown.
    pub tax_display: TaxDisplay,
    /// IANA name; days of reports and validity begin by it.
    pub time_zone: String,
    /// BCP 47 tag.
    pub locale: String,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Channel {
    /// The code of the channel that every shop has.
    pub const DEFAULT_CODE: &'static str = "default";

    /// True where parcels go to this country.
    #[must_use]
    pub fn delivers_to(&self, country: Country) -> bool {
        self.countries.is_empty() || self.countries.contains(&country)
    }
}

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct ChannelInput {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// ISO 4217 code.
    pub currency: Option<String>,
    /// ISO 3166-1 codes; empty: all countries.
    pub countries: Option<Vec<String>>,
    /// `included` or `excluded`.
    pub tax_display: Option<String>,
    /// IANA name.
    pub time_zone: Option<String>,
    /// BCP 47 tag.
    pub locale: Option<String>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChannelChanges {
    pub(super) name: Option<String>,
    pub(super) currency: Option<Currency>,
    pub(super) countries: Option<Vec<Country>>,
    pub(super) tax_display: Option<TaxDisplay>,
    pub(super) time_zone: Option<String>,
    pub(super) locale: Option<String>,
}

impl ChannelChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: ChannelInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, 255));
        let currency = errors.take_optional("currency", input.currency, |raw| raw.parse::<Currency>());
        let countries = input.countries.map(|raw| parse_countries(&raw, &mut errors));
        let tax_display = errors.take_optional("tax_display", input.tax_display, |raw| raw.parse::<TaxDisplay>());
        let time_zone = errors.take_optional("time_zone", input.time_zone, time_zone);
        let locale = errors.take_optional("locale", input.locale, locale);
        errors.finish(|| Some(Self { name, currency, countries, tax_display, time_zone, locale }))
    }

    /// The channel with these changes, under its next version.
    pub(crate) fn apply(self, channel: Channel, now: Timestamp) -> Channel {
        Channel {
            name: self.name.unwrap_or(channel.name),
            currency: self.currency.unwrap_or(channel.currency),
            countries: self.countries.unwrap_or(channel.countries),
            tax_display: self.tax_display.unwrap_or(channel.tax_display),
            time_zone: self.time_zone.unwrap_or(channel.time_zone),
            locale: self.locale.unwrap_or(channel.locale),
            version: channel.version + 1,
            updated_at: now,
            ..channel
        }
    }
}

fn parse_countries(raw: &[String], errors: &mut FieldErrors) -> Vec<Country> {
    let known = |(place, code): (usize, &String)| errors.take(format!("countries.{place}"), code.parse::<Country>());
    raw.iter().enumerate().filter_map(known).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Checked by its form: `UTC`, `Europe/Berlin`, `America/Argentina/Ushuaia`. Which zones exist changes several times a year.
fn time_zone(raw: String) -> Result<String, &'static str> {
    let word = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_uppercase()) && part.chars().all(|c| c.is_ascii_alphanumeric() || "_-+".contains(c))
    };
    let parts = raw.split('/').count();
    if raw.len() <= 64 && parts <= 3 && raw.split('/').all(word) { Ok(raw) } else { Err("must be an IANA time zone, like Europe/Berlin") }
}

/// Checked by its form: a language of 2 or 3 letters and up to 7 subtags of 1 to 8 letters or digits.
fn locale(raw: String) -> Result<String, &'static str> {
    let mut parts = raw.split('-');
    let language = parts.next().is_some_and(|part| (2..=3).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_lowercase()));
    let subtag = |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let rest: Vec<&str> = parts.collect();
    let whole = language && rest.len() <= 7 && rest.into_iter().all(subtag);
    if whole { Ok(raw) } else { Err("must be a BCP 47 language tag, like en-US") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_named() {
        let bad = ChannelInput {
            name: Some(" ".to_owned()),
            currency: Some("XXX".to_owned()),
            countries: Some(vec!["DE".to_owned(), "ZZ".to_owned()]),
            tax_display: Some("both".to_owned()),
            time_zone: Some("berlin".to_owned()),
            locale: Some("English".to_owned()),
        };
        let errors = ChannelChanges::parse(bad).expect_err("refused").into_map();
        let fields: Vec<&str> = errors.keys().map(String::as_str).collect();
        assert_eq!(fields, ["countries.1", "currency", "locale", "name", "tax_display", "time_zone"]);
    }

    #[test]
    fn zones_and_locales_are_taken_by_their_form() {
        for zone in ["UTC", "Europe/Berlin", "America/Argentina/Ushuaia", "Etc/GMT+5", "Asia/Ho_Chi_Minh"] {
            assert!(time_zone(zone.to_owned()).is_ok(), "{zone}");
        }
        for tag in ["en", "en-US", "zh-Hant-TW", "de-CH-1996", "fil-PH"] {
            assert!(locale(tag.to_owned()).is_ok(), "{tag}");
        }
        for bad in ["", "/", "Europe/", "Europe/Ber lin", "../etc", "é", "Europe/berlin", "en_US"] {
            assert!(time_zone(bad.to_owned()).is_err() && locale(bad.to_owned()).is_err(), "{bad}");
        }
        for (zone, taken) in [("A".repeat(64), true), ("A".repeat(65), false), ("A/B/C/D".to_owned(), false)] {
            assert_eq!(
                time_zone(zone.clone()).as_ref(),
                if taken { Ok(&zone) } else { Err(&"must be an IANA time zone, like Europe/Berlin") }
            );
        }
        for tag in ["e", "engl", "EN", "en-", "en-123456789", "en-a_b", "en-a-b-c-d-e-f-g-h"] {
            assert!(locale(tag.to_owned()).is_err(), "{tag}");
        }
        assert_eq!(locale("en-a-b-c-d-e-f-g".to_owned()).as_deref(), Ok("en-a-b-c-d-e-f-g"));
    }

    fn berlin() -> Channel {
        let now = Timestamp::default();
        Channel {
            id: ChannelId::generate(),
            code: Channel::DEFAULT_CODE.to_owned(),
            name: "Shop".to_owned(),
            currency: Currency::EUR,
            currency_fixed: false,
            price_list_id: PriceListId::generate(),
            prices_include_tax: true,
            countries: Vec::new(),
            tax_display: TaxDisplay::Included,
            time_zone: "Europe/Berlin".to_owned(),
            locale: "de-DE".to_owned(),
            version: 3,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn only_what_is_given_changes_under_the_next_version() {
        let (old, later) = (berlin(), Timestamp::default() + chrono::TimeDelta::hours(1));
        let untouched = ChannelChanges::default().apply(old.clone(), later);
        assert_eq!(untouched, Channel { version: 4, updated_at: later, ..old.clone() });
        let some = |text: &str| Some(text.to_owned());
        let input = ChannelInput {
            name: some("Store"),
            currency: some("USD"),
            countries: Some(vec!["US".to_owned()]),
            tax_display: some("excluded"),
            time_zone: some("America/New_York"),
            locale: some("en-US"),
        };
        let new = ChannelChanges::parse(input).expect("read").apply(old, later);
        assert_eq!((new.name.as_str(), new.currency, new.tax_display), ("Store", Currency::USD, TaxDisplay::Excluded));
        assert_eq!((new.time_zone.as_str(), new.locale.as_str()), ("America/New_York", "en-US"));
        assert_eq!(new.countries.iter().map(|country| country.code()).collect::<Vec<_>>(), ["US"]);
    }

    #[test]
    fn a_channel_delivers_to_its_countries_and_without_any_to_all() {
        let country = |code: &str| code.parse::<Country>().expect("a country");
        let everywhere = berlin();
        let here = Channel { countries: vec![country("DE")], ..berlin() };
        assert!(everywhere.delivers_to(country("US")) && here.delivers_to(country("DE")) && !here.delivers_to(country("US")));
    }

    #[test]
    fn countries_are_sorted_and_named_once() {
        let input = ChannelInput { countries: Some(["US", "DE", "US"].map(str::to_owned).to_vec()), ..ChannelInput::default() };
        let codes: Vec<&str> =
            ChannelChanges::parse(input).expect("read").countries.expect("given").into_iter().map(Country::code).collect();
        assert_eq!(codes, ["DE", "US"]);
    }
}
