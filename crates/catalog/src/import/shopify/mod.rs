//! Shopify's product CSV, in both dialects: rows that share a handle and follow each other are one product.

pub(crate) mod columns;
mod product;
mod status;
mod variant;

/// What export needs to write the same columns in the same words.
pub(crate) mod vocabulary {
    pub(crate) use super::columns::{CURRENT, Column, TYPE_ATTRIBUTE, recognise};
    pub(crate) use super::product::SOURCE;
    pub(crate) use super::status::{is_key as is_status_key, write as write_status};
    pub(crate) use super::variant::{OWN_TRACKER, TRACKER_KEY};
}

use std::io::{Read, Seek};

use kernel::Currency;

use super::columns::ColumnReport;
use super::detect::{HeaderNames, OpenError};
use super::formula::unescape_formula;
use super::outcome::{Note, Notes, Rejected, SourcedRecord};
use super::sheet::{Layout, Row, Sheet};
use columns::Column;

/// Shopify allows 2,048 variants and 250 pictures; a file with more rows of one handle is broken.
const MAX_ROWS: usize = 5_000;
/// Text of one product that is held at once.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Hands out one product after the other; holds the rows of one product and the first row of the next.
#[derive(Debug)]
pub(crate) struct Shopify<R> {
    sheet: Sheet<R, Column>,
    currency: Currency,
    next: Option<Row>,
}

impl<R: Read + Seek> Shopify<R> {
    pub(crate) fn open(input: R, layout: Layout, names: &HeaderNames, currency: Currency) -> Result<Self, OpenError> {
        let sheet = Sheet::open(input, layout, |header| columns::recognise(names.known(header)))?;
        Ok(Self { sheet, currency, next: None })
    }

    pub(crate) fn report(&self) -> ColumnReport {
        self.sheet.report()
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.sheet.bytes_read()
    }

    fn next_row(&mut self) -> Option<Result<Row, Note>> {
        self.next.take().map(Ok).or_else(|| self.sheet.next_row())
    }

    fn handle<'a>(&self, row: &'a Row) -> &'a str {
        self.sheet.header.place(Column::Handle).map_or("", |place| unescape_formula(row.cell(place)).trim())
    }

    /// All rows of the product that starts with this one.
    fn group(&mut self, first: Row, notes: &mut Notes) -> Result<Vec<Row>, Note> {
        let mut bytes = first.bytes();
        let handle = self.handle(&first).to_owned();
        self.sheet.count(&first);
        notes.rows.add(first.line);
        let mut rows = vec![first];
        // A product without a handle has one row: nothing says that the next one belongs to it.
        while !handle.is_empty() {
            let Some(row) = self.next_row() else { break };
            let row = row?;
            if self.handle(&row) != handle {
                self.next = Some(row);
                break;
            }
            self.sheet.count(&row);
            notes.rows.add(row.line);
            bytes += row.bytes();
            if rows.len() < MAX_ROWS && bytes <= MAX_BYTES {
                rows.push(row);
            } else if notes.errors.is_empty() {
                notes.error(Note::row(row.line, format!("a product has at most {MAX_ROWS} rows and {MAX_BYTES} bytes")));
            }
        }
        Ok(rows)
    }
}

impl<R: Read + Seek> Iterator for Shopify<R> {
    type Item = Result<SourcedRecord, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut notes = Notes::default();
        let rows = match self.next_row()? {
            Ok(first) => self.group(first, &mut notes),
            Err(note) => Err(note),
        };
        Some(match rows {
            Ok(rows) => product::read(&self.sheet.header, &rows, self.currency, notes),
            // The product that was cut off is left out with the rest of the file.
            Err(note) => {
                notes.rows.add(note.row);
                Err(Rejected { rows: notes.rows, name: None, errors: vec![note], fatal: true })
            }
        })
    }
}

#[cfg(test)]
mod column_tests;
#[cfg(test)]
mod tests;
