//! What the variants of a product differ in: `Color`: `Red`, `Blue`.

use std::collections::BTreeSet;

use kernel::{FieldErrors, fold, text};
use serde::Serialize;

/// An option as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct OptionInput {
    /// `Color`.
    pub name: String,
    /// `Red`, `Blue`.
    pub values: Vec<String>,
}

/// An option that every variant of the product chooses a value of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ProductOption {
    name: String,
    values: Vec<String>,
}

impl ProductOption {
    /// More would make more combinations than a product has variants.
    const MOST_OPTIONS: usize = 5;
    /// No more values can be used: a product has at most that many variants.
    const MOST_VALUES: usize = 250;
    const LONGEST_NAME: usize = 100;
    const LONGEST_VALUE: usize = 255;

    /// What the database holds.
    #[must_use]
    pub const fn stored(name: String, values: Vec<String>) -> Self {
        Self { name, values }
    }

    /// `Color`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The values in the order in which they are offered.
    #[must_use]
    pub fn values(&self) -> &[String] {
        &self.values
    }

    /// The value that is compared equal to this text, in the option's own spelling.
    #[must_use]
    pub fn value(&self, text: &str) -> Option<&str> {
        let key = fold(text);
        self.values.iter().find(|value| fold(value) == key).map(String::as_str)
    }

    /// Reads the options of a product.
    ///
    /// # Errors
    /// Every name and value that is refused: none twice, and none without values.
    pub fn parse_all(raw: Vec<OptionInput>) -> Result<Vec<Self>, FieldErrors> {
        let mut errors = FieldErrors::new();
        if raw.len() > Self::MOST_OPTIONS {
            errors.add("", format!("must be at most {} options", Self::MOST_OPTIONS));
        }
        let mut options: Vec<Self> = Vec::new();
        for (place, input) in raw.into_iter().take(Self::MOST_OPTIONS).enumerate() {
            let name = errors.take(format!("{place}.name"), text(&input.name, Self::LONGEST_NAME));
            if name.as_ref().is_some_and(|name| options.iter().any(|other| fold(&other.name) == fold(name))) {
                errors.add(format!("{place}.name"), "is the name of another option, too");
            }
            let values = parse_values(input.values).map_err(|inner| errors.nest(&format!("{place}.values"), inner));
            if let (Some(name), Ok(values)) = (name, values) {
                options.push(Self { name, values });
            }
        }
        errors.finish(|| Some(options))
    }
}

fn parse_values(raw: Vec<String>) -> Result<Vec<String>, FieldErrors> {
    let mut errors = FieldErrors::new();
    if raw.is_empty() {
        errors.add("", "must have at least one value");
    }
    if raw.len() > ProductOption::MOST_VALUES {
        errors.add("", format!("must be at most {} values", ProductOption::MOST_VALUES));
    }
    let (mut values, mut keys): (Vec<String>, BTreeSet<String>) = Default::default();
    for (place, value) in raw.iter().take(ProductOption::MOST_VALUES).enumerate() {
        match errors.take(place.to_string(), text(value, ProductOption::LONGEST_VALUE)) {
            Some(value) if keys.insert(fold(&value)) => values.push(value),
            Some(_) => errors.add(place.to_string(), "is given twice"),
            None => {}
        }
    }
    errors.finish(|| Some(values))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, values: &[&str]) -> OptionInput {
        OptionInput { name: name.to_owned(), values: values.iter().map(|&value| value.to_owned()).collect() }
    }

    fn refused(raw: Vec<OptionInput>) -> Vec<String> {
        ProductOption::parse_all(raw).expect_err("refused").into_map().into_keys().collect()
    }

    #[test]
    fn an_option_finds_its_values_whatever_their_case() {
        let options = ProductOption::parse_all(vec![input("Color", &["Red", "Café"])]).expect("options");
        assert_eq!(options.first().and_then(|option| option.value("CAFE")), Some("Café"));
        assert_eq!(options.first().and_then(|option| option.value("Blue")), None);
    }

    #[test]
    fn options_and_values_are_given_once() {
        assert_eq!(refused(vec![input("Color", &["Red"]), input("COLOR", &["Red"])]), ["1.name"]);
        assert_eq!(refused(vec![input("Color", &["Red", "red"])]), ["0.values.1"]);
        assert_eq!(refused(vec![input("Color", &[])]), ["0.values"]);
        assert_eq!(refused(vec![input(" ", &["Red", ""])]), ["0.name", "0.values.1"]);
        assert_eq!(refused((0..6).map(|n| input(&n.to_string(), &["x"])).collect()), [""]);
    }
}
