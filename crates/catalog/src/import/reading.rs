//! One row seen through its header: cells by column, with errors noted on the way.

use std::fmt::Display;
use std::hash::Hash;

use serde_json::Value;

use super::cells::{self, Unit};
use super::columns::{Header, MetadataColumn};
use super::field::Field;
use super::formula::unescape_formula;
use super::outcome::{Note, Notes};
use super::record::MetadataPatch;
use super::sheet::Row;

/// One row, its header, and where to note what is wrong with it.
pub(crate) struct Reading<'a, C> {
    header: &'a Header<C>,
    row: &'a Row,
    notes: &'a mut Notes,
}

impl<'a, C: Copy + Eq + Hash> Reading<'a, C> {
    pub(crate) fn new(header: &'a Header<C>, row: &'a Row, notes: &'a mut Notes) -> Self {
        Self { header, row, notes }
    }

    pub(crate) fn has(&self, column: C) -> bool {
        self.header.has(column)
    }

    /// The cell as it stands, without the quote of escaped formulas; nothing where the file lacks the column.
    pub(crate) fn cell(&self, column: C) -> Option<&'a str> {
        self.header.place(column).map(|place| unescape_formula(self.row.cell(place)))
    }

    /// The cell without blanks around it; empty where the column is missing.
    pub(crate) fn word(&self, column: C) -> &'a str {
        self.cell(column).unwrap_or("").trim()
    }

    /// Free text, with its blanks.
    pub(crate) fn text(&self, column: C) -> Field<String> {
        self.cell(column).map_or(Field::Keep, |cell| Field::present(Some(cell.to_owned()).filter(|text| !text.is_empty())))
    }

    /// A value; what cannot be read is noted as an error.
    pub(crate) fn parse<T, E: Display>(&mut self, column: C, parse: impl FnOnce(&str) -> Result<T, E>) -> Field<T> {
        match self.cell(column).map(str::trim) {
            None => Field::Keep,
            Some("") => Field::Clear,
            Some(word) => match parse(word) {
                Ok(value) => Field::Set(value),
                Err(error) => {
                    self.error(column, error);
                    Field::Keep
                }
            },
        }
    }

    /// A value that can be read from anything.
    pub(crate) fn map<T>(&self, column: C, read: impl FnOnce(&str) -> T) -> Field<T> {
        match self.cell(column).map(str::trim) {
            None => Field::Keep,
            Some("") => Field::Clear,
            Some(word) => Field::Set(read(word)),
        }
    }

    /// A stock level.
    pub(crate) fn pieces(&mut self, column: C) -> Field<u32> {
        let pieces = self.parse(column, cells::stock);
        if pieces == Field::Set(None) {
            self.warn(column, "is taken as 0: what is owed to customers is not stock");
        }
        pieces.map(Option::unwrap_or_default)
    }

    /// A weight or length in whole grams or millimetres.
    pub(crate) fn measure(&mut self, column: C, unit: Unit) -> Field<u32> {
        let measured = self.parse(column, |text| unit.measure(&cells::decimal_point(text)));
        if let Field::Set((value, false)) = measured {
            self.warn(column, format!("is rounded to {value}"));
        }
        measured.map(|(value, _)| value)
    }

    /// MetadataPatch of all columns that are wanted; an empty cell, or one with the value that says nothing, removes its key.
    pub(crate) fn metadata(&self, wanted: impl Fn(&MetadataColumn) -> bool) -> MetadataPatch {
        let columns = self.header.metadata().filter(|(_, column)| wanted(column));
        columns.map(|(place, column)| (column.key.clone(), self.metadata_value(place, column))).collect()
    }

    fn metadata_value(&self, place: usize, column: &MetadataColumn) -> Value {
        let cell = unescape_formula(self.row.cell(place));
        if cell.trim().is_empty() || cell.trim() == column.default { Value::Null } else { Value::from(cell) }
    }

    /// Warns of each filled cell of these metadata columns.
    pub(crate) fn warn_of_metadata(&mut self, wanted: impl Fn(&MetadataColumn, &Value) -> bool, message: &str) {
        for (place, column) in self.header.metadata() {
            let value = self.metadata_value(place, column);
            if !value.is_null() && wanted(column, &value) {
                self.notes.warn(Note::cell(self.row.line, self.header.name(place), self.row.cell(place), message));
            }
        }
    }

    /// Warns of each of these columns whose cell says anything.
    pub(crate) fn warn_of_filled(&mut self, columns: &[C], message: &str) {
        for column in columns {
            if !self.word(*column).is_empty() {
                self.warn(*column, message);
            }
        }
    }

    pub(crate) fn error(&mut self, column: C, message: impl Display) {
        let note = self.note(column, message);
        self.notes.error(note);
    }

    pub(crate) fn warn(&mut self, column: C, message: impl Display) {
        let note = self.note(column, message);
        self.notes.warn(note);
    }

    /// An error about the row as a whole.
    pub(crate) fn row_error(&mut self, message: impl Display) {
        self.notes.error(Note::row(self.row.line, message));
    }

    /// A warning about the row as a whole.
    pub(crate) fn row_warning(&mut self, message: impl Display) {
        self.notes.warn(Note::row(self.row.line, message));
    }

    fn note(&self, column: C, message: impl Display) -> Note {
        match self.header.place(column) {
            Some(place) => Note::cell(self.row.line, self.header.name(place), self.row.cell(place), message),
            None => Note::row(self.row.line, message),
        }
    }
}
