//! Putting the routes together.

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use gateway::{Anyone, Fixed, NoParams};
use utoipa_swagger_ui::SwaggerUi;

use crate::rest;
use crate::shop::Shop;

/// Where the document is that describes the API.
const DOCUMENT: &str = "/openapi.json";

/// Every route with its documentation at `/docs` and `/openapi.json`; to be wrapped by the gateway. Who opens the shop in a
/// browser is led to its documentation: it has no pages yet.
pub fn router(shop: Shop) -> Router {
    let (routes, document) = rest::routes().split_for_parts();
    let document = Fixed::new(&document);
    let document = get(async move |_caller: Anyone, _none: NoParams| document.clone());
    let docs = SwaggerUi::new("/docs").config(DOCUMENT.into());
    let pages = Router::new().route("/", get(async || Redirect::to("/docs/"))).route(DOCUMENT, document);
    routes.merge(docs).merge(pages).with_state(shop)
}
