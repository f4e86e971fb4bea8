//! What single cells mean: truths, whole numbers, weights and lengths, lists.

use std::fmt;

/// Why a cell cannot be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Unreadable(pub(crate) &'static str);

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// Spreadsheets and people write truths in many ways.
pub(crate) fn truth(text: &str) -> Result<bool, Unreadable> {
    match text.to_lowercase().as_str() {
        "true" | "yes" | "1" | "y" => Ok(true),
        "false" | "no" | "0" | "n" => Ok(false),
        _ => Err(Unreadable("is neither true nor false")),
    }
}

/// A whole number, perhaps with decimals that are zero (`5.00`).
pub(crate) fn whole(text: &str) -> Result<i64, Unreadable> {
    let (sign, digits) = text.strip_prefix('-').map_or((1, text), |rest| (-1, rest));
    let (number, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let readable = !number.is_empty() && number.bytes().all(|digit| digit.is_ascii_digit()) && fraction.bytes().all(|digit| digit == b'0');
    let parsed = if readable { number.parse::<i64>().ok() } else { None };
    parsed.map(|number| sign * number).ok_or(Unreadable("is not a whole number"))
}

/// A whole number of 0 or more that fits what is stored.
pub(crate) fn count(text: &str) -> Result<u32, Unreadable> {
    u32::try_from(whole(text)?).map_err(|_| Unreadable("must be between 0 and 4294967295"))
}

/// A stock level; `None` where it is negative, as in shops that sold what they had not.
pub(crate) fn stock(text: &str) -> Result<Option<u32>, Unreadable> {
    if whole(text)? < 0 { Ok(None) } else { count(text).map(Some) }
}

/// One unit as a fraction of grams or millimetres.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Unit {
    numerator: i128,
    denominator: i128,
}

impl Unit {
    /// What weights are stored in.
    pub(crate) const GRAM: Self = Self { numerator: 1, denominator: 1 };

    /// Grams in a unit of weight; pound and ounce by the international agreement of 1959.
    pub(crate) fn weight(name: &str) -> Option<Self> {
        let (numerator, denominator) = match name {
            "g" => (1, 1),
            "kg" => (1_000, 1),
            "lb" | "lbs" => (45_359_237, 100_000),
            "oz" => (28_349_523_125, 1_000_000_000),
            _ => return None,
        };
        Some(Self { numerator, denominator })
    }

    /// Millimetres in a unit of length.
    pub(crate) fn length(name: &str) -> Option<Self> {
        let (numerator, denominator) = match name {
            "mm" => (1, 1),
            "cm" => (10, 1),
            "m" => (1_000, 1),
            "in" => (254, 10),
            "yd" => (9_144, 10),
            _ => return None,
        };
        Some(Self { numerator, denominator })
    }

    /// The measure in whole grams or millimetres, halves rounded up, and whether that was exact.
    pub(crate) fn measure(self, text: &str) -> Result<(u32, bool), Unreadable> {
        const NOT_A_MEASURE: Unreadable = Unreadable("is not a number of 0 or more");
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let digits = format!("{whole}{fraction}");
        // 18 digits times the largest numerator stay far inside an i128.
        if digits.is_empty() || digits.len() > 18 || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(NOT_A_MEASURE);
        }
        let mantissa: i128 = digits.parse().map_err(|_| NOT_A_MEASURE)?;
        let scale = u32::try_from(fraction.len()).map_err(|_| NOT_A_MEASURE)?;
        let (top, bottom) = (mantissa * self.numerator, self.denominator * 10_i128.pow(scale));
        let rounded = (2 * top + bottom) / (2 * bottom);
        let value = u32::try_from(rounded).map_err(|_| Unreadable("is too large"))?;
        Ok((value, top % bottom == 0))
    }
}

/// A decimal as shops with a decimal comma export it: `12,5` is 12.5, while `1,000` stays unreadable because it is
/// one thousand to others.
pub(crate) fn decimal_point(text: &str) -> std::borrow::Cow<'_, str> {
    match text.split_once(',') {
        Some((whole, fraction)) if (1..=2).contains(&fraction.len()) && !whole.contains('.') => format!("{whole}.{fraction}").into(),
        _ => text.into(),
    }
}

/// The trimmed, non-empty parts between commas.
pub(crate) fn list(text: &str) -> Vec<String> {
    text.split(',').map(str::trim).filter(|part| !part.is_empty()).map(str::to_owned).collect()
}

/// As [`list`], where `\,` is a comma inside of a part.
pub(crate) fn escaped_list(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            '\\' if letters.next_if_eq(&',').is_some() => push(&mut parts, ','),
            ',' => parts.push(String::new()),
            letter => push(&mut parts, letter),
        }
    }
    parts.iter().map(|part| part.trim().to_owned()).filter(|part| !part.is_empty()).collect()
}

fn push(parts: &mut [String], letter: char) {
    if let Some(part) = parts.last_mut() {
        part.push(letter);
    }
}

/// The names of a category path, from the root.
pub(crate) fn path(text: &str) -> Vec<String> {
    text.split(" > ").map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn truths_and_numbers_are_read_or_refused() {
        assert_eq!((truth("TRUE"), truth("0")), (Ok(true), Ok(false)));
        assert!(truth("maybe").is_err());
        assert_eq!((whole("-5"), whole("5.00"), count("7")), (Ok(-5), Ok(5), Ok(7)));
        for text in ["", "-", "5.5", "1e3", "1,000", "99999999999999999999", "５"] {
            assert!(whole(text).is_err(), "{text}");
        }
        assert_eq!((stock("-3"), stock("3")), (Ok(None), Ok(Some(3))));
        assert!(count("-1").is_err() && count("4294967296").is_err());
    }

    #[test]
    fn measures_come_in_the_unit_of_the_header() {
        for (unit, text, value) in [
            ("kg", "1.5", (1_500, true)),
            ("g", "0", (0, true)),
            ("lbs", "1", (454, false)),
            ("oz", "1", (28, false)),
            ("g", "0.5", (1, false)),
        ] {
            assert_eq!(Unit::weight(unit).expect("known").measure(text), Ok(value), "{text} {unit}");
        }
        for (unit, text, value) in [("cm", "2.5", 25), ("mm", "7", 7), ("m", ".3", 300), ("in", "10", 254), ("yd", "1", 914)] {
            assert_eq!(Unit::length(unit).expect("known").measure(text).map(|(value, _)| value), Ok(value), "{text} {unit}");
        }
        for text in ["", ".", "-1", "1e3", "NaN", "1,5", "9999999999", "0000000000000000001"] {
            assert!(Unit::weight("kg").expect("known").measure(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_decimal_comma_is_told_from_thousands() {
        for (text, plain) in [("12,5", "12.5"), ("12,50", "12.50"), ("1,000", "1,000"), ("1.000,50", "1.000,50"), ("12.5", "12.5")] {
            assert_eq!(decimal_point(text), plain);
        }
    }

    #[test]
    fn lists_are_split_at_commas_that_are_not_escaped() {
        assert_eq!(list(" a, b,,c "), ["a", "b", "c"]);
        assert_eq!(escaped_list(r"Red\, dark, Blue, C:\x"), ["Red, dark", "Blue", r"C:\x"]);
        assert_eq!(path("Clothing > T-Shirts"), ["Clothing", "T-Shirts"]);
        assert_eq!(path("R>B"), ["R>B"]);
    }
}
