//! WooCommerce's product CSV: a row is a product, or a variation of one that may stand anywhere in the file.
//!
//! A product is handed out with all its variations, or not at all, so that a bad variation never leaves half a product
//! behind. A first pass notes where the variations of each product stand (a few dozen bytes a row); the second reads
//! products in order and fetches their variations by seeking, which costs nothing where they follow at once. Variations
//! of products that are not in the file are handed out in groups of their own, with the name of their product.

mod attributes;
pub(crate) mod columns;
mod index;
mod kind;
mod prices;
mod product;
mod references;
mod stock;
mod variant;
mod variation;

use std::io::{Read, Seek};

use csv::Position;
use kernel::Currency;

use super::columns::ColumnReport;
use super::detect::{HeaderNames, OpenError};
use super::outcome::{Note, Notes, Rejected, SourcedRecord};
use super::record::Reference;
use super::sheet::{Layout, Row, Sheet};
use columns::Column;
use index::Index;
use kind::Structure;
use product::Source;
pub(crate) use references::SKU_SOURCE;

/// More variations than any product has; what is above is a broken file.
const MAX_ROWS: usize = 5_000;
/// Text of one product that is held at once.
const MAX_BYTES: usize = 16 * 1024 * 1024;

/// Hands out one product after the other; holds the rows of one product and the index.
#[derive(Debug)]
pub(crate) struct WooCommerce<R> {
    sheet: Sheet<R, Column>,
    index: Index,
    currency: Currency,
    over: bool,
}

impl<R: Read + Seek> WooCommerce<R> {
    pub(crate) fn open(input: R, layout: Layout, names: &HeaderNames, currency: Currency) -> Result<Self, OpenError> {
        let mut sheet = Sheet::open(input, layout, |header| columns::recognise(names.known(header)))?;
        let mut index = Index::default();
        sheet.scan(|header, record| index.look(header, record)).map_err(OpenError::Broken)?;
        index.finish()?;
        Ok(Self { sheet, index, currency, over: false })
    }

    pub(crate) fn report(&self) -> ColumnReport {
        self.sheet.report()
    }

    pub(crate) fn bytes_read(&self) -> u64 {
        self.sheet.bytes_read()
    }

    /// A product, a group of variations without one, or nothing where a row belongs to a product elsewhere.
    fn read(&mut self, row: Row) -> Result<Option<Result<SourcedRecord, Rejected>>, Note> {
        let structure = index::structure(&self.sheet.header, &row.cells);
        if structure != Structure::Variation {
            return self.product(row, structure).map(Some);
        }
        match index::parent(&self.sheet.header, &row.cells) {
            Some(parent) if self.index.has_parent(&parent) => Ok(None),
            Some(parent) => self.orphans(parent),
            None => {
                self.sheet.count(&row);
                let mut notes = Notes::default();
                notes.rows.add(row.line);
                let message = "is a variation that does not name its product in the column Parent";
                notes.error(row.broken.unwrap_or_else(|| Note::row(row.line, message)));
                Ok(Some(notes.finish(super::record::ProductRecord::default(), None)))
            }
        }
    }

    fn product(&mut self, row: Row, structure: Structure) -> Result<Result<SourcedRecord, Rejected>, Note> {
        let mut notes = Notes::default();
        notes.rows.add(row.line);
        self.sheet.count(&row);
        let names = index::names(&self.sheet.header, &row.cells);
        let places = if structure == Structure::Variable { self.index.take(&names) } else { Vec::new() };
        let variations = self.fetch(&places, &names, &mut notes)?;
        Ok(product::read(self.source(), &row, &variations, notes))
    }

    fn orphans(&mut self, parent: Reference) -> Result<Option<Result<SourcedRecord, Rejected>>, Note> {
        let names = [parent.clone()];
        let places = self.index.take(&names);
        if places.is_empty() {
            return Ok(None);
        }
        let mut notes = Notes::default();
        let rows = self.fetch(&places, &names, &mut notes)?;
        Ok(Some(variation::read_orphans(self.source(), parent, &rows, notes)))
    }

    /// Reads rows elsewhere in the file and comes back.
    fn fetch(&mut self, places: &[Position], names: &[Reference], notes: &mut Notes) -> Result<Vec<Row>, Note> {
        if places.is_empty() {
            return Ok(Vec::new());
        }
        let back = self.sheet.position();
        let (mut rows, mut bytes) = (Vec::new(), 0);
        for place in places {
            self.sheet.go_to(place)?;
            let Some(row) = self.sheet.next_row() else { break };
            let row = row?;
            // The index knows hashes only.
            if !index::parent(&self.sheet.header, &row.cells).is_some_and(|parent| names.contains(&parent)) {
                continue;
            }
            self.sheet.count(&row);
            notes.rows.add(row.line);
            bytes += row.bytes();
            if rows.len() < MAX_ROWS && bytes <= MAX_BYTES {
                rows.push(row);
            } else if notes.errors.is_empty() {
                notes.error(Note::row(row.line, format!("a product has at most {MAX_ROWS} variations and {MAX_BYTES} bytes")));
            }
        }
        self.sheet.go_to(&back)?;
        Ok(rows)
    }

    fn source(&self) -> Source<'_> {
        Source { header: &self.sheet.header, currency: self.currency }
    }
}

impl<R: Read + Seek> Iterator for WooCommerce<R> {
    type Item = Result<SourcedRecord, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            let read = self.sheet.next_row()?.and_then(|row| self.read(row));
            match read {
                Ok(None) => {}
                Ok(Some(product)) => return Some(product),
                Err(note) => {
                    self.over = true;
                    let mut notes = Notes::default();
                    notes.rows.add(note.row);
                    return Some(Err(Rejected { rows: notes.rows, name: None, errors: vec![note], fatal: true }));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod column_tests;
#[cfg(test)]
mod tests;
