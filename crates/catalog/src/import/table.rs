//! Plain tables: rows of a few known columns, as CSV or as one JSON object a line.

use std::collections::BTreeMap;
use std::io::Cursor;

use serde_json::{Map, Value};

use super::columns::Use;
use super::detect::{self, OpenError, normal};
use super::formula::unescape_formula;
use super::jsonl::MAX_LINE_BYTES;
use super::outcome::Note;
use super::sheet::Sheet;

/// The form of a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    /// A head and a row for each line; comma, semicolon or tab.
    Csv,
    /// One JSON object a line.
    JsonLines,
}

impl TableFormat {
    /// By the first character that says something: an object begins with a brace, and no head does.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        let text = bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(bytes).trim_ascii_start();
        if text.first() == Some(&b'{') { Self::JsonLines } else { Self::Csv }
    }
}

/// What a table is to have.
#[derive(Debug, Clone, Copy)]
pub struct TableShape {
    /// Every column that may be there.
    pub columns: &'static [&'static str],
    /// Those of them that must be.
    pub required: &'static [&'static str],
    /// More rows are several tables.
    pub most_rows: usize,
}

/// Why a table is not read at all.
#[derive(Debug, thiserror::Error)]
pub enum TableError {
    /// It is no table.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// A column that nobody would read.
    #[error("the column {0:?} is not known; the columns are {1}")]
    UnknownColumn(String, String),
    /// A column without which no row says anything.
    #[error("the column {0} is missing")]
    MissingColumn(&'static str),
    /// More rows than a table may have.
    #[error("there are more than {0} rows; split the table")]
    TooManyRows(usize),
}

/// One row: the line where it starts, and its filled cells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TableRow {
    /// From 1, with the head.
    pub line: u64,
    cells: BTreeMap<&'static str, String>,
}

impl TableRow {
    /// What stands in a column; nothing where that is blank or the column is not there.
    #[must_use]
    pub fn cell(&self, column: &str) -> Option<&str> {
        self.cells.get(column).map(String::as_str)
    }
}

/// Reads a table whole: its rows in order, or why one of them cannot be read.
///
/// # Errors
/// `TableError` where it is no such table.
pub fn read_table(bytes: &[u8], format: TableFormat, shape: TableShape) -> Result<Vec<Result<TableRow, Note>>, TableError> {
    match format {
        TableFormat::Csv => read_csv(bytes, shape),
        TableFormat::JsonLines => read_json_lines(bytes, shape),
    }
}

fn named(shape: TableShape, name: &str) -> Option<(usize, &'static str)> {
    let name = normal(name);
    shape.columns.iter().enumerate().find(|(_, column)| **column == name).map(|(place, column)| (place, *column))
}

fn read_csv(bytes: &[u8], shape: TableShape) -> Result<Vec<Result<TableRow, Note>>, TableError> {
    let recognise = |name: &str| match named(shape, name) {
        Some((column, field)) => Use::Field { column, field },
        None => Use::Unknown,
    };
    let layout = detect::layout_of(bytes, |name| named(shape, name).is_some())?;
    let mut sheet = Sheet::open(Cursor::new(bytes), layout, recognise).map_err(OpenError::from)?;
    let unknown = sheet.report().columns.into_iter().map(|column| column.header);
    if let Some(unknown) = unknown.filter(|name| !name.is_empty()).find(|name| named(shape, name).is_none()) {
        return Err(TableError::UnknownColumn(unknown.chars().take(80).collect(), shape.columns.join(", ")));
    }
    let places: Vec<_> = shape.columns.iter().enumerate().map(|(place, name)| (*name, sheet.header.place(place))).collect();
    if let Some((name, _)) = places.iter().find(|(name, place)| place.is_none() && shape.required.contains(name)) {
        return Err(TableError::MissingColumn(name));
    }
    let mut rows = Vec::new();
    while let Some(read) = sheet.next_row() {
        let is_last = read.is_err();
        rows.push(read.and_then(|row| match row.broken {
            Some(note) => Err(note),
            None => {
                let filled = places.iter().filter_map(|(name, place)| {
                    let cell = unescape_formula(row.cell((*place)?).trim());
                    (!cell.is_empty()).then(|| (*name, cell.to_owned()))
                });
                Ok(TableRow { line: row.line, cells: filled.collect() })
            }
        }));
        if rows.len() > shape.most_rows {
            return Err(TableError::TooManyRows(shape.most_rows));
        }
        if is_last {
            break;
        }
    }
    Ok(rows)
}

fn read_json_lines(bytes: &[u8], shape: TableShape) -> Result<Vec<Result<TableRow, Note>>, TableError> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(bytes);
    let mut rows = Vec::new();
    for (line, text) in (1_u64..).zip(bytes.split(|byte| *byte == b'\n')).filter(|(_, text)| !text.trim_ascii().is_empty()) {
        if rows.len() == shape.most_rows {
            return Err(TableError::TooManyRows(shape.most_rows));
        }
        rows.push(
            object(text)
                .and_then(|object| cells(object, shape))
                .map(|cells| TableRow { line, cells })
                .map_err(|error| Note::row(line, error)),
        );
    }
    if rows.is_empty() { Err(OpenError::Empty.into()) } else { Ok(rows) }
}

fn object(text: &[u8]) -> Result<Map<String, Value>, String> {
    if text.len() > MAX_LINE_BYTES {
        return Err(format!("is longer than {MAX_LINE_BYTES} bytes"));
    }
    serde_json::from_slice(text).map_err(|error| format!("is not a JSON object: {error}"))
}

fn cells(object: Map<String, Value>, shape: TableShape) -> Result<BTreeMap<&'static str, String>, String> {
    let mut cells = BTreeMap::new();
    for (name, value) in object {
        let Some((_, column)) = named(shape, &name) else { return Err(format!("{name} is not a member of a row")) };
        let text = match value {
            Value::Null => continue,
            Value::String(text) => text.trim().to_owned(),
            Value::Number(number) => number.to_string(),
            Value::Bool(_) | Value::Array(_) | Value::Object(_) => return Err(format!("{name} must be a text or a number")),
        };
        if !text.is_empty() {
            cells.insert(column, text);
        }
    }
    Ok(cells)
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: TableShape = TableShape { columns: &["sku", "quantity", "location"], required: &["sku", "quantity"], most_rows: 4 };

    fn read(text: &str) -> Result<Vec<String>, String> {
        let rows = read_table(text.as_bytes(), TableFormat::of(text.as_bytes()), SHAPE).map_err(|error| error.to_string())?;
        let told = |row: Result<TableRow, Note>| match row {
            Ok(row) => format!("{} {:?} {:?} {:?}", row.line, row.cell("sku"), row.cell("quantity"), row.cell("location")),
            Err(note) => note.to_string(),
        };
        Ok(rows.into_iter().map(told).collect())
    }

    #[test]
    fn both_forms_say_the_same() {
        let expected = [r#"2 Some("A-1") Some("5") None"#, r#"3 Some("+B") Some("-2") Some("main")"#];
        assert_eq!(read("\u{feff}Quantity;SKU;location\n5;A-1;\n-2;'+B;main\n").as_deref(), Ok(&expected.map(str::to_owned)[..]));
        let lines = "\n{\"sku\": \"A-1\", \"quantity\": 5}\r\n{\"sku\": \"+B\", \"quantity\": \"-2\", \"location\": \"main\"}";
        assert_eq!(read(lines).as_deref(), Ok(&expected.map(str::to_owned)[..]));
    }

    #[test]
    fn what_is_no_such_table_is_refused_and_a_bad_row_alone() {
        assert_eq!(
            read("sku,quantity,colour\nA,1,red\n"),
            Err("the column \"colour\" is not known; the columns are sku, quantity, location".into())
        );
        assert_eq!(read("sku,location\nA,main\n"), Err("the column quantity is missing".into()));
        assert_eq!(read(""), Err("the file is empty".into()));
        assert_eq!(read(&format!("sku,quantity\n{}", "A,1\n".repeat(5))), Err("there are more than 4 rows; split the table".into()));
        assert_eq!(read(&"{\"sku\":\"A\"}\n".repeat(5)), Err("there are more than 4 rows; split the table".into()));
        let rows = read("sku,quantity\nA\nB,1\n").expect("a table");
        assert_eq!(rows, ["row 2: has 1 cells, the header has 2", r#"3 Some("B") Some("1") None"#]);
        let rows = read("{\"sku\":\"A\",\"colour\":1}\n{\"sku\":[]}\n[]\n{\"sku\":\"B\"}").expect("lines");
        assert!(
            rows[0].contains("colour is not") && rows[1].contains("must be a text") && rows[2].contains("not a JSON object"),
            "{rows:?}"
        );
        assert_eq!(rows[3], r#"4 Some("B") None None"#);
    }
}
