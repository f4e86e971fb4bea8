//! What merchants keep of their own: attributes that customers see, and metadata for programs.

use std::collections::BTreeMap;

use kernel::{FieldErrors, text};
use serde::Serialize;
use serde_json::{Map, Value};

/// Facts about a product that have no field of their own (`Material`: `Cotton`, `Linen`), by name.
///
/// Names are sorted: a JSON object keeps no order in PostgreSQL.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Attributes(BTreeMap<String, Vec<String>>);

impl Attributes {
    const MOST_NAMES: usize = 100;
    const MOST_VALUES: usize = 100;
    const LONGEST_NAME: usize = 100;
    const LONGEST_VALUE: usize = 1_000;
    const MOST_BYTES: usize = 64 * 1024;

    /// Reads attributes; one without a value is left out.
    ///
    /// # Errors
    /// Every name and value that is refused.
    pub fn parse(raw: BTreeMap<String, Vec<String>>) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        if raw.len() > Self::MOST_NAMES {
            errors.add("", format!("must be at most {} names", Self::MOST_NAMES));
        }
        let mut attributes = BTreeMap::new();
        for (name, values) in raw.into_iter().take(Self::MOST_NAMES) {
            if values.len() > Self::MOST_VALUES {
                errors.add(name.clone(), format!("must be at most {} values", Self::MOST_VALUES));
            }
            let parsed = values.iter().take(Self::MOST_VALUES).map(|value| text(value, Self::LONGEST_VALUE)).collect::<Result<Vec<_>, _>>();
            let key = errors.take(name.clone(), text(&name, Self::LONGEST_NAME));
            if let (Some(name), Some(values)) = (key, errors.take(name, parsed)) {
                attributes.insert(name, values);
            }
        }
        attributes.retain(|_, values| !values.is_empty());
        if size_of(&attributes) > Self::MOST_BYTES {
            errors.add("", format!("must be at most {} bytes of JSON", Self::MOST_BYTES));
        }
        errors.finish(|| Some(Self(attributes)))
    }

    /// What the database holds.
    #[must_use]
    pub fn stored(json: Value) -> Option<Self> {
        serde_json::from_value(json).ok().map(Self)
    }

    /// What the database keeps.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.0.iter().map(|(name, values)| (name.clone(), Value::from(values.clone()))).collect::<Map<_, _>>().into()
    }

    /// Names with their values, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.0.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }
}

/// A JSON object of somebody else's, bounded and with sorted keys.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Metadata(Value);

/// Why a JSON value is no metadata.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// A list, a text, a number…
    #[error("must be an object")]
    NotAnObject,
    /// More bytes than are kept.
    #[error("must be at most 16384 bytes of JSON")]
    TooLarge,
    /// Objects and lists inside each other beyond what is kept.
    #[error("must be at most 8 levels deep")]
    TooDeep,
    /// Half of what programs write in between, and what PostgreSQL cannot keep in JSON.
    #[error("must not contain the character NUL")]
    Nul,
}

impl Default for Metadata {
    fn default() -> Self {
        Self(Value::Object(Map::new()))
    }
}

impl Metadata {
    const MOST_BYTES: usize = 16 * 1024;
    const DEEPEST: usize = 8;

    /// Reads metadata.
    ///
    /// # Errors
    /// `MetadataError` names the rule that is broken.
    pub fn parse(raw: Value) -> Result<Self, MetadataError> {
        if !raw.is_object() {
            return Err(MetadataError::NotAnObject);
        }
        let sorted = sorted(raw, Self::DEEPEST)?;
        if size_of(&sorted) > Self::MOST_BYTES { Err(MetadataError::TooLarge) } else { Ok(Self(sorted)) }
    }

    /// What the database holds; PostgreSQL orders keys by their length first.
    #[must_use]
    pub fn stored(json: Value) -> Self {
        sorted(json, usize::MAX).map(Self).unwrap_or_default()
    }

    /// The object.
    #[must_use]
    pub const fn as_json(&self) -> &Value {
        &self.0
    }
}

fn sorted(value: Value, levels: usize) -> Result<Value, MetadataError> {
    let refuse_nul = |text: &str| if text.contains('\0') { Err(MetadataError::Nul) } else { Ok(()) };
    let deeper = || levels.checked_sub(1).ok_or(MetadataError::TooDeep);
    match value {
        Value::Object(object) => {
            let levels = deeper()?;
            let mut entries: Vec<(String, Value)> = object.into_iter().collect();
            entries.sort_by(|(a, _), (b, _)| a.cmp(b));
            let sorted_entry = |(key, value): (String, Value)| {
                refuse_nul(&key)?;
                Ok((key, sorted(value, levels)?))
            };
            entries.into_iter().map(sorted_entry).collect::<Result<Map<_, _>, _>>().map(Value::Object)
        }
        Value::Array(items) => {
            let levels = deeper()?;
            items.into_iter().map(|item| sorted(item, levels)).collect::<Result<Vec<_>, _>>().map(Value::Array)
        }
        Value::String(text) => refuse_nul(&text).map(|()| Value::String(text)),
        Value::Null | Value::Bool(_) | Value::Number(_) => Ok(value),
    }
}

fn size_of(value: &impl Serialize) -> usize {
    serde_json::to_string(value).map_or(usize::MAX, |text| text.len())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_is_a_bounded_object_with_sorted_keys() {
        let metadata = Metadata::parse(json!({"b": {"z": 1, "y": [2, 1]}, "aa": null})).expect("metadata");
        assert_eq!(metadata.as_json().to_string(), r#"{"aa":null,"b":{"y":[2,1],"z":1}}"#);
        assert_eq!(Metadata::parse(json!([])), Err(MetadataError::NotAnObject));
        assert_eq!(Metadata::parse(json!({"a": "b\u{0}"})), Err(MetadataError::Nul));
        assert_eq!(Metadata::parse(json!({"a": "b".repeat(16_384)})), Err(MetadataError::TooLarge));
    }

    #[test]
    fn metadata_is_eight_levels_deep_at_most() {
        let nested = |levels: usize| (1..levels).fold(json!({}), |inner, _| json!({"a": inner}));
        assert!(Metadata::parse(nested(8)).is_ok());
        assert_eq!(Metadata::parse(nested(9)), Err(MetadataError::TooDeep));
    }

    #[test]
    fn attributes_name_what_is_wrong_with_them() {
        let raw = |name: &str, values: &[&str]| BTreeMap::from([(name.to_owned(), values.iter().map(|&v| v.to_owned()).collect())]);
        assert_eq!(Attributes::parse(raw("Material", &[])), Ok(Attributes::default()));
        let refused = Attributes::parse(raw("Material", &["Cotton", " "])).expect_err("an empty value").into_map();
        assert_eq!(refused.keys().collect::<Vec<_>>(), ["Material"]);
        assert!(Attributes::parse(raw("Material", &["x"; 101])).is_err());
    }
}
