//! Taking a message: verified first, then stored once.

use kernel::{InboundMessageId, Origin};
use platform::jobs;

use super::error::InboundError;
use super::model::{InboundMessage, InboundState};
use super::process;
use super::store;
use super::verify::Incoming;
use crate::Notify;

/// What bodies are sealed for.
pub(super) const SEAL: &str = "inbound";
/// Larger than any message that Standard Webhooks would have (20 kB), and than what most others send.
pub const MOST_BYTES: usize = 256 * 1_024;

/// What a sender is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Receipt {
    /// The message's id here.
    pub id: InboundMessageId,
    /// False where it was here already: nothing happens a second time.
    pub is_new: bool,
}

/// Takes a message of a source that is configured: stores it, once by source and message id, and has it told on by a job. What is not
/// signed as it should be leaves no trace.
///
/// # Errors
/// `SourceNotFound`, `SignatureInvalid`.
pub async fn receive(notify: &Notify, source: &str, incoming: Incoming<'_>) -> Result<Receipt, InboundError> {
    let context = &notify.context;
    let configured = context.config.inbound.get(source).ok_or(InboundError::SourceNotFound)?;
    let message_id = incoming.verified(configured, context.now())?;
    let known = |id| Receipt { id, is_new: false };
    // Whoever repeats itself takes no writer.
    if let Some(id) = store::find_known(context.db.reader(), source, &message_id).await? {
        return Ok(known(id));
    }
    let sealed = context.secrets.seal(SEAL, incoming.body)?;
    let tx = context.begin(&Origin::system()).await?;
    let message = InboundMessage {
        id: InboundMessageId::generate(),
        source: source.to_owned(),
        message_id,
        body_bytes: i64::try_from(incoming.body.len()).unwrap_or(i64::MAX),
        content_type: incoming.content_type(),
        state: InboundState::Received,
        received_at: tx.now(),
        processed_at: None,
    };
    if !store::insert(&tx, &message, sealed).await? {
        let id = store::find_known(&tx, source, &message.message_id).await?.ok_or(InboundError::NotFound)?;
        // On SQLite the one who was first may not be durable yet; it is when this is.
        tx.commit().await?;
        return Ok(known(id));
    }
    jobs::enqueue(&tx, process::job(message.id, tx.now())).await?;
    tx.commit().await?;
    Ok(Receipt { id: message.id, is_new: true })
}
