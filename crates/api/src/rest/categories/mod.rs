//! Categories: the public tree of the catalogue, and staff who tend it.

mod commands;
mod handlers;
mod view;
mod wire;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes().merge(commands::routes())
}
