//! Tax rates as they come from outside.

use accounts::addresses::{find_region, regions_of};
use kernel::{Country, FieldErrors, Ppm, Slug, TaxRateId, TextError, Timestamp, text};

use super::model::TaxRate;

/// The tax class of what has no other.
pub const STANDARD_CLASS: &str = "standard";

/// Longer than the tax classes of the shops that one moves from.
const MOST_CHARACTERS_OF_A_CLASS: usize = 64;
/// Longer than any region's name.
const MOST_CHARACTERS_OF_A_REGION: usize = 64;

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

/// Why a rate cannot be limited to a region.
#[derive(Debug, thiserror::Error)]
enum RegionError {
    /// No short text.
    #[error(transparent)]
    Text(#[from] TextError),
    /// The country has a list of regions, and this is none of it: no address would ever match.
    #[error("must name a region of {0} by its code or name")]
    Unknown(&'static str),
}

/// A region in the form in which addresses of the country have it.
fn region_of(country: Country, raw: &str) -> Result<String, RegionError> {
    let name = text(raw, MOST_CHARACTERS_OF_A_REGION)?;
    if regions_of(country).is_none() {
        return Ok(name);
    }
    find_region(country, &name).map(|region| region.code.to_owned()).ok_or(RegionError::Unknown(country.name()))
}

/// A new rate, as it comes from outside.
#[derive(Debug, Clone)]
pub struct TaxRateInput {
    /// What the customer reads: 1 to 255 characters.
    pub name: String,
    /// ISO 3166-1 code.
    pub country: String,
    /// The region it is limited to, by code or name; absent: the whole country.
    pub region: Option<String>,
    /// The class of goods it applies to.
    pub tax_class: String,
    /// Parts per million: 0 to 10,000,000.
    pub rate_ppm: i64,
    /// True where shipping of this class is taxed, too.
    pub shipping_taxed: bool,
}

/// A rate that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateTaxRate {
    name: String,
    country: Country,
    region: Option<String>,
    tax_class: String,
    rate: Ppm,
    shipping_taxed: bool,
}

impl CreateTaxRate {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: TaxRateInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", text(&input.name, 255));
        let country = errors.take("country", input.country.parse::<Country>());
        let region = country.and_then(|country| errors.take_optional("region", input.region, |raw| region_of(country, &raw)));
        let tax_class = errors.take("tax_class", parse_class(&input.tax_class));
        let rate = errors.take("rate_ppm", Ppm::try_from(input.rate_ppm));
        let shipping_taxed = input.shipping_taxed;
        errors.finish(|| Some(Self { name: name?, country: country?, region, tax_class: tax_class?, rate: rate?, shipping_taxed }))
    }

    pub(super) fn into_rate(self, now: Timestamp) -> TaxRate {
        let Self { name, country, region, tax_class, rate, shipping_taxed } = self;
        let (id, version) = (TaxRateId::generate(), 1);
        TaxRate { id, name, country, region, tax_class, rate, shipping_taxed, version, created_at: now, updated_at: now }
    }
}

/// What may change, as it comes from outside; absent stays.
#[derive(Debug, Clone, Default)]
pub struct TaxRateChangesInput {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// ISO 3166-1 code.
    pub country: Option<String>,
    /// A region by code or name; `Some(None)`: the whole country.
    pub region: Option<Option<String>>,
    /// The class of goods it applies to.
    pub tax_class: Option<String>,
    /// Parts per million: 0 to 10,000,000.
    pub rate_ppm: Option<i64>,
    /// True where shipping of this class is taxed, too.
    pub shipping_taxed: Option<bool>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TaxRateChanges {
    name: Option<String>,
    country: Option<Country>,
    region: Option<Option<String>>,
    tax_class: Option<String>,
    rate: Option<Ppm>,
    shipping_taxed: Option<bool>,
}

impl TaxRateChanges {
    /// Reads what came from outside. Whether the region is one of the country shows when the changes meet the rate.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: TaxRateChangesInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, 255));
        let country = errors.take_optional("country", input.country, |raw| raw.parse::<Country>());
        let region_text = |raw: String| text(&raw, MOST_CHARACTERS_OF_A_REGION);
        let region = input.region.map(|region| errors.take_optional("region", region, region_text));
        let tax_class = errors.take_optional("tax_class", input.tax_class, |raw| parse_class(&raw));
        let rate = errors.take_optional("rate_ppm", input.rate_ppm, Ppm::try_from);
        errors.finish(|| Some(Self { name, country, region, tax_class, rate, shipping_taxed: input.shipping_taxed }))
    }

    /// Replaces everything.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn replace(input: TaxRateInput) -> Result<Self, FieldErrors> {
        let CreateTaxRate { name, country, region, tax_class, rate, shipping_taxed } = CreateTaxRate::parse(input)?;
        Ok(Self {
            name: Some(name),
            country: Some(country),
            region: Some(region),
            tax_class: Some(tax_class),
            rate: Some(rate),
            shipping_taxed: Some(shipping_taxed),
        })
    }

    /// The rate with these changes, under its next version.
    ///
    /// # Errors
    /// `region` where it is none of the country, be it because of a new region or of a new country.
    pub(super) fn apply(self, rate: TaxRate, now: Timestamp) -> Result<TaxRate, FieldErrors> {
        let country = self.country.unwrap_or(rate.country);
        let region = self.region.unwrap_or(rate.region).map(|raw| region_of(country, &raw)).transpose();
        Ok(TaxRate {
            name: self.name.unwrap_or(rate.name),
            country,
            region: region.map_err(|error| FieldErrors::of("region", error))?,
            tax_class: self.tax_class.unwrap_or(rate.tax_class),
            rate: self.rate.unwrap_or(rate.rate),
            shipping_taxed: self.shipping_taxed.unwrap_or(rate.shipping_taxed),
            version: rate.version + 1,
            updated_at: now,
            ..rate
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> TaxRateInput {
        TaxRateInput {
            name: " Sales tax ".to_owned(),
            country: "US".to_owned(),
            region: Some("california".to_owned()),
            tax_class: STANDARD_CLASS.to_owned(),
            rate_ppm: 72_500,
            shipping_taxed: false,
        }
    }

    fn california() -> TaxRate {
        CreateTaxRate::parse(input()).expect("a rate").into_rate(Timestamp::default())
    }

    fn refused(errors: FieldErrors) -> Vec<String> {
        errors.into_map().into_keys().collect()
    }

    #[test]
    fn a_region_is_kept_in_the_form_of_addresses() {
        assert_eq!((california().name.as_str(), california().region.as_deref()), ("Sales tax", Some("CA")));
        let free = TaxRateInput { country: "DE".to_owned(), region: Some("Büsingen".to_owned()), ..input() };
        assert_eq!(CreateTaxRate::parse(free).expect("a rate").region.as_deref(), Some("Büsingen"));
        let whole = TaxRateInput { region: None, ..input() };
        assert_eq!(CreateTaxRate::parse(whole).expect("a rate").region, None);
    }

    #[test]
    fn every_bad_field_of_a_rate_is_named() {
        let bad = TaxRateInput {
            name: " ".to_owned(),
            country: "ZZ".to_owned(),
            region: None,
            tax_class: "Reduced Rate".to_owned(),
            rate_ppm: 10_000_001,
            shipping_taxed: true,
        };
        assert_eq!(refused(CreateTaxRate::parse(bad).expect_err("refused")), ["country", "name", "rate_ppm", "tax_class"]);
        for region in ["Bavaria", "", &"x".repeat(65)] {
            let bad = TaxRateInput { region: Some(region.to_owned()), ..input() };
            assert_eq!(refused(CreateTaxRate::parse(bad).expect_err("refused")), ["region"], "{region}");
        }
        let bad = TaxRateChangesInput {
            name: Some("a\u{7}b".to_owned()),
            country: Some("usa".to_owned()),
            region: Some(Some(" ".to_owned())),
            tax_class: Some("x".repeat(65)),
            rate_ppm: Some(-1),
            shipping_taxed: None,
        };
        assert_eq!(refused(TaxRateChanges::parse(bad).expect_err("refused")), ["country", "name", "rate_ppm", "region", "tax_class"]);
    }

    #[test]
    fn absent_fields_stay_and_a_region_may_be_taken_away() {
        let change = |input| TaxRateChanges::parse(input).expect("changes").apply(california(), Timestamp::default());
        let same = change(TaxRateChangesInput::default()).expect("a rate");
        assert_eq!((same.name.as_str(), same.region.as_deref(), same.rate.get(), same.version), ("Sales tax", Some("CA"), 72_500, 2));
        let whole = change(TaxRateChangesInput { region: Some(None), ..TaxRateChangesInput::default() }).expect("a rate");
        assert_eq!(whole.region, None);
        let moved = TaxRateChangesInput { country: Some("CA".to_owned()), ..TaxRateChangesInput::default() };
        assert_eq!(refused(change(moved.clone()).expect_err("no region of Canada")), ["region"]);
        let moved = change(TaxRateChangesInput { region: Some(Some("quebec".to_owned())), ..moved }).expect("a rate");
        assert_eq!((moved.country.code(), moved.region.as_deref()), ("CA", Some("QC")));
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
