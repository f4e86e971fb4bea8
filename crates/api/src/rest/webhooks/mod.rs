//! Webhooks: addresses that are told of events, and what became of each message.

mod deliveries;
mod handlers;
mod wire;

use crate::routes::Routes;

pub(super) fn routes() -> Routes {
    handlers::routes().merge(deliveries::routes())
}
