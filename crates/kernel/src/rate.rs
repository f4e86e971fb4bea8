//! Rates in parts per million and the one rounding rule that money knows.

/// A rate in parts per million: 200,000 is 20 %. From 0 to 1,000 % (some excise duties exceed 100 %).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ppm(i64);

/// Negative, or beyond 1,000 %.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the rate must be between 0 and 10000000 parts per million")]
pub struct RateOutOfRange;

impl Ppm {
    /// A whole in parts per million.
    pub const WHOLE: i64 = 1_000_000;
    const MAX: i64 = 10 * Self::WHOLE;

    /// The number of parts.
    #[must_use]
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl TryFrom<i64> for Ppm {
    type Error = RateOutOfRange;

    fn try_from(raw: i64) -> Result<Self, RateOutOfRange> {
        if (0..=Self::MAX).contains(&raw) { Ok(Self(raw)) } else { Err(RateOutOfRange) }
    }
}

/// `amount * numerator / denominator`, rounded half up (halves away from zero): the rule of most tax offices for one
/// line, and the only place where money is rounded. `None` on overflow or a denominator that is not positive.
#[must_use]
pub fn round_half_up_div(amount: i64, numerator: i64, denominator: i64) -> Option<i64> {
    if denominator <= 0 {
        return None;
    }
    let product = i128::from(amount).checked_mul(i128::from(numerator))?;
    let denominator = i128::from(denominator);
    let half = denominator / 2;
    // For an odd denominator no exact half exists, so adding its floor rounds the nearest.
    let rounded = product.signum() * ((product.abs() + half) / denominator);
    i64::try_from(rounded).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn halves_go_away_from_zero() {
        for (amount, numerator, denominator, rounded) in [
            (5, 1, 2, 3),
            (-5, 1, 2, -3),
            (4, 1, 3, 1),
            (5, 1, 3, 2),
            (1_999, 200_000, Ppm::WHOLE, 400),
            (250, 100_000, Ppm::WHOLE, 25),
            (25, 100_000, Ppm::WHOLE, 3),
        ] {
            assert_eq!(round_half_up_div(amount, numerator, denominator), Some(rounded));
        }
        for denominator in [0, -1, i64::MIN] {
            assert_eq!(round_half_up_div(1, 1, denominator), None);
        }
        assert_eq!(round_half_up_div(i64::MAX, 2, 1), None);
    }

    #[test]
    fn a_rate_is_0_to_1000_percent() {
        for parts in [0, 200_000, 10_000_000] {
            assert_eq!(Ppm::try_from(parts).map(Ppm::get), Ok(parts));
        }
        for parts in [-1, 10_000_001, i64::MAX] {
            assert_eq!(Ppm::try_from(parts), Err(RateOutOfRange));
        }
    }

    proptest! {
        #[test]
        fn the_error_is_at_most_half_a_unit(amount in -1_000_000_000_000_i64..1_000_000_000_000, ppm in 0_i64..10_000_000) {
            let rounded = i128::from(round_half_up_div(amount, ppm, Ppm::WHOLE).expect("in range"));
            let exact = i128::from(amount) * i128::from(ppm);
            prop_assert!((rounded * i128::from(Ppm::WHOLE) - exact).abs() * 2 <= i128::from(Ppm::WHOLE));
        }

        #[test]
        fn a_larger_amount_never_has_less_tax(a in 0_i64..1_000_000_000, more in 0_i64..1_000_000, ppm in 0_i64..10_000_000) {
            prop_assert!(round_half_up_div(a, ppm, Ppm::WHOLE) <= round_half_up_div(a + more, ppm, Ppm::WHOLE));
        }
    }
}
