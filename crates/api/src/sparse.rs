//! What `fields` does to answers, in the document: each GET of things in the envelope takes it, with the names that its schema has.

use gateway::{ErrorBody, FIELDS};
use serde_json::{Map, Value};
use utoipa::ToSchema as _;
use utoipa::openapi::path::{Operation, Parameter, ParameterBuilder, ParameterIn, ParameterStyle};
use utoipa::openapi::response::{Response, ResponseBuilder};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{ContentBuilder, OpenApi, Ref, RefOr, Schema};

const ONE: &str = "SparseEnvelope";
const LIST: &str = "SparseListEnvelope";
/// What it does to an answer, and to what its schema says.
const ABOUT: &str = "Members of `data` (in a list: of each row) to keep; `id` stays in any case. The others are absent from the answer, also \
                     those that its schema requires";
const REFUSAL: &str = "`validation_failed`: `fields` or `include` names what there is not";
/// Where answers are in the envelope.
const OF_THE_API: &str = "/api/";

/// Adds the parameter, the second shape of the answer and the refusal to each operation whose answers have members; the whole row stays
/// the first.
pub(crate) fn add(document: &mut OpenApi) {
    let components = serde_json::to_value(&document.components).unwrap_or_default();
    let parts = components.get("schemas").and_then(Value::as_object).cloned().unwrap_or_default();
    for (path, item) in &mut document.paths.paths {
        let Some(operation) = item.get.as_mut().filter(|_| path.starts_with(OF_THE_API)) else { continue };
        let Some((names, is_list)) = shown(operation, &parts) else { continue };
        operation.parameters.get_or_insert_default().push(RefOr::T(parameter(&names)));
        add_shape(operation, if is_list { LIST } else { ONE });
        add_refusal(operation);
    }
    if let Some(components) = &mut document.components {
        components.schemas.insert(ONE.to_owned(), envelope(RefOr::T(row())));
        components.schemas.insert(LIST.to_owned(), envelope(ArrayBuilder::new().items(RefOr::T(row())).into()));
    }
}

/// The members of what an operation shows, and whether it shows many; nothing where that has none.
fn shown(operation: &Operation, parts: &Map<String, Value>) -> Option<(Vec<String>, bool)> {
    let answer = serde_json::to_value(operation.responses.responses.get("200")?).unwrap_or_default();
    let envelope = resolved(answer.pointer("/content/application~1json/schema")?, parts);
    let data = resolved(envelope.pointer("/properties/data")?, parts);
    let names = gateway::members(data, parts);
    (!names.is_empty()).then(|| (names, data.get("type").is_some_and(|kind| kind == "array")))
}

fn resolved<'a>(schema: &'a Value, parts: &'a Map<String, Value>) -> &'a Value {
    let name = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.rsplit('/').next());
    name.and_then(|name| parts.get(name)).unwrap_or(schema)
}

fn parameter(names: &[String]) -> Parameter {
    let words = ObjectBuilder::new().schema_type(Type::String).enum_values(Some(names.iter().map(String::as_str)));
    let words = ArrayBuilder::new().items(words).min_items(Some(1));
    let parameter = ParameterBuilder::new().name(FIELDS).parameter_in(ParameterIn::Query).description(Some(ABOUT)).schema(Some(words));
    parameter.style(Some(ParameterStyle::Form)).explode(Some(false)).build()
}

fn add_shape(operation: &mut Operation, sparse: &str) {
    let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") else { return };
    for content in answer.content.values_mut() {
        let RefOr::T(content) = content else { continue };
        let Some(whole) = content.schema.take() else { continue };
        content.schema = Some(AnyOfBuilder::new().item(whole).item(Ref::from_schema_name(sparse)).into());
    }
}

fn add_refusal(operation: &mut Operation) {
    let responses = &mut operation.responses.responses;
    match responses.get_mut("422") {
        Some(RefOr::T(refused)) if refused.description.contains("`validation_failed`") => {}
        Some(RefOr::T(refused)) => refused.description = format!("{}, {REFUSAL}", refused.description),
        Some(RefOr::Ref(_)) => {}
        None => {
            responses.insert("422".to_owned(), RefOr::T(refusal()));
        }
    }
}

fn refusal() -> Response {
    let body = ContentBuilder::new().schema(Some(Ref::from_schema_name(ErrorBody::name()))).build();
    ResponseBuilder::new().description(REFUSAL).content("application/json", body).build()
}

fn envelope(data: RefOr<Schema>) -> RefOr<Schema> {
    let description = "An answer to `fields`: rows hold what was asked for.";
    ObjectBuilder::new().property("data", data).required("data").description(Some(description)).into()
}

fn row() -> Schema {
    ObjectBuilder::new().description(Some("What was asked for, and its id where it has one.")).into()
}
