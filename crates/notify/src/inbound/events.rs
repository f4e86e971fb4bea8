//! What is told of messages that came in.

use kernel::{InboundMessageId, InboundMessageTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about a message. What is in it is not told: whoever may read it asks for it by its id.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum InboundEvent {
    /// It came in; told again where staff asks for it.
    Received {
        /// Which one.
        inbound_message_id: InboundMessageId,
        /// Who sent it: a name of the configuration.
        source: String,
    },
}

impl Fact for InboundEvent {
    type Subject = InboundMessageTag;
    const AGGREGATE: &'static str = "inbound";
    const NAMES: &'static [(&'static str, &'static str)] = &[("inbound.received", "a message came in from somebody who is configured")];

    fn name(&self) -> &'static str {
        match self {
            Self::Received { .. } => "inbound.received",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Received { inbound_message_id, .. } => inbound_message_id.uuid(),
        }
    }
}
