//! Orders: for staff with the permission, and for the holder of the cart that an order came of.

mod handlers;
mod list;
mod wire;

pub(super) use handlers::routes;
pub(crate) use wire::OrderView;
