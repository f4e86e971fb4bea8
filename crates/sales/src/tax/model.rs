//! The rules of tax. Pure.
//!
//! Rates add up: each is taken of the same base, and none is taken of another (no compound rates). A country's rate and
//! its region's rate both apply where both are given (Canada: GST for the country, QST for Quebec).
//!
//! The rounding rule is called *per line, half up*: tax is worked out for each line of a cart by itself and rounded half
//! up to the minor unit ([`kernel::round_half_up_div`]); totals are sums of rounded lines and are never rounded again.

use kernel::{Country, Ppm, TaxRateId, Timestamp, apportion, round_half_up_div, text_enum};
use serde::{Serialize, Serializer};

/// Where goods go, as far as tax asks.
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

/// One rate of one country or region for one tax class.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TaxRate {
    /// Its id.
    pub id: TaxRateId,
    /// What the customer reads: `VAT 20 %`.
    pub name: String,
    /// Where it applies.
    pub country: Country,
    /// The region it is limited to; `None` is the whole country.
    pub region: Option<String>,
    /// The class of goods it applies to.
    pub tax_class: String,
    /// How much.
    #[serde(serialize_with = "millionths")]
    pub rate: Ppm,
    /// True where shipping of this class is taxed, too.
    pub shipping_taxed: bool,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

fn millionths<S: Serializer>(rate: &Ppm, serializer: S) -> Result<S::Ok, S::Error> {
    rate.get().serialize(serializer)
}

text_enum! {
    /// Whether the amounts of a price list contain their tax.
    pub enum TaxMode {
        /// Prices are gross.
        Included = "included",
        /// Prices are net.
        Excluded = "excluded",
    }
}

/// What one rate takes of one amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxLine {
    /// The rate's name at that time.
    pub rate_name: String,
    /// The rate at that time.
    pub rate_ppm: Ppm,
    /// The net amount that it is taken of, in minor units.
    pub base_minor: i64,
    /// The tax, in minor units.
    pub amount_minor: i64,
}

/// An amount with its tax worked out, in minor units: gross = net + tax, and the lines sum to the tax.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaxedAmount {
    /// Without tax.
    pub net_minor: i64,
    /// The tax.
    pub tax_minor: i64,
    /// With tax.
    pub gross_minor: i64,
    /// The tax by rate.
    pub lines: Vec<TaxLine>,
}

/// The rates that apply to a tax class at a destination: the country's first, then its region's, each by name.
/// Regions are compared without regard to case, because only some countries have codes for them.
#[must_use]
pub fn select<'a>(rates: &'a [TaxRate], destination: &Destination, tax_class: &str) -> Vec<&'a TaxRate> {
    let applies_in = |region: &str| destination.region.as_deref().is_some_and(|there| there.to_lowercase() == region.to_lowercase());
    let mut selected: Vec<&TaxRate> = rates
        .iter()
        .filter(|rate| rate.country == destination.country && rate.tax_class == tax_class)
        .filter(|rate| rate.region.as_deref().is_none_or(applies_in))
        .collect();
    selected.sort_by_key(|rate| (rate.region.is_some(), &rate.name, rate.id));
    selected
}

/// Works out the tax of one amount.
///
/// Excluded: the amount is net; each rate takes its part of it, rounded half up, and gross is the sum.
/// Included: the amount is gross; tax = gross · Σ ppm / (1,000,000 + Σ ppm), rounded half up as on top, and divided over the rates by the
/// largest remainder, so that the parts sum exactly; the rest is net.
///
/// `None` for a negative amount or one whose gross leaves the range of i64.
#[must_use]
pub fn tax_of(amount_minor: i64, mode: TaxMode, rates: &[&TaxRate]) -> Option<TaxedAmount> {
    if amount_minor < 0 {
        return None;
    }
    match mode {
        TaxMode::Excluded => tax_on_top(amount_minor, rates),
        TaxMode::Included => tax_inside(amount_minor, rates),
    }
}

fn tax_on_top(net_minor: i64, rates: &[&TaxRate]) -> Option<TaxedAmount> {
    let take = |rate: &&TaxRate| round_half_up_div(net_minor, rate.rate.get(), Ppm::WHOLE);
    let amounts = rates.iter().map(take).collect::<Option<Vec<i64>>>()?;
    let tax_minor = amounts.iter().try_fold(0_i64, |sum, amount| sum.checked_add(*amount))?;
    let gross_minor = net_minor.checked_add(tax_minor)?;
    Some(TaxedAmount { net_minor, tax_minor, gross_minor, lines: tax_lines(net_minor, rates, &amounts) })
}

fn tax_inside(gross_minor: i64, rates: &[&TaxRate]) -> Option<TaxedAmount> {
    let weights: Vec<i64> = rates.iter().map(|rate| rate.rate.get()).collect();
    let together = weights.iter().try_fold(0_i64, |sum, ppm| sum.checked_add(*ppm))?;
    let tax_minor = round_half_up_div(gross_minor, together, together.checked_add(Ppm::WHOLE)?)?;
    let net_minor = gross_minor.checked_sub(tax_minor)?;
    let amounts = apportion(tax_minor, &weights)?;
    Some(TaxedAmount { net_minor, tax_minor, gross_minor, lines: tax_lines(net_minor, rates, &amounts) })
}

fn tax_lines(base_minor: i64, rates: &[&TaxRate], amounts: &[i64]) -> Vec<TaxLine> {
    let line = |(rate, amount): (&&TaxRate, &i64)| TaxLine {
        rate_name: rate.name.clone(),
        rate_ppm: rate.rate,
        base_minor,
        amount_minor: *amount,
    };
    rates.iter().zip(amounts).map(line).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn country(code: &str) -> Country {
        code.parse().expect("a country")
    }

    fn rate(name: &str, place: (&str, Option<&str>), tax_class: &str, ppm: i64) -> TaxRate {
        TaxRate {
            id: TaxRateId::generate(),
            name: name.to_owned(),
            country: country(place.0),
            region: place.1.map(str::to_owned),
            tax_class: tax_class.to_owned(),
            rate: Ppm::try_from(ppm).expect("a rate"),
            shipping_taxed: true,
            version: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    fn names(rates: &[TaxRate], code: &str, region: Option<&str>, tax_class: &str) -> Vec<String> {
        let destination = Destination { country: country(code), region: region.map(str::to_owned) };
        select(rates, &destination, tax_class).into_iter().map(|rate| rate.name.clone()).collect()
    }

    #[test]
    fn a_country_and_its_region_both_tax() {
        let rates = [
            rate("QST", ("CA", Some("QC")), "standard", 99_750),
            rate("GST", ("CA", None), "standard", 50_000),
            rate("GST zero", ("CA", None), "food", 0),
            rate("VAT", ("DE", None), "standard", 190_000),
        ];
        assert_eq!(names(&rates, "CA", Some("qc"), "standard"), ["GST", "QST"]);
        assert_eq!(names(&rates, "CA", Some("AB"), "standard"), ["GST"]);
        assert_eq!(names(&rates, "CA", None, "standard"), ["GST"]);
        assert_eq!(names(&rates, "CA", Some("QC"), "food"), ["GST zero"]);
        assert_eq!(names(&rates, "FR", None, "standard"), [""; 0]);
        assert_eq!(names(&rates, "DE", None, "books"), [""; 0]);
    }

    #[test]
    fn the_rounding_rule_is_half_up_for_each_line() {
        let vat = rate("VAT", ("DE", None), "standard", 190_000);
        let tenth = rate("Tenth", ("DE", None), "standard", 100_000);
        let sums = |amount, mode, rates: &[&TaxRate]| {
            let taxed = tax_of(amount, mode, rates).expect("in range");
            (taxed.net_minor, taxed.tax_minor, taxed.gross_minor)
        };
        assert_eq!(sums(1_999, TaxMode::Excluded, &[&vat]), (1_999, 380, 2_379));
        assert_eq!(sums(1_999, TaxMode::Included, &[&vat]), (1_680, 319, 1_999));
        assert_eq!(sums(25, TaxMode::Excluded, &[&tenth]), (25, 3, 28));
        assert_eq!(sums(24, TaxMode::Excluded, &[&tenth]), (24, 2, 26));
        assert_eq!(sums(25, TaxMode::Excluded, &[&tenth, &tenth]), (25, 6, 31));
        assert_eq!(sums(0, TaxMode::Included, &[&vat]), (0, 0, 0));
        assert_eq!(tax_of(-1, TaxMode::Included, &[&vat]), None);
        assert_eq!(tax_of(i64::MAX, TaxMode::Excluded, &[&vat]), None);
        assert!(tax_of(i64::MAX, TaxMode::Included, &[&vat]).is_some());
    }

    #[test]
    fn an_included_tax_is_divided_over_its_rates_exactly() {
        let gst = rate("GST", ("CA", None), "standard", 50_000);
        let qst = rate("QST", ("CA", Some("QC")), "standard", 99_750);
        let taxed = tax_of(10_000, TaxMode::Included, &[&gst, &qst]).expect("in range");
        assert_eq!((taxed.net_minor, taxed.tax_minor), (8_698, 1_302));
        let lines: Vec<_> = taxed.lines.iter().map(|line| (line.rate_name.as_str(), line.base_minor, line.amount_minor)).collect();
        assert_eq!(lines, [("GST", 8_698, 435), ("QST", 8_698, 867)]);
    }

    fn rates() -> impl Strategy<Value = Vec<TaxRate>> {
        proptest::collection::vec(0_i64..=400_000, 0..4)
            .prop_map(|ppm| ppm.into_iter().map(|ppm| rate("Tax", ("DE", None), "standard", ppm)).collect())
    }

    const BILLION: i64 = 1_000_000_000;

    proptest! {
        #[test]
        fn the_parts_sum_to_the_whole(amount in 0_i64..BILLION, included: bool, rates in rates()) {
            let mode = if included { TaxMode::Included } else { TaxMode::Excluded };
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let taxed = tax_of(amount, mode, &rates).expect("in range");
            prop_assert_eq!(taxed.net_minor + taxed.tax_minor, taxed.gross_minor);
            prop_assert_eq!(taxed.lines.iter().map(|line| line.amount_minor).sum::<i64>(), taxed.tax_minor);
            prop_assert_eq!(taxed.lines.len(), rates.len());
            prop_assert!(taxed.net_minor >= 0 && taxed.lines.iter().all(|line| line.amount_minor >= 0));
            prop_assert_eq!(amount, if included { taxed.gross_minor } else { taxed.net_minor });
        }

        #[test]
        fn a_larger_amount_never_has_less_of_anything(amount in 0_i64..BILLION, more in 0_i64..1_000, included: bool, rates in rates()) {
            let mode = if included { TaxMode::Included } else { TaxMode::Excluded };
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let (small, large) = (tax_of(amount, mode, &rates).expect("in range"), tax_of(amount + more, mode, &rates).expect("in range"));
            prop_assert!(small.net_minor <= large.net_minor && small.tax_minor <= large.tax_minor && small.gross_minor <= large.gross_minor);
        }

        #[test]
        fn without_rates_there_is_no_tax(amount in 0_i64..BILLION, zeros in 0_usize..3) {
            let zero = rate("Zero", ("DE", None), "standard", 0);
            for mode in TaxMode::ALL {
                let taxed = tax_of(amount, *mode, &vec![&zero; zeros]).expect("in range");
                prop_assert_eq!((taxed.net_minor, taxed.tax_minor, taxed.gross_minor), (amount, 0, amount));
            }
        }

        #[test]
        fn included_and_excluded_agree_within_a_unit(net in 0_i64..BILLION, gross in 0_i64..BILLION, ppm in 0_i64..=1_000_000) {
            let vat = rate("VAT", ("DE", None), "standard", ppm);
            let there = tax_of(net, TaxMode::Excluded, &[&vat]).expect("in range");
            let back = tax_of(there.gross_minor, TaxMode::Included, &[&vat]).expect("in range");
            prop_assert_eq!((back.net_minor, back.tax_minor), (there.net_minor, there.tax_minor));
            let inside = tax_of(gross, TaxMode::Included, &[&vat]).expect("in range");
            let outside = tax_of(inside.net_minor, TaxMode::Excluded, &[&vat]).expect("in range");
            prop_assert!((outside.gross_minor - gross).abs() <= 1);
        }

        #[test]
        fn several_rates_agree_within_a_unit_for_each_of_them(net in 0_i64..BILLION, rates in rates()) {
            let rates: Vec<&TaxRate> = rates.iter().collect();
            let there = tax_of(net, TaxMode::Excluded, &rates).expect("in range");
            let back = tax_of(there.gross_minor, TaxMode::Included, &rates).expect("in range");
            prop_assert!((back.net_minor - net).abs() <= i64::try_from(rates.len()).expect("few"));
        }
    }
}
