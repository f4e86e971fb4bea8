//! Rows of a CSV file, one at a time, with their lines, in bounded memory.

use std::hash::Hash;
use std::io::{self, BufReader, Read, Seek, SeekFrom};

use csv::{ByteRecord, Position, StringRecord};

use super::columns::{ColumnReport, Header, Use};
use super::long_row;
use super::outcome::Note;

/// No honest row is longer; a missing closing quote would swallow the rest of the file into memory.
const MAX_ROW_BYTES: u64 = 4 * 1024 * 1024;

/// A CSV file whose header is understood.
#[derive(Debug)]
pub(crate) struct Sheet<R, C> {
    csv: csv::Reader<Metered<R>>,
    pub(crate) header: Header<C>,
    layout: Layout,
    over: bool,
}

/// How a file is laid out, as its first line tells.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Layout {
    pub(crate) delimiter: u8,
    pub(crate) windows_lines: bool,
}

/// One row with something in it.
#[derive(Debug, Clone)]
pub(crate) struct Row {
    /// The line where it starts, from 1.
    pub(crate) line: u64,
    pub(crate) cells: StringRecord,
    /// Why none of its cells can be trusted.
    pub(crate) broken: Option<Note>,
}

impl Row {
    pub(crate) fn cell(&self, place: usize) -> &str {
        self.cells.get(place).unwrap_or("")
    }

    /// How much memory its text takes.
    pub(crate) fn bytes(&self) -> usize {
        self.cells.as_slice().len()
    }
}

impl<R: Read + Seek, C: Copy + Eq + Hash> Sheet<R, C> {
    /// Reads the header and understands it.
    pub(crate) fn open(input: R, layout: Layout, recognise: impl Fn(&str) -> Use<C>) -> csv::Result<Self> {
        let mut csv =
            csv::ReaderBuilder::new().delimiter(layout.delimiter).flexible(true).from_reader(Metered { input, since_row_bytes: 0 });
        let names = csv.byte_headers()?.iter().map(|name| String::from_utf8_lossy(name).trim().to_owned()).collect();
        Ok(Self { csv, header: Header::new(names, recognise), layout, over: false })
    }

    /// The next row that is not blank. An error means that nothing more can be read.
    pub(crate) fn next_row(&mut self) -> Option<Result<Row, Note>> {
        let mut record = ByteRecord::new();
        loop {
            match self.read(&mut record)? {
                Err(note) => return Some(Err(note)),
                Ok(None) if record.iter().all(|cell| cell.trim_ascii().is_empty()) => {}
                Ok(None) => return Some(Ok(self.row(record))),
                Ok(Some(broken)) => {
                    return Some(Ok(Row { line: broken.row, cells: StringRecord::from_byte_record_lossy(record), broken: Some(broken) }));
                }
            }
        }
    }

    /// The next record, and why it is broken where only the beginnings of its cells could be kept.
    fn read(&mut self, record: &mut ByteRecord) -> Option<Result<Option<Note>, Note>> {
        if self.over {
            return None;
        }
        self.csv.get_mut().since_row_bytes = 0;
        match self.csv.read_byte_record(record) {
            Ok(true) => Some(Ok(None)),
            Ok(false) => {
                self.over = true;
                None
            }
            Err(error) => {
                let start = record.position().cloned().unwrap_or_else(Position::new);
                if self.csv.get_ref().is_too_long()
                    && let Ok(Some(broken)) = self.read_long(&start, record)
                {
                    return Some(Ok(Some(broken)));
                }
                self.over = true;
                let line = start.line() + u64::from(self.layout.windows_lines);
                Some(Err(Note::row(line, format!("the file cannot be read any further: {error}"))))
            }
        }
    }

    /// Reads a row again that is too long to be held; nothing where a closing quote is missing.
    fn read_long(&mut self, start: &Position, record: &mut ByteRecord) -> io::Result<Option<Note>> {
        let input = &mut self.csv.get_mut().input;
        input.seek(SeekFrom::Start(start.byte()))?;
        let Some(row) = long_row::read(&mut BufReader::new(input), self.layout.delimiter)? else { return Ok(None) };
        // What swallowed its neighbours looks like this, too: a row with another number of cells is not believed.
        if row.cells.len() != self.header.len() {
            return Ok(None);
        }
        *record = row.cells.iter().collect();
        record.set_position(Some(start.clone()));
        let mut end = start.clone();
        end.set_byte(start.byte() + row.bytes).set_line(start.line() + row.lines_before + row.lines);
        self.csv.seek(end)?;
        let message = format!("makes its row longer than {} MiB", MAX_ROW_BYTES / (1024 * 1024));
        let value = record.get(row.longest).map(String::from_utf8_lossy).unwrap_or_default();
        Ok(Some(Note::cell(start.line() + row.lines_before, self.header.name(row.longest), &value, message)))
    }

    fn row(&self, record: ByteRecord) -> Row {
        let line = self.line_of(&record);
        let columns = self.header.len();
        let extra = record.iter().skip(columns).any(|cell| !cell.trim_ascii().is_empty());
        let ragged = (record.len() < columns || extra).then(|| Note::row(line, ragged(&record, columns, line)));
        match StringRecord::from_byte_record(record) {
            Ok(cells) => Row { line, cells, broken: ragged },
            Err(error) => {
                let place = error.utf8_error().field();
                let record = error.into_byte_record();
                let cells = StringRecord::from_byte_record_lossy(record);
                let broken = Note::cell(line, self.header.name(place), cells.get(place).unwrap_or(""), "is not UTF-8 text");
                Row { line, cells, broken: Some(broken) }
            }
        }
    }

    /// The parser counts line feeds, but leaves the one of `\r\n` to the next row, and forgets blank lines before a row:
    /// so the line is counted back from the end of the row.
    fn line_of(&self, record: &ByteRecord) -> u64 {
        let before = record.position().map_or(1, Position::line);
        let end = self.csv.position().line() - line_breaks(record);
        if self.layout.windows_lines { end } else { before.max(end - 1) }
    }

    /// Counts the filled cells of a row for the report.
    pub(crate) fn count(&mut self, row: &Row) {
        self.header.count(row.cells.iter().map(str::as_bytes));
    }

    pub(crate) fn report(&self) -> ColumnReport {
        self.header.report()
    }

    /// How far reading has come, for progress.
    pub(crate) fn bytes_read(&self) -> u64 {
        self.csv.position().byte()
    }
}

impl<R: Read + Seek, C: Copy + Eq + Hash> Sheet<R, C> {
    /// Where the next row starts.
    pub(crate) fn position(&self) -> Position {
        self.csv.position().clone()
    }

    /// Goes to the start of a row; costs nothing where it is the next one anyhow.
    pub(crate) fn go_to(&mut self, position: &Position) -> Result<(), Note> {
        self.over = false;
        self.csv.get_mut().since_row_bytes = 0;
        self.csv.seek(position.clone()).map_err(|error| Note::row(position.line(), error))
    }

    /// Reads to the end without understanding rows, and comes back to where it started.
    pub(crate) fn scan(&mut self, mut look: impl FnMut(&Header<C>, &ByteRecord)) -> Result<(), Note> {
        let start = self.position();
        let mut record = ByteRecord::new();
        while let Some(read) = self.read(&mut record) {
            read?;
            look(&self.header, &record);
        }
        self.go_to(&start)
    }
}

fn line_breaks(record: &ByteRecord) -> u64 {
    record.as_slice().iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

/// What is wrong with a row of another length than the header; one that goes over lines has often swallowed its neighbours.
fn ragged(record: &ByteRecord, columns: usize, line: u64) -> String {
    let message = format!("has {} cells, the header has {columns}", record.len());
    match line_breaks(record) {
        0 => message,
        lines => format!("{message}, and it ends in line {}: is a closing quote missing?", line + lines),
    }
}

/// Refuses to read on when a row does not end.
#[derive(Debug)]
struct Metered<R> {
    input: R,
    since_row_bytes: u64,
}

impl<R> Metered<R> {
    const fn is_too_long(&self) -> bool {
        self.since_row_bytes > MAX_ROW_BYTES
    }
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.is_too_long() {
            return Err(io::Error::other("a row is longer than 4 MiB; is a closing quote missing?"));
        }
        let count = self.input.read(buffer)?;
        self.since_row_bytes += count as u64;
        Ok(count)
    }
}

impl<R: Seek> Seek for Metered<R> {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.input.seek(to)
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use super::*;

    fn sheet(text: &[u8], windows_lines: bool) -> Sheet<Cursor<Vec<u8>>, u8> {
        let layout = Layout { delimiter: b',', windows_lines };
        Sheet::open(Cursor::new(text.to_vec()), layout, |_| Use::Unknown).expect("a header")
    }

    fn lines(text: &str, windows_lines: bool) -> Vec<(u64, String)> {
        let mut sheet = sheet(text.as_bytes(), windows_lines);
        let rows = std::iter::from_fn(|| sheet.next_row());
        rows.map(|row| row.expect("readable")).map(|row| (row.line, row.cell(0).to_owned())).collect()
    }

    #[test]
    fn rows_know_their_lines_across_quoted_breaks_and_blank_lines() {
        let text = "a,b\n1,\"x\ny\"\n\n2,y\n,\n3,z\n4,w";
        let expected = [(2, "1"), (5, "2"), (7, "3"), (8, "4")].map(|(line, cell)| (line, cell.to_owned()));
        assert_eq!(lines(text, false), expected);
        assert_eq!(lines(&text.replace('\n', "\r\n"), true), expected);
        assert_eq!(lines(&format!("\u{feff}{text}\n"), false), expected);
    }

    #[test]
    fn ragged_rows_and_bad_text_are_broken_rows_and_reading_goes_on() {
        let mut sheet = sheet(b"a,b\n1\n1,2,3\n1,2,\n\xff,2\n1,2\n", false);
        let broken: Vec<_> =
            std::iter::from_fn(|| sheet.next_row()).map(|row| row.expect("readable").broken.map(|note| note.to_string())).collect();
        let expected = [
            Some("row 2: has 1 cells, the header has 2"),
            Some("row 3: has 3 cells, the header has 2"),
            None,
            Some("row 5, column a, value \"\u{fffd}\": is not UTF-8 text"),
            None,
        ];
        assert_eq!(broken.iter().map(Option::as_deref).collect::<Vec<_>>(), expected);
    }

    #[test]
    fn an_unclosed_quote_does_not_swallow_the_file() {
        let text = format!("a,b\n1,2\n\"{}", "x\n".repeat(3_000_000));
        let mut sheet = sheet(text.as_bytes(), false);
        assert!(sheet.next_row().expect("a row").is_ok());
        let note = sheet.next_row().expect("an end").expect_err("too long");
        assert!(note.row == 3 && note.message.contains("closing quote"), "{note}");
        assert!(sheet.next_row().is_none());
    }

    #[test]
    fn a_cell_of_megabytes_spoils_its_row_alone() {
        for ends in ["\n", "\r\n"] {
            let text = format!("a,b\n1,2\n\n3,\"{}\"\n4,5\n", "x\n".repeat(3_000_000)).replace('\n', ends);
            let mut sheet = sheet(text.as_bytes(), ends.len() == 2);
            let rows: Vec<Row> = std::iter::from_fn(|| sheet.next_row()).map(|row| row.expect("readable")).collect();
            assert_eq!(rows.iter().map(|row| (row.line, row.cell(0))).collect::<Vec<_>>(), [(2, "1"), (4, "3"), (3_000_005, "4")]);
            let broken = rows[1].broken.as_ref().expect("too long").to_string();
            assert!(broken.starts_with("row 4, column b, value \"x") && broken.ends_with("makes its row longer than 4 MiB"), "{broken}");
        }
    }

    #[test]
    fn a_row_that_swallowed_others_says_so() {
        let mut sheet = sheet(b"a,b\n1,2\n\"1,2\n3,4\n5,6\n", false);
        let broken: Vec<_> = std::iter::from_fn(|| sheet.next_row()).filter_map(|row| row.expect("readable").broken).collect();
        assert_eq!(broken[0].to_string(), "row 3: has 1 cells, the header has 2, and it ends in line 6: is a closing quote missing?");
    }

    #[test]
    fn a_scan_comes_back_to_where_it_started() {
        let mut sheet = sheet("\u{feff}a,b\r\n1,2\r\n3,4\r\n".as_bytes(), true);
        let mut places = Vec::new();
        sheet.scan(|_, record| places.extend(record.position().cloned())).expect("readable");
        let next = sheet.next_row().expect("a row").expect("readable");
        assert_eq!((next.line, next.cell(0)), (2, "1"));
        let second = places.get(1).expect("two rows").clone();
        sheet.go_to(&places[0]).expect("seekable");
        sheet.go_to(&second).expect("seekable");
        let row = sheet.next_row().expect("a row").expect("readable");
        assert_eq!((row.line, row.cell(0)), (3, "3"));
    }
}
