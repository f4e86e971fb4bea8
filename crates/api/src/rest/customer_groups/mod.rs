//! Groups of customers, for staff.

mod handlers;
mod wire;

pub(super) use handlers::routes;
