//! The parameters of one statement.

use platform::db::{self, Bind, Value};

use super::query::Span;

/// The values that a statement has bound so far.
#[derive(Default)]
pub(super) struct Parameters(pub(super) Vec<Value>);

impl Parameters {
    /// The parameter of one more value.
    pub(super) fn bind(&mut self, value: impl Bind) -> String {
        self.0.push(value.bind());
        format!("${}", self.0.len())
    }

    /// The list behind `IN` of more values.
    pub(super) fn bind_all(&mut self, values: impl IntoIterator<Item = impl Bind>) -> String {
        let first = self.0.len() + 1;
        self.0.extend(values.into_iter().map(Bind::bind));
        db::placeholders(first, self.0.len() + 1 - first)
    }

    /// What a span asks of a term, each bound behind an `AND`; nothing of an open one.
    pub(super) fn within<T: Bind>(&mut self, term: &str, span: Span<T>) -> String {
        let mut sql = String::new();
        for (sign, bound) in [(">=", span.at_least), ("<=", span.at_most), (">", span.above), ("<", span.below)] {
            if let Some(bound) = bound {
                sql.push_str(&format!(" AND {term} {sign} {}", self.bind(bound)));
            }
        }
        sql
    }
}

/// How a column is asked of a row that something else has found.
pub(super) type Shield = fn(&str) -> String;

/// To both a term that no index serves: few rows are found already, and PostgreSQL would rather join all that the column's own
/// index has.
pub(super) fn hidden(column: &str) -> String {
    format!("COALESCE({column}, {column})")
}
