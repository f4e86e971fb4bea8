//! Putting the routes together.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use utoipa_swagger_ui::SwaggerUi;

use crate::rest;
use crate::shop::Shop;

/// Every route with its documentation at `/docs` and `/openapi.json`; to be wrapped by the gateway. Who opens the shop in a
/// browser is led to its documentation: it has no pages yet.
pub fn router(shop: Shop) -> Router {
    let (routes, document) = rest::routes().split_for_parts();
    let pages = Router::new().route("/", get(async || Redirect::to("/docs/")));
    routes.merge(SwaggerUi::new("/docs").url("/openapi.json", document)).merge(pages).with_state(shop)
}
