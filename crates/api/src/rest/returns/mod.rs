//! Returns: for staff with the permission, and for whoever bought what comes back.

mod command_wire;
mod commands;
mod handlers;
mod wire;

pub(super) use wire::ReturnView;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes().merge(commands::routes())
}
