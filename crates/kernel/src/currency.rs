//! Currencies of ISO 4217.

use std::fmt;
use std::str::FromStr;

use iso_currency::Currency as Iso;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A currency that has a minor unit (or none, like the yen), by its ISO 4217 code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency(Iso);

/// Not a currency that one can price in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("unknown currency")]
pub struct UnknownCurrency;

impl Currency {
    /// US dollar.
    pub const USD: Self = Self(Iso::USD);
    /// Euro.
    pub const EUR: Self = Self(Iso::EUR);

    /// The upper-case code of three letters.
    #[must_use]
    pub fn code(self) -> &'static str {
        self.0.code()
    }

    /// How many decimals an amount has: 2 for USD, 0 for JPY, 3 for BHD.
    #[must_use]
    pub fn exponent(self) -> u32 {
        u32::from(self.0.exponent().unwrap_or(0))
    }

    /// The sign that customers know, or the code where there is none.
    #[must_use]
    pub fn symbol(self) -> String {
        self.0.symbol().to_string()
    }
}

impl FromStr for Currency {
    type Err = UnknownCurrency;

    fn from_str(text: &str) -> Result<Self, UnknownCurrency> {
        let iso = Iso::from_code(text).ok_or(UnknownCurrency)?;
        // Metals, funds and test codes have no minor unit and are no money.
        iso.exponent().map(|_| Self(iso)).ok_or(UnknownCurrency)
    }
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decimals_follow_the_standard() {
        for (code, exponent) in [("USD", 2), ("JPY", 0), ("BHD", 3), ("CLF", 4)] {
            let currency: Currency = code.parse().expect("known");
            assert_eq!((currency.exponent(), currency.code(), currency.to_string().as_str()), (exponent, code, code));
        }
    }

    #[test]
    fn what_is_no_money_is_refused() {
        for code in ["usd", "US", "ZZZ", "XAU", "XXX", ""] {
            assert_eq!(code.parse::<Currency>(), Err(UnknownCurrency), "{code}");
        }
    }
}
