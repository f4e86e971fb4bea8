//! Blocked addresses: staff keep the list, the gateway refuses who is on it.

mod handlers;
mod wire;

pub(super) use handlers::routes;
