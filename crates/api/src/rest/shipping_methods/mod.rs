//! Shipping methods: staff keep them with their tariffs, carts choose among them.

mod handlers;
mod wire;

pub(super) use handlers::routes;
