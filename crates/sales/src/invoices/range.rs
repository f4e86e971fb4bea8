//! What documents have their numbers from. Pure.

use kernel::{ChannelId, FieldErrors, InvoiceRangeId, Timestamp};
use serde::Serialize;

use super::model::InvoiceKind;

/// Stands for the year of issue.
const YEAR: &str = "{year}";
const MOST_PREFIX: usize = 32;
const MOST_DIGITS: i64 = 12;

/// What documents of one kind have their numbers from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InvoiceRange {
    /// Its id.
    pub id: InvoiceRangeId,
    /// Of which documents.
    pub kind: InvoiceKind,
    /// Of which channel; of all that have none of their own where it is absent.
    pub channel_id: Option<ChannelId>,
    /// How numbers are written.
    #[serde(flatten)]
    pub form: RangeForm,
    /// Grows with each change.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

/// How numbers are written.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RangeForm {
    /// What stands before the number; `{year}` in it is the year of issue.
    pub prefix: String,
    /// To how many digits the number is filled up with zeros.
    pub digits: i64,
}

/// How numbers are to be written, as somebody said it; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct RangeInput {
    /// What stands before the number.
    pub prefix: Option<String>,
    /// To how many digits it is filled up.
    pub digits: Option<i64>,
}

/// Why a prefix is none.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
enum PrefixError {
    #[error("must be 1 to {MOST_PREFIX} letters, digits and -_./, with {YEAR} at most once")]
    Form,
    #[error("must end in something else than a digit or {YEAR}, or nobody could tell where the number begins")]
    End,
}

impl RangeForm {
    /// What numbers are filled up to where nobody says otherwise.
    pub(super) const DIGITS: i64 = 4;

    /// The form with what is asked for.
    ///
    /// # Errors
    /// A message on `prefix` and `digits`.
    pub(super) fn with(self, input: RangeInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let prefix = match input.prefix {
            Some(raw) => errors.take("prefix", prefix(&raw)),
            None => Some(self.prefix),
        };
        let digits = match input.digits {
            None => Some(self.digits),
            Some(digits) => errors.take("digits", digits_of(digits)),
        };
        errors.finish(|| Some(Self { prefix: prefix?, digits: digits? }))
    }

    /// The year in which a document is counted that is issued in this one: 0 where numbers go on from year to year.
    #[must_use]
    pub fn year(&self, year: i32) -> i32 {
        if self.prefix.contains(YEAR) { year } else { 0 }
    }

    /// A number as it is printed.
    #[must_use]
    pub fn number(&self, year: i32, sequence: i64) -> String {
        let width = usize::try_from(self.digits).unwrap_or_default();
        format!("{}{sequence:0width$}", self.prefix.replace(YEAR, &format!("{year:04}")))
    }
}

fn prefix(raw: &str) -> Result<String, PrefixError> {
    let rest = raw.replacen(YEAR, "", 1);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if raw.is_empty() || raw.len() > MOST_PREFIX || !rest.chars().all(is_plain) {
        return Err(PrefixError::Form);
    }
    let is_open = raw.ends_with(YEAR) || raw.ends_with(|c: char| c.is_ascii_digit());
    if is_open { Err(PrefixError::End) } else { Ok(raw.to_owned()) }
}

fn digits_of(digits: i64) -> Result<i64, String> {
    if (1..=MOST_DIGITS).contains(&digits) { Ok(digits) } else { Err(format!("must be from 1 to {MOST_DIGITS}")) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_prefix_is_plain_and_ends_where_the_number_begins() {
        for (raw, verdict) in [
            ("INV-{year}-", Ok(())),
            ("{year}/", Ok(())),
            ("R", Ok(())),
            ("", Err(PrefixError::Form)),
            ("INV {year}-", Err(PrefixError::Form)),
            ("{year}-{year}-", Err(PrefixError::Form)),
            ("{month}-", Err(PrefixError::Form)),
            ("<b>", Err(PrefixError::Form)),
            ("INV-{year}", Err(PrefixError::End)),
            ("INV-1", Err(PrefixError::End)),
            ("A123456789012345678901234567890--", Err(PrefixError::Form)),
        ] {
            assert_eq!(prefix(raw).map(drop), verdict, "{raw}");
        }
    }

    #[test]
    fn a_number_has_its_year_and_its_zeros() {
        let yearly = RangeForm { prefix: "INV-{year}-".to_owned(), digits: 4 };
        assert_eq!((yearly.year(2026), yearly.number(2026, 7)), (2026, "INV-2026-0007".to_owned()));
        assert_eq!(yearly.number(2026, 12_345), "INV-2026-12345");
        let plain = RangeForm { prefix: "R".to_owned(), digits: 1 };
        assert_eq!((plain.year(2026), plain.number(0, 42)), (0, "R42".to_owned()));
        assert!(plain.clone().with(RangeInput { prefix: None, digits: Some(13) }).is_err());
        assert_eq!(plain.clone().with(RangeInput::default()), Ok(plain));
    }

    proptest! {
        /// Two numbers of one range are never printed alike.
        #[test]
        fn numbers_that_differ_are_printed_otherwise(digits in 1_i64..=12, a in (2000_i32..2100, 1_i64..100_000), b in (2000_i32..2100, 1_i64..100_000)) {
            let form = RangeForm { prefix: "N{year}-".to_owned(), digits };
            prop_assert_eq!(form.number(a.0, a.1) == form.number(b.0, b.1), a == b);
        }
    }
}
