//! How an older version is spoken.

use std::fmt::Debug;

use http::{Method, StatusCode};
use serde_json::Value;

/// Which route a request means.
#[derive(Debug, Clone, Copy)]
pub struct Route<'a> {
    method: &'a Method,
    path: &'a str,
}

impl<'a> Route<'a> {
    /// The route of a request.
    #[must_use]
    pub const fn new(method: &'a Method, path: &'a str) -> Self {
        Self { method, path }
    }

    /// The method.
    #[must_use]
    pub const fn method(&self) -> &Method {
        self.method
    }

    /// True where the path is one of this template: `/api/v1/products/{product_id}`.
    #[must_use]
    pub fn is(&self, template: &str) -> bool {
        let (mut expected, mut actual) = (template.split('/'), self.path.split('/'));
        loop {
            match (expected.next(), actual.next()) {
                (None, None) => return true,
                (Some(expected), Some(actual)) if expected == actual || (expected.starts_with('{') && !actual.is_empty()) => {}
                _ => return false,
            }
        }
    }
}

/// What turns requests of one version into those of the next newer one, and its answers back. What it is not concerned with it leaves
/// as it is.
pub trait Adapter: Debug + Send + Sync {
    /// Rewrites the JSON body of a request.
    fn request(&self, route: Route<'_>, body: &mut Value);

    /// Rewrites the JSON body of an answer that is no refusal: the whole envelope.
    fn answer(&self, route: Route<'_>, status: StatusCode, body: &mut Value);

    /// What a field is called that a refusal names.
    fn field(&self, route: Route<'_>, field: &str) -> String {
        let _ = route;
        field.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_route_is_known_by_its_template() {
        let is = |path: &str, template: &str| Route::new(&Method::GET, path).is(template);
        assert!(is("/api/v1/products/prod_1", "/api/v1/products/{product_id}"));
        assert!(is("/api/v1/products", "/api/v1/products"));
        for (path, template) in [
            ("/api/v1/products/", "/api/v1/products/{product_id}"),
            ("/api/v1/products/prod_1/media", "/api/v1/products/{product_id}"),
            ("/api/v1/orders/x", "/api/v1/products/{product_id}"),
        ] {
            assert!(!is(path, template), "{path}");
        }
    }
}
