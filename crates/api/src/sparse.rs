//! What `fields` does to answers, in the document: rows hold some of their members, and always their id.

use utoipa::openapi::path::{Operation, Parameter};
use utoipa::openapi::schema::{AnyOfBuilder, ArrayBuilder, ObjectBuilder, Type};
use utoipa::openapi::{OpenApi, Ref, RefOr, Schema};

const ONE: &str = "SparseEnvelope";
const LIST: &str = "SparseListEnvelope";

/// Adds the second shape to each operation that knows `fields`; the whole row stays the first.
pub(crate) fn add(document: &mut OpenApi) {
    for (path, item) in &mut document.paths.paths {
        let Some(operation) = item.get.as_mut().filter(|operation| knows_fields(operation)) else { continue };
        let Some(RefOr::T(answer)) = operation.responses.responses.get_mut("200") else { continue };
        let sparse = if path.ends_with('}') { ONE } else { LIST };
        for content in answer.content.values_mut() {
            let RefOr::T(content) = content else { continue };
            let Some(whole) = content.schema.take() else { continue };
            let either = AnyOfBuilder::new().item(whole).item(Ref::from_schema_name(sparse));
            content.schema = Some(either.into());
        }
    }
    if let Some(components) = &mut document.components {
        components.schemas.insert(ONE.to_owned(), envelope(RefOr::T(row())));
        components.schemas.insert(LIST.to_owned(), envelope(ArrayBuilder::new().items(RefOr::T(row())).into()));
    }
}

fn knows_fields(operation: &Operation) -> bool {
    let is_fields = |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.name == "fields");
    operation.parameters.iter().flatten().any(is_fields)
}

fn envelope(data: RefOr<Schema>) -> RefOr<Schema> {
    let description = "An answer to `fields`: rows hold what was asked for.";
    ObjectBuilder::new().property("data", data).required("data").description(Some(description)).into()
}

fn row() -> Schema {
    let id = ObjectBuilder::new().schema_type(Type::String).description(Some("Which one it is."));
    ObjectBuilder::new().property("id", id).required("id").into()
}
