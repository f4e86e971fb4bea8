//! Many rows at once: as JSON, or as a table in the words of spreadsheets and of pipes.

use bytes::Bytes;
use serde::de::DeserializeOwned;

use super::json::{JsonBody, Valid};
use crate::problem::Problem;

const CSV: &str = "text/csv";
const JSON_LINES: &str = "application/x-ndjson";

/// A JSON body that has the shape of `T`, a CSV file, or one JSON object a line; of at most `LIMIT` bytes.
#[derive(Debug, Clone)]
pub enum Rows<T, const LIMIT: usize> {
    /// `application/json`.
    Json(T),
    /// `text/csv`.
    Csv(Bytes),
    /// `application/x-ndjson`.
    JsonLines(Bytes),
}

impl<T: DeserializeOwned, const LIMIT: usize> JsonBody for Rows<T, LIMIT> {
    const LIMIT: usize = LIMIT;
    const MAY_BE_EMPTY: bool = false;
    const OTHERS: &'static [&'static str] = &[CSV, JSON_LINES];

    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        <Valid<T, LIMIT> as JsonBody>::parse(bytes).map(|Valid(body)| Self::Json(body))
    }

    fn parse_other(media_type: &'static str, bytes: &Bytes) -> Result<Self, Problem> {
        Ok(if media_type == CSV { Self::Csv(bytes.clone()) } else { Self::JsonLines(bytes.clone()) })
    }
}
