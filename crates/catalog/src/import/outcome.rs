//! What a reader hands out: a whole product with its warnings, or the reasons why it was left out.

use std::fmt;

use serde::Serialize;

use super::record::{ProductRecord, Reference};

/// How much of a bad value is repeated in a message: enough to find it, not enough to fill a log.
const MAX_VALUE_CHARS: usize = 120;
/// How many errors and warnings one product keeps: a broken column repeats itself on each row.
const MAX_NOTES: usize = 50;

/// One product as read, with all its rows.
#[derive(Debug, Clone, PartialEq)]
pub struct SourcedRecord {
    /// What the file says.
    pub record: ProductRecord,
    /// The product that the variants belong to, where the file has only variants of it: it must be in the shop already.
    pub variants_of: Option<Reference>,
    /// Where it stands.
    pub rows: Rows,
    /// What was read in another way than one might expect.
    pub warnings: Vec<Note>,
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

    /// The whole product, or nothing of it.
    pub(crate) fn finish(self, record: ProductRecord, variants_of: Option<Reference>) -> Result<SourcedRecord, Rejected> {
        if self.errors.is_empty() {
            return Ok(SourcedRecord { record, variants_of, rows: self.rows, warnings: self.warnings });
        }
        let name = record.name().or_else(|| variants_of.map(|parent| parent.to_string()));
        Err(Rejected { rows: self.rows, name, errors: self.errors, fatal: false })
    }
}
