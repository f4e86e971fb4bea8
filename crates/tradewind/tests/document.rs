//! The API's document says as much as the domain knows: no identifier, state or code is just some text.

use serde_json::Value;

/// Names that are free text in spite of what they are called: other systems' ids, ids that may be slugs, ids for support.
const FREE: [&str; 10] = [
    "ExternalRefIn.id",
    "ExternalRefView.id",
    "UpdateItemIn.id",
    "DeleteItemIn.id",
    "ErrorView.request_id",
    "AuditRecordView.request_id",
    "EventView.request_id",
    "TimelineEntryView.kind",
    "IpBlockView.reason",
    "StockImportRowIn.reason",
];
/// Members that say one of a closed set, or a code of a standard, wherever they stand.
const CLOSED: [&str; 10] =
    ["status", "payment_status", "fulfilment_status", "kind", "availability", "currency", "country", "countries", "reason", "op"];

fn document() -> Value {
    serde_json::to_value(api::document()).unwrap()
}

/// The members of a schema, those of its parts included.
fn members(schema: &Value) -> Vec<(&String, &Value)> {
    let own = schema["properties"].as_object().into_iter().flatten();
    let parts = ["allOf", "oneOf"].into_iter().flat_map(|name| schema[name].as_array().into_iter().flatten());
    own.chain(parts.flat_map(members)).collect()
}

/// True where the schema, or that of its items, is any text at all.
fn is_any_text(schema: &Value) -> bool {
    let is_text = schema["type"] == "string" || schema["type"].as_array().is_some_and(|types| types.contains(&"string".into()));
    let is_open = ["enum", "pattern", "format", "maxLength"].iter().all(|word| schema[word].is_null());
    (is_text && is_open) || (!schema["items"].is_null() && is_any_text(&schema["items"]))
}

#[test]
fn identifiers_and_words_have_a_form() {
    let document = document();
    let mut seen = 0;
    for (name, schema) in document["components"]["schemas"].as_object().unwrap() {
        for (member, of) in members(schema) {
            let is_id = member == "id" || member.ends_with("_id") || member.ends_with("_ids");
            if (is_id || CLOSED.contains(&member.as_str())) && !FREE.contains(&format!("{name}.{member}").as_str()) {
                assert!(!is_any_text(of), "{name}.{member}: {of}");
                seen += 1;
            }
            if member.ends_with("_at") && member != "compare_at" {
                assert_eq!(of["format"], "date-time", "{name}.{member}: {of}");
            }
        }
    }
    assert!(seen > 100, "{seen}");
}

#[test]
fn parameters_are_never_null_and_lists_tell_their_words() {
    for (path, item) in document()["paths"].as_object().unwrap() {
        for (method, operation) in item.as_object().unwrap() {
            for parameter in operation["parameters"].as_array().into_iter().flatten() {
                let (name, schema) = (parameter["name"].as_str().unwrap(), &parameter["schema"]);
                assert!(!schema["type"].is_array(), "{method} {path} {name}: {schema}");
                if ["sort", "fields", "include"].contains(&name) {
                    assert!(schema["items"]["enum"].is_array(), "{method} {path} {name}: {schema}");
                }
            }
        }
    }
}
