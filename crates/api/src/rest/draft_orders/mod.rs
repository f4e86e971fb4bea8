//! Draft orders: staff fill a cart for a customer, at prices of their own where they like, and have it paid by a link.

mod handlers;
mod wire;

pub(in crate::rest) use wire::pays_within;

/// The routes of draft orders.
pub(super) fn routes() -> crate::routes::Routes {
    handlers::routes()
}
