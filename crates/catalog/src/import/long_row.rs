//! A row too long to be held, read to its end with the beginning of each cell: so that it spoils one product and not the file.

use std::io::{self, BufRead};

/// So much of each cell is kept: enough to tell which product the row belongs to.
const MAX_CELL_BYTES: usize = 4 * 1024;
/// More cells than any header has names.
const MAX_CELLS: usize = 10_000;

/// What is kept of it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct LongRow {
    /// The beginnings of its cells.
    pub(crate) cells: Vec<Vec<u8>>,
    /// Which cell is the longest.
    pub(crate) longest: usize,
    /// Line breaks before it.
    pub(crate) lines_before: u64,
    /// Line breaks in it.
    pub(crate) lines: u64,
    /// Everything that was read, line breaks before it included.
    pub(crate) bytes: u64,
}

/// Where in a cell the reader is, as RFC 4180 and the parser of all other rows have it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    Start,
    Plain,
    Quoted,
    /// Behind a quote inside of quotes: the end of them, or the first half of an escaped one.
    AfterQuote,
}

/// Reads one row from where it starts; nothing where the file ends inside of quotes.
pub(crate) fn read(input: &mut impl BufRead, delimiter: u8) -> io::Result<Option<LongRow>> {
    let mut reader = Reader { row: LongRow::default(), cell: Vec::new(), cell_bytes: 0, most_bytes: 0, place: Place::Start, delimiter };
    loop {
        let some = input.fill_buf()?;
        if some.is_empty() {
            let is_open = reader.place == Place::Quoted;
            reader.end_cell();
            return Ok((!is_open).then_some(reader.row));
        }
        let end = some.iter().position(|&byte| reader.take(byte));
        let count = end.map_or(some.len(), |end| end + 1);
        input.consume(count);
        reader.row.bytes += count as u64;
        if end.is_some() {
            return Ok(Some(reader.row));
        }
    }
}

struct Reader {
    row: LongRow,
    cell: Vec<u8>,
    cell_bytes: usize,
    most_bytes: usize,
    place: Place,
    delimiter: u8,
}

impl Reader {
    /// Takes one byte; true where it ends the row.
    fn take(&mut self, byte: u8) -> bool {
        let is_end = matches!(byte, b'\r' | b'\n');
        let is_blank = is_end && self.row.cells.is_empty() && self.place == Place::Start;
        if byte == b'\n' {
            if is_blank { self.row.lines_before += 1 } else { self.row.lines += 1 }
        }
        match (self.place, byte) {
            _ if is_blank => {}
            (Place::Quoted, b'"') => self.place = Place::AfterQuote,
            (Place::Quoted, _) => self.keep(byte),
            (Place::Start, b'"') => self.place = Place::Quoted,
            (Place::AfterQuote, b'"') => {
                self.place = Place::Quoted;
                self.keep(byte);
            }
            _ if byte == self.delimiter => self.end_cell(),
            _ if is_end => {
                self.end_cell();
                return true;
            }
            _ => {
                self.place = Place::Plain;
                self.keep(byte);
            }
        }
        false
    }

    fn keep(&mut self, byte: u8) {
        self.cell_bytes += 1;
        if self.cell.len() < MAX_CELL_BYTES {
            self.cell.push(byte);
        }
    }

    fn end_cell(&mut self) {
        self.place = Place::Start;
        if self.cell_bytes > self.most_bytes {
            self.most_bytes = self.cell_bytes;
            self.row.longest = self.row.cells.len();
        }
        self.cell_bytes = 0;
        if self.row.cells.len() < MAX_CELLS {
            self.row.cells.push(std::mem::take(&mut self.cell));
        }
        self.cell.clear();
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn cells_are_cut_off_and_the_row_ends_where_it_ends() {
        let text = format!("\r\na,\"{}\",\"x\"\"y\"\r\nnext\n", "\n".repeat(10_000));
        let row = read(&mut text.as_bytes(), b',').expect("readable").expect("closed");
        assert_eq!((row.cells.len(), row.cells[1].len(), row.cells[2].as_slice()), (3, MAX_CELL_BYTES, b"x\"y".as_slice()));
        assert_eq!((row.longest, row.lines_before, row.lines, row.bytes), (1, 1, 10_000, text.len() as u64 - 6));
        assert_eq!(read(&mut b"a,\"b\n".as_slice(), b',').expect("readable"), None);
    }

    proptest! {
        /// What is short enough reads as in the parser that reads all other rows.
        #[test]
        fn a_row_reads_as_any_other_row(text in "[a\",\r\n]{1,24}") {
            let mut csv = csv::ReaderBuilder::new().has_headers(false).flexible(true).from_reader(text.as_bytes());
            let mut record = csv::ByteRecord::new();
            let found = csv.read_byte_record(&mut record).expect("readable");
            if let (true, Some(row)) = (found, read(&mut text.as_bytes(), b',').expect("readable")) {
                prop_assert_eq!(row.cells, record.iter().map(<[u8]>::to_vec).collect::<Vec<_>>());
            }
        }
    }
}
