//! Putting the routes together.

use std::sync::LazyLock;

use axum::Router;
use axum::response::Redirect;
use axum::routing::get;
use gateway::{Anyone, Fixed, NoParams};
use utoipa_swagger_ui::SwaggerUi;

use crate::shop::Shop;
use crate::{openapi, rest};

/// Where the document is that describes the API.
const DOCUMENT: &str = "/openapi.json";

/// Every route with its documentation at `/docs` and `/openapi.json`; to be wrapped by the gateway. Who opens the shop in a
/// browser is led to its documentation: it has no pages yet.
pub fn router(shop: Shop) -> Router {
    static ANSWER: LazyLock<Fixed> = LazyLock::new(|| Fixed::text(&openapi::COMMITTED));
    let document = get(async |_caller: Anyone, _none: NoParams| ANSWER.clone());
    let docs = SwaggerUi::new("/docs").config(DOCUMENT.into());
    let pages = Router::new().route("/", get(async || Redirect::to("/docs/"))).route(DOCUMENT, document);
    rest::routes().into_router().merge(docs).merge(pages).with_state(shop)
}
