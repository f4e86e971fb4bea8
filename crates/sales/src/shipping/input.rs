//! Shipping methods as they come from outside.

use std::collections::BTreeSet;

use kernel::{Country, Currency, FieldErrors, ShippingMethodId, Slug, Timestamp, text};

use super::model::{ShippingKind, ShippingMethod, ShippingRate};
use super::tariff::{self, ShippingRateInput};
use crate::tax::parse_class;

/// What fits into the programs that know a method by its code.
const MOST_CHARACTERS_OF_A_CODE: usize = 64;
/// More places than a list has.
const LAST_POSITION: i64 = 1_000_000;

/// A new method, as it comes from outside.
#[derive(Debug, Clone)]
pub struct ShippingMethodInput {
    /// What programs call it: lower-case words joined by dashes, 1 to 64 characters, unique.
    pub code: String,
    /// What customers read: 1 to 255 characters.
    pub name: String,
    /// `flat`, `by_weight` or `by_total`.
    pub kind: String,
    /// ISO 4217 code; stays.
    pub currency: String,
    /// ISO 3166-1 codes of where it goes; empty is everywhere.
    pub countries: Vec<String>,
    /// The tax class of its price.
    pub tax_class: String,
    /// False while it is not offered.
    pub active: bool,
    /// Its place among the methods, lower first: 0 to 1,000,000.
    pub position: i64,
    /// Its tariff: 1 to 500 steps.
    pub rates: Vec<ShippingRateInput>,
}

/// A method that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateShippingMethod {
    code: String,
    name: String,
    kind: ShippingKind,
    currency: Currency,
    countries: Vec<Country>,
    tax_class: String,
    active: bool,
    position: i64,
    rates: Vec<ShippingRate>,
}

impl CreateShippingMethod {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: ShippingMethodInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.take("code", parse_code(&input.code));
        let name = errors.take("name", text(&input.name, 255));
        let kind = errors.take("kind", input.kind.parse::<ShippingKind>());
        let currency = errors.take("currency", input.currency.parse::<Currency>());
        let countries = parse_countries(&input.countries, &mut errors);
        let tax_class = errors.take("tax_class", parse_class(&input.tax_class));
        let position = errors.take("position", parse_position(input.position));
        let rates = tariff::parse(input.rates, &mut errors);
        if let (Some(kind), Some(rates)) = (kind, &rates) {
            errors.take("rates", tariff::refuse_unreachable(kind, rates));
        }
        errors.finish(|| {
            let (code, name, kind, currency) = (code?, name?, kind?, currency?);
            let (tax_class, active, position, rates) = (tax_class?, input.active, position?, rates?);
            Some(Self { code, name, kind, currency, countries, tax_class, active, position, rates })
        })
    }

    pub(super) fn into_method(self, now: Timestamp) -> ShippingMethod {
        ShippingMethod {
            id: ShippingMethodId::generate(),
            code: self.code,
            name: self.name,
            kind: self.kind,
            countries: self.countries,
            tax_class: self.tax_class,
            active: self.active,
            position: self.position,
            currency: self.currency,
            rates: self.rates,
            version: 1,
            created_at: now,
            updated_at: now,
        }
    }
}

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct ShippingMethodChangesInput {
    /// Lower-case words joined by dashes, 1 to 64 characters, unique.
    pub code: Option<String>,
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// `flat`, `by_weight` or `by_total`; needs a new tariff.
    pub kind: Option<String>,
    /// The ISO 4217 code that the caller takes the method's currency for; another one is refused, because the currency stays.
    pub currency: Option<String>,
    /// ISO 3166-1 codes of where it goes; empty is everywhere.
    pub countries: Option<Vec<String>>,
    /// The tax class of its price.
    pub tax_class: Option<String>,
    /// False while it is not offered.
    pub active: Option<bool>,
    /// 0 to 1,000,000.
    pub position: Option<i64>,
    /// The whole new tariff: 1 to 500 steps.
    pub rates: Option<Vec<ShippingRateInput>>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ShippingMethodChanges {
    code: Option<String>,
    name: Option<String>,
    kind: Option<ShippingKind>,
    currency: Option<Currency>,
    countries: Option<Vec<Country>>,
    tax_class: Option<String>,
    active: Option<bool>,
    position: Option<i64>,
    pub(super) rates: Option<Vec<ShippingRate>>,
}

impl ShippingMethodChanges {
    /// Reads what came from outside. Whether tariff and kind go together shows when the changes meet the method.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: ShippingMethodChangesInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.take_optional("code", input.code, |raw| parse_code(&raw));
        let name = errors.take_optional("name", input.name, |raw| text(&raw, 255));
        let kind = errors.take_optional("kind", input.kind, |raw| raw.parse::<ShippingKind>());
        let currency = errors.take_optional("currency", input.currency, |raw| raw.parse::<Currency>());
        let countries = input.countries.map(|raw| parse_countries(&raw, &mut errors));
        let tax_class = errors.take_optional("tax_class", input.tax_class, |raw| parse_class(&raw));
        let position = errors.take_optional("position", input.position, parse_position);
        let rates = input.rates.and_then(|raw| tariff::parse(raw, &mut errors));
        errors.finish(|| Some(Self { code, name, kind, currency, countries, tax_class, active: input.active, position, rates }))
    }

    /// Replaces everything, tariff included.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn replace(input: ShippingMethodInput) -> Result<Self, FieldErrors> {
        let method = CreateShippingMethod::parse(input)?;
        Ok(Self {
            code: Some(method.code),
            name: Some(method.name),
            kind: Some(method.kind),
            currency: Some(method.currency),
            countries: Some(method.countries),
            tax_class: Some(method.tax_class),
            active: Some(method.active),
            position: Some(method.position),
            rates: Some(method.rates),
        })
    }

    /// The method with these changes, under its next version.
    ///
    /// # Errors
    /// `currency` where it is another; `rates` where they do not go with the kind, or are absent though the kind changes.
    pub(super) fn apply(self, method: ShippingMethod, now: Timestamp) -> Result<ShippingMethod, FieldErrors> {
        if self.currency.is_some_and(|currency| currency != method.currency) {
            return Err(FieldErrors::of("currency", format!("stays: the method's amounts are in {}", method.currency.code())));
        }
        let kind = self.kind.unwrap_or(method.kind);
        if kind != method.kind && self.rates.is_none() {
            return Err(FieldErrors::of("rates", "must be given where the kind changes: steps of another kind count something else"));
        }
        let rates = self.rates.unwrap_or(method.rates);
        tariff::refuse_unreachable(kind, &rates).map_err(|error| FieldErrors::of("rates", error))?;
        Ok(ShippingMethod {
            code: self.code.unwrap_or(method.code),
            name: self.name.unwrap_or(method.name),
            kind,
            countries: self.countries.unwrap_or(method.countries),
            tax_class: self.tax_class.unwrap_or(method.tax_class),
            active: self.active.unwrap_or(method.active),
            position: self.position.unwrap_or(method.position),
            rates,
            version: method.version + 1,
            updated_at: now,
            ..method
        })
    }
}

fn parse_code(raw: &str) -> Result<String, &'static str> {
    let short = raw.chars().count() <= MOST_CHARACTERS_OF_A_CODE;
    let code = Slug::parse(raw).ok().filter(|_| short).map(String::from);
    code.ok_or("must be 1 to 64 lower-case letters or digits, in words joined by single dashes")
}

fn parse_position(raw: i64) -> Result<i64, String> {
    if (0..=LAST_POSITION).contains(&raw) { Ok(raw) } else { Err(format!("must be between 0 and {LAST_POSITION}")) }
}

/// Sorted, each once.
fn parse_countries(raw: &[String], errors: &mut FieldErrors) -> Vec<Country> {
    if raw.len() > Country::ALL.len() {
        errors.add("countries", "must not be more than there are in the world");
        return Vec::new();
    }
    let known = |(place, code): (usize, &String)| errors.take(format!("countries.{place}"), code.parse::<Country>());
    raw.iter().enumerate().filter_map(known).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(from: i64) -> ShippingRateInput {
        ShippingRateInput { country: None, from, amount_minor: 500 }
    }

    fn input() -> ShippingMethodInput {
        ShippingMethodInput {
            code: "express".to_owned(),
            name: "Express".to_owned(),
            kind: "by_weight".to_owned(),
            currency: "EUR".to_owned(),
            countries: ["FR", "DE", "FR"].map(str::to_owned).to_vec(),
            tax_class: "standard".to_owned(),
            active: true,
            position: 3,
            rates: vec![step(1_000), step(0)],
        }
    }

    fn express() -> ShippingMethod {
        CreateShippingMethod::parse(input()).expect("a method").into_method(Timestamp::default())
    }

    fn refused(errors: FieldErrors) -> Vec<String> {
        errors.into_map().into_keys().collect()
    }

    #[test]
    fn countries_and_steps_are_sorted() {
        let method = express();
        assert_eq!(method.countries.iter().map(|country| country.code()).collect::<Vec<_>>(), ["DE", "FR"]);
        assert_eq!(method.rates.iter().map(|rate| rate.from).collect::<Vec<_>>(), [0, 1_000]);
    }

    #[test]
    fn every_bad_field_of_a_method_is_named() {
        let bad = ShippingMethodInput {
            code: "Express!".to_owned(),
            name: String::new(),
            kind: "by_moon".to_owned(),
            currency: "XAU".to_owned(),
            countries: vec!["DE".to_owned(), "de".to_owned()],
            tax_class: "A".to_owned(),
            active: true,
            position: -1,
            rates: Vec::new(),
        };
        let fields = ["code", "countries.1", "currency", "kind", "name", "position", "rates", "tax_class"];
        assert_eq!(refused(CreateShippingMethod::parse(bad).expect_err("refused")), fields);
        let bad = ShippingMethodChangesInput {
            code: Some("x".repeat(65)),
            name: Some("x".repeat(256)),
            kind: Some("Flat".to_owned()),
            currency: Some("eur".to_owned()),
            countries: Some(vec![String::new(); 250]),
            tax_class: Some(String::new()),
            position: Some(i64::MAX),
            rates: Some(vec![step(-1)]),
            active: None,
        };
        let fields = ["code", "countries", "currency", "kind", "name", "position", "rates.0.from", "tax_class"];
        assert_eq!(refused(ShippingMethodChanges::parse(bad).expect_err("refused")), fields);
    }

    #[test]
    fn a_flat_tariff_and_its_steps_go_together() {
        let flat = ShippingMethodInput { kind: "flat".to_owned(), ..input() };
        assert_eq!(refused(CreateShippingMethod::parse(flat).expect_err("refused")), ["rates"]);
        let change = |input| ShippingMethodChanges::parse(input).expect("changes").apply(express(), Timestamp::default());
        let kind = |kind: &str| ShippingMethodChangesInput { kind: Some(kind.to_owned()), ..ShippingMethodChangesInput::default() };
        assert_eq!(refused(change(kind("by_total")).expect_err("other steps")), ["rates"]);
        assert_eq!(
            refused(change(ShippingMethodChangesInput { rates: Some(vec![step(5)]), ..kind("flat") }).expect_err("from 5")),
            ["rates"]
        );
        let flat = change(ShippingMethodChangesInput { rates: Some(vec![step(0)]), ..kind("flat") }).expect("a method");
        assert_eq!((flat.kind, flat.rates.len(), flat.version), (ShippingKind::Flat, 1, 2));
        assert_eq!(change(kind("by_weight")).expect("the same kind").rates, express().rates);
    }

    #[test]
    fn a_replacement_has_everything_but_another_currency() {
        let replace = |input| ShippingMethodChanges::replace(input).expect("changes").apply(express(), Timestamp::default());
        let plain = ShippingMethodInput { countries: Vec::new(), rates: vec![step(0)], ..input() };
        let after = replace(plain).expect("a method");
        assert_eq!((after.countries.len(), after.rates.len(), after.version), (0, 1, 2));
        assert_eq!(refused(replace(ShippingMethodInput { currency: "USD".to_owned(), ..input() }).expect_err("refused")), ["currency"]);
    }

    #[test]
    fn absent_fields_stay() {
        let before = express();
        let changes = ShippingMethodChangesInput { active: Some(false), ..ShippingMethodChangesInput::default() };
        let after = ShippingMethodChanges::parse(changes).expect("changes").apply(before.clone(), Timestamp::default()).expect("a method");
        assert_eq!(after, ShippingMethod { active: false, version: 2, ..before });
    }
}
