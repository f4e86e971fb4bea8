//! What a variant chooses of the options of its product.

use kernel::{FieldErrors, fold, text};
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::products::ProductOption;

/// Name and value of each option, in the order of the product's options.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VariantOptions(Vec<(String, String)>);

/// No text has it, so that keys of different options are different.
const BETWEEN: char = '\n';

impl VariantOptions {
    /// Reads names and values as they come from outside; [`Self::resolve`] tells whether the product has them.
    ///
    /// # Errors
    /// Every name and value that is refused.
    pub fn parse(raw: Vec<(String, String)>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut options: Vec<(String, String)> = Vec::new();
        for (name, value) in raw {
            let parsed = text(&name, 100).and_then(|parsed| Ok((parsed, text(&value, 255)?)));
            let parsed = errors.take(name.clone(), parsed);
            if parsed.as_ref().is_some_and(|(name, _)| options.iter().any(|(other, _)| fold(other) == fold(name))) {
                errors.add(name, "is given twice");
            }
            options.extend(parsed);
        }
        errors.finish(|| Some(Self(options)))
    }

    /// The same in the order and spelling of the product's options, each of which has to be there once.
    ///
    /// # Errors
    /// By name: options that are missing, unknown, or have a value that the option does not.
    pub fn resolve(&self, options: &[ProductOption]) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut resolved = Vec::new();
        for option in options {
            let key = fold(option.name());
            let chosen = self.0.iter().find(|(name, _)| fold(name) == key);
            match chosen.map(|(_, value)| option.value(value).ok_or(value)) {
                Some(Ok(value)) => resolved.push((option.name().to_owned(), value.to_owned())),
                Some(Err(value)) => errors.add(option.name(), format!("{value} is not a value of this option")),
                None => errors.add(option.name(), "is required"),
            }
        }
        for (name, _) in &self.0 {
            if !options.iter().any(|option| fold(option.name()) == fold(name)) {
                errors.add(name.clone(), "is not an option of this product");
            }
        }
        errors.finish(|| Some(Self(resolved)))
    }

    /// What the database holds. The object has lost its order in PostgreSQL; the key has it.
    #[must_use]
    pub fn stored(json: &Value, key: &str) -> Option<Self> {
        let object = json.as_object()?;
        let mut options = Vec::with_capacity(object.len());
        for (name, value) in object {
            options.push((name.clone(), value.as_str()?.to_owned()));
        }
        let keys: Vec<&str> = key.split(BETWEEN).collect();
        options.sort_by_key(|(name, value)| keys.iter().position(|known| *known == key_of(name, value)));
        Some(Self(options))
    }

    /// What no two live variants of a product share.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.iter().map(|(name, value)| key_of(name, value)).collect::<Vec<_>>().join(&BETWEEN.to_string())
    }

    /// `{"Color": "Red"}`.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.0.iter().map(|(name, value)| (name.clone(), Value::from(value.clone()))).collect::<Map<_, _>>().into()
    }

    /// `Red / L`.
    #[must_use]
    pub fn title(&self) -> String {
        self.0.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(" / ")
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

fn key_of(name: &str, value: &str) -> String {
    format!("{}={}", fold(name), fold(value))
}

impl Serialize for VariantOptions {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use crate::products::OptionInput;

    use super::*;

    fn of_product() -> Vec<ProductOption> {
        let input = |name: &str, values: &[&str]| OptionInput {
            name: name.to_owned(),
            values: values.iter().map(|&value| value.to_owned()).collect(),
        };
        ProductOption::parse_all(vec![input("Size", &["S", "M"]), input("Color", &["Red", "Blue"])]).expect("options")
    }

    fn chosen(raw: &[(&str, &str)]) -> VariantOptions {
        VariantOptions::parse(raw.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()).expect("options")
    }

    #[test]
    fn options_take_the_order_and_spelling_of_the_product() {
        let resolved = chosen(&[("COLOR", "red"), ("size", "m")]).resolve(&of_product()).expect("resolved");
        assert_eq!((resolved.title().as_str(), resolved.to_json().to_string().as_str()), ("M / Red", r#"{"Size":"M","Color":"Red"}"#));
        assert_eq!(resolved.key(), "size=m\ncolor=red");
    }

    #[test]
    fn the_order_survives_a_database_that_forgets_it() {
        let resolved = chosen(&[("Size", "S"), ("Color", "Blue")]);
        let forgotten: Value = serde_json::json!({"Color": "Blue", "Size": "S"});
        assert_eq!(VariantOptions::stored(&forgotten, &resolved.key()), Some(resolved));
    }

    #[test]
    fn every_option_is_chosen_once_with_a_value_that_exists() {
        let refused = chosen(&[("Color", "Green"), ("Fit", "Slim")]).resolve(&of_product()).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["Color", "Fit", "Size"]);
        let twice = vec![("Color".to_owned(), "Red".to_owned()), ("color".to_owned(), "Blue".to_owned())];
        assert!(VariantOptions::parse(twice).is_err());
        assert_eq!(VariantOptions::default().resolve(&[]), Ok(VariantOptions::default()));
    }
}
