//! Tax zones: staff keep them, tax rates belong to them.

mod handlers;
mod wire;

pub(super) use handlers::routes;
