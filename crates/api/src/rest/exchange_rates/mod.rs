//! Exchange rates: staff and feeds write them, derived prices follow.

mod handlers;
mod wire;

pub(super) use handlers::routes;
