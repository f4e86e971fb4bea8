//! `tradewind routes`: every route with what it asks of its caller.

use serde::Serialize;
use serde_json::Value;

use super::Exit;
use super::output::Shown;
use super::setup::Globals;

/// The methods that a path of the document may have, in the order in which they are shown.
const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];

/// Said of a route that is public.
pub(crate) const ANYONE: &str = "anyone";
/// Said of a route for people who are signed in.
pub(crate) const SIGNED_IN: &str = "signing in";
/// Said of a route for whoever holds a cart.
pub(crate) const CART_TOKEN: &str = "cart token";

/// One route.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Route {
    pub(crate) method: String,
    pub(crate) path: String,
    pub(crate) operation: String,
    /// What opens it: a permission, `cart token`, `signing in`, or `anyone`; nothing where the document does not say.
    pub(crate) asks: Vec<String>,
    summary: String,
}

impl Shown for Route {
    const HEAD: &'static [&'static str] = &["method", "path", "asks for", "operation"];

    fn cells(&self) -> Vec<String> {
        vec![self.method.clone(), self.path.clone(), self.asks.join(" or "), self.operation.clone()]
    }
}

pub(super) fn run(globals: &Globals) -> anyhow::Result<Exit> {
    globals.output().list(&of(&serde_json::from_str(&api::COMMITTED)?))?;
    Ok(Exit::Ok)
}

/// The routes of an OpenAPI document, in its order.
pub(crate) fn of(document: &Value) -> Vec<Route> {
    let paths = document.get("paths").and_then(Value::as_object);
    let operations = paths.into_iter().flatten().flat_map(|(path, item)| {
        METHODS.iter().filter_map(move |method| item.get(method).map(|operation| (method.to_uppercase(), path.clone(), operation)))
    });
    operations.map(|(method, path, operation)| route(method, path, operation)).collect()
}

fn route(method: String, path: String, operation: &Value) -> Route {
    let text = |key: &str| operation.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let ways = operation.get("security").and_then(Value::as_array).into_iter().flatten();
    let asks = ways.filter_map(Value::as_object).flat_map(|way| match way.iter().next() {
        None => vec![ANYONE.to_owned()],
        Some((scheme, _)) if scheme == "cart_token" => vec![CART_TOKEN.to_owned()],
        Some((_, scopes)) if scopes.as_array().is_some_and(Vec::is_empty) => vec![SIGNED_IN.to_owned()],
        Some((_, scopes)) => scopes.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect(),
    });
    Route { method, path, operation: text("operationId"), asks: asks.collect(), summary: text("summary") }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use gateway::Permission;

    use super::*;

    fn routes() -> Vec<Route> {
        of(&serde_json::to_value(api::document()).expect("JSON"))
    }

    #[test]
    fn every_route_says_what_it_asks_for() {
        let known: BTreeSet<&str> =
            Permission::ALL.iter().map(|permission| permission.name()).chain([ANYONE, SIGNED_IN, CART_TOKEN]).collect();
        for route in routes() {
            assert!(!route.asks.is_empty(), "{route:?}");
            assert!(route.asks.iter().all(|ask| known.contains(ask.as_str())), "{route:?}");
        }
    }

    #[test]
    fn every_route_has_an_operation_of_its_own() {
        let routes = routes();
        let operations: BTreeSet<&str> = routes.iter().map(|route| route.operation.as_str()).collect();
        assert_eq!(operations.len(), routes.len());
        assert!(!operations.contains(""));
    }
}
