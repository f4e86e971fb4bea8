//! Our own format: one product record a line.

use std::io::{BufRead, BufReader, Read};

use serde_json::Value;
use serde_path_to_error::Segment;

use super::field::Field;
use super::outcome::{Note, Notes, Rejected, SourcedRecord};
use super::record::ProductRecord;

/// No record is longer: a product with two thousand variants fits.
pub const MAX_LINE_BYTES: usize = 1024 * 1024;

/// Hands out one record after the other; holds one line.
#[derive(Debug)]
pub(crate) struct Jsonl<R> {
    input: BufReader<R>,
    line: u64,
    bytes_read: u64,
    over: bool,
}

impl<R: Read> Jsonl<R> {
    pub(crate) fn open(input: R) -> Self {
        Self { input: BufReader::new(input), line: 0, bytes_read: 0, over: false }
    }

    pub(crate) const fn bytes_read(&self) -> u64 {
        self.bytes_read
    }

    /// The next line without its end; nothing of it where it is too long.
    fn next_line(&mut self) -> std::io::Result<Option<Option<Vec<u8>>>> {
        let mut line = Vec::new();
        let limit = MAX_LINE_BYTES as u64 + 1;
        let count = self.input.by_ref().take(limit).read_until(b'\n', &mut line)?;
        if count == 0 {
            return Ok(None);
        }
        self.line += 1;
        self.bytes_read += count as u64;
        if line.last() == Some(&b'\n') {
            line.pop();
        } else if line.len() > MAX_LINE_BYTES {
            self.bytes_read += self.input.skip_until(b'\n')? as u64;
            return Ok(Some(None));
        }
        Ok(Some(Some(line)))
    }

    fn read(&self, line: &[u8]) -> Result<SourcedRecord, Rejected> {
        let mut notes = Notes::default();
        notes.rows.add(self.line);
        // An empty array would pass for a record of defaults.
        if line.trim_ascii_start().first() != Some(&b'{') {
            return Err(self.reject("is not a JSON object", false));
        }
        let record = match parse(line) {
            Ok(record) => record,
            Err((path, error)) => {
                let column = path.as_ref().map(ToString::to_string).filter(|path| path != ".");
                let value = path.and_then(|path| value_at(line, &path));
                notes.error(Note { column, value, ..Note::row(self.line, message(&error)) });
                ProductRecord::default()
            }
        };
        if record.title == Field::Clear {
            notes.error(Note::cell(self.line, "title", "null", "cannot be cleared"));
        }
        notes.finish(record, None)
    }

    fn reject(&self, message: impl std::fmt::Display, fatal: bool) -> Rejected {
        let mut notes = Notes::default();
        notes.rows.add(self.line);
        Rejected { rows: notes.rows, name: None, errors: vec![Note::row(self.line, message)], fatal }
    }
}

type ParseError = (Option<serde_path_to_error::Path>, serde_json::Error);

fn parse(line: &[u8]) -> Result<ProductRecord, ParseError> {
    let mut json = serde_json::Deserializer::from_slice(line);
    let record = serde_path_to_error::deserialize(&mut json).map_err(|error| (Some(error.path().clone()), error.into_inner()))?;
    json.end().map(|()| record).map_err(|error| (None, error))
}

/// The message without the place in the line, which the path tells better; a place in bytes where JSON itself is broken.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    if error.is_data() {
        return text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned());
    }
    format!("is not JSON: {}", text.replace("line 1 column", "byte"))
}

/// What stands at a path of the line.
fn value_at(line: &[u8], path: &serde_path_to_error::Path) -> Option<String> {
    let mut value: &Value = &serde_json::from_slice(line).ok()?;
    for segment in path {
        let inner = match segment {
            Segment::Seq { index } => value.get(*index),
            Segment::Map { key } => value.get(key),
            Segment::Enum { variant } => value.get(variant),
            Segment::Unknown => None,
        };
        let Some(inner) = inner else { break };
        value = inner;
    }
    Note::cell(0, "", &value.to_string(), "").value
}

impl<R: Read> Iterator for Jsonl<R> {
    type Item = Result<SourcedRecord, Rejected>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.over {
            match self.next_line() {
                Ok(None) => self.over = true,
                Ok(Some(None)) => return Some(Err(self.reject("is longer than 1 MiB", false))),
                Ok(Some(Some(line))) => {
                    let line = if self.line == 1 { line.strip_prefix(b"\xef\xbb\xbf".as_slice()).unwrap_or(&line) } else { &line };
                    if !line.trim_ascii().is_empty() {
                        return Some(self.read(line));
                    }
                }
                Err(error) => {
                    self.over = true;
                    return Some(Err(self.reject(format!("the file cannot be read any further: {error}"), true)));
                }
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: impl Into<Vec<u8>>) -> Vec<Result<SourcedRecord, Rejected>> {
        Jsonl::open(std::io::Cursor::new(text.into())).collect()
    }

    fn complaint(line: &str) -> String {
        let rejected = read(line).remove(0).expect_err("refused");
        rejected.errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_line_is_a_record_and_blank_lines_are_none() {
        let read = read("\u{feff}{\"slug\":\"mug\",\"title\":\"Mug\"}\r\n\n  \n{\"title\":\"Cup\",\"brand\":null}");
        let records: Vec<_> = read.into_iter().map(|read| read.expect("readable")).collect();
        assert_eq!(records.iter().map(|read| read.rows.first_row).collect::<Vec<_>>(), [1, 4]);
        assert_eq!(records[0].record.title, Field::Set("Mug".to_owned()));
        assert_eq!((records[0].record.brand.clone(), records[1].record.brand.clone()), (Field::Keep, Field::Clear));
    }

    #[test]
    fn errors_name_the_line_the_path_and_the_value() {
        for (line, parts) in [
            (r#"{"titel":"Mug"}"#, vec!["row 1", "column titel", "unknown field `titel`"]),
            (r#"{"title":7}"#, vec!["column title", "value \"7\"", "expected a string"]),
            (
                r#"{"variants":[{"prices":[{"amount":{"amount":-1,"currency":"USD"}}]}]}"#,
                vec!["variants[0].prices[0].amount", "out of range"],
            ),
            (r#"{"slug":"A b"}"#, vec!["column slug", "A b", "slug"]),
            (r#"{"title":null}"#, vec!["column title", "cannot be cleared"]),
            (r#"{"title":"Mug""#, vec!["is not JSON"]),
            (r#"{"title":"Mug"} x"#, vec!["is not JSON"]),
            ("[]", vec!["row 1", "is not a JSON object"]),
        ] {
            let complaint = complaint(line);
            for part in parts {
                assert!(complaint.contains(part), "{complaint} lacks {part}");
            }
        }
    }

    #[test]
    fn a_bad_line_spoils_only_itself() {
        let long = format!("{{\"title\":\"{}\"}}\n", "x".repeat(MAX_LINE_BYTES));
        let read = read(format!("{{\"title\":1}}\n{long}{{\"title\":\"Mug\"}}\n").into_bytes());
        assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, false, true]);
        let rejected = read[1].as_ref().expect_err("too long");
        assert_eq!((rejected.rows.first_row, rejected.fatal, rejected.errors[0].message.as_str()), (2, false, "is longer than 1 MiB"));
        assert_eq!(read[2].as_ref().map(|read| read.rows.first_row), Ok(3));
    }

    #[test]
    fn invalid_text_is_an_error_of_its_line() {
        let read = read(b"{\"title\":\"\xff\"}\n{\"title\":\"Mug\"}\n".as_slice());
        assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true]);
    }
}
