//! A raw query string as decoded pairs, without the leniency of form decoders.

use crate::problem::Problem;
use crate::sparse;

/// More parameters than any list has filters.
const MAX_PAIRS: usize = 64;

/// What is wrong with a query, gathered so that one answer names it all.
#[derive(Debug, Default)]
pub(super) struct QueryErrors {
    has_unknown: bool,
    details: Vec<(String, String)>,
    /// Names that can be read and are none of the route's.
    names: Vec<(String, String)>,
}

impl QueryErrors {
    /// A value that cannot be read.
    pub(super) fn invalid(&mut self, parameter: &str, message: impl std::fmt::Display) {
        self.details.push((shortened(parameter), message.to_string()));
    }

    /// A parameter that the route does not have.
    pub(super) fn unknown(&mut self, parameter: &str) {
        self.has_unknown = true;
        self.invalid(parameter, "is not a parameter of this route");
    }

    /// A value that can be read and names what the route does not have.
    pub(super) fn no_such(&mut self, parameter: &str, message: impl std::fmt::Display) {
        self.names.push((shortened(parameter), message.to_string()));
    }

    /// The refusal: 400 for what cannot be read, to which an unknown parameter gives its code; 422 where all can be.
    pub(super) fn finish(self) -> Result<(), Problem> {
        if self.details.is_empty() {
            let refused = self.names.into_iter().map(|(parameter, message)| Problem::refused_field(parameter, message)).next();
            return refused.map_or(Ok(()), Err);
        }
        let problem = if self.has_unknown { Problem::unknown_parameter() } else { Problem::invalid_query() };
        Err(self.details.into_iter().fold(problem, |problem, (parameter, message)| problem.detail(parameter, message)))
    }
}

/// A client's own name is quoted back, but not at any length.
fn shortened(parameter: &str) -> String {
    parameter.chars().take(64).collect()
}

/// The value of one parameter of a query; `None` where it does not have it.
///
/// # Errors
/// 400 where the query cannot be read, or has it twice.
pub(crate) fn parameter(query: &str, name: &str) -> Result<Option<String>, Problem> {
    let mut errors = QueryErrors::default();
    let found = split(Some(query), &mut errors).into_iter().find(|(known, _)| known == name);
    errors.finish().map(|()| found.map(|(_, value)| value))
}

/// Splits and decodes a query. `fields` is left out where the answer keeps to it. Twice the same name, bytes that are no UTF-8 and control characters are refused: the first is a
/// mistake that would be hidden, the last two no database stores.
pub(super) fn split(query: Option<&str>, errors: &mut QueryErrors) -> Vec<(String, String)> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for raw in query.unwrap_or_default().split('&').filter(|raw| !raw.is_empty()) {
        let (name, value) = raw.split_once('=').unwrap_or((raw, ""));
        let (Some(name), Some(value)) = (decode(name), decode(value)) else {
            errors.invalid(name, "must be percent-encoded UTF-8 without control characters");
            continue;
        };
        if pairs.iter().any(|(known, _)| *known == name) {
            errors.invalid(&name, "is given twice");
        } else if pairs.len() == MAX_PAIRS {
            errors.invalid(&name, format!("is one of more than {MAX_PAIRS} parameters"));
            break;
        } else {
            pairs.push((name, value));
        }
    }
    if sparse::is_asked() {
        pairs.retain(|(name, _)| name != sparse::FIELDS);
    }
    pairs
}

fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => hex(rest.next()?)? << 4 | hex(rest.next()?)?,
            plain => plain,
        });
    }
    String::from_utf8(bytes).ok().filter(|text| !text.chars().any(char::is_control))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pairs_are_decoded_and_the_unreadable_refused() {
        let mut errors = QueryErrors::default();
        let pairs = split(Some("a=1%2C2&b=x+y&&c&d%5Be%5D=%C3%A9"), &mut errors);
        let expected = [("a", "1,2"), ("b", "x y"), ("c", ""), ("d[e]", "é")];
        assert_eq!(pairs, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
        assert!(errors.finish().is_ok());

        for query in ["a=%", "a=%4", "a=%zz", "a=%+1", "a=%FF", "a=%00", "a=%0A", "%00=1", "a=1&a=2"] {
            let mut errors = QueryErrors::default();
            split(Some(query), &mut errors);
            assert_eq!(errors.finish().expect_err(query).code(), "invalid_query");
        }
    }
}
