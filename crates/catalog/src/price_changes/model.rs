//! What a price becomes.

use kernel::{Money, Ppm, text_enum};
use serde::{Deserialize, Serialize};

use crate::rounding::Rounding;

text_enum! {
    /// Which prices of a variant are meant.
    pub enum Steps {
        /// What one piece costs when one is bought.
        First = "first",
        /// Those from larger quantities on, too.
        All = "all",
    }
}

text_enum! {
    /// What becomes of what a price is compared with.
    pub enum CompareAt {
        /// It stays.
        Keep = "keep",
        /// It is the price before: a sale. A price that would not fall is left alone.
        FromPrice = "from_price",
        /// There is none any more.
        Clear = "clear",
        /// It changes as the price does.
        SameChange = "same_change",
    }
}

text_enum! {
    /// Why a price is left as it is.
    pub enum SkipReason {
        /// It would be higher than any price may be.
        TooHigh = "too_high",
        /// It would not be lower, and so is no sale.
        NotLower = "not_lower",
    }
}

/// How a price changes, before it is rounded. Amounts are minor units of the list's currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// By so many millionths of itself; a fall is negative.
    RatePpm(i64),
    /// By so much; a fall is negative.
    AmountMinor(i64),
    /// To so much.
    SetMinor(i64),
}

const WHOLE: i128 = Ppm::WHOLE as i128;

/// What one piece costs and what that is compared with, in minor units of one currency.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Figures {
    /// What one piece costs.
    pub amount_minor: i64,
    /// What that is compared with.
    pub compare_at_minor: Option<i64>,
}

/// What becomes of prices.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct PriceRule {
    /// How they change.
    pub change: Change,
    /// To which prices they are rounded.
    pub rounding: Rounding,
    /// What would be less becomes this, or the next price above it that may be.
    pub at_least_minor: i64,
    /// What becomes of what they are compared with.
    pub compare_at: CompareAt,
}

impl PriceRule {
    /// What becomes of a price: never less than nothing, and never more than [`Money::MAX_MINOR`].
    ///
    /// # Errors
    /// Why it is left as it is.
    pub fn becomes(&self, before: Figures) -> Result<Figures, SkipReason> {
        let amount_minor = self.changed(before.amount_minor)?;
        let compare_at_minor = match self.compare_at {
            CompareAt::Keep => before.compare_at_minor,
            CompareAt::Clear => None,
            CompareAt::SameChange => before.compare_at_minor.map(|minor| self.changed(minor)).transpose()?,
            CompareAt::FromPrice if amount_minor < before.amount_minor => Some(before.amount_minor),
            CompareAt::FromPrice => return Err(SkipReason::NotLower),
        };
        Ok(Figures { amount_minor, compare_at_minor })
    }

    fn changed(&self, minor: i64) -> Result<i64, SkipReason> {
        let millionths = match self.change {
            Change::RatePpm(ppm) => i128::from(minor) * (WHOLE + i128::from(ppm)),
            Change::AmountMinor(by) => (i128::from(minor) + i128::from(by)) * WHOLE,
            Change::SetMinor(to) => i128::from(to) * WHOLE,
        };
        let rounded = self.rounding.nearest(millionths, WHOLE).max(self.rounding.at_or_above(self.at_least_minor));
        i64::try_from(rounded).ok().filter(|minor| *minor <= Money::MAX_MINOR).ok_or(SkipReason::TooHigh)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Currency;
    use proptest::prelude::*;

    use super::*;
    use crate::rounding::any_rounding as rounding;

    const PLAIN: PriceRule =
        PriceRule { change: Change::RatePpm(0), rounding: Rounding::None, at_least_minor: 0, compare_at: CompareAt::Keep };
    const NINETY_NINE: Rounding = Rounding::Ending { digits: 99, places: 2 };

    fn minor(rule: PriceRule, amount_minor: i64) -> Result<i64, SkipReason> {
        rule.becomes(Figures { amount_minor, compare_at_minor: None }).map(|after| after.amount_minor)
    }

    #[test]
    fn a_price_is_rounded_once_and_half_up() {
        let by = |ppm, rounding| PriceRule { change: Change::RatePpm(ppm), rounding, ..PLAIN };
        for (rule, before, after) in [
            (by(-125_000, Rounding::None), 1_999, 1_749),
            (by(-500_000, Rounding::None), 25, 13),
            (by(100_000, Rounding::To(5)), 1_998, 2_200),
            (by(0, Rounding::To(5)), 1_002, 1_000),
            (by(0, Rounding::To(10)), 1_005, 1_010),
            // 14.6 is nearer to 10 than to 20; rounded to 15 before, it would be 20.
            (by(-270_000, Rounding::To(10)), 20, 10),
            (by(-100_000, NINETY_NINE), 2_000, 1_799),
            (by(0, NINETY_NINE), 1_849, 1_899),
            (by(0, NINETY_NINE), 1_848, 1_799),
            (by(-990_000, NINETY_NINE), 2_000, 99),
            (by(-1_000_000, Rounding::None), 2_000, 0),
        ] {
            assert_eq!(minor(rule, before), Ok(after), "{rule:?} of {before}");
        }
    }

    #[test]
    fn an_amount_goes_down_to_the_floor_and_no_further() {
        let less = PriceRule { change: Change::AmountMinor(-500), ..PLAIN };
        assert_eq!((minor(less, 700), minor(less, 400)), (Ok(200), Ok(0)));
        let floored = PriceRule { at_least_minor: 450, ..less };
        assert_eq!((minor(floored, 1_000), minor(floored, 700)), (Ok(500), Ok(450)));
        assert_eq!(minor(PriceRule { rounding: NINETY_NINE, ..floored }, 700), Ok(499), "the floor ends so, too");
        assert_eq!(minor(PriceRule { change: Change::SetMinor(950), ..PLAIN }, 7), Ok(950));
    }

    #[test]
    fn what_a_price_is_compared_with_is_kept_cleared_changed_or_the_price_before() {
        let before = Figures { amount_minor: 1_000, compare_at_minor: Some(1_200) };
        let rule = |ppm, compare_at| PriceRule { change: Change::RatePpm(ppm), compare_at, ..PLAIN };
        let after = |ppm, compare_at| rule(ppm, compare_at).becomes(before).map(|after| (after.amount_minor, after.compare_at_minor));
        assert_eq!(after(-100_000, CompareAt::Keep), Ok((900, Some(1_200))));
        assert_eq!(after(-100_000, CompareAt::Clear), Ok((900, None)));
        assert_eq!(after(-100_000, CompareAt::SameChange), Ok((900, Some(1_080))));
        assert_eq!(after(-100_000, CompareAt::FromPrice), Ok((900, Some(1_000))));
        assert_eq!(after(0, CompareAt::FromPrice), Err(SkipReason::NotLower));
        assert_eq!(after(1_000, CompareAt::FromPrice), Err(SkipReason::NotLower));
    }

    #[test]
    fn what_would_be_too_high_is_left_alone() {
        let most = Money::MAX_MINOR;
        assert_eq!(minor(PLAIN, most), Ok(most));
        assert_eq!(minor(PriceRule { change: Change::AmountMinor(1), ..PLAIN }, most), Err(SkipReason::TooHigh));
        assert_eq!(minor(PriceRule { rounding: Rounding::To(17), ..PLAIN }, most), Err(SkipReason::TooHigh));
        let compared = Figures { amount_minor: 1, compare_at_minor: Some(most) };
        let twice = PriceRule { change: Change::RatePpm(1_000_000), compare_at: CompareAt::SameChange, ..PLAIN };
        assert_eq!(twice.becomes(compared), Err(SkipReason::TooHigh));
    }

    fn change() -> impl Strategy<Value = Change> {
        let amount = -Money::MAX_MINOR..=Money::MAX_MINOR;
        prop_oneof![
            (-1_000_000_i64..=10_000_000).prop_map(Change::RatePpm),
            amount.prop_map(Change::AmountMinor),
            (0..=Money::MAX_MINOR).prop_map(Change::SetMinor),
        ]
    }

    proptest! {
        /// Whatever a database may hold: no overflow, and what comes out is a price of a kind that may be.
        #[test]
        fn a_price_stays_a_price_that_may_be(
            change in change(), rounding in rounding(), at_least_minor in 0..=Money::MAX_MINOR,
            before in prop_oneof![0..=Money::MAX_MINOR, Just(i64::MIN), Just(i64::MAX), any::<i64>()],
        ) {
            let rule = PriceRule { change, rounding, at_least_minor, compare_at: CompareAt::SameChange };
            if let Ok(after) = rule.becomes(Figures { amount_minor: before, compare_at_minor: Some(before) }) {
                prop_assert!((at_least_minor..=Money::MAX_MINOR).contains(&after.amount_minor));
                let (distance, first) = rounding.grid();
                prop_assert_eq!((i128::from(after.amount_minor) - first).rem_euclid(distance), 0);
                prop_assert_eq!(after.compare_at_minor, Some(after.amount_minor));
            }
        }

        #[test]
        fn a_higher_price_never_becomes_the_lower_one(
            change in change(), rounding in rounding(), before in 0_i64..1_000_000_000, more in 0_i64..1_000_000,
        ) {
            let rule = PriceRule { change, rounding, ..PLAIN };
            if let (Ok(lower), Ok(higher)) = (minor(rule, before), minor(rule, before + more)) {
                prop_assert!(lower <= higher);
            }
        }

        /// The error is at most half of what lies between two prices that may be, wherever the floor does not count.
        #[test]
        fn the_nearest_price_is_taken(ppm in -500_000_i64..=10_000_000, rounding in rounding(), before in 10_000_i64..1_000_000_000) {
            let after = minor(PriceRule { change: Change::RatePpm(ppm), rounding, ..PLAIN }, before).expect("a price");
            let exact = i128::from(before) * (WHOLE + i128::from(ppm));
            prop_assert!((i128::from(after) * WHOLE - exact).abs() * 2 <= rounding.grid().0 * WHOLE);
        }

        /// Rules are in minor units: what they do is exact for currencies of 0, 2 and 3 decimals alike.
        #[test]
        fn a_price_ends_as_it_should_in_every_currency(before in 0_i64..1_000_000_000, ppm in -1_000_000_i64..=10_000_000, place in 0_usize..3) {
            let currency: Currency = ["JPY", "USD", "BHD"][place].parse().expect("known");
            let rule = PriceRule { change: Change::RatePpm(ppm), rounding: NINETY_NINE, ..PLAIN };
            let after = minor(rule, before).expect("a price");
            prop_assert!(Money::new(after, currency).to_decimal().replace('.', "").ends_with("99"));
        }

        #[test]
        fn a_rule_is_kept_as_it_was(change in change(), rounding in rounding(), at_least_minor in 0..=Money::MAX_MINOR, place in 0_usize..4) {
            let rule = PriceRule { change, rounding, at_least_minor, compare_at: CompareAt::ALL[place] };
            let kept = serde_json::to_value(rule).expect("JSON");
            prop_assert_eq!(serde_json::from_value::<PriceRule>(kept).expect("a rule"), rule);
        }
    }
}
