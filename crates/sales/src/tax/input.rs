//! Tax rates as they come from outside.

use kernel::{Country, FieldErrors, Ppm, Slug, TaxRateId, TaxZoneId, Timestamp, text};

use super::model::{TaxPlace, TaxRate};
use crate::places::{Place, parse_region};

/// The tax class of what has no other.
pub const STANDARD_CLASS: &str = "standard";

/// Longer than the tax classes of the shops that one moves from.
const MOST_CHARACTERS_OF_A_CLASS: usize = 64;
/// More places than a list has; the schema says so, too.
const LAST_POSITION: i64 = 1_000_000;

/// Not a tax class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a tax class has 1 to 64 lower-case letters or digits, in words joined by single dashes")]
pub struct TaxClassError;

/// Reads a tax class: `standard`, `reduced-rate`.
///
/// # Errors
/// `TaxClassError` where it is not one.
pub fn parse_class(raw: &str) -> Result<String, TaxClassError> {
    let short = raw.chars().count() <= MOST_CHARACTERS_OF_A_CLASS;
    Slug::parse(raw).ok().filter(|_| short).map(String::from).ok_or(TaxClassError)
}

/// A new rate, as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct TaxRateInput {
    /// What the customer reads: 1 to 255 characters.
    pub name: String,
    /// ISO 3166-1 code; absent where a zone is given.
    pub country: Option<String>,
    /// The region it is limited to, by code or name; absent: the whole country.
    pub region: Option<String>,
    /// The zone it applies in; absent where a country is given.
    pub zone_id: Option<String>,
    /// The class of goods it applies to.
    pub tax_class: String,
    /// Parts per million: 0 to 10,000,000.
    pub rate_ppm: i64,
    /// True where it is taken of the amount and the taxes before it.
    pub compound: bool,
    /// Its place among the rates that apply together, lower first: 0 to 1,000,000.
    pub position: i64,
    /// True where shipping of this class is taxed, too.
    pub shipping_taxed: bool,
}

/// A rate that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTaxRate {
    name: String,
    place: TaxPlace,
    tax_class: String,
    rate: Ppm,
    compound: bool,
    position: i64,
    shipping_taxed: bool,
}

impl CreateTaxRate {
    /// Reads what came from outside. Whether there is such a zone shows when the rate is made.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: TaxRateInput) -> Result<Self, FieldErrors> {
        let TaxRateInput { compound, shipping_taxed, .. } = input;
        let mut errors = FieldErrors::new();
        let name = errors.take("name", text(&input.name, 255));
        let place = parse_place(input.country, input.region, input.zone_id, &mut errors);
        let tax_class = errors.take("tax_class", parse_class(&input.tax_class));
        let rate = errors.take("rate_ppm", Ppm::try_from(input.rate_ppm));
        let position = errors.take("position", parse_position(input.position));
        errors.finish(|| {
            let (name, place, tax_class, rate, position) = (name?, place?, tax_class?, rate?, position?);
            Some(Self { name, place, tax_class, rate, compound, position, shipping_taxed })
        })
    }

    pub(super) fn into_rate(self, now: Timestamp) -> TaxRate {
        let Self { name, place, tax_class, rate, compound, position, shipping_taxed } = self;
        let (id, version) = (TaxRateId::generate(), 1);
        TaxRate { id, name, place, tax_class, rate, compound, position, shipping_taxed, version, created_at: now, updated_at: now }
    }
}

fn parse_place(country: Option<String>, region: Option<String>, zone_id: Option<String>, errors: &mut FieldErrors) -> Option<TaxPlace> {
    match (country, zone_id) {
        (Some(country), None) => {
            let country = errors.take("country", country.parse::<Country>())?;
            let region = errors.take_optional("region", region, |raw| parse_region(country, &raw));
            Some(TaxPlace::In(Place { country, region }))
        }
        (None, Some(zone)) => {
            if region.is_some() {
                errors.add("region", REGION_OF_A_ZONE);
            }
            errors.take("zone_id", zone.parse::<TaxZoneId>()).map(|zone_id| TaxPlace::Zone { zone_id })
        }
        (None, None) => {
            errors.add("country", "is required where no zone is given");
            None
        }
        (Some(_), Some(_)) => {
            errors.add("zone_id", ZONE_BESIDE_A_COUNTRY);
            None
        }
    }
}

const REGION_OF_A_ZONE: &str = "must be absent where the rate is of a zone: the zone says which regions";
const ZONE_BESIDE_A_COUNTRY: &str = "must be absent where a country is given: a rate is of one place";

fn parse_position(raw: i64) -> Result<i64, String> {
    if (0..=LAST_POSITION).contains(&raw) { Ok(raw) } else { Err(format!("must be between 0 and {LAST_POSITION}")) }
}

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct TaxRateChangesInput {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// ISO 3166-1 code; takes the rate out of its zone.
    pub country: Option<String>,
    /// A region by code or name; `Some(None)`: the whole country.
    pub region: Option<Option<String>>,
    /// The zone that it is of from now on.
    pub zone_id: Option<String>,
    /// The class of goods it applies to.
    pub tax_class: Option<String>,
    /// Parts per million: 0 to 10,000,000.
    pub rate_ppm: Option<i64>,
    /// True where it is taken of the amount and the taxes before it.
    pub compound: Option<bool>,
    /// 0 to 1,000,000.
    pub position: Option<i64>,
    /// True where shipping of this class is taxed, too.
    pub shipping_taxed: Option<bool>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxRateChanges {
    name: Option<String>,
    country: Option<Country>,
    region: Option<Option<String>>,
    zone_id: Option<TaxZoneId>,
    tax_class: Option<String>,
    rate: Option<Ppm>,
    compound: Option<bool>,
    position: Option<i64>,
    shipping_taxed: Option<bool>,
}

impl TaxRateChanges {
    /// Reads what came from outside. Whether region and country go together shows when the changes meet the rate.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: TaxRateChangesInput) -> Result<Self, FieldErrors> {
        let TaxRateChangesInput { compound, shipping_taxed, region, .. } = input;
        let mut errors = FieldErrors::new();
        if input.country.is_some() && input.zone_id.is_some() {
            errors.add("zone_id", ZONE_BESIDE_A_COUNTRY);
        }
        let name = errors.take_optional("name", input.name, |raw| text(&raw, 255));
        let country = errors.take_optional("country", input.country, |raw| raw.parse::<Country>());
        let zone_id = errors.take_optional("zone_id", input.zone_id, |raw| raw.parse::<TaxZoneId>());
        let tax_class = errors.take_optional("tax_class", input.tax_class, |raw| parse_class(&raw));
        let rate = errors.take_optional("rate_ppm", input.rate_ppm, Ppm::try_from);
        let position = errors.take_optional("position", input.position, parse_position);
        errors.finish(|| Some(Self { name, country, region, zone_id, tax_class, rate, compound, position, shipping_taxed }))
    }

    /// Replaces everything.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn replace(input: TaxRateInput) -> Result<Self, FieldErrors> {
        let CreateTaxRate { name, place, tax_class, rate, compound, position, shipping_taxed } = CreateTaxRate::parse(input)?;
        let (country, region, zone_id) = match place {
            TaxPlace::In(Place { country, region }) => (Some(country), Some(region), None),
            TaxPlace::Zone { zone_id } => (None, None, Some(zone_id)),
        };
        Ok(Self {
            name: Some(name),
            country,
            region,
            zone_id,
            tax_class: Some(tax_class),
            rate: Some(rate),
            compound: Some(compound),
            position: Some(position),
            shipping_taxed: Some(shipping_taxed),
        })
    }

    /// The rate with these changes, under its next version.
    ///
    /// # Errors
    /// `region` where it is none of the country, be it because of a new region or of a new country, and where the rate is of a zone.
    pub(super) fn apply(self, rate: TaxRate, now: Timestamp) -> Result<TaxRate, FieldErrors> {
        let place = moved(rate.place, (self.country, self.region, self.zone_id)).map_err(|error| FieldErrors::of("region", error))?;
        Ok(TaxRate {
            name: self.name.unwrap_or(rate.name),
            place,
            tax_class: self.tax_class.unwrap_or(rate.tax_class),
            rate: self.rate.unwrap_or(rate.rate),
            compound: self.compound.unwrap_or(rate.compound),
            position: self.position.unwrap_or(rate.position),
            shipping_taxed: self.shipping_taxed.unwrap_or(rate.shipping_taxed),
            version: rate.version + 1,
            updated_at: now,
            ..rate
        })
    }
}

type NewPlace = (Option<Country>, Option<Option<String>>, Option<TaxZoneId>);

/// Where the rate is from now on; a message for the region where that does not fit.
fn moved(place: TaxPlace, (country, region, zone_id): NewPlace) -> Result<TaxPlace, String> {
    let known = match (place, zone_id) {
        (_, Some(zone_id)) => Err(zone_id),
        (TaxPlace::Zone { zone_id }, None) => country.map(Place::of).ok_or(zone_id),
        (TaxPlace::In(place), None) => Ok(Place { country: country.unwrap_or(place.country), ..place }),
    };
    match known {
        Err(_) if matches!(region, Some(Some(_))) => Err(REGION_OF_A_ZONE.to_owned()),
        Err(zone_id) => Ok(TaxPlace::Zone { zone_id }),
        Ok(Place { country, region: before }) => {
            let region = region.unwrap_or(before).map(|raw| parse_region(country, &raw)).transpose();
            Ok(TaxPlace::In(Place { country, region: region.map_err(|error| error.to_string())? }))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> TaxRateInput {
        TaxRateInput {
            name: " Sales tax ".to_owned(),
            country: Some("US".to_owned()),
            region: Some("california".to_owned()),
            tax_class: STANDARD_CLASS.to_owned(),
            rate_ppm: 72_500,
            ..TaxRateInput::default()
        }
    }

    fn california() -> TaxRate {
        CreateTaxRate::parse(input()).expect("a rate").into_rate(Timestamp::default())
    }

    fn place(rate: &TaxRate) -> (&'static str, Option<&str>) {
        match &rate.place {
            TaxPlace::In(place) => (place.country.code(), place.region.as_deref()),
            TaxPlace::Zone { .. } => ("a zone", None),
        }
    }

    fn refused(errors: FieldErrors) -> Vec<String> {
        errors.into_map().into_keys().collect()
    }

    #[test]
    fn a_region_is_kept_in_the_form_of_addresses() {
        assert_eq!((california().name.as_str(), place(&california())), ("Sales tax", ("US", Some("CA"))));
        let free = TaxRateInput { country: Some("DE".to_owned()), region: Some("Büsingen".to_owned()), ..input() };
        let free = CreateTaxRate::parse(free).expect("a rate").into_rate(Timestamp::default());
        assert_eq!(place(&free), ("DE", Some("Büsingen")));
        let whole = TaxRateInput { region: None, ..input() };
        assert_eq!(place(&CreateTaxRate::parse(whole).expect("a rate").into_rate(Timestamp::default())), ("US", None));
    }

    #[test]
    fn every_bad_field_of_a_rate_is_named() {
        let bad = TaxRateInput {
            name: " ".to_owned(),
            country: Some("ZZ".to_owned()),
            tax_class: "Reduced Rate".to_owned(),
            rate_ppm: 10_000_001,
            position: -1,
            ..TaxRateInput::default()
        };
        assert_eq!(refused(CreateTaxRate::parse(bad).expect_err("refused")), ["country", "name", "position", "rate_ppm", "tax_class"]);
        for region in ["Bavaria", "", &"x".repeat(65)] {
            let bad = TaxRateInput { region: Some(region.to_owned()), ..input() };
            assert_eq!(refused(CreateTaxRate::parse(bad).expect_err("refused")), ["region"], "{region}");
        }
        let bad = TaxRateChangesInput {
            name: Some("a\u{7}b".to_owned()),
            country: Some("usa".to_owned()),
            zone_id: Some("tax_zone".to_owned()),
            tax_class: Some("x".repeat(65)),
            rate_ppm: Some(-1),
            position: Some(1_000_001),
            ..TaxRateChangesInput::default()
        };
        let fields = ["country", "name", "position", "rate_ppm", "tax_class", "zone_id"];
        assert_eq!(refused(TaxRateChanges::parse(bad).expect_err("refused")), fields);
    }

    #[test]
    fn absent_fields_stay_and_a_region_may_be_taken_away() {
        let change = |input| TaxRateChanges::parse(input).expect("changes").apply(california(), Timestamp::default());
        let same = change(TaxRateChangesInput::default()).expect("a rate");
        assert_eq!((same.name.as_str(), place(&same), same.rate.get(), same.version), ("Sales tax", ("US", Some("CA")), 72_500, 2));
        let whole = change(TaxRateChangesInput { region: Some(None), ..TaxRateChangesInput::default() }).expect("a rate");
        assert_eq!(place(&whole), ("US", None));
        let moved = TaxRateChangesInput { country: Some("CA".to_owned()), ..TaxRateChangesInput::default() };
        assert_eq!(refused(change(moved.clone()).expect_err("no region of Canada")), ["region"]);
        let moved = change(TaxRateChangesInput { region: Some(Some("quebec".to_owned())), ..moved }).expect("a rate");
        assert_eq!(place(&moved), ("CA", Some("QC")));
        let empty = TaxRateChangesInput { region: Some(Some(" ".to_owned())), ..TaxRateChangesInput::default() };
        assert_eq!(refused(change(empty).expect_err("no region")), ["region"]);
    }

    #[test]
    fn a_rate_is_of_one_place() {
        let zone_id = TaxZoneId::generate();
        let zone = Some(zone_id.to_string());
        let zoned = TaxRateInput { country: None, region: None, zone_id: zone.clone(), ..input() };
        let rate = CreateTaxRate::parse(zoned.clone()).expect("a rate").into_rate(Timestamp::default());
        assert_eq!(rate.place, TaxPlace::Zone { zone_id });
        for (bad, field) in [
            (TaxRateInput { country: input().country, ..zoned.clone() }, "zone_id"),
            (TaxRateInput { region: input().region, ..zoned.clone() }, "region"),
            (TaxRateInput { zone_id: None, ..zoned }, "country"),
        ] {
            assert_eq!(refused(CreateTaxRate::parse(bad).expect_err("refused")), [field]);
        }

        let change = |of: TaxRate, input| TaxRateChanges::parse(input).expect("changes").apply(of, Timestamp::default());
        let into_zone = TaxRateChangesInput { zone_id: zone, ..TaxRateChangesInput::default() };
        assert_eq!(change(california(), into_zone).expect("a rate").place, rate.place);
        let region = TaxRateChangesInput { region: Some(Some("CA".to_owned())), ..TaxRateChangesInput::default() };
        assert_eq!(refused(change(rate.clone(), region.clone()).expect_err("a zone")), ["region"]);
        assert_eq!(change(rate.clone(), TaxRateChangesInput::default()).expect("a rate").place, rate.place);
        let out = change(rate, TaxRateChangesInput { country: Some("US".to_owned()), ..region }).expect("a rate");
        assert_eq!(place(&out), ("US", Some("CA")));
    }

    #[test]
    fn a_tax_class_is_a_short_slug() {
        for class in ["standard", "reduced-rate", "zero", "2"] {
            assert_eq!(parse_class(class).as_deref(), Ok(class));
        }
        for text in ["", "Standard", "a b", "a_b", "-a", &"x".repeat(65)] {
            assert_eq!(parse_class(text), Err(TaxClassError), "{text}");
        }
    }
}
