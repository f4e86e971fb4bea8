//! Product files of three formats.

use std::io::Cursor;

use catalog::import::{self, ReadOptions};
use kernel::Currency;

/// A product takes a byte of the file at least, and a row may tell of what is missing at its end.
const SLACK: usize = 16;

/// A file is refused or read to its end, the same way each time, and tells of no more products than it has room for.
///
/// # Panics
/// Where it is not.
pub fn product_file(bytes: &[u8]) {
    let first = outcomes(bytes);
    assert!(first.len() <= bytes.len() + SLACK, "{} products in {} bytes", first.len(), bytes.len());
    assert_eq!(first, outcomes(bytes), "read in two ways");
}

fn outcomes(bytes: &[u8]) -> Vec<String> {
    let Ok(currency) = "USD".parse::<Currency>() else { return Vec::new() };
    match import::open(Cursor::new(bytes), &ReadOptions::new(currency)) {
        Ok(reader) => reader.take(bytes.len() + 2 * SLACK).map(|outcome| format!("{outcome:?}")).collect(),
        Err(error) => vec![error.to_string()],
    }
}
