//! What a record says about one field, put on what is stored.

use std::collections::BTreeMap;

use kernel::text;
use serde_json::{Map, Value};

use crate::import::field::Field;
use crate::import::record::{ExternalRef, MetadataPatch};
use crate::products::{self, ExternalRefInput};

/// A field that may be empty: absent stays, null and blanks clear.
pub(super) fn nullable<T, U>(field: &Field<T>, read: impl FnOnce(&T) -> Option<U>) -> Option<Option<U>> {
    match field {
        Field::Keep => None,
        Field::Clear => Some(None),
        Field::Set(value) => Some(read(value)),
    }
}

/// A text that may be absent; blanks are none.
pub(super) fn words(field: &Field<String>) -> Option<Option<String>> {
    nullable(field, |text| Some(one_line(text)).filter(|text| !text.trim().is_empty()))
}

/// Line breaks and tabs of spreadsheets are blanks in a text of one line.
pub(super) fn one_line(text: &str) -> String {
    if text.chars().any(char::is_control) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

/// A field that always has a value: what clears it gives it the default.
pub(super) fn or_default<T: Clone>(field: &Field<T>, default: T) -> Option<T> {
    match field {
        Field::Keep => None,
        Field::Clear => Some(default),
        Field::Set(value) => Some(value.clone()),
    }
}

/// The stored metadata with the changes; nothing where there are none.
pub(super) fn metadata(patch: &MetadataPatch, stored: Option<&Value>) -> Option<Value> {
    if patch.is_empty() {
        return None;
    }
    let mut all: Map<String, Value> = stored.and_then(Value::as_object).cloned().unwrap_or_default();
    for (key, value) in patch {
        if value.is_null() {
            all.shift_remove(key);
        } else {
            all.insert(key.clone(), value.clone());
        }
    }
    Some(Value::Object(all))
}

/// The stored attributes with the changes; an empty list removes one.
pub(super) fn attributes(
    patch: &BTreeMap<String, Vec<String>>,
    stored: Option<&products::Attributes>,
) -> Option<BTreeMap<String, Vec<String>>> {
    if patch.is_empty() {
        return None;
    }
    let stored = stored.into_iter().flat_map(products::Attributes::iter);
    let mut all: BTreeMap<String, Vec<String>> = stored.map(|(name, values)| (name.to_owned(), values.to_vec())).collect();
    for (name, values) in patch {
        // As it is stored, so that blanks around a name do not make another one.
        let name = text(&one_line(name), usize::MAX).unwrap_or_else(|_| name.clone());
        let values: Vec<String> = values.iter().map(|value| one_line(value)).filter(|value| !value.trim().is_empty()).collect();
        all.insert(name, values);
    }
    all.retain(|_, values| !values.is_empty());
    Some(all)
}

/// The stored references and those of the record; nothing where it has no new ones.
pub(super) fn external_refs(wanted: &[ExternalRef], stored: &[products::ExternalRef]) -> Option<Vec<ExternalRefInput>> {
    let is_known = |external: &ExternalRef| stored.iter().any(|known| known.source == external.source && known.id == external.id);
    if wanted.iter().all(is_known) {
        return None;
    }
    let stored = stored.iter().map(|known| ExternalRefInput { source: known.source.clone(), id: known.id.clone() });
    let wanted = wanted.iter().map(|external| ExternalRefInput { source: external.source.clone(), id: external.id.clone() });
    Some(stored.chain(wanted).collect())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_is_merged_by_key_and_null_removes_one() {
        let stored = json!({"a": 1, "b": 2});
        let patch = MetadataPatch::from([("b".to_owned(), Value::Null), ("c".to_owned(), json!(3))]);
        assert_eq!(metadata(&patch, Some(&stored)), Some(json!({"a": 1, "c": 3})));
        assert_eq!(metadata(&MetadataPatch::new(), Some(&stored)), None);
    }

    #[test]
    fn references_are_added_and_never_removed() {
        let stored = [products::ExternalRef { source: "x".to_owned(), id: "1".to_owned() }];
        assert!(external_refs(&[ExternalRef::new("x", "1")], &stored).is_none());
        let both = external_refs(&[ExternalRef::new("y", "2")], &stored).expect("two");
        assert_eq!(both.iter().map(|known| known.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
    }

    #[test]
    fn blanks_clear_a_text_and_line_breaks_are_blanks() {
        assert_eq!(words(&Field::Set("a\n b\tc".to_owned())), Some(Some("a b c".to_owned())));
        assert_eq!(words(&Field::Set("  ".to_owned())), Some(None));
        assert_eq!(words(&Field::Keep), None);
        assert_eq!(words(&Field::Set("x".to_owned())), Some(Some("x".to_owned())));
    }
}
