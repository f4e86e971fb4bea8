//! Paths of the storefront that lead elsewhere: written by staff, followed by pages.

mod handlers;
mod wire;

pub(super) use handlers::routes;
