//! To which prices computed amounts are rounded.

use kernel::FieldErrors;
use serde::{Deserialize, Serialize};

/// No price is rounded to larger steps.
const LARGEST_STEP: i64 = 1_000_000;

/// Which prices there may be: the nearest of them is taken, of two that are as near the higher one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rounding {
    /// All of them.
    None,
    /// Multiples of so many minor units.
    To(i64),
    /// Those whose last digits, so many, read so.
    Ending {
        /// What they read.
        digits: i64,
        /// How many there are.
        places: u32,
    },
}

impl Rounding {
    /// Reads multiples of so many minor units, or one to three digits to end with; neither is no rounding.
    ///
    /// # Errors
    /// `to` or `ending`, or the whole where both are given.
    pub fn parse(to: Option<i64>, ending: Option<&str>) -> Result<Self, FieldErrors> {
        match (to, ending) {
            (None, None) => Ok(Self::None),
            (Some(to), None) if (2..=LARGEST_STEP).contains(&to) => Ok(Self::To(to)),
            (Some(_), None) => Err(FieldErrors::of("to", format!("must be between 2 and {LARGEST_STEP}"))),
            (None, Some(ending)) => match (ending.parse(), u32::try_from(ending.len())) {
                (Ok(digits), Ok(places @ 1..=3)) if ending.bytes().all(|byte| byte.is_ascii_digit()) => Ok(Self::Ending { digits, places }),
                _ => Err(FieldErrors::of("ending", "must be one to three digits")),
            },
            (Some(_), Some(_)) => Err(FieldErrors::of("", "must have one of to and ending")),
        }
    }

    /// Multiples of what, where that is it.
    #[must_use]
    pub const fn to(self) -> Option<i64> {
        match self {
            Self::To(to) => Some(to),
            Self::None | Self::Ending { .. } => None,
        }
    }

    /// The digits with which prices end, where that is it.
    #[must_use]
    pub fn ending(self) -> Option<String> {
        match self {
            Self::Ending { digits, places } => Some(format!("{digits:0width$}", width = usize::try_from(places).unwrap_or(0))),
            Self::None | Self::To(_) => None,
        }
    }

    /// The distance of two prices that may be, and the first that is not negative.
    pub(crate) fn grid(self) -> (i128, i128) {
        match self {
            Self::None => (1, 0),
            Self::To(multiple) => (i128::from(multiple), 0),
            Self::Ending { digits, places } => (10_i128.pow(places), i128::from(digits)),
        }
    }

    /// The price that is nearest to an amount of which so many parts make a minor unit: it is rounded once, whatever it is made of.
    pub(crate) fn nearest(self, parts: i128, whole: i128) -> i128 {
        let (distance, first) = self.grid();
        let (distance_exact, first_exact) = (distance * whole, first * whole);
        first + distance * (parts - first_exact + distance_exact / 2).div_euclid(distance_exact)
    }

    /// The lowest price that is not below this one.
    pub(crate) fn at_or_above(self, minor: i64) -> i128 {
        let (distance, first) = self.grid();
        first + distance * (i128::from(minor) - first + distance - 1).div_euclid(distance)
    }
}

/// Every kind of rounding, for properties.
#[cfg(test)]
pub(crate) fn any_rounding() -> impl proptest::strategy::Strategy<Value = Rounding> {
    use proptest::prelude::*;
    let ending = (1_u32..=3).prop_flat_map(|places| (0..10_i64.pow(places)).prop_map(move |digits| Rounding::Ending { digits, places }));
    prop_oneof![Just(Rounding::None), (2_i64..=1_000).prop_map(Rounding::To), ending]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rounding_is_read_as_it_is_shown() {
        for (to, ending) in [(None, None), (Some(5), None), (None, Some("99")), (None, Some("09")), (None, Some("000"))] {
            let read = Rounding::parse(to, ending).expect("a rounding");
            assert_eq!((read.to(), read.ending().as_deref()), (to, ending));
        }
        for (to, ending) in [(Some(1), None), (Some(LARGEST_STEP + 1), None), (None, Some("")), (None, Some("9999")), (Some(5), Some("9"))]
        {
            assert!(Rounding::parse(to, ending).is_err(), "{to:?} {ending:?}");
        }
    }
}
