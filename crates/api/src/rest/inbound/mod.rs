//! Messages that others send to the shop.

mod handlers;
mod wire;

pub(super) use handlers::routes;
