//! People with accounts, as staff see them.

mod handlers;
mod wire;

pub(super) use handlers::routes;
