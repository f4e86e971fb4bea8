//! What an endpoint is told: the event as JSON, the same bytes over all tries.

use kernel::{EventId, Timestamp};
use platform::events::Event;
use platform::outbox::FactKinds;
use serde::Serialize;
use serde_json::Value;

#[derive(Serialize)]
struct Message<'e> {
    id: EventId,
    r#type: &'e str,
    timestamp: Timestamp,
    version: i64,
    seq: i64,
    aggregate: Aggregate<'e>,
    data: &'e Value,
}

#[derive(Serialize)]
struct Aggregate<'e> {
    r#type: &'e str,
    id: String,
    seq: i64,
}

/// The body of the message about an event: `type`, `timestamp` and `data` as Standard Webhooks has them, and what tells where the event
/// stands in the stream and among those of its thing. Who did it is not told.
#[must_use]
pub fn message(event: &Event, kinds: &FactKinds) -> String {
    let id = kinds.id_text(&event.aggregate_type, event.aggregate_id);
    let message = Message {
        id: EventId::from_uuid(event.id),
        r#type: &event.r#type,
        timestamp: event.occurred_at,
        version: event.version,
        seq: event.seq,
        aggregate: Aggregate { r#type: &event.aggregate_type, id, seq: event.aggregate_seq },
        data: &event.payload,
    };
    // Nothing in it has keys that are not text.
    serde_json::to_string(&message).unwrap_or_default()
}
