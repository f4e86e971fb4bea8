//! Reading a list of figures from a table.

use super::model::{MOST_ROWS, Refusal, StockRow, StockRowInput, shortened};
use crate::import::{Note, TableError, TableFormat, TableRow, TableShape, read_table};

const SHAPE: TableShape =
    TableShape { columns: &["sku", "location", "quantity", "mode", "reason"], required: &["sku", "quantity"], most_rows: MOST_ROWS };

/// A list of figures as it was read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StockList {
    /// The rows that can be read, in order.
    pub rows: Vec<StockRow>,
    /// The others.
    pub refused: Vec<Refusal>,
}

impl StockList {
    /// Takes in what became of a row.
    pub fn push(&mut self, row: Result<StockRow, Refusal>) {
        match row {
            Ok(row) => self.rows.push(row),
            Err(refusal) => self.refused.push(refusal),
        }
    }
}

/// Reads a list. A row that cannot be read is refused, and no other.
///
/// # Errors
/// `TableError` where it is no list of figures.
pub fn read(bytes: &[u8], format: TableFormat) -> Result<StockList, TableError> {
    let mut list = StockList::default();
    for row in read_table(bytes, format, SHAPE)? {
        list.push(row.map_err(|note| unreadable(&note)).and_then(|row| parse(&row)));
    }
    Ok(list)
}

fn parse(row: &TableRow) -> Result<StockRow, Refusal> {
    let raw = StockRowInput {
        sku: row.cell("sku"),
        location: row.cell("location"),
        quantity: row.cell("quantity"),
        mode: row.cell("mode"),
        reason: row.cell("reason"),
    };
    StockRow::parse(i64::try_from(row.line).unwrap_or(i64::MAX), raw)
}

fn unreadable(note: &Note) -> Refusal {
    let line = i64::try_from(note.row).unwrap_or(i64::MAX);
    Refusal { line, sku: String::new(), location: String::new(), message: shortened(&note.message) }
}
