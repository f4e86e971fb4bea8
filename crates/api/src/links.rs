//! Links of the document: which operations go on from what another one made, found from the paths themselves.

use utoipa::openapi::link::Link;
use utoipa::openapi::path::{Operation, Parameter, ParameterIn};
use utoipa::openapi::{OpenApi, RefOr};

/// Where the id of the new thing stands, where it is not the answer's own.
const INNER_IDS: [(&str, &str); 2] = [("add_cart_line", "/data/lines/0/id"), ("fulfil_order", "/data/fulfilments/0/id")];
/// Operations that make a thing of another collection.
const ELSEWHERE: [(&str, &str); 1] = [("place_order", "/api/v1/orders")];
const OWN_ID: &str = "/data/id";

/// One operation that a link may lead to.
struct Target {
    path: String,
    operation_id: String,
    takes_version: bool,
}

/// Puts links on every 201: who made something in `…/things` may go on with `…/things/{thing_id}` and what lies below it.
pub(crate) fn add(document: &mut OpenApi) {
    let targets = targets(document);
    for (path, item) in &mut document.paths.paths {
        let Some(operation) = &mut item.post else { continue };
        let operation_id = operation.operation_id.clone().unwrap_or_default();
        let collection = ELSEWHERE.iter().find(|(id, _)| *id == operation_id).map_or(path.as_str(), |(_, collection)| collection);
        let inner = INNER_IDS.iter().find(|(id, _)| *id == operation_id).map(|(_, pointer)| *pointer);
        let Some(RefOr::T(created)) = operation.responses.responses.get_mut("201") else { continue };
        for target in &targets {
            if let Some(link) = link(collection, inner, target) {
                created.links.insert(target.operation_id.clone(), RefOr::T(link));
            }
        }
    }
}

fn targets(document: &OpenApi) -> Vec<Target> {
    let operations = document.paths.paths.iter().flat_map(|(path, item)| {
        let all = [&item.get, &item.put, &item.post, &item.patch, &item.delete];
        all.into_iter().flatten().map(move |operation| target(path, operation))
    });
    operations.collect()
}

fn target(path: &str, operation: &Operation) -> Target {
    let is_version =
        |one: &RefOr<Parameter>| matches!(one, RefOr::T(one) if one.name == "If-Match" && one.parameter_in == ParameterIn::Header);
    let takes_version = operation.parameters.iter().flatten().any(is_version);
    Target { path: path.to_owned(), operation_id: operation.operation_id.clone().unwrap_or_default(), takes_version }
}

/// How the target goes on from an answer of the collection; none where the answer does not tell all of its path.
fn link(collection: &str, inner: Option<&str>, target: &Target) -> Option<Link> {
    let below = target.path.strip_prefix(collection)?.strip_prefix("/{")?;
    let (own, rest) = below.split_once('}')?;
    if rest.contains('{') {
        return None;
    }
    let id = format!("$response.body#{}", inner.unwrap_or(OWN_ID));
    let outer = variables(collection).map(|name| (name, format!("$request.path.{name}")));
    let link = outer.chain([(own, id)]).fold(Link::builder(), |link, (name, value)| link.parameter(name, value));
    // The tag of an answer is that of the thing it shows; an inner thing has a version of its own.
    let link =
        if target.takes_version && inner.is_none() && rest.is_empty() { link.parameter("If-Match", "$response.header.ETag") } else { link };
    Some(link.operation_id(&target.operation_id).build())
}

fn variables(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter_map(|part| part.strip_prefix('{')?.strip_suffix('}'))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    fn links(path: &str) -> Value {
        let document = serde_json::to_value(crate::document()).expect("JSON");
        document["paths"][path]["post"]["responses"]["201"]["links"].clone()
    }

    #[test]
    fn who_makes_a_thing_may_go_on_with_it() {
        let rates = links("/api/v1/tax-rates");
        let names: Vec<&str> = rates.as_object().expect("links").keys().map(String::as_str).collect();
        assert_eq!(names, ["delete_tax_rate", "get_tax_rate", "replace_tax_rate", "update_tax_rate"]);
        let expected = json!({ "tax_rate_id": "$response.body#/data/id", "If-Match": "$response.header.ETag" });
        assert_eq!(rates["delete_tax_rate"]["parameters"], expected);
        assert_eq!(links("/api/v1/carts/{cart_id}/checkout")["get_order"]["parameters"]["order_id"], "$response.body#/data/id");
        let line = &links("/api/v1/carts/{cart_id}/lines")["change_cart_line"]["parameters"];
        assert_eq!(line, &json!({ "cart_id": "$request.path.cart_id", "line_id": "$response.body#/data/lines/0/id" }));
        assert_eq!(links("/api/v1/products")["create_variant"]["parameters"], json!({ "product_id": "$response.body#/data/id" }));
    }
}
