//! Payments: what was asked of a provider for an order, and what staff do with it.

mod handlers;
mod reconciliation;
mod wire;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    reconciliation::routes().merge(handlers::routes())
}
