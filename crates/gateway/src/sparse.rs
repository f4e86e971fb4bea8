//! `fields`: which members of its answer a client wants, for every GET of JSON that shows things in the envelope.
//!
//! No route declares it. The gateway reads the parameter, the extractors of queries leave it alone, and the answer, which knows the schema
//! of what it shows, keeps what was asked for: a name that the schema does not have is refused, also where a list is empty.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::{Method, StatusCode, Uri};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use crate::problem::Problem;
use crate::query::parameter;

/// The name of the parameter.
pub const FIELDS: &str = "fields";
/// What always stays: rows could not be told apart without it.
const ID: &str = "id";

/// What a client asked for.
#[derive(Debug)]
pub(crate) struct Fields {
    names: Vec<String>,
    /// Whether an answer has kept to it.
    kept: AtomicBool,
}

tokio::task_local! {
    static ASKED: Arc<Fields>;
}

impl Fields {
    /// What a request asks for; nothing where it does not, or where answers are no JSON of the API.
    ///
    /// # Errors
    /// 400 where the parameter cannot be read.
    pub(crate) fn of(method: &Method, uri: &Uri, is_json: bool) -> Result<Option<Arc<Self>>, Problem> {
        let query = uri.query().filter(|query| query.contains(FIELDS));
        let (Some(query), true) = (query, is_json && matches!(*method, Method::GET | Method::HEAD)) else { return Ok(None) };
        let Some(value) = parameter(query, FIELDS)? else { return Ok(None) };
        let names = value.split(',').map(str::to_owned).collect();
        Ok(Some(Arc::new(Self { names, kept: AtomicBool::new(false) })))
    }

    /// What is wrong with an answer that took no notice: its route shows nothing that has members.
    pub(crate) fn missed(&self, status: StatusCode) -> Option<Problem> {
        let missed = status == StatusCode::OK && !self.kept.load(Ordering::Relaxed);
        missed.then(|| Problem::unknown_parameter().detail(FIELDS, "is not a parameter of this route"))
    }
}

/// Runs what makes an answer, which keeps to what was asked for.
pub(crate) async fn within<F: Future>(fields: Option<&Arc<Fields>>, answer: F) -> F::Output {
    match fields {
        Some(fields) => ASKED.scope(Arc::clone(fields), answer).await,
        None => answer.await,
    }
}

/// True while the request's answer is to keep to `fields`: the parameter is no business of its route's then.
pub(crate) fn is_asked() -> bool {
    ASKED.try_with(|_| ()).is_ok()
}

/// What was asked for of a thing of this type; nothing where everything is wanted.
///
/// # Errors
/// 422 where the type has no such member.
pub(crate) fn wanted<T: ToSchema>() -> Result<Option<Arc<Fields>>, Problem> {
    let Ok(fields) = ASKED.try_with(Arc::clone) else { return Ok(None) };
    let known = members_of::<T>();
    if known.is_empty() {
        return Ok(None);
    }
    fields.kept.store(true, Ordering::Relaxed);
    if fields.names.iter().all(|name| known.contains(name)) {
        return Ok(Some(fields));
    }
    Err(Problem::refused_field(FIELDS, format!("must be of {}", known.join(", "))))
}

/// The view with the wanted members of its top level alone; of several in an array, each.
///
/// # Errors
/// 500 where it does not serialise.
pub(crate) fn only<T: Serialize>(view: &T, fields: &Fields) -> Result<Value, Problem> {
    let value = serde_json::to_value(view).map_err(|error| Problem::internal(format!("an answer does not serialise: {error}")))?;
    Ok(shortened(value, fields))
}

fn shortened(mut value: Value, fields: &Fields) -> Value {
    match &mut value {
        Value::Object(members) => members.retain(|name, _| name == ID || fields.names.contains(name)),
        Value::Array(items) => items.iter_mut().for_each(|item| *item = shortened(item.take(), fields)),
        _ => {}
    }
    value
}

fn members_of<T: ToSchema>() -> Vec<String> {
    let mut parts = Vec::new();
    T::schemas(&mut parts);
    let json = |schema| serde_json::to_value(schema).unwrap_or_default();
    let parts: Map<String, Value> = parts.into_iter().map(|(name, schema)| (name, json(schema))).collect();
    members(&json(T::schema()), &parts)
}

/// The names of the members that things of a schema may have, each once; `parts` are the schemas that it refers to. Of an array they are
/// those of its items.
#[must_use]
pub fn members(schema: &Value, parts: &Map<String, Value>) -> Vec<String> {
    let mut names = Vec::new();
    gather(schema, parts, &mut names);
    names
}

fn gather(schema: &Value, parts: &Map<String, Value>, names: &mut Vec<String>) {
    let referred = schema["$ref"].as_str().and_then(|reference| reference.rsplit('/').next()).and_then(|name| parts.get(name));
    let inner = ["allOf", "oneOf", "anyOf"].iter().filter_map(|of| schema[of].as_array()).flatten();
    for part in referred.into_iter().chain(inner).chain(schema.get("items")) {
        gather(part, parts, names);
    }
    for name in schema["properties"].as_object().into_iter().flat_map(Map::keys) {
        if !names.contains(name) {
            names.push(name.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn members_are_found_through_references_and_parts() {
        let schema =
            json!({"type": "array", "items": {"allOf": [{"$ref": "#/components/schemas/Base"}, {"properties": {"b": {}, "a": {}}}]}});
        let parts = json!({"Base": {"properties": {"a": {}, "id": {}}}});
        assert_eq!(members(&schema, parts.as_object().expect("an object")), ["a", "id", "b"]);
        assert_eq!(members(&json!({"type": "string"}), &Map::new()), [""; 0]);
    }

    #[test]
    fn only_reads_of_json_are_shortened() {
        let of = |method: Method, uri: &'static str, is_json| Fields::of(&method, &Uri::from_static(uri), is_json);
        let asked = of(Method::GET, "/p?a=1&fields=id%2Cname", true).expect("readable").expect("asked");
        assert_eq!(asked.names, ["id", "name"]);
        for (method, uri, is_json) in [
            (Method::GET, "/p", true),
            (Method::GET, "/p?field=a", true),
            (Method::GET, "/p?a=fields", true),
            (Method::POST, "/p?fields=a", true),
            (Method::GET, "/p?fields=a", false),
        ] {
            assert!(of(method, uri, is_json).expect("readable").is_none(), "{uri}");
        }
        assert_eq!(of(Method::GET, "/p?fields=a&fields=b", true).expect_err("twice").code(), "invalid_query");
    }
}
