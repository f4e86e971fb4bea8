//! Prices that are computed from those of another list.

use kernel::{FieldErrors, Money, PriceListId};
use platform::jobs::{JobKind, Queue};
use serde::Serialize;

use crate::exchange_rates::Factor;
use crate::rounding::Rounding;

/// The kind of jobs that make the derived prices of a list anew.
pub const DERIVE: JobKind = JobKind::new("price_lists.derive").on(Queue::Bulk);

/// A hundredth of a price is left at least: a list that gives everything away is a slip.
const LOWEST_MARGIN_PPM: i64 = -990_000;
/// Eleven times as much, and no slip of a decimal point beyond that.
const HIGHEST_MARGIN_PPM: i64 = 10_000_000;
const WHOLE_PPM: i64 = 1_000_000;

/// From which list prices derive, and how, as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct DerivationInput {
    /// The other list.
    pub price_list_id: String,
    /// What is added, in millionths of a price; absent: nothing.
    pub margin_ppm: Option<i64>,
    /// To multiples of so many minor units.
    pub round_to: Option<i64>,
    /// To prices that end with these digits.
    pub round_to_ending: Option<String>,
}

/// From which list prices are to derive, and how, but for what only the database knows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct DerivationWish {
    pub(super) base_id: PriceListId,
    pub(super) margin_ppm: i64,
    pub(super) rounding: Rounding,
}

impl DerivationWish {
    pub(super) fn parse(input: DerivationInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let base_id = errors.take("price_list_id", input.price_list_id.parse().map_err(|_| "unknown price list"));
        let margin_ppm = input.margin_ppm.unwrap_or(0);
        if !(LOWEST_MARGIN_PPM..=HIGHEST_MARGIN_PPM).contains(&margin_ppm) {
            errors.add("margin_ppm", format!("must be between {LOWEST_MARGIN_PPM} and {HIGHEST_MARGIN_PPM}"));
        }
        let rounding = Rounding::parse(input.round_to, input.round_to_ending.as_deref());
        let rounding = rounding.map_err(|inner| errors.nest("rounding", inner)).ok();
        errors.finish(|| Some(Self { base_id: base_id?, margin_ppm, rounding: rounding? }))
    }

    pub(super) const fn by(self, factor: Factor) -> Derivation {
        Derivation { base_id: self.base_id, margin_ppm: self.margin_ppm, rounding: self.rounding, factor }
    }
}

/// How the prices of a list are computed from those of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Derivation {
    /// The other list, which derives from none.
    pub base_id: PriceListId,
    /// What is added, in millionths of a price; less than nothing is taken away.
    pub margin_ppm: i64,
    /// To which prices they are rounded, once and at the end.
    pub rounding: Rounding,
    /// What the other currency is worth in the list's own.
    pub factor: Factor,
}

impl Derivation {
    /// What a price becomes, both in minor units: only what costs nothing costs nothing, however it is rounded. None where it would be more than
    /// any price may be.
    #[must_use]
    pub fn of(&self, minor: i64) -> Option<i64> {
        let (numerator, denominator) = self.factor.fraction();
        let parts = i128::from(minor).checked_mul(i128::from(WHOLE_PPM + self.margin_ppm))?.checked_mul(numerator)?;
        let lowest = self.rounding.at_or_above(i64::from(minor > 0));
        let rounded = self.rounding.nearest(parts, denominator * i128::from(WHOLE_PPM)).max(lowest);
        i64::try_from(rounded).ok().filter(|minor| *minor <= Money::MAX_MINOR)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exchange_rates::{Rate, RateTable};
    use crate::rounding::any_rounding;

    const CURRENCIES: [&str; 4] = ["JPY", "USD", "EUR", "BHD"];

    fn derivation(factor: Factor, margin_ppm: i64, rounding: Rounding) -> Derivation {
        Derivation { base_id: PriceListId::generate(), margin_ppm, rounding, factor }
    }

    fn factor(from: &str, to: &str, rate: &str) -> Factor {
        let (from, to) = (from.parse().expect("known"), to.parse().expect("known"));
        RateTable::of([(from, to, rate.parse().expect("a rate"))]).between(from, to).expect("a factor")
    }

    #[test]
    fn a_price_follows_rate_margin_and_rounding_in_currencies_of_0_2_and_3_decimals() {
        let ninety_nine = Rounding::Ending { digits: 99, places: 2 };
        for (from, to, rate, margin_ppm, rounding, before, after) in [
            ("USD", "EUR", "0.92", 0, Rounding::None, 1_999, 1_839),
            ("USD", "EUR", "0.92", 50_000, ninety_nine, 1_999, 1_899),
            ("USD", "JPY", "149.5", 0, Rounding::To(10), 1_999, 2_990),
            ("JPY", "USD", "0.0067", 0, Rounding::None, 3_000, 2_010),
            ("USD", "BHD", "0.376", 0, Rounding::None, 1_999, 7_516),
            ("BHD", "JPY", "397.606", 0, Rounding::None, 7_516, 2_988),
            // 12.5 is as near to 12 as to 13.
            ("USD", "EUR", "0.5", 0, Rounding::None, 25, 13),
            ("USD", "EUR", "0.001", 0, ninety_nine, 100, 99),
            ("USD", "EUR", "0.001", 0, Rounding::None, 100, 1),
            ("USD", "JPY", "1", 0, Rounding::To(100), 30, 100),
            ("USD", "EUR", "0.001", 0, Rounding::None, 0, 0),
        ] {
            let rule = derivation(factor(from, to, rate), margin_ppm, rounding);
            assert_eq!(rule.of(before), Some(after), "{before} {from} in {to}");
        }
        let ten_below = derivation(Factor::ONE, -100_000, Rounding::None);
        assert_eq!((ten_below.of(1_999), ten_below.of(5)), (Some(1_799), Some(5)));
    }

    #[test]
    fn what_would_be_too_high_is_no_price() {
        let rule = derivation(Factor::ONE, 0, Rounding::None);
        assert_eq!(rule.of(Money::MAX_MINOR), Some(Money::MAX_MINOR));
        assert_eq!(derivation(Factor::ONE, 1, Rounding::None).of(Money::MAX_MINOR), None);
        let highest = factor("JPY", "BHD", "10000000");
        assert_eq!(derivation(highest, HIGHEST_MARGIN_PPM, Rounding::None).of(Money::MAX_MINOR), None);
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let wrong = DerivationInput {
            price_list_id: "list".to_owned(),
            margin_ppm: Some(LOWEST_MARGIN_PPM - 1),
            round_to: Some(1),
            round_to_ending: None,
        };
        let refused = DerivationWish::parse(wrong).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["margin_ppm", "price_list_id", "rounding.to"]);
    }

    fn any_factor() -> impl Strategy<Value = Factor> {
        let rate = prop_oneof![1_i64..=10_000_000 * Rate::WHOLE, 1_000_000_i64..=1_000 * Rate::WHOLE];
        (rate.clone(), rate, 0_usize..4, 0_usize..4).prop_map(|(one, other, from, to)| {
            let (from, to) = (CURRENCIES[from].parse().expect("known"), CURRENCIES[to].parse().expect("known"));
            let base = "CHF".parse().expect("known");
            let rates = [(base, from, one), (base, to, other)].map(|(base, to, ppb)| (base, to, Rate::try_from(ppb).expect("a rate")));
            RateTable::of(rates).between(from, to).expect("a factor")
        })
    }

    proptest! {
        /// The error is at most half of what lies between two prices that may be, wherever nothing is not the nearest.
        #[test]
        fn the_nearest_price_that_may_be_is_taken(
            factor in any_factor(), margin in LOWEST_MARGIN_PPM..=HIGHEST_MARGIN_PPM, rounding in any_rounding(), minor in 0_i64..100_000_000,
        ) {
            if let Some(after) = derivation(factor, margin, rounding).of(minor) {
                let (numerator, denominator) = factor.fraction();
                let exact = i128::from(minor) * i128::from(WHOLE_PPM + margin) * numerator;
                let whole = denominator * i128::from(WHOLE_PPM);
                let (distance, first) = rounding.grid();
                prop_assert!((0..=Money::MAX_MINOR).contains(&after));
                prop_assert_eq!((i128::from(after) - first).rem_euclid(distance), 0);
                let off = (i128::from(after) * whole - exact).abs() * 2;
                prop_assert!(off <= distance * whole || i128::from(after) == rounding.at_or_above(i64::from(minor > 0)));
                prop_assert!(after > 0 || minor == 0 || rounding.at_or_above(1) == 0);
            }
        }

        #[test]
        fn a_higher_price_never_becomes_the_lower_one(
            factor in any_factor(), margin in LOWEST_MARGIN_PPM..=HIGHEST_MARGIN_PPM, rounding in any_rounding(),
            minor in 0_i64..1_000_000_000, more in 0_i64..1_000_000,
        ) {
            let rule = derivation(factor, margin, rounding);
            if let (Some(lower), Some(higher)) = (rule.of(minor), rule.of(minor + more)) {
                prop_assert!(lower <= higher);
            }
        }

        /// Whatever a database may hold: no overflow.
        #[test]
        fn nothing_overflows(factor in any_factor(), margin in LOWEST_MARGIN_PPM..=HIGHEST_MARGIN_PPM, minor in 0..=Money::MAX_MINOR) {
            let after = derivation(factor, margin, Rounding::None).of(minor);
            prop_assert!(after.is_none_or(|after| (0..=Money::MAX_MINOR).contains(&after)));
        }
    }
}
