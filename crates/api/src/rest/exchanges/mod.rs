//! Exchanges: goods that come back, or that have not left, for others.

mod handlers;
mod wire;

/// The routes of exchanges.
pub(super) fn routes() -> crate::routes::Routes {
    handlers::routes()
}
