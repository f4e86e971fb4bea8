//! A value that is left alone, cleared, or set: what an update says about one field.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// What a record says about one field: absent leaves it alone, null clears it, a value sets it.
///
/// Use it with `#[serde(default, skip_serializing_if = "Field::is_keep")]`, so that absent and null stay different.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Field<T> {
    /// Absent: what is stored stays as it is; a new thing gets the default.
    #[default]
    Keep,
    /// Present but empty: back to what a new thing has.
    Clear,
    /// Present.
    Set(T),
}

impl<T> Field<T> {
    /// True where the record says nothing.
    #[must_use]
    pub const fn is_keep(&self) -> bool {
        matches!(self, Self::Keep)
    }

    /// A present cell: `None` is an empty one.
    pub fn present(value: Option<T>) -> Self {
        value.map_or(Self::Clear, Self::Set)
    }

    /// The value that is set.
    pub const fn get(&self) -> Option<&T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The value that is set, by itself.
    pub fn into_option(self) -> Option<T> {
        match self {
            Self::Set(value) => Some(value),
            Self::Keep | Self::Clear => None,
        }
    }

    /// The same word about another value.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Field<U> {
        match self {
            Self::Keep => Field::Keep,
            Self::Clear => Field::Clear,
            Self::Set(value) => Field::Set(change(value)),
        }
    }

    /// A view of the value.
    pub const fn as_ref(&self) -> Field<&T> {
        match self {
            Self::Keep => Field::Keep,
            Self::Clear => Field::Clear,
            Self::Set(value) => Field::Set(value),
        }
    }

    /// This word where a value is set, the other otherwise: how a child inherits from its parent.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        match self {
            Self::Set(_) => self,
            Self::Keep | Self::Clear => other,
        }
    }

    /// What a field holds after this record: `current` where it is left alone, `default` where it is cleared.
    pub fn resolve(self, current: T, default: T) -> T {
        match self {
            Self::Keep => current,
            Self::Clear => default,
            Self::Set(value) => value,
        }
    }

    /// Writes this word into a place that may be empty.
    pub fn apply_to(self, place: &mut Option<T>) {
        match self {
            Self::Keep => {}
            Self::Clear => *place = None,
            Self::Set(value) => *place = Some(value),
        }
    }
}

impl<T> From<T> for Field<T> {
    fn from(value: T) -> Self {
        Self::Set(value)
    }
}

impl<T: Serialize> Serialize for Field<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Keep | Self::Clear => serializer.serialize_none(),
            Self::Set(value) => serializer.serialize_some(value),
        }
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Field<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Option::deserialize(deserializer).map(Self::present)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Patch {
        #[serde(default, skip_serializing_if = "Field::is_keep")]
        title: Field<String>,
    }

    #[test]
    fn absent_null_and_empty_are_three_things() {
        for (json, title) in [("{}", Field::Keep), (r#"{"title":null}"#, Field::Clear), (r#"{"title":""}"#, Field::Set(String::new()))] {
            let patch: Patch = serde_json::from_str(json).expect("readable");
            assert_eq!(patch, Patch { title });
            assert_eq!(serde_json::to_string(&patch).expect("writable"), json);
        }
    }

    #[test]
    fn a_word_about_a_field_is_applied_to_what_is_stored() {
        assert_eq!(Field::Keep.resolve(7, 0), 7);
        assert_eq!(Field::Clear.resolve(7, 0), 0);
        assert_eq!(Field::Set(3).resolve(7, 0), 3);
        let mut place = Some(7);
        Field::Clear.apply_to(&mut place);
        assert_eq!(place, None);
        assert_eq!(Field::Clear.or(Field::Set(1)), Field::Set(1));
    }
}
