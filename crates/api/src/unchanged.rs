//! What is said of every answer that has a tag: that it may be asked for with `If-None-Match`, and is 304 then.

use utoipa::openapi::header::HeaderBuilder;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::response::ResponseBuilder;
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::{Header, OpenApi, RefOr};

/// What answers with an envelope gives 406 to whoever does not want it; health and metrics, which are always new, do not.
const HAS_ENVELOPE: &str = "406";

/// Puts header and status on every GET.
pub(crate) fn add(document: &mut OpenApi) {
    for item in document.paths.paths.values_mut() {
        if let Some(operation) = &mut item.get
            && operation.responses.responses.contains_key(HAS_ENVELOPE)
        {
            complete(operation);
        }
    }
}

fn complete(operation: &mut Operation) {
    let text = || ObjectBuilder::new().schema_type(Type::String).build();
    let known = ParameterBuilder::new().name("If-None-Match").parameter_in(ParameterIn::Header).schema(Some(text()));
    let known = known.description(Some("The `ETag` of an answer that is there already, or several, or `*`"));
    operation.parameters.get_or_insert_default().push(RefOr::T(known.build()));
    let tag = || -> Header { HeaderBuilder::new().schema(Some(text())).description(Some("Changes with the answer")).build() };
    if let Some(RefOr::T(whole)) = operation.responses.responses.get_mut("200") {
        whole.headers.insert("ETag".to_owned(), RefOr::T(tag()));
    }
    let unchanged = ResponseBuilder::new().description("The answer is the one that `If-None-Match` names").header("ETag", tag());
    operation.responses.responses.insert("304".to_owned(), RefOr::T(unchanged.build()));
}

#[cfg(test)]
mod tests {
    #[test]
    fn whatever_has_a_tag_may_be_unchanged() {
        let document = serde_json::to_value(crate::document()).expect("JSON");
        let get = |path: &str| document["paths"][path]["get"].clone();
        for path in ["/api/v1/products", "/api/v1/orders/{order_id}", "/media/{file_key}"] {
            assert!(get(path)["responses"]["304"]["headers"]["ETag"].is_object(), "{path}");
        }
        assert!(get("/health")["responses"]["304"].is_null(), "health is always new");
    }
}
