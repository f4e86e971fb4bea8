//! Everybody who bought something or has an account, as staff see them.

mod handlers;
mod list;
mod wire;

pub(super) use handlers::routes;
