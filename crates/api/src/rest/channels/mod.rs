//! Channels: where the shop sells, in which currency, and how it shows its prices.

mod handlers;
mod wire;

pub(super) use handlers::routes;
