//! API keys: the credentials of programs.

mod handlers;
mod wire;

pub(super) use handlers::routes;
