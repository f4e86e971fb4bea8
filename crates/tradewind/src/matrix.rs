//! The rows of the authorisation matrix: what each route asks of its caller, read from the API's own document, so that no
//! route is forgotten.

use gateway::Permission;
use serde_json::Value;

use crate::cli::routes::{self, Route};

/// One way into a route.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ask {
    /// Nothing: it is public.
    Anyone,
    /// A person who is signed in.
    SignedIn,
    /// The token of a cart.
    CartToken,
    /// A permission of staff.
    Permission(Permission),
}

/// What stands for a variable of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Variable {
    /// An id with this prefix.
    Id(String),
    /// One of some words.
    Word(String),
    /// Any text.
    Name,
}

/// One route of the matrix.
#[derive(Debug, Clone)]
pub struct Row {
    /// The method, in capitals.
    pub method: String,
    /// The path, with variables in braces.
    pub path: String,
    /// The ways in; never empty.
    pub asks: Vec<Ask>,
    /// What its variables are, in the order of the path.
    pub variables: Vec<Variable>,
    /// The schema of its JSON body, where it takes one.
    pub body: Option<Value>,
}

impl Row {
    /// The path with something for each variable.
    pub fn filled(&self, mut with: impl FnMut(&Variable) -> String) -> String {
        let mut variables = self.variables.iter();
        let parts = self.path.split('/').map(|part| match (part.starts_with('{'), part) {
            (true, _) => variables.next().map(&mut with).unwrap_or_default(),
            (false, fixed) => fixed.to_owned(),
        });
        parts.collect::<Vec<_>>().join("/")
    }
}

/// The rows, and the routes of which none can be made because the document does not say who may.
#[must_use]
pub fn read(document: &Value) -> (Vec<Row>, Vec<String>) {
    let (mut rows, mut uncovered) = (Vec::new(), Vec::new());
    for route in routes::of(document) {
        let asks: Option<Vec<Ask>> = route.asks.iter().map(|ask| read_ask(ask)).collect();
        match asks.filter(|asks| !asks.is_empty()) {
            Some(asks) => rows.push(row(document, &route, asks)),
            None => uncovered.push(format!("{} {}", route.method, route.path)),
        }
    }
    (rows, uncovered)
}

fn read_ask(ask: &str) -> Option<Ask> {
    match ask {
        routes::ANYONE => Some(Ask::Anyone),
        routes::SIGNED_IN => Some(Ask::SignedIn),
        routes::CART_TOKEN => Some(Ask::CartToken),
        name => Permission::ALL.iter().find(|permission| permission.name() == name).copied().map(Ask::Permission),
    }
}

fn row(document: &Value, route: &Route, asks: Vec<Ask>) -> Row {
    let operation = document.get("paths").and_then(|paths| paths.get(&route.path)).and_then(|item| item.get(route.method.to_lowercase()));
    let names = route.path.split('/').filter_map(|part| part.strip_prefix('{').and_then(|part| part.strip_suffix('}')));
    let variables = names.map(|name| variable(document, operation, name)).collect();
    let body = operation.and_then(|operation| operation.pointer("/requestBody/content/application~1json/schema")).cloned();
    Row { method: route.method.clone(), path: route.path.clone(), asks, variables, body }
}

fn variable(document: &Value, operation: Option<&Value>, name: &str) -> Variable {
    let parameters = operation.and_then(|operation| operation.get("parameters")).and_then(Value::as_array);
    let parameter = parameters.into_iter().flatten().find(|parameter| parameter.get("name").and_then(Value::as_str) == Some(name));
    let schema = parameter.and_then(|parameter| parameter.get("schema")).map(|schema| resolved(document, schema));
    let word = schema.and_then(|schema| schema.pointer("/enum/0")).and_then(Value::as_str);
    // A path that takes a name as well as an id says only that it takes text; the id's own schema is called like the variable.
    let by_name = document.pointer(&format!("/components/schemas/{}", capitalised(name)));
    let prefix = schema.and_then(prefix).or_else(|| by_name.and_then(prefix));
    match (prefix, word) {
        (Some(prefix), _) => Variable::Id(prefix.to_owned()),
        (None, Some(word)) => Variable::Word(word.to_owned()),
        (None, None) => Variable::Name,
    }
}

/// What a reference leads to.
#[must_use]
pub fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    let reference = schema.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'));
    reference.and_then(|pointer| document.pointer(pointer)).unwrap_or(schema)
}

/// The prefix of an id, where the schema is one of ids: `cart` of `^cart_[0-7]…$`.
#[must_use]
pub fn prefix(schema: &Value) -> Option<&str> {
    let pattern = schema.get("pattern")?.as_str()?.strip_prefix('^')?;
    pattern.split_once("_[0-7]").map(|(prefix, _)| prefix).filter(|prefix| prefix.bytes().all(|byte| byte.is_ascii_lowercase()))
}

fn capitalised(name: &str) -> String {
    let word = |word: &str| word.chars().take(1).map(|first| first.to_ascii_uppercase()).chain(word.chars().skip(1)).collect::<String>();
    name.split('_').map(word).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn every_route_has_a_row() {
        let document = serde_json::to_value(api::document()).expect("JSON");
        let (rows, uncovered) = read(&document);
        assert_eq!(uncovered, [""; 0]);
        assert_eq!(rows.len(), routes::of(&document).len());
        let product = rows.iter().find(|row| row.path == "/api/v1/products/{product_id}" && row.method == "GET").expect("a row");
        assert_eq!((product.variables.as_slice(), product.asks.as_slice()), (&[Variable::Id("prod".to_owned())][..], &[Ask::Anyone][..]));
        assert_eq!(product.filled(|_| "mug".to_owned()), "/api/v1/products/mug");
    }

    #[test]
    fn a_route_that_does_not_say_who_may_is_named() {
        let ask = |security: Value| read(&json!({"paths": {"/things": {"get": {"operationId": "x", "security": security}}}}));
        for security in [Value::Null, json!([]), json!([{"bearer": ["things:fly"]}])] {
            assert_eq!(ask(security).1, ["GET /things"]);
        }
        assert_eq!(ask(json!([{"bearer": []}])).0.first().map(|row| row.asks.clone()), Some(vec![Ask::SignedIn]));
    }
}
