//! Categories: the public tree of the catalogue, and staff who tend it.

mod commands;
mod handlers;
mod view;
mod wire;

use utoipa_axum::router::OpenApiRouter;

use crate::shop::Shop;

pub(super) fn routes() -> OpenApiRouter<Shop> {
    handlers::routes().merge(commands::routes())
}
