//! One WebSocket for whatever its caller may follow: orders, what products can be had, events.

mod messages;
mod open;
mod session;
mod shelf;
mod topics;

pub(super) use open::routes;
pub(crate) use shelf::Shelf;
