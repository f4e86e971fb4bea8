//! Products: read by everybody, written by staff; what is bought of them are their variants.

mod handlers;
mod list;
mod path;
mod reading;
mod summary;
mod variant_view;
mod variant_wire;
mod view;
mod wire;
mod wire_patch;

use utoipa_axum::router::OpenApiRouter;

use crate::shop::Shop;

pub(super) fn routes() -> OpenApiRouter<Shop> {
    reading::routes().merge(handlers::routes())
}
