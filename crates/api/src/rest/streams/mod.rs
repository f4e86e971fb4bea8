//! Following what happens at this very moment.

mod event_stream;
mod events;

use crate::routes::Routes;

/// What begins where answers go on and are no JSON document.
pub const STREAMS: [&str; 1] = ["/api/v1/events/stream"];

pub(super) fn routes() -> Routes {
    events::routes()
}
