//! To which prices computed amounts are rounded, on the wire.

use catalog::price_changes::Rounding;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The prices that there may be: one of `to` and `ending`, or neither. The nearest is taken, of two that are as near the higher one.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct PriceRoundingIn {
    /// Multiples of so many minor units.
    #[schema(minimum = 2, maximum = 1_000_000, example = 5)]
    pub(super) to: Option<i64>,
    /// Those whose minor units end with these digits.
    #[schema(pattern = "^[0-9]{1,3}$", example = "99")]
    pub(super) ending: Option<String>,
}

/// The prices that there may be.
#[derive(Debug, Default, Serialize, ToSchema)]
pub(super) struct PriceRoundingView {
    /// Multiples of so many minor units.
    to: Option<i64>,
    /// Those that end with these digits.
    #[schema(pattern = "^[0-9]{1,3}$")]
    ending: Option<String>,
}

impl From<Rounding> for PriceRoundingView {
    fn from(rounding: Rounding) -> Self {
        Self { to: rounding.to(), ending: rounding.ending() }
    }
}
