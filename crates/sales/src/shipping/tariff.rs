//! The steps of a tariff as they come from outside.

use std::collections::BTreeSet;

use kernel::{Country, FieldErrors, Money};

use super::model::{ShippingKind, ShippingRate};

/// One step for each country of the world, twice over; each checkout reads the steps of all methods.
const MOST_STEPS: usize = 500;

/// A step of a tariff, as it comes from outside.
#[derive(Debug, Clone)]
pub struct ShippingRateInput {
    /// ISO 3166-1 code; absent: any country that has no step of its own.
    pub country: Option<String>,
    /// The grams or minor units it starts at, inclusive; 0 for a flat price.
    pub from: i64,
    /// The price, in minor units of the method's currency.
    pub amount_minor: i64,
}

/// The steps, general ones first, then by country, each from the lowest up; `None` where one is refused.
pub(super) fn parse(raw: Vec<ShippingRateInput>, errors: &mut FieldErrors) -> Option<Vec<ShippingRate>> {
    if raw.is_empty() || raw.len() > MOST_STEPS {
        errors.add("rates", format!("must be 1 to {MOST_STEPS} steps"));
        return None;
    }
    let count = raw.len();
    let mut taken = BTreeSet::new();
    let mut rates = Vec::with_capacity(count);
    for (place, input) in raw.into_iter().enumerate() {
        let Some(rate) = step(place, input, errors) else { continue };
        if taken.insert((rate.country, rate.from)) {
            rates.push(rate);
        } else {
            errors.add(format!("rates.{place}.from"), "must differ from the other steps of the country");
        }
    }
    rates.sort_by_key(|rate| (rate.country, rate.from));
    (rates.len() == count).then_some(rates)
}

fn step(place: usize, input: ShippingRateInput, errors: &mut FieldErrors) -> Option<ShippingRate> {
    let field = |name: &str| format!("rates.{place}.{name}");
    let country = input.country.map(|raw| errors.take(field("country"), raw.parse::<Country>()));
    let from = errors.take(field("from"), bounded(input.from));
    let amount_minor = errors.take(field("amount"), bounded(input.amount_minor));
    // A country that was refused must not turn into a step for any country.
    let country = country.map_or(Some(None), |known| known.map(Some))?;
    Some(ShippingRate { country, from: from?, amount_minor: amount_minor? })
}

fn bounded(value: i64) -> Result<i64, String> {
    let most = Money::MAX_MINOR;
    if (0..=most).contains(&value) { Ok(value) } else { Err(format!("must be between 0 and {most}")) }
}

/// A flat price starts at nothing: a step that starts elsewhere would never apply.
///
/// # Errors
/// The message for `rates`.
pub(super) fn refuse_unreachable(kind: ShippingKind, rates: &[ShippingRate]) -> Result<(), &'static str> {
    let unreachable = kind == ShippingKind::Flat && rates.iter().any(|rate| rate.from != 0);
    if unreachable { Err("must start at 0 where the price is flat") } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(country: Option<&str>, from: i64, amount_minor: i64) -> ShippingRateInput {
        ShippingRateInput { country: country.map(str::to_owned), from, amount_minor }
    }

    fn refused(raw: Vec<ShippingRateInput>) -> Vec<String> {
        let mut errors = FieldErrors::new();
        assert_eq!(parse(raw, &mut errors), None);
        errors.into_map().into_keys().collect()
    }

    #[test]
    fn steps_are_sorted_by_country_and_start() {
        let mut errors = FieldErrors::new();
        let raw = vec![step(Some("US"), 0, 900), step(None, 1_000, 700), step(Some("DE"), 0, 400), step(None, 0, 500)];
        let rates = parse(raw, &mut errors).expect("a tariff");
        let read: Vec<_> = rates.iter().map(|rate| (rate.country.map(Country::code), rate.from, rate.amount_minor)).collect();
        assert_eq!(read, [(None, 0, 500), (None, 1_000, 700), (Some("DE"), 0, 400), (Some("US"), 0, 900)]);
    }

    #[test]
    fn every_bad_step_is_named() {
        let raw = vec![step(Some("ZZ"), -1, -1), step(None, 0, 1), step(None, 0, 2), step(Some("DE"), 0, Money::MAX_MINOR + 1)];
        assert_eq!(refused(raw), ["rates.0.amount", "rates.0.country", "rates.0.from", "rates.2.from", "rates.3.amount"]);
    }

    #[test]
    fn a_tariff_has_1_to_500_steps() {
        let tariff = |steps: i64| (0..steps).map(|from| step(None, from, 1)).collect();
        assert_eq!(refused(Vec::new()), ["rates"]);
        assert_eq!(refused(tariff(501)), ["rates"]);
        assert_eq!(parse(tariff(500), &mut FieldErrors::new()).map(|rates| rates.len()), Some(500));
    }

    #[test]
    fn a_flat_price_starts_at_nothing() {
        let rates = [ShippingRate { country: None, from: 1, amount_minor: 5 }];
        assert!(refuse_unreachable(ShippingKind::Flat, &rates).is_err());
        assert!(refuse_unreachable(ShippingKind::ByWeight, &rates).is_ok());
    }
}
