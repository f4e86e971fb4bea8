//! Price lists: the currency of prices, and whether they include tax.

mod handlers;
mod wire;

pub(super) use handlers::routes;
