//! How many of one thing a line asks for.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How many of one variant a line asks for: 1 to 9,999 (stock counts are i64). Zero is not a quantity, it is a removal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Quantity(u16);

/// Zero, negative, or more than anyone buys.
#[derive(Debug, Clone, Copy, thiserror::Error, PartialEq, Eq)]
#[error("quantity must be between 1 and 9999")]
pub struct QuantityOutOfRange;

impl Quantity {
    /// More pieces of one thing than any shop sells at once; keeps every product of quantity and price inside i64.
    pub const MAX: u16 = 9_999;
    /// As many as can be asked for.
    pub const LARGEST: Self = Self(Self::MAX);
    /// A single piece.
    pub const ONE: Self = Self(1);

    /// The number.
    #[must_use]
    pub const fn get(self) -> u16 {
        self.0
    }

    /// Both together.
    ///
    /// # Errors
    /// `QuantityOutOfRange` above [`Self::MAX`].
    pub fn plus(self, other: Self) -> Result<Self, QuantityOutOfRange> {
        Self::try_from(i64::from(self.0) + i64::from(other.0))
    }
}

impl TryFrom<i64> for Quantity {
    type Error = QuantityOutOfRange;

    fn try_from(raw: i64) -> Result<Self, Self::Error> {
        match u16::try_from(raw) {
            Ok(n @ 1..=Self::MAX) => Ok(Self(n)),
            _ => Err(QuantityOutOfRange),
        }
    }
}

impl From<Quantity> for i64 {
    fn from(quantity: Quantity) -> Self {
        Self::from(quantity.0)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_u16(self.0)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::try_from(i64::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantity_is_1_to_9999() {
        for raw in [0, -1, 10_000, 1_000_000_000, i64::MIN] {
            assert_eq!(Quantity::try_from(raw), Err(QuantityOutOfRange));
        }
        assert_eq!(Quantity::try_from(9_999).map(Quantity::get), Ok(9_999));
        assert_eq!(Quantity(9_999).plus(Quantity::ONE), Err(QuantityOutOfRange));
        assert_eq!(Quantity(2).plus(Quantity(3)).map(i64::from), Ok(5));
    }
}
