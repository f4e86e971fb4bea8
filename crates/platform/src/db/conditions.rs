//! What narrows a list.

use super::bind::Bind;
use super::parameters::{Parameters, Span};
use super::value::Value;

/// Conditions that must all hold, and the values in them.
#[derive(Debug, Clone, Default)]
pub struct Conditions {
    sql: Vec<String>,
    /// The values that are bound so far; a condition binds its own before it is added.
    pub parameters: Parameters,
}

impl Conditions {
    /// Adds a condition.
    pub fn add(&mut self, condition: impl Into<String>) {
        self.sql.push(condition.into());
    }

    /// A term has to be this; anything, where nothing is asked for.
    pub fn is(&mut self, term: &str, value: Option<impl Bind>) {
        if let Some(value) = value {
            let value = self.parameters.bind(value);
            self.add(format!("{term} = {value}"));
        }
    }

    /// A term has to be one of these; anything, where there are none.
    pub fn is_among(&mut self, term: &str, values: impl IntoIterator<Item = impl Bind>) {
        let mut values = values.into_iter().peekable();
        if values.peek().is_some() {
            let list = self.parameters.bind_all(values);
            self.add(format!("{term} IN ({list})"));
        }
    }

    /// A term has to lie within a span.
    pub fn is_within(&mut self, term: &str, span: Span<impl Bind>) {
        if span.is_bound() {
            let within = self.parameters.within(term, span);
            self.add(format!("TRUE{within}"));
        }
    }

    /// What stands behind `WHERE`.
    #[must_use]
    pub fn text(&self) -> String {
        if self.sql.is_empty() { "TRUE".to_owned() } else { self.sql.join(" AND ") }
    }

    /// The values of the parameters.
    #[must_use]
    pub fn into_values(self) -> Vec<Value> {
        self.parameters.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn conditions_count_their_parameters_on() {
        let mut narrowed = Conditions::default();
        assert_eq!(narrowed.text(), "TRUE");
        narrowed.is("a", Some("x"));
        narrowed.is("b", None::<&str>);
        narrowed.is_among("c", ["y", "z"]);
        narrowed.is_among("d", Vec::<&str>::new());
        narrowed.is_within("e", Span { above: Some(1_i64), below: Some(9), ..Span::default() });
        narrowed.is_within("f", Span::<i64>::default());
        assert_eq!(narrowed.text(), "a = $1 AND c IN ($2, $3) AND TRUE AND e > $4 AND e < $5");
        assert_eq!(narrowed.into_values().len(), 5);
    }
}
