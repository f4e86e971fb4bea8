//! Products: read by everybody, written by staff; what is bought of them are their variants.

mod batch;
mod batch_wire;
mod handlers;
mod list;
mod media;
mod media_wire;
mod metrics;
mod parts;
mod path;
mod reading;
mod related;
mod summary;
mod variant_schema;
mod variant_view;
mod variant_wire;
mod variants;
mod view;
mod wire;
mod wire_patch;

use crate::routes::Routes;
pub(super) use list::{ProductsOfCollection, query};
pub(super) use reading::{MAX_AGE_SECONDS, audience};
pub(super) use summary::ProductSummaryView;

pub(super) fn routes() -> Routes {
    reading::routes()
        .merge(handlers::routes())
        .merge(batch::routes())
        .merge(variants::routes())
        .merge(media::routes())
        .merge(metrics::routes())
}
