//! Messages that came in, on the wire.

use kernel::Timestamp;
use notify::inbound::{InboundMessage, Receipt};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// What a sender is told.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InboundReceiptView {
    /// The message's id here (`inb_…`).
    #[schema(value_type = schema::InboundMessageId)]
    id: String,
}

impl From<Receipt> for InboundReceiptView {
    fn from(receipt: Receipt) -> Self {
        Self { id: receipt.id.to_string() }
    }
}

/// A message that came in.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InboundMessageView {
    /// Its id here (`inb_…`).
    #[schema(value_type = schema::InboundMessageId)]
    id: String,
    /// Who sent it: a name of the configuration.
    source: String,
    /// What its sender calls it; of a source that signs the body alone, the hash of that.
    #[schema(max_length = 255)]
    message_id: String,
    /// How many bytes its body has.
    body_bytes: i64,
    /// What its sender says that the body is.
    content_type: Option<String>,
    /// `received`, then `processed`.
    #[schema(value_type = schema::InboundMessageState)]
    state: &'static str,
    /// When it came.
    #[schema(value_type = String, format = DateTime)]
    received_at: Timestamp,
    /// When `inbound.received` last told of it.
    #[schema(value_type = Option<String>, format = DateTime)]
    processed_at: Option<Timestamp>,
}

impl From<InboundMessage> for InboundMessageView {
    fn from(message: InboundMessage) -> Self {
        Self {
            id: message.id.to_string(),
            source: message.source,
            message_id: message.message_id,
            body_bytes: message.body_bytes,
            content_type: message.content_type,
            state: message.state.as_str(),
            received_at: message.received_at,
            processed_at: message.processed_at,
        }
    }
}

/// A message that came in, with what is in it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct InboundMessageBodyView {
    /// The message.
    #[serde(flatten)]
    pub(super) message: InboundMessageView,
    /// Its body; bytes that are no text are replaced.
    pub(super) body: String,
}
