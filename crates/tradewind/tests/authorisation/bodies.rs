//! Bodies that a schema takes, made of the schema itself.

use kernel::{CategoryTag, Id};
use serde_json::{Map, Value, json};
use tradewind::matrix::{prefix, resolved};

/// A body with what is required and nothing else.
pub(super) fn sample(document: &Value, schema: &Value) -> Value {
    let schema = resolved(document, schema);
    for word in ["oneOf", "anyOf"] {
        if let Some(first) = schema[word].as_array().and_then(|choices| choices.iter().find(|choice| choice["type"] != "null")) {
            return sample(document, first);
        }
    }
    if let Some(parts) = schema["allOf"].as_array() {
        let merged = parts.iter().map(|part| sample(document, part)).filter_map(|part| part.as_object().cloned());
        return Value::Object(merged.flatten().collect());
    }
    if let Some(given) = [&schema["example"], &schema["examples"][0], &schema["enum"][0]].into_iter().find(|given| !given.is_null()) {
        return given.clone();
    }
    let kind = schema["type"].as_str().or_else(|| schema["type"][0].as_str()).unwrap_or("string");
    match kind {
        "object" => object(document, schema),
        "array" => {
            let count = schema["minItems"].as_u64().unwrap_or(0);
            (0..count).map(|_| sample(document, &schema["items"])).collect()
        }
        "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
        "boolean" => json!(false),
        _ => text(schema),
    }
}

fn object(document: &Value, schema: &Value) -> Value {
    let required = schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str);
    Value::Object(required.map(|name| (name.to_owned(), sample(document, &schema["properties"][name]))).collect::<Map<_, _>>())
}

fn text(schema: &Value) -> Value {
    if let Some(prefix) = prefix(schema) {
        return missing_id(prefix).into();
    }
    match schema["format"].as_str() {
        Some("date-time") => "2099-01-01T00:00:00Z".into(),
        Some("uri") => "https://example.com/".into(),
        Some("email") => "ada@example.com".into(),
        _ => "x".repeat(usize::try_from(schema["minLength"].as_u64().unwrap_or(1)).unwrap().max(1)).into(),
    }
}

/// An id of this prefix that nothing has.
pub(super) fn missing_id(prefix: &str) -> String {
    let any = Id::<CategoryTag>::generate().to_string();
    format!("{prefix}_{}", any.split_once('_').unwrap().1)
}

/// The members that a body may have.
pub(super) fn members(document: &Value, schema: &Value) -> Vec<String> {
    let schema = resolved(document, schema);
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|word| schema[word].as_array().into_iter().flatten());
    let own = schema["properties"].as_object().into_iter().flat_map(|members| members.keys().cloned());
    own.chain(parts.flat_map(|part| members(document, part))).collect()
}

/// Fails on an object that has members of its own and takes others, too.
pub(super) fn refuse_open_objects(document: &Value, schema: &Value, whose: &str, depth: u8) {
    let schema = resolved(document, schema);
    if depth > 12 {
        return;
    }
    let members = schema["properties"].as_object();
    assert!(members.is_none() || schema["additionalProperties"] == false, "{whose} takes unknown members: {schema}");
    let parts = ["allOf", "oneOf", "anyOf"].into_iter().flat_map(|word| schema[word].as_array().into_iter().flatten());
    let inner = members.into_iter().flat_map(Map::values).chain(parts).chain(schema.get("items"));
    for part in inner {
        refuse_open_objects(document, part, whose, depth + 1);
    }
}
