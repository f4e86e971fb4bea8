//! Tax rates: staff keep them, carts are taxed by them.

mod handlers;
mod wire;

pub(super) use handlers::routes;
