//! JSON bodies: 415, 413, 400 where they cannot be read, 422 with the field's path where they can and are wrong.

use axum::body::Body;
use axum::extract::{FromRequest, Request};
use bytes::Bytes;
use http::request::Parts;
use serde::de::DeserializeOwned;
use serde_json::Value;
use serde_path_to_error::Segment;

use super::card_numbers;
use super::read::{self, ORDINARY_BODY};
use super::shaped::Shaped;
use super::strict::Strict;
use crate::problem::Problem;

/// How a body is read, so that [`super::Command`] takes any of them.
pub trait JsonBody: Sized {
    /// How many bytes it may have; [`ORDINARY_BODY`]: as many as the gateway's rules say.
    const LIMIT: usize;
    /// True where no body at all is good, too.
    const MAY_BE_EMPTY: bool;

    /// The media types that are taken beside JSON.
    const OTHERS: &'static [&'static str] = &[];

    /// Reads the bytes.
    ///
    /// # Errors
    /// 400 `malformed_body` or 422 `validation_failed`.
    fn parse(bytes: &[u8]) -> Result<Self, Problem>;

    /// Takes bytes of one of [`JsonBody::OTHERS`].
    ///
    /// # Errors
    /// 415 for what is none of them.
    fn parse_other(media_type: &'static str, bytes: &Bytes) -> Result<Self, Problem> {
        let _ = (media_type, bytes);
        Err(Problem::unsupported_media_type("application/json"))
    }
}

/// A JSON body of at most `LIMIT` bytes that has the shape of `T` (an `…In` or `…Patch` with `deny_unknown_fields`).
#[derive(Debug, Clone, Copy)]
pub struct Valid<T, const LIMIT: usize = ORDINARY_BODY>(pub T);

impl<T: DeserializeOwned, const LIMIT: usize> JsonBody for Valid<T, LIMIT> {
    const LIMIT: usize = LIMIT;
    const MAY_BE_EMPTY: bool = false;

    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        parse(bytes).map(Self)
    }
}

impl<S: Sync, T: DeserializeOwned, const LIMIT: usize> FromRequest<S> for Valid<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        take(&parts, body).await.map(|(_, body)| body)
    }
}

/// As [`Valid`], but an empty body and `null` stand for the default.
#[derive(Debug, Clone, Copy)]
pub struct Optional<T, const LIMIT: usize = ORDINARY_BODY>(pub T);

impl<T: DeserializeOwned + Default, const LIMIT: usize> JsonBody for Optional<T, LIMIT> {
    const LIMIT: usize = LIMIT;
    const MAY_BE_EMPTY: bool = true;

    fn parse(bytes: &[u8]) -> Result<Self, Problem> {
        let said: Option<T> = if bytes.is_empty() { None } else { parse(bytes)? };
        Ok(Self(said.unwrap_or_default()))
    }
}

impl<S: Sync, T: DeserializeOwned + Default, const LIMIT: usize> FromRequest<S> for Optional<T, LIMIT> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        take(&parts, body).await.map(|(_, body)| body)
    }
}

/// The bytes of a body and what they say.
pub(super) async fn take<B: JsonBody>(parts: &Parts, body: Body) -> Result<(Bytes, B), Problem> {
    let headers = &parts.headers;
    if let Some(other) = B::OTHERS.iter().find(|other| read::is_media_type(headers, other)) {
        let bytes = read::whole(headers, body, read::limit(parts, B::LIMIT)).await?;
        let said = B::parse_other(other, &bytes)?;
        return Ok((bytes, said));
    }
    let is_json = read::is_media_type(headers, "application/json");
    let unsupported = || Problem::unsupported_media_type("application/json");
    if !is_json && !B::MAY_BE_EMPTY {
        return Err(unsupported());
    }
    let bytes = read::whole(headers, body, read::limit(parts, B::LIMIT)).await?;
    if !is_json && !bytes.is_empty() {
        return Err(unsupported());
    }
    let said = B::parse(&bytes)?;
    Ok((bytes, said))
}

/// Reads the text first and the shape after, so that a broken body is 400 even where its first half is wrong, too.
fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let Strict(value) = serde_json::from_slice(bytes).map_err(Problem::malformed_body)?;
    shaped(value)
}

fn shaped<T: DeserializeOwned>(value: Value) -> Result<T, Problem> {
    if let Some(place) = card_numbers::find(&value) {
        return Err(Problem::validation_failed(place, "must not contain a payment card number"));
    }
    serde_path_to_error::deserialize(Shaped(value)).map_err(refuse)
}

/// serde tells some things only in its message; they become messages a person can act on.
fn refuse(error: serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let path = dotted(error.path());
    let message = error.into_inner().to_string();
    let quoted = message.split('`').nth(1).unwrap_or_default();
    if message.starts_with("missing field") {
        let field = if path.is_empty() { quoted.to_owned() } else { format!("{path}.{quoted}") };
        return Problem::validation_failed(field, "is required");
    }
    if message.starts_with("unknown field") {
        let field = if path.is_empty() { quoted } else { &path };
        return Problem::validation_failed(field, "is not a field of this request");
    }
    Problem::validation_failed(path, in_words(&message))
}

/// A wrong type in the words of JSON: a client's author knows no types of Rust.
fn in_words(message: &str) -> String {
    let Some((given, wanted)) = message.strip_prefix("invalid type: ").and_then(|rest| rest.rsplit_once(", expected ")) else {
        return message.to_owned();
    };
    let wanted = match wanted {
        "i16" | "i32" | "i64" | "u16" | "u32" | "u64" | "usize" => "a whole number",
        "a sequence" => "a list",
        "a map" => "an object",
        _ if wanted.starts_with("struct ") => "an object",
        _ => wanted,
    };
    format!("must be {wanted}, not {given}")
}

/// `lines[0].quantity` as `lines.0.quantity`, the form of every other message.
fn dotted(path: &serde_path_to_error::Path) -> String {
    let segments = path.iter().filter_map(|segment| match segment {
        Segment::Seq { index } => Some(index.to_string()),
        Segment::Map { key } => Some(key.clone()),
        Segment::Enum { variant } => Some(variant.clone()),
        Segment::Unknown => None,
    });
    segments.collect::<Vec<_>>().join(".")
}

/// A whole JSON text that has the shape of `T`, for what is not a body: a line of a file, one item of a batch.
impl<T: DeserializeOwned> Valid<T> {
    /// Reads one JSON value.
    ///
    /// # Errors
    /// 422 `validation_failed` with the field's path.
    pub fn of(value: Value) -> Result<T, Problem> {
        shaped(value)
    }
}

#[cfg(test)]
mod tests {
    use serde::Deserialize;

    use super::*;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct CartIn {
        lines: Vec<LineIn>,
        note: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(deny_unknown_fields)]
    struct LineIn {
        quantity: kernel::Quantity,
    }

    #[test]
    fn a_wrong_field_is_named_by_its_path() {
        let cases = [
            (r#"{"lines": [{"quantity": 1}, {"quantity": 0}]}"#, "lines.1.quantity", "quantity must be between 1 and 9999"),
            (r#"{"lines": [{"quantity": 1, "price": 5}]}"#, "lines.0.price", "is not a field of this request"),
            (r#"{"lines": [{}]}"#, "lines.0.quantity", "is required"),
            (r#"{"note": "x"}"#, "lines", "is required"),
            (r#"{"total": 1}"#, "total", "is not a field of this request"),
            (r#"{"lines": [5]}"#, "lines.0", "must be an object, not integer `5`"),
            (r#"{"lines": 5}"#, "lines", "must be a list, not integer `5`"),
            (r#"{"lines": [[1]]}"#, "lines.0", "must be an object, not sequence"),
            (r#"[[]]"#, "", "must be an object, not sequence"),
            (r#"{"lines": [{"quantity": 1.5}]}"#, "lines.0.quantity", "must be a whole number, not floating point `1.5`"),
            (r#"{"lines": [], "note": 5}"#, "note", "must be a string, not integer `5`"),
        ];
        for (body, field, message) in cases {
            let problem = parse::<CartIn>(body.as_bytes()).expect_err(body);
            assert_eq!((problem.status().as_u16(), problem.code()), (422, "validation_failed"), "{body}");
            assert_eq!(problem.into_item().details.get(field), Some(&vec![message.to_owned()]), "{body}");
        }
    }

    #[test]
    fn a_number_without_a_fraction_is_whole_however_it_is_written() {
        for number in ["2", "2.0", "2e0", "0.2e1"] {
            let cart = parse::<CartIn>(format!(r#"{{"lines": [{{"quantity": {number}}}]}}"#).as_bytes()).expect(number);
            assert_eq!(cart.lines[0].quantity, kernel::Quantity::try_from(2).expect("two"), "{number}");
        }
        let exact = |text: &[u8]| parse::<i64>(text).ok();
        assert_eq!(
            (exact(b"-9007199254740992.0"), exact(b"9007199254740994.0"), exact(b"1e300")),
            (Some(-9_007_199_254_740_992), None, None)
        );
    }

    #[test]
    fn what_is_not_json_is_malformed_even_where_it_is_wrong_as_well() {
        let deep = format!(r#"{{"lines": {}{}}}"#, "[".repeat(200), "]".repeat(200));
        let bodies: [&[u8]; 9] = [
            b"",
            b"{",
            b"{\"total\": 1",
            b"{} {}",
            b"{\"lines\": [], \"lines\": []}",
            b"{\"note\": \"\xff\"}",
            b"{\"lines\": 1e999}",
            b"{\"lines\": [,]}",
            deep.as_bytes(),
        ];
        for body in bodies {
            let problem = parse::<CartIn>(body).expect_err("malformed");
            assert_eq!((problem.status().as_u16(), problem.code()), (400, "malformed_body"), "{}", String::from_utf8_lossy(body));
        }
    }
}
