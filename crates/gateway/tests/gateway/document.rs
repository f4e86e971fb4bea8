//! What the contract says of envelopes, refusals and parameters.

use gateway::{
    CommandKey, CommonProblems, Envelope, ErrorBody, ExpectedVersion, ListEnvelope, ListParams, ListRoute, RequiredVersion, ViewParams,
};
use serde_json::{Value, json};
use utoipa::openapi::path::Parameter;
use utoipa::{IntoParams, IntoResponses, OpenApi, ToSchema};

use crate::support::Mugs;

#[derive(ToSchema)]
#[expect(dead_code, reason = "only its schema is looked at")]
struct MugView {
    title: String,
}

#[utoipa::path(get, path = "/mug", responses(CommonProblems, (status = 200, body = Envelope<MugView>), (status = 404, body = ErrorBody)))]
#[expect(dead_code, reason = "only its documentation is looked at")]
fn show_mug() {}

#[utoipa::path(get, path = "/mugs", params(ListParams<Mugs>), responses((status = 200, body = ListEnvelope<MugView>)))]
#[expect(dead_code, reason = "only its documentation is looked at")]
fn list_mugs() {}

#[utoipa::path(get, path = "/name", responses((status = 200, body = Envelope<String>)))]
#[expect(dead_code, reason = "only its documentation is looked at")]
fn show_name() {}

#[derive(OpenApi)]
#[openapi(paths(show_mug, list_mugs, show_name))]
struct Document;

#[test]
fn envelopes_of_different_things_are_different_schemas() {
    let document = serde_json::to_value(Document::openapi()).unwrap_or_default();
    let schemas = &document["components"]["schemas"];
    let mut names: Vec<&String> = schemas.as_object().map(|schemas| schemas.keys().collect()).unwrap_or_default();
    names.sort();
    let expected =
        ["Envelope_MugView", "Envelope_String", "ErrorBody", "ErrorView", "ListEnvelope_MugView", "ListLinks", "ListMeta", "MugView"];
    assert_eq!(names, expected);
    let list = &schemas["ListEnvelope_MugView"]["properties"]["data"];
    assert!(list.to_string().contains("title") || list["items"]["$ref"] == "#/components/schemas/MugView", "{list}");
    let shown = &document["paths"]["/mug"]["get"]["responses"];
    assert_eq!(shown["200"]["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/Envelope_MugView");
    assert!(shown["429"]["headers"]["Retry-After"].is_object());
}

#[test]
fn shared_refusals_are_documented_with_the_error_body() {
    let responses = CommonProblems::responses();
    let statuses: Vec<&str> = responses.keys().map(String::as_str).collect();
    assert_eq!(statuses, ["400", "401", "403", "405", "406", "413", "415", "429", "431", "500", "503"]);
    let busy = serde_json::to_value(&responses["503"]).unwrap_or_default();
    assert_eq!(busy["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/ErrorBody");
    assert_eq!(busy["headers"]["Retry-After"]["schema"]["type"], "integer");
}

#[test]
fn the_parameters_of_a_list_are_documented_as_they_are_read() {
    let parameters: Vec<Value> =
        ListParams::<Mugs>::into_params(|| None).iter().map(|one| serde_json::to_value(one).unwrap_or_default()).collect();
    let names: Vec<&str> = parameters.iter().filter_map(|one| one["name"].as_str()).collect();
    assert_eq!(names, ["page", "per_page", "after", "limit", "sort", "filter[brand]"]);
    assert!(parameters.iter().all(|one| one["in"] == "query" && one["required"] == false));
    assert_eq!(parameters[1]["schema"]["maximum"], 100);
    assert_eq!(ViewParams::<Mugs>::into_params(|| None).len(), 0);
    let sort = &parameters[4];
    assert_eq!((&sort["style"], &sort["explode"], &sort["schema"]["type"]), (&json!("form"), &json!(false), &json!("array")));
    let keys = sort["schema"]["items"]["enum"].as_array().map(Vec::len);
    assert_eq!(keys, Some(2 * Mugs::SPEC.sorts.len()));
}

#[test]
fn headers_are_documented_by_what_reads_them() {
    let documented = |parameters: Vec<Parameter>| {
        let all = parameters.iter().map(|one| serde_json::to_value(one).unwrap_or_default());
        all.map(|one| (one["name"].clone(), one["in"].clone(), one["required"].clone(), one["schema"]["type"].clone())).collect::<Vec<_>>()
    };
    let if_match = (json!("If-Match"), json!("header"), json!(false), json!("string"));
    assert_eq!(documented(ExpectedVersion::into_params(|| None)), std::slice::from_ref(&if_match));
    let version = (json!("version"), json!("query"), json!(false), json!("integer"));
    assert_eq!(documented(RequiredVersion::into_params(|| None)), [if_match, version]);
    let key = (json!("Idempotency-Key"), json!("header"), json!(true), json!("string"));
    assert_eq!(documented(CommandKey::into_params(|| None)), [key]);
}
