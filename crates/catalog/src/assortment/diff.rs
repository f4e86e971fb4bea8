//! What a change changes, field by field.

use kernel::VariantId;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::products::Product;
use crate::variants::Variant;

/// A field before and after; null where there was or is nothing.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct FieldChange {
    /// `title`, `variants.var_….prices`; a whole variant that comes or goes is `variants.var_…`.
    pub field: String,
    /// What it was.
    pub old: Value,
    /// What it is.
    pub new: Value,
}

/// A product and its variants at one time.
#[derive(Clone, Copy)]
pub(super) struct Side<'a> {
    pub(super) product: Option<&'a Product>,
    pub(super) variants: &'a [Variant],
}

/// The fields that differ, in the order of the product's fields and then of the variants.
pub(super) fn between(before: Side<'_>, after: Side<'_>) -> Vec<FieldChange> {
    let mut changes = Vec::new();
    let slug = |side: Side<'_>| side.product.map_or(Value::Null, |product| product.slug.as_str().into());
    compare(&mut changes, "slug".to_owned(), slug(before), slug(after));
    let fields = |side: Side<'_>| side.product.map(|product| object(&product.content)).unwrap_or_default();
    compare_fields(&mut changes, "", fields(before), fields(after));
    for variant in after.variants {
        let path = format!("variants.{}", variant.id);
        match find(before.variants, variant.id) {
            Some(old) => compare_fields(&mut changes, &path, placed(old), placed(variant)),
            None => compare(&mut changes, path, Value::Null, placed(variant).into()),
        }
    }
    for variant in before.variants.iter().filter(|variant| find(after.variants, variant.id).is_none()) {
        compare(&mut changes, format!("variants.{}", variant.id), placed(variant).into(), Value::Null);
    }
    changes
}

/// The names of the product's fields among them, `variants` for anything about those, each once.
pub(super) fn names(changes: &[FieldChange]) -> Vec<String> {
    let mut names: Vec<String> = changes.iter().map(|change| change.field.split('.').next().unwrap_or_default().to_owned()).collect();
    names.dedup();
    names
}

fn find(variants: &[Variant], id: VariantId) -> Option<&Variant> {
    variants.iter().find(|variant| variant.id == id)
}

fn placed(variant: &Variant) -> Map<String, Value> {
    let mut fields = object(&variant.content);
    fields.insert("position".to_owned(), variant.position.into());
    fields
}

fn object(content: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(content) {
        Ok(Value::Object(fields)) => fields,
        Ok(_) | Err(_) => Map::new(),
    }
}

fn compare_fields(changes: &mut Vec<FieldChange>, path: &str, mut old: Map<String, Value>, new: Map<String, Value>) {
    for (name, new) in new {
        let field = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        compare(changes, field, old.remove(&name).unwrap_or(Value::Null), new);
    }
}

fn compare(changes: &mut Vec<FieldChange>, field: String, old: Value, new: Value) {
    if old != new {
        changes.push(FieldChange { field, old, new });
    }
}
