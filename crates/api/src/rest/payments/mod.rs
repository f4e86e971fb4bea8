//! Payments: what was asked of a provider for an order, and what staff do with it.

mod handlers;
mod wire;

pub(super) use handlers::routes;
