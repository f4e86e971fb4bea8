//! What a reader hands out: a whole product with its warnings, or the reasons why it was left out.

use std::fmt;

use serde::Serialize;

use serde_json::Value;

use super::record::{MetadataPatch, ProductRecord, Reference};

/// How much of a bad value is repeated in a message: enough to find it, not enough to fill a log.
const MAX_VALUE_CHARS: usize = 120;
/// How many errors and warnings one product keeps: a broken column repeats itself on each row.
const MAX_NOTES: usize = 50;
/// What the shop keeps of metadata, less the braces around it.
const MAX_METADATA_BYTES: usize = 16 * 1024 - 2;

/// One product as read, with all its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcedRecord {
    /// What the file says.
    pub record: ProductRecord,
    /// The product that the variants belong to, where the file has only variants of it: it must be in the shop already.
    pub variants_of: Option<Reference>,
    /// Where it stands.
    pub rows: Rows,
    /// Where its parts stand.
    pub lines: Lines,
    /// What was read in another way than one might expect.
    pub warnings: Vec<Note>,
}

/// The line of each variant and of each picture, in the order of the record; empty where all stand in the first row.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lines {
    /// Of its variants.
    pub variants: Vec<u64>,
    /// Of its pictures.
    pub media: Vec<u64>,
}

/// The lines of a file that one product came from, counted from 1 with the header; `count` rows may lie apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Rows {
    /// The line where its first row starts.
    pub first_row: u64,
    /// The line where its last row starts.
    pub last_row: u64,
    /// How many rows it has; a quoted line break does not make a row.
    pub count: u64,
}

impl Rows {
    /// Takes in one more row.
    pub(crate) fn add(&mut self, line: u64) {
        self.first_row = if self.count == 0 { line } else { self.first_row.min(line) };
        self.last_row = self.last_row.max(line);
        self.count += 1;
    }
}

impl SourcedRecord {
    /// The line where a field of the record stands, by its path: that of its variant or picture, or the first of the product.
    pub(crate) fn line_of(&self, path: &str) -> u64 {
        let mut parts = path.split('.');
        let lines = match parts.next() {
            Some("variants") => &self.lines.variants,
            Some("media") => &self.lines.media,
            _ => return self.rows.first_row,
        };
        let place = parts.next().and_then(|place| place.parse::<usize>().ok());
        place.and_then(|place| lines.get(place)).copied().unwrap_or(self.rows.first_row)
    }
}

/// A product that is left out as a whole, because one of its rows is bad.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rejected {
    /// Where it stands.
    #[serde(flatten)]
    pub rows: Rows,
    /// What it is called, where that much could be read.
    pub name: Option<String>,
    /// Why; at least one.
    pub errors: Vec<Note>,
    /// True where the file cannot be read any further.
    pub fatal: bool,
}

/// An error or a warning about one row, and about one cell of it where it can be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The line where the row starts.
    pub row: u64,
    /// The header as the file has it, or the path in a JSON line.
    pub column: Option<String>,
    /// The beginning of what stands there.
    pub value: Option<String>,
    /// What is wrong with it.
    pub message: String,
}

impl Note {
    /// About a whole row.
    pub(crate) fn row(row: u64, message: impl fmt::Display) -> Self {
        Self { row, column: None, value: None, message: message.to_string() }
    }

    /// About one cell.
    pub(crate) fn cell(row: u64, column: &str, value: &str, message: impl fmt::Display) -> Self {
        let column = Some(column.to_owned()).filter(|path| !path.is_empty());
        Self { row, column, value: Some(shorten(value)), message: message.to_string() }
    }
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "row {}", self.row)?;
        if let Some(column) = &self.column {
            write!(f, ", column {column}")?;
        }
        if let Some(value) = &self.value {
            write!(f, ", value {value:?}")?;
        }
        write!(f, ": {}", self.message)
    }
}

/// The key with the longest value, where there is more metadata than the shop keeps.
fn longest_of_too_much(metadata: &MetadataPatch) -> Option<(String, usize)> {
    let bytes = |key: &String, value: &Value| if value.is_null() { 0 } else { key.len() + value.to_string().len() + 4 };
    let sizes = metadata.iter().map(|(key, value)| (key, bytes(key, value)));
    let total: usize = sizes.clone().map(|(_, bytes)| bytes).sum();
    let longest = sizes.max_by_key(|(_, bytes)| *bytes).map(|(key, bytes)| (key.clone(), bytes));
    longest.filter(|_| total > MAX_METADATA_BYTES)
}

fn shorten(value: &str) -> String {
    if value.chars().count() <= MAX_VALUE_CHARS {
        return value.to_owned();
    }
    value.chars().take(MAX_VALUE_CHARS).chain(['…']).collect()
}

/// Errors and warnings gathered while one product is read: reading goes on after a bad cell, so that all are named.
#[derive(Debug, Default)]
pub(crate) struct Notes {
    pub(crate) errors: Vec<Note>,
    pub(crate) warnings: Vec<Note>,
    pub(crate) rows: Rows,
    pub(crate) lines: Lines,
}

impl Notes {
    pub(crate) fn error(&mut self, note: Note) {
        if self.errors.len() < MAX_NOTES {
            self.errors.push(note);
        }
    }

    pub(crate) fn warn(&mut self, note: Note) {
        if self.warnings.len() < MAX_NOTES {
            self.warnings.push(note);
        }
    }

    /// Leaves out the longest metadata of a product and its variants until each has room in the shop, and says so: what
    /// plug-ins keep in columns of their own is no reason to refuse a product.
    pub(crate) fn fit_metadata(&mut self, record: &mut ProductRecord) {
        let row = self.rows.first_row;
        let of_variants = record.variants.iter_mut().map(|variant| &mut variant.metadata);
        for metadata in std::iter::once(&mut record.metadata).chain(of_variants) {
            while let Some((key, bytes)) = longest_of_too_much(metadata) {
                metadata.remove(&key);
                self.warn(Note::row(row, format!("has no room for the metadata {key} ({bytes} bytes)")));
            }
        }
    }

    /// The whole product, or nothing of it.
    pub(crate) fn finish(self, record: ProductRecord, variants_of: Option<Reference>) -> Result<SourcedRecord, Rejected> {
        if self.errors.is_empty() {
            return Ok(SourcedRecord { record, variants_of, rows: self.rows, lines: self.lines, warnings: self.warnings });
        }
        let name = record.name().or_else(|| variants_of.map(|parent| parent.to_string()));
        Err(Rejected { rows: self.rows, name, errors: self.errors, fatal: false })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page builder's column of 200 KiB must not keep the product out of the shop.
    #[test]
    fn metadata_that_has_no_room_is_left_out_and_named() {
        let mut notes = Notes::default();
        notes.rows.add(7);
        let long = |letters: usize| Value::from("x".repeat(letters));
        let metadata = [("builder", long(200_000)), ("long", long(9_000)), ("short", long(8)), ("note", long(8_000))];
        let mut record = ProductRecord {
            metadata: metadata.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
            ..ProductRecord::default()
        };
        notes.fit_metadata(&mut record);
        assert_eq!(record.metadata.keys().collect::<Vec<_>>(), ["note", "short"]);
        assert_eq!(notes.warnings[0].to_string(), "row 7: has no room for the metadata builder (200013 bytes)");
        assert_eq!(notes.warnings.len(), 2);
    }
}
