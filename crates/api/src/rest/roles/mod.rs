//! Roles: what groups of people may do.

mod handlers;
mod wire;

pub(super) use handlers::routes;
pub(super) use wire::words;
