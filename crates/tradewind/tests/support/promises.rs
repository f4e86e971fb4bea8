//! Whether an answer is what the API's document promises of that operation.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

use jsonschema::Validator;
use jsonschema::error::ValidationErrorKind;
use serde_json::{Value, json};

use super::TestResult;
use super::http::Reply;

static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::to_value(api::document()).unwrap_or_default());
/// What bodies are held against, by operation and status.
static VALIDATORS: LazyLock<Mutex<HashMap<String, Arc<Validator>>>> = LazyLock::new(Mutex::default);

/// Fails where the operation does not say that it answers with this status, with this code, or with such a body. What no
/// operation answers (an unknown path, a method that is not allowed) and 304, which is HTTP's answer to every GET, are the
/// gateway's business.
pub(crate) fn check(method: &str, target: &str, reply: &Reply) -> TestResult {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (status, code) = (reply.status, reply.error_code());
    let Some((template, operation)) = operation(method, path).filter(|_| status != 304) else { return Ok(()) };
    let Some(promised) = operation["responses"].get(status.to_string()) else {
        return Err(format!("{method} {path} answered {status} {code}, and its document does not say so").into());
    };
    let description = promised["description"].as_str().unwrap_or_default();
    if !code.is_empty() && !description.contains(&format!("`{code}`")) {
        return Err(format!("{method} {path} answered {status} {code}; for {status} its document says {description}").into());
    }
    // What is documented in other forms as well may come in one of them.
    let is_other = !reply.header("content-type").starts_with("application/json")
        && promised["content"].as_object().is_some_and(|forms| forms.len() > 1);
    let schema = if is_other { &Value::Null } else { &promised["content"]["application/json"]["schema"] };
    // The first is the whole row; what `fields` leaves out of it is looked at closer here than by the second.
    let schema = schema["anyOf"].get(0).unwrap_or(schema);
    if schema.is_null() != reply.json.is_null() {
        return Err(format!("{method} {path} answered {status} with {}, its document says {schema}", reply.json).into());
    }
    if schema.is_null() {
        return Ok(());
    }
    let is_sparse = query.split('&').any(|parameter| parameter.starts_with("fields="));
    let validator = validator(format!("{method} {template} {status}"), schema)?;
    let wrong = validator.iter_errors(&reply.json).filter(|error| !(is_sparse && is_left_out(error)));
    let wrong: Vec<String> = wrong.map(|error| format!("{}: {error}", error.instance_path())).collect();
    if wrong.is_empty() { Ok(()) } else { Err(format!("{method} {target} answered {status} not as documented: {wrong:#?}").into()) }
}

/// What `fields` does: members of a row are absent that the schema of a whole row requires.
fn is_left_out(error: &jsonschema::ValidationError<'_>) -> bool {
    let place = error.instance_path().as_str().strip_prefix("/data");
    let is_row = place.is_some_and(|rest| rest.strip_prefix('/').unwrap_or(rest).bytes().all(|byte| byte.is_ascii_digit()));
    is_row && matches!(error.kind(), ValidationErrorKind::Required { .. })
}

fn validator(key: String, schema: &Value) -> TestResult<Arc<Validator>> {
    let mut known = VALIDATORS.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(validator) = known.get(&key) {
        return Ok(Arc::clone(validator));
    }
    let mut whole = json!({ "allOf": [schema], "components": DOCUMENT["components"] });
    let shared = parts_of_others(&DOCUMENT);
    close(&mut whole, &shared);
    let validator = jsonschema::draft202012::options().should_validate_formats(true).build(&whole)?;
    Ok(Arc::clone(known.entry(key).or_insert(Arc::new(validator))))
}

/// The schemas that others are put together of: what they do not know may be known to the others.
fn parts_of_others(value: &Value) -> Vec<String> {
    let inside: Vec<String> = match value {
        Value::Object(members) => members.values().flat_map(parts_of_others).collect(),
        Value::Array(items) => items.iter().flat_map(parts_of_others).collect(),
        _ => Vec::new(),
    };
    let parts = value["allOf"].as_array().into_iter().flatten().filter_map(|part| part["$ref"].as_str()?.rsplit('/').next());
    parts.map(str::to_owned).chain(inside).collect()
}

/// Refuses members that no schema knows: an answer says nothing that the document does not.
fn close(value: &mut Value, shared: &[String]) {
    let Value::Object(members) = value else {
        value.as_array_mut().into_iter().flatten().for_each(|item| close(item, shared));
        return;
    };
    let is_open = members.contains_key("additionalProperties") || !members.contains_key("properties");
    for (name, member) in &mut *members {
        let was = member.clone();
        close(member, shared);
        if shared.contains(name) || name == "allOf" {
            *member = was;
        }
    }
    if !is_open {
        members.insert("unevaluatedProperties".to_owned(), false.into());
    }
}

/// The operation of the most literal template that fits, and the template.
fn operation(method: &str, path: &str) -> Option<(&'static str, &'static Value)> {
    let templates = DOCUMENT["paths"].as_object()?.iter().filter(|(template, _)| fits(template, path));
    let (template, item) = templates.min_by_key(|(template, _)| template.matches('{').count())?;
    Some((template, item.get(method.to_lowercase())?))
}

fn fits(template: &str, path: &str) -> bool {
    let (mut expected, mut actual) = (template.split('/'), path.split('/'));
    loop {
        match (expected.next(), actual.next()) {
            (None, None) => return true,
            (Some(expected), Some(actual)) if expected == actual || expected.starts_with('{') => {}
            _ => return false,
        }
    }
}
