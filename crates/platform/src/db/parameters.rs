//! The parameters of one statement.

use super::bind::{Bind, placeholders};
use super::pattern::beginning;
use super::value::Value;

/// Bounds that a value must keep; an absent one does not bind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span<T> {
    /// This and above.
    pub at_least: Option<T>,
    /// This and below.
    pub at_most: Option<T>,
    /// Above this.
    pub above: Option<T>,
    /// Below this.
    pub below: Option<T>,
}

impl<T> Span<T> {
    /// True where a bound is given.
    #[must_use]
    pub const fn is_bound(&self) -> bool {
        self.at_least.is_some() || self.at_most.is_some() || self.above.is_some() || self.below.is_some()
    }
}

/// The values that a statement has bound so far.
#[derive(Debug, Clone, Default)]
pub struct Parameters(pub Vec<Value>);

impl Parameters {
    /// The parameter of one more value.
    pub fn bind(&mut self, value: impl Bind) -> String {
        self.0.push(value.bind());
        format!("${}", self.0.len())
    }

    /// The list behind `IN` of more values.
    pub fn bind_all(&mut self, values: impl IntoIterator<Item = impl Bind>) -> String {
        let first = self.0.len() + 1;
        self.0.extend(values.into_iter().map(Bind::bind));
        placeholders(first, self.0.len() + 1 - first)
    }

    /// The same, with the last value repeated up to a power of two: texts of statements are kept, so there are few of them, however many
    /// values there are.
    pub fn bind_padded<T: Bind + Copy>(&mut self, values: &[T]) -> String {
        let padding = values.last().into_iter().cycle().take(values.len().next_power_of_two() - values.len());
        self.bind_all(values.iter().chain(padding).copied())
    }

    /// What a span asks of a term, each bound behind an `AND`; nothing of an open one.
    pub fn within<T: Bind>(&mut self, term: &str, span: Span<T>) -> String {
        let mut sql = String::new();
        for (sign, bound) in [(">=", span.at_least), ("<=", span.at_most), (">", span.above), ("<", span.below)] {
            if let Some(bound) = bound {
                sql.push_str(&format!(" AND {term} {sign} {}", self.bind(bound)));
            }
        }
        sql
    }

    /// What a text asks of a term that begins with it: it lies between two others in binary order.
    pub fn begins(&mut self, term: &str, text: &str) -> String {
        let (first, behind) = beginning(text);
        let first = self.bind(first);
        let behind = behind.map(|behind| format!(" AND {term} < {}", self.bind(behind)));
        format!("{term} >= {first}{}", behind.unwrap_or_default())
    }
}
