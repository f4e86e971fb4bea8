//! The European Central Bank's table of reference rates: what a euro is worth on a day, as `eurofxref-daily.xml`.
//!
//! The form is of 1999 and has not changed: an envelope, one `Cube` with a `time`, and in it one empty `Cube` for each currency. Whatever is not that
//! form is refused whole, so that half a table, or a page that asks for patience, is never taken for rates.

use std::collections::BTreeMap;

use chrono::{NaiveDate, NaiveTime};
use kernel::{Currency, Timestamp};

use crate::exchange_rates::Rate;

/// There are not many more currencies.
const MOST_RATES: usize = 200;
const OPENING: &str = "<gesmes:Envelope";
const CLOSING: &str = "</gesmes:Envelope>";

/// What a euro is worth on a day.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Table {
    /// The day's begin; rates are published without an hour.
    pub(super) day: Timestamp,
    pub(super) rates: Vec<(Currency, Rate)>,
}

/// Why a document is no table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum TableError {
    /// Its bytes are no UTF-8.
    #[error("it is no text")]
    NoText,
    /// It does not begin, or does not end.
    #[error("it is not a whole envelope of rates")]
    NoEnvelope,
    /// Of which day?
    #[error("it has no day, or more than one")]
    NoDay,
    /// A currency, a decimal, or something else stands there.
    #[error("a rate of it cannot be read")]
    NoRate,
    /// Too few, too many, or two of one.
    #[error("it has no rates, two of a currency, or more than there are currencies")]
    OtherRates,
}

/// Reads a whole table.
pub(super) fn read(document: &[u8]) -> Result<Table, TableError> {
    let text = std::str::from_utf8(document).map_err(|_| TableError::NoText)?;
    let (_, text) = text.split_once(OPENING).ok_or(TableError::NoEnvelope)?;
    let text = text.trim_end().strip_suffix(CLOSING).ok_or(TableError::NoEnvelope)?;
    let (mut days, mut rates) = (Vec::new(), Vec::new());
    for element in text.split("<Cube").skip(1) {
        let (inside, _) = element.split_once('>').ok_or(TableError::NoEnvelope)?;
        let attributes = attributes(inside.trim_end_matches('/')).ok_or(TableError::NoRate)?;
        let of = |name: &str| attributes.get(name).copied();
        match (attributes.len(), of("time"), of("currency"), of("rate")) {
            (0, ..) => {}
            (1, Some(time), None, None) => days.push(day(time).ok_or(TableError::NoDay)?),
            (2, None, Some(currency), Some(rate)) => rates.push(pair(currency, rate).ok_or(TableError::NoRate)?),
            _ => return Err(TableError::NoRate),
        }
    }
    let mut codes: Vec<&str> = rates.iter().map(|(currency, _)| currency.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    if rates.is_empty() || codes.len() < rates.len() || rates.len() > MOST_RATES {
        return Err(TableError::OtherRates);
    }
    match days.as_slice() {
        [day] => Ok(Table { day: *day, rates }),
        _ => Err(TableError::NoDay),
    }
}

/// Names and values, each name once: `currency='USD' rate="1.0853"`.
fn attributes(text: &str) -> Option<BTreeMap<&str, &str>> {
    let (mut known, mut rest) = (BTreeMap::new(), text.trim());
    while !rest.is_empty() {
        let (name, after) = rest.split_once('=')?;
        let quote = after.chars().next().filter(|quote| ['"', '\''].contains(quote))?;
        let (value, after) = after.strip_prefix(quote)?.split_once(quote)?;
        if known.insert(name.trim_end(), value).is_some() {
            return None;
        }
        rest = after.trim_start();
    }
    Some(known)
}

fn day(text: &str) -> Option<Timestamp> {
    let day = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

fn pair(currency: &str, rate: &str) -> Option<(Currency, Rate)> {
    Some((currency.parse().ok()?, rate.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(cubes: &str) -> String {
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
            <gesmes:Envelope xmlns:gesmes=\"http://www.gesmes.org/xml/2002-08-01\" xmlns=\"http://www.ecb.int/vocabulary/2002-08-01/eurofxref\">\n\
            <gesmes:subject>Reference rates</gesmes:subject>\n<gesmes:Sender><gesmes:name>European Central Bank</gesmes:name></gesmes:Sender>\n\
            <Cube>\n{cubes}</Cube>\n</gesmes:Envelope>\n"
        )
    }

    const DAY: &str =
        "<Cube time='2026-02-27'>\n<Cube currency='USD' rate='1.0853'/>\n<Cube currency=\"JPY\" rate=\"162.35\" />\n</Cube>\n";

    #[test]
    fn a_table_is_a_day_with_rates() {
        let table = read(document(DAY).as_bytes()).expect("a table");
        let told: Vec<(&str, String)> = table.rates.iter().map(|(currency, rate)| (currency.code(), rate.to_string())).collect();
        assert_eq!(told, [("USD", "1.0853".to_owned()), ("JPY", "162.35".to_owned())]);
        assert_eq!(table.day.to_rfc3339(), "2026-02-27T00:00:00+00:00");
    }

    /// A table that ends early is no table, wherever it does.
    #[test]
    fn half_a_table_is_none() {
        let whole = document(DAY);
        let whole = whole.trim_end();
        for end in 0..whole.len() {
            assert!(read(&whole.as_bytes()[..end]).is_err(), "{}", &whole[..end]);
        }
    }

    #[test]
    fn what_has_another_form_is_refused() {
        for (cubes, error) in [
            (DAY.replace("1.0853", "N/A"), TableError::NoRate),
            (DAY.replace("1.0853", "-1.0853"), TableError::NoRate),
            (DAY.replace("USD", "XYZ"), TableError::NoRate),
            (DAY.replace("currency=\"JPY\"", "currency=\"JPY\" bid=\"1\""), TableError::NoRate),
            (DAY.replace("rate='1.0853'", "rate='1.0853' rate='1.1'"), TableError::NoRate),
            (DAY.replace("rate='1.0853'", "rate=1.0853"), TableError::NoRate),
            (DAY.replace("JPY", "USD"), TableError::OtherRates),
            (DAY.replace("2026-02-27", "27.02.2026"), TableError::NoDay),
            (format!("{DAY}<Cube time='2026-02-26'></Cube>"), TableError::NoDay),
            ("<Cube currency='USD' rate='1.0853'/>".to_owned(), TableError::NoDay),
            (String::new(), TableError::OtherRates),
        ] {
            assert_eq!(read(document(&cubes).as_bytes()), Err(error), "{cubes}");
        }
        assert_eq!(read(b"<html>Back soon</html>"), Err(TableError::NoEnvelope));
        assert_eq!(read(&[0xff, 0xfe]), Err(TableError::NoText));
    }

    proptest::proptest! {
        #[test]
        fn no_document_makes_it_panic(cubes in "[<>/='\"a-zA-Z0-9. \\-éCube]{0,200}") {
            let _ = read(document(&cubes).as_bytes());
        }
    }
}
