//! What is told of a fact, as JSON Schema: derived from the type that is written, so that it cannot say something else.

use serde_json::Value;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::Schema;

use super::record::Fact;

const REFERENCE: &str = "#/components/schemas/";

/// The schema of the payload of the fact with this name.
pub(super) fn of<F: Fact>(name: &str) -> Value {
    let whole = json(&F::schema());
    let mut named = Vec::new();
    F::schemas(&mut named);
    let named: Vec<(String, Value)> = named.iter().map(|(name, schema)| (name.clone(), json(schema))).collect();
    let mut schema = match whole.get("oneOf").and_then(Value::as_array) {
        Some(shapes) => shapes.get(F::shape(name)).cloned().unwrap_or(Value::Null),
        None => whole,
    };
    in_place(&mut schema, &named);
    schema
}

fn json(schema: &RefOr<Schema>) -> Value {
    serde_json::to_value(schema).unwrap_or(Value::Null)
}

/// Puts what is referred to in the place of the reference: who reads one schema needs no other document.
fn in_place(schema: &mut Value, named: &[(String, Value)]) {
    let referred = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix(REFERENCE));
    if let Some((_, meant)) = referred.and_then(|name| named.iter().find(|(known, _)| known == name)) {
        *schema = meant.clone();
    }
    match schema {
        Value::Object(members) => members.values_mut().for_each(|member| in_place(member, named)),
        Value::Array(items) => items.iter_mut().for_each(|item| in_place(item, named)),
        _ => {}
    }
}
