//! Messages of others, and where each stands.

use kernel::{InboundMessageId, Timestamp, text_enum};

text_enum! {
    /// Where a message stands.
    pub enum InboundState {
        /// It is here, and nobody was told yet.
        Received = "received",
        /// `inbound.received` tells of it.
        Processed = "processed",
    }
}

/// A message that somebody sent; its body is read apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundMessage {
    /// Its id here.
    pub id: InboundMessageId,
    /// Who sent it: a name of the configuration.
    pub source: String,
    /// What they call it.
    pub message_id: String,
    /// How long its body is.
    pub body_bytes: i64,
    /// What they say that the body is.
    pub content_type: Option<String>,
    /// Where it stands.
    pub state: InboundState,
    /// When it came.
    pub received_at: Timestamp,
    /// When it was last told of.
    pub processed_at: Option<Timestamp>,
}
