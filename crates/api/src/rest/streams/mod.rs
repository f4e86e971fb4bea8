//! Following what happens at this very moment.

mod event_stream;
mod events;
mod socket;

use crate::routes::Routes;

pub(crate) use socket::Shelf;

/// What begins where answers go on and are no JSON document.
pub const STREAMS: [&str; 2] = ["/api/v1/events/stream", "/api/v1/ws"];

pub(super) fn routes() -> Routes {
    events::routes().merge(socket::routes())
}
