//! The tariffs of shipping methods. Pure.

use kernel::{Country, Currency, Money, ShippingMethodId, Timestamp, text_enum};
use serde::Serialize;

text_enum! {
    /// What a tariff's steps count.
    pub enum ShippingKind {
        /// Nothing: one price.
        Flat = "flat",
        /// Grams.
        ByWeight = "by_weight",
        /// Minor units of the goods' worth.
        ByTotal = "by_total",
    }
}

/// A way to send things, with its tariff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShippingMethod {
    /// Its id.
    pub id: ShippingMethodId,
    /// The name that integrations know: `standard`.
    pub code: String,
    /// The name that customers read.
    pub name: String,
    /// What the steps count.
    pub kind: ShippingKind,
    /// Where it goes; empty is everywhere.
    pub countries: Vec<Country>,
    /// The tax class of its price.
    pub tax_class: String,
    /// False while it is not offered.
    pub active: bool,
    /// Its place among the methods, lower first; of equals the older one comes first.
    pub position: i64,
    /// The currency of its amounts; carts in another currency are not offered it.
    pub currency: Currency,
    /// The steps of its tariff: general ones first, then by country, each from the lowest up.
    pub rates: Vec<ShippingRate>,
    /// Grows with each change, of its tariff, too.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// One step of a tariff.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ShippingRate {
    /// The country it is for; `None` is any country that has no step of its own.
    pub country: Option<Country>,
    /// The grams or minor units it starts at, inclusive; 0 for a flat price.
    pub from: i64,
    /// The price, in minor units of the method's currency.
    pub amount_minor: i64,
}

/// What is to be sent. There is one only where a line of the cart ships.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Parcel {
    /// Where to.
    pub country: Country,
    /// The weight of all that ships, in grams.
    pub weight_grams: i64,
    /// The worth of the cart's goods, before shipping.
    pub total: Money,
}

/// A method that takes a parcel, and its price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ShippingQuote<'a> {
    /// The method.
    pub method: &'a ShippingMethod,
    /// Its price.
    pub price: Money,
}

/// What the parcel costs by this method; `None` where the method does not take it.
///
/// Steps for the parcel's country replace the general ones as a whole: a country with a tariff of its own never falls
/// back to a general step. Of the steps that count, the highest that does not exceed the parcel applies.
#[must_use]
pub fn quote(method: &ShippingMethod, parcel: &Parcel) -> Option<Money> {
    let goes_there = method.countries.is_empty() || method.countries.contains(&parcel.country);
    if !method.active || !goes_there || method.currency != parcel.total.currency() {
        return None;
    }
    let measure = match method.kind {
        ShippingKind::Flat => 0,
        ShippingKind::ByWeight => parcel.weight_grams,
        ShippingKind::ByTotal => parcel.total.minor(),
    };
    let own = method.rates.iter().any(|rate| rate.country == Some(parcel.country));
    let tariff = if own { Some(parcel.country) } else { None };
    let step = method.rates.iter().filter(|rate| rate.country == tariff && rate.from <= measure).max_by_key(|rate| rate.from)?;
    Some(Money::new(step.amount_minor, method.currency))
}

/// Every method that takes the parcel, in the order of the shop; none where nothing ships.
#[must_use]
pub fn quotes<'a>(methods: impl IntoIterator<Item = &'a ShippingMethod>, parcel: Option<&Parcel>) -> Vec<ShippingQuote<'a>> {
    let Some(parcel) = parcel else { return Vec::new() };
    let price = |method: &'a ShippingMethod| quote(method, parcel).map(|price| ShippingQuote { method, price });
    let mut quotes: Vec<ShippingQuote<'a>> = methods.into_iter().filter_map(price).collect();
    quotes.sort_by_key(|quote| (quote.method.position, quote.method.id));
    quotes
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn country(code: &str) -> Country {
        code.parse().expect("a country")
    }

    fn step(place: Option<&str>, from: i64, amount_minor: i64) -> ShippingRate {
        ShippingRate { country: place.map(country), from, amount_minor }
    }

    fn method(kind: ShippingKind, rates: Vec<ShippingRate>) -> ShippingMethod {
        ShippingMethod {
            id: ShippingMethodId::generate(),
            code: "standard".to_owned(),
            name: "Standard".to_owned(),
            kind,
            countries: Vec::new(),
            tax_class: "standard".to_owned(),
            active: true,
            position: 0,
            currency: Currency::EUR,
            rates,
            version: 1,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    fn parcel(code: &str, weight_grams: i64, total_minor: i64) -> Parcel {
        Parcel { country: country(code), weight_grams, total: Money::new(total_minor, Currency::EUR) }
    }

    fn minor(method: &ShippingMethod, parcel: &Parcel) -> Option<i64> {
        quote(method, parcel).map(Money::minor)
    }

    #[test]
    fn the_highest_step_that_does_not_exceed_the_parcel_applies() {
        let by_weight = method(ShippingKind::ByWeight, vec![step(None, 1_000, 900), step(None, 1, 500), step(None, 5_000, 1_900)]);
        for (grams, price) in [(0, None), (1, Some(500)), (999, Some(500)), (1_000, Some(900)), (4_999, Some(900)), (9_999, Some(1_900))] {
            assert_eq!(minor(&by_weight, &parcel("DE", grams, 0)), price, "{grams} g");
        }
        let free_from_50 = method(ShippingKind::ByTotal, vec![step(None, 0, 490), step(None, 5_000, 0)]);
        assert_eq!(minor(&free_from_50, &parcel("DE", 1, 4_999)), Some(490));
        assert_eq!(minor(&free_from_50, &parcel("DE", 1, 5_000)), Some(0));
        let flat = method(ShippingKind::Flat, vec![step(None, 0, 300)]);
        assert_eq!(minor(&flat, &parcel("DE", 99_999, 99_999)), Some(300));
    }

    #[test]
    fn a_country_with_a_tariff_of_its_own_never_falls_back() {
        let tariff = method(ShippingKind::ByWeight, vec![step(None, 0, 1_500), step(Some("DE"), 100, 400)]);
        assert_eq!(minor(&tariff, &parcel("FR", 50, 0)), Some(1_500));
        assert_eq!(minor(&tariff, &parcel("DE", 100, 0)), Some(400));
        assert_eq!(minor(&tariff, &parcel("DE", 50, 0)), None);
    }

    #[test]
    fn a_method_is_offered_only_where_it_goes_while_it_is_active_and_in_its_currency() {
        let mut flat = method(ShippingKind::Flat, vec![step(None, 0, 300)]);
        flat.countries = vec![country("DE"), country("AT")];
        assert_eq!(minor(&flat, &parcel("AT", 1, 1)), Some(300));
        assert_eq!(minor(&flat, &parcel("CH", 1, 1)), None);
        let in_dollars = Parcel { total: Money::new(1, Currency::USD), ..parcel("AT", 1, 1) };
        assert_eq!(minor(&flat, &in_dollars), None);
        flat.active = false;
        assert_eq!(minor(&flat, &parcel("AT", 1, 1)), None);
    }

    #[test]
    fn offers_come_in_the_order_of_the_shop_and_nothing_ships_by_nothing() {
        let mut express = method(ShippingKind::Flat, vec![step(None, 0, 900)]);
        (express.code, express.position) = ("express".to_owned(), 2);
        let mut pickup = method(ShippingKind::Flat, vec![step(None, 0, 0)]);
        (pickup.code, pickup.position) = ("pickup".to_owned(), 1);
        let methods = [express, method(ShippingKind::Flat, Vec::new()), pickup];
        let codes: Vec<_> = quotes(&methods, Some(&parcel("DE", 1, 1))).iter().map(|quote| quote.method.code.as_str()).collect();
        assert_eq!(codes, ["pickup", "express"]);
        assert!(quotes(&methods, None).is_empty());
    }

    proptest! {
        #[test]
        fn the_order_of_the_steps_does_not_matter(
            steps in proptest::collection::btree_map(0_i64..50, 0_i64..1_000, 0..6), grams in 0_i64..60,
        ) {
            let steps: Vec<_> = steps.into_iter().map(|(from, amount)| step(None, from, amount)).collect();
            let reversed: Vec<_> = steps.iter().rev().cloned().collect();
            let expected = steps.iter().rfind(|step| step.from <= grams).map(|step| step.amount_minor);
            for steps in [steps, reversed] {
                prop_assert_eq!(minor(&method(ShippingKind::ByWeight, steps), &parcel("DE", grams, 0)), expected);
            }
        }
    }
}
