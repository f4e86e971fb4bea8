//! Many prices at once: planned, looked at, applied and undone.

mod handlers;
mod input;
mod view;

pub(super) use handlers::routes;
