//! Putting the routes together.

use axum::Router;
use utoipa_swagger_ui::SwaggerUi;

use crate::rest;
use crate::shop::Shop;

/// Every route with its documentation at `/docs` and `/openapi.json`; to be wrapped by the gateway.
pub fn router(shop: Shop) -> Router {
    let (routes, document) = rest::routes().split_for_parts();
    routes.merge(SwaggerUi::new("/docs").url("/openapi.json", document)).with_state(shop)
}
