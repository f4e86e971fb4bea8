//! Collections: products under a name, read by everybody, put together by staff.

mod commands;
mod handlers;
mod preview;
mod products;
mod rules;
mod view;
mod wire;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes().merge(commands::routes()).merge(products::routes()).merge(preview::routes())
}
