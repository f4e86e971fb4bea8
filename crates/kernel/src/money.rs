//! Amounts of money in minor units; nothing here rounds and nothing here is a float.

use std::fmt;
use std::str::FromStr;

use crate::{Currency, Quantity};

/// An amount in the minor unit of its currency. Arithmetic is checked: another currency or an overflow is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Money {
    minor: i64,
    currency: Currency,
}

/// Why a sum cannot be formed or a text is no amount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Two currencies in one sum.
    #[error("the currencies differ")]
    CurrencyMismatch,
    /// Larger than any amount.
    #[error("the amount is out of range")]
    Overflow,
    /// Not a decimal number, or with more decimals than the currency has.
    #[error("not an amount in this currency")]
    Unreadable,
}

impl Money {
    /// No single price, total or payment is larger: ten trillion units leaves room to sum a million of them in an i64.
    pub const MAX_MINOR: i64 = 1_000_000_000_000;

    /// This many minor units.
    #[must_use]
    pub const fn new(minor: i64, currency: Currency) -> Self {
        Self { minor, currency }
    }

    /// Nothing.
    #[must_use]
    pub const fn zero(currency: Currency) -> Self {
        Self::new(0, currency)
    }

    /// A price: not negative and within [`Self::MAX_MINOR`].
    ///
    /// # Errors
    /// `Overflow` outside that range.
    pub fn price(minor: i64, currency: Currency) -> Result<Self, MoneyError> {
        if (0..=Self::MAX_MINOR).contains(&minor) { Ok(Self::new(minor, currency)) } else { Err(MoneyError::Overflow) }
    }

    /// Minor units: cents of a dollar, whole yen.
    #[must_use]
    pub const fn minor(self) -> i64 {
        self.minor
    }

    /// The currency.
    #[must_use]
    pub const fn currency(self) -> Currency {
        self.currency
    }

    /// The sum.
    ///
    /// # Errors
    /// `CurrencyMismatch` or `Overflow`.
    pub fn plus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_add(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// The difference.
    ///
    /// # Errors
    /// `CurrencyMismatch` or `Overflow`.
    pub fn minus(self, other: Self) -> Result<Self, MoneyError> {
        self.same_currency(other)?;
        self.minor.checked_sub(other.minor).map(|minor| Self { minor, ..self }).ok_or(MoneyError::Overflow)
    }

    /// So many times this amount.
    ///
    /// # Errors
    /// `Overflow`.
    pub fn times(self, quantity: Quantity) -> Result<Self, MoneyError> {
        let minor = self.minor.checked_mul(i64::from(quantity.get())).ok_or(MoneyError::Overflow)?;
        Ok(Self { minor, ..self })
    }

    /// Reads a plain decimal (`19.9`, `-3`), as spreadsheets hold it. More decimals than the currency has are refused
    /// unless they are zeros, because dropping them would change a price.
    ///
    /// # Errors
    /// `Unreadable` or `Overflow`.
    pub fn parse_decimal(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let text = text.trim();
        let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
        let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
        let no_digits = whole.is_empty() && fraction.is_empty();
        let (places, fraction) = (currency.exponent() as usize, fraction.trim_end_matches('0'));
        let readable = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
        if no_digits || !readable(whole) || !readable(fraction) || fraction.len() > places {
            return Err(MoneyError::Unreadable);
        }
        let minor = i64::from_str(&format!("0{whole}{fraction:0<places$}")).map_err(|_| MoneyError::Overflow)?;
        Ok(Self::new(sign * minor, currency))
    }

    /// A plain decimal (`19.90`), as spreadsheets read it.
    #[must_use]
    pub fn to_decimal(self) -> String {
        let places = self.currency.exponent() as usize;
        let digits = format!("{:0>width$}", self.minor.unsigned_abs(), width = places + 1);
        let (whole, fraction) = digits.split_at(digits.len() - places);
        let sign = if self.minor < 0 { "-" } else { "" };
        if places == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{fraction}") }
    }

    fn same_currency(self, other: Self) -> Result<(), MoneyError> {
        if self.currency == other.currency { Ok(()) } else { Err(MoneyError::CurrencyMismatch) }
    }
}

/// What a customer reads: `$1,234.50`, `-€3.00`, `¥500`, `BHD 1.250`.
impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plain = self.to_decimal();
        let plain = plain.strip_prefix('-').unwrap_or(&plain);
        let (whole, fraction) = plain.split_once('.').map_or((plain, None), |(whole, fraction)| (whole, Some(fraction)));
        let symbol = self.currency.symbol();
        let sign = if self.minor < 0 { "-" } else { "" };
        // A sign stands at the number, a word stands apart.
        let gap = if symbol.chars().all(char::is_alphabetic) { " " } else { "" };
        write!(f, "{sign}{symbol}{gap}")?;
        for (place, digit) in whole.chars().enumerate() {
            if place > 0 && (whole.len() - place).is_multiple_of(3) {
                f.write_str(",")?;
            }
            write!(f, "{digit}")?;
        }
        fraction.map_or(Ok(()), |fraction| write!(f, ".{fraction}"))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn currency(code: &str) -> Currency {
        code.parse().expect("known")
    }

    #[test]
    fn customers_read_amounts_in_their_form() {
        for (minor, code, text) in [
            (123_450, "USD", "$1,234.50"),
            (-300, "EUR", "-€3.00"),
            (500, "JPY", "¥500"),
            (5, "USD", "$0.05"),
            (0, "USD", "$0.00"),
            (100_000_000, "USD", "$1,000,000.00"),
        ] {
            assert_eq!(Money::new(minor, currency(code)).to_string(), text);
        }
    }

    #[test]
    fn spreadsheet_amounts_are_read_exactly_or_refused() {
        for (text, code, minor) in [
            ("42.99", "USD", 4_299),
            ("85", "USD", 8_500),
            (".5", "USD", 50),
            (".0", "USD", 0),
            ("7.", "USD", 700),
            ("1.250", "BHD", 1_250),
            ("3.000", "USD", 300),
            ("-2.5", "USD", -250),
            ("500", "JPY", 500),
        ] {
            assert_eq!(Money::parse_decimal(text, currency(code)), Ok(Money::new(minor, currency(code))), "{text}");
        }
        for text in ["", "-", ".", "1.005", "1,000", "1e3", "NaN", "$5", "1.2.3", "1.x", "x.1", "+1", "٣"] {
            assert_eq!(Money::parse_decimal(text, Currency::USD), Err(MoneyError::Unreadable), "{text}");
        }
        assert_eq!(Money::zero(Currency::USD).to_decimal(), "0.00");
        assert_eq!(Money::parse_decimal("99999999999999999999", Currency::USD), Err(MoneyError::Overflow));
    }

    #[test]
    fn currencies_do_not_mix_and_sums_do_not_wrap() {
        let dollar = Money::new(1, Currency::USD);
        assert_eq!((dollar.minor(), dollar.currency()), (1, Currency::USD));
        assert_eq!((Money::new(-7, Currency::EUR).minor(), Money::zero(Currency::EUR).minor()), (-7, 0));
        assert_eq!(dollar.plus(Money::new(1, Currency::EUR)), Err(MoneyError::CurrencyMismatch));
        assert_eq!(Money::new(i64::MAX, Currency::USD).plus(dollar), Err(MoneyError::Overflow));
        assert_eq!(Money::new(i64::MIN, Currency::USD).minus(dollar), Err(MoneyError::Overflow));
        assert_eq!(Money::price(-1, Currency::USD), Err(MoneyError::Overflow));
        let (many, most) = (Quantity::try_from(9_999).expect("a quantity"), Money::new(i64::MAX / 9_999, Currency::EUR));
        assert_eq!(Money::new(250, Currency::EUR).times(many), Ok(Money::new(2_499_750, Currency::EUR)));
        assert_eq!(most.times(many).map(Money::currency), Ok(Currency::EUR));
        assert_eq!(most.plus(Money::new(1, Currency::EUR)).and_then(|more| more.times(many)), Err(MoneyError::Overflow));
    }

    proptest! {
        #[test]
        fn a_decimal_survives_the_round_trip(minor in -Money::MAX_MINOR..=Money::MAX_MINOR, place in 0_usize..3) {
            let currency = currency(["JPY", "USD", "BHD"][place]);
            let money = Money::new(minor, currency);
            prop_assert_eq!(Money::parse_decimal(&money.to_decimal(), currency), Ok(money));
        }

        /// Signs and commas are for the eye; the digits are those that spreadsheets read.
        #[test]
        fn customers_and_spreadsheets_read_the_same_digits(minor in -Money::MAX_MINOR..=Money::MAX_MINOR, place in 0_usize..3) {
            let (code, decimals) = [("JPY", 0), ("USD", 2), ("BHD", 3)][place];
            let money = Money::new(minor, currency(code));
            let (shown, plain) = (money.to_string(), money.to_decimal());
            let digits: String = shown.replace(&currency(code).symbol(), "").chars().filter(|letter| !", ".contains(*letter)).collect();
            prop_assert_eq!(&digits, &plain);
            prop_assert_eq!(plain.split_once('.').map_or(0, |(_, fraction)| fraction.len()), decimals);
            prop_assert_eq!(shown.starts_with('-'), minor < 0);
        }

        #[test]
        fn what_is_added_can_be_taken_away(a in -Money::MAX_MINOR..=Money::MAX_MINOR, b in -Money::MAX_MINOR..=Money::MAX_MINOR) {
            let (a, b) = (Money::new(a, Currency::USD), Money::new(b, Currency::USD));
            prop_assert_eq!(a.plus(b).and_then(|sum| sum.minus(b)), Ok(a));
        }
    }
}
