//! What a rate is, and what follows from several.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use kernel::{Currency, ExchangeRateId, Timestamp};
use serde::{Serialize, Serializer};

/// How many units of one currency a unit of another is worth: exact to nine decimals, above nothing, at most 10,000,000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(i64);

/// No rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("must be a decimal like 1.0853, above 0, at most 10000000, with no more than nine decimals")]
pub struct RateError;

impl Rate {
    /// One, in billionths.
    pub const WHOLE: i64 = 1_000_000_000;
    /// No currency is worth so little of another; it keeps every product of a price and a rate inside i128.
    const MAX: i64 = 10_000_000 * Self::WHOLE;
    const DECIMALS: usize = 9;

    /// In billionths.
    #[must_use]
    pub const fn billionths(self) -> i64 {
        self.0
    }

    /// True where it is more than twice as much as the other, or less than half: a point in the wrong place, more often than news.
    #[must_use]
    pub const fn is_far_off(self, other: Self) -> bool {
        self.0 / 2 > other.0 || other.0 / 2 > self.0
    }
}

impl TryFrom<i64> for Rate {
    type Error = RateError;

    fn try_from(billionths: i64) -> Result<Self, RateError> {
        if (1..=Self::MAX).contains(&billionths) { Ok(Self(billionths)) } else { Err(RateError) }
    }
}

impl FromStr for Rate {
    type Err = RateError;

    fn from_str(text: &str) -> Result<Self, RateError> {
        let (whole, decimals) = text.split_once('.').unwrap_or((text, "0"));
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        if !is_number(whole) || !is_number(decimals) || decimals.len() > Self::DECIMALS {
            return Err(RateError);
        }
        let digits = format!("{whole}{decimals:0<width$}", width = Self::DECIMALS);
        Self::try_from(digits.parse::<i64>().map_err(|_| RateError)?)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = format!("{:09}", self.0 % Self::WHOLE);
        match (self.0 / Self::WHOLE, decimals.trim_end_matches('0')) {
            (whole, "") => write!(f, "{whole}"),
            (whole, decimals) => write!(f, "{whole}.{decimals}"),
        }
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A rate, and when it was the one that counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExchangeRate {
    /// Its id.
    pub id: ExchangeRateId,
    /// One unit of this…
    pub base: Currency,
    /// …is worth so many of this.
    pub currency: Currency,
    /// How many.
    pub rate: Rate,
    /// Where it is from: `manual`, `feed`, or as whoever wrote it says.
    pub source: String,
    /// Since when it counts.
    pub valid_from: Timestamp,
    /// Until when it counted; none where it is the present one.
    pub valid_until: Option<Timestamp>,
    /// When it was written.
    pub created_at: Timestamp,
    /// By whom.
    pub created_by: String,
}

/// By what amounts of one currency are multiplied to be amounts of another, both in minor units: `numerator / denominator`, exactly, times ten to the
/// power of `shift`, for their decimals.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Factor {
    /// Above the line.
    pub numerator: i64,
    /// Below it.
    pub denominator: i64,
    /// How many decimals more the second currency has than the first.
    pub shift: i32,
}

impl Factor {
    /// Of what is worth as much.
    pub const ONE: Self = Self { numerator: 1, denominator: 1, shift: 0 };

    /// Both sides of the fraction, with the decimals; they are positive and fit for exact reckoning.
    #[must_use]
    pub fn fraction(self) -> (i128, i128) {
        let power = |shift: i32| 10_i128.pow(u32::try_from(shift).unwrap_or(0));
        (i128::from(self.numerator) * power(self.shift), i128::from(self.denominator) * power(-self.shift))
    }

    fn of(numerator: Rate, denominator: Rate, (from, to): (Currency, Currency)) -> Self {
        let shared = shared_divisor(numerator.0, denominator.0);
        let decimals = |currency: Currency| i32::try_from(currency.exponent()).unwrap_or(0);
        Self { numerator: numerator.0 / shared, denominator: denominator.0 / shared, shift: decimals(to) - decimals(from) }
    }
}

/// The greatest common divisor of two numbers above nothing.
const fn shared_divisor(mut one: i64, mut other: i64) -> i64 {
    while other != 0 {
        (one, other) = (other, one % other);
    }
    one
}

/// The rates that count at one moment.
#[derive(Debug, Clone, Default)]
pub struct RateTable(HashMap<(Currency, Currency), Rate>);

impl RateTable {
    /// The table of these.
    pub fn of(rates: impl IntoIterator<Item = (Currency, Currency, Rate)>) -> Self {
        Self(rates.into_iter().map(|(base, currency, rate)| ((base, currency), rate)).collect())
    }

    /// What a unit of `base` is worth, as it is written there.
    #[must_use]
    pub fn rate(&self, base: Currency, currency: Currency) -> Option<Rate> {
        self.0.get(&(base, currency)).copied()
    }

    /// From one currency to another: by the rate of this pair, else by that of the pair turned round, else by way of a currency that has a rate to
    /// both, of several that whose code comes first. Nothing is rounded on the way.
    #[must_use]
    pub fn between(&self, from: Currency, to: Currency) -> Option<Factor> {
        const ONE: Rate = Rate(Rate::WHOLE);
        if from == to {
            return Some(Factor::ONE);
        }
        let direct = self.rate(from, to).map(|rate| (rate, ONE));
        let turned = || self.rate(to, from).map(|rate| (ONE, rate));
        let (numerator, denominator) = direct.or_else(turned).or_else(|| self.by_way_of_another(from, to))?;
        Some(Factor::of(numerator, denominator, (from, to)))
    }

    fn by_way_of_another(&self, from: Currency, to: Currency) -> Option<(Rate, Rate)> {
        let bases = self.0.keys().filter(|(_, currency)| *currency == from).map(|(base, _)| *base);
        let known = bases.filter(|base| self.rate(*base, to).is_some()).min_by_key(|base| base.code())?;
        Some((self.rate(known, to)?, self.rate(known, from)?))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().expect("known")
    }

    fn rate(text: &str) -> Rate {
        text.parse().expect("a rate")
    }

    fn table(rates: &[(&str, &str, &str)]) -> RateTable {
        RateTable::of(rates.iter().map(|(base, to, text)| (currency(base), currency(to), rate(text))))
    }

    #[test]
    fn a_rate_is_a_decimal_above_nothing() {
        for (text, billionths) in [("1.0853", 1_085_300_000), ("0.000000001", 1), ("10000000", Rate::MAX), ("007.50", 7_500_000_000)] {
            assert_eq!(rate(text).billionths(), billionths, "{text}");
        }
        for text in
            ["", ".", "1.", ".5", "0", "0.0", "-1", "+1", "1e3", "1,5", " 1", "10000000.000000001", "1.0000000001", "99999999999999999999"]
        {
            assert_eq!(text.parse::<Rate>(), Err(RateError), "{text}");
        }
    }

    #[test]
    fn twice_as_much_is_not_far_off_and_more_is() {
        assert!(!rate("2").is_far_off(rate("1")) && !rate("1").is_far_off(rate("2")));
        assert!(rate("2.000000002").is_far_off(rate("1")) && rate("1").is_far_off(rate("2.000000002")));
    }

    #[test]
    fn a_factor_is_found_by_the_pair_turned_round_or_by_way_of_a_third() {
        let table = table(&[("EUR", "USD", "1.25"), ("EUR", "JPY", "160"), ("CHF", "USD", "1.1")]);
        let between = |from: &str, to: &str| table.between(currency(from), currency(to));
        assert_eq!(between("EUR", "USD"), Some(Factor { numerator: 5, denominator: 4, shift: 0 }));
        assert_eq!(between("USD", "EUR"), Some(Factor { numerator: 4, denominator: 5, shift: 0 }));
        assert_eq!(between("USD", "JPY"), Some(Factor { numerator: 128, denominator: 1, shift: -2 }));
        assert_eq!(between("JPY", "EUR"), Some(Factor { numerator: 1, denominator: 160, shift: 2 }));
        assert_eq!(between("USD", "USD"), Some(Factor::ONE));
        assert_eq!((between("CHF", "EUR"), between("GBP", "USD")), (None, None), "one step by way of a third, and no more");
        assert_eq!(Factor { numerator: 3, denominator: 7, shift: -2 }.fraction(), (3, 700));
    }

    proptest! {
        #[test]
        fn a_rate_is_written_as_it_is_read(billionths in 1_i64..=Rate::MAX) {
            let rate = Rate::try_from(billionths).expect("a rate");
            prop_assert_eq!(rate.to_string().parse::<Rate>(), Ok(rate));
        }

        /// There and back again is exactly one.
        #[test]
        fn a_way_and_its_way_back_undo_each_other(one in 1_i64..=Rate::MAX, other in 1_i64..=Rate::MAX) {
            let rates = [("EUR", "JPY", one), ("EUR", "BHD", other)];
            let table = RateTable::of(rates.map(|(base, to, ppb)| (currency(base), currency(to), Rate(ppb))));
            for (from, to) in [("EUR", "JPY"), ("JPY", "BHD"), ("BHD", "EUR")] {
                let there = table.between(currency(from), currency(to)).expect("a factor");
                let back = table.between(currency(to), currency(from)).expect("a factor");
                prop_assert_eq!((there.numerator, there.denominator, there.shift), (back.denominator, back.numerator, -back.shift));
            }
        }
    }
}
