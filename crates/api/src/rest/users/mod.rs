//! People with accounts, as staff see them.

mod handlers;
mod privacy;
mod sessions;
mod wire;

pub(super) use handlers::routes;
