//! Telling of a message once more.

use kernel::{InboundMessageId, Origin};
use platform::audit::{self, Entry};
use platform::jobs;

use super::error::InboundError;
use super::model::{InboundMessage, InboundState};
use super::{process, store};
use crate::Notify;

/// Has `inbound.received` told once more of a message, for whoever lost it; one that still waits is told once.
///
/// # Errors
/// `NotFound`.
pub async fn retry(notify: &Notify, origin: &Origin, id: InboundMessageId) -> Result<InboundMessage, InboundError> {
    let tx = notify.context.begin(origin).await?;
    let message = store::lock(&tx, id).await?.ok_or(InboundError::NotFound)?;
    store::set_state(&tx, id, InboundState::Received).await?;
    jobs::enqueue(&tx, process::job(id, tx.now())).await?;
    audit::record(&tx, &Entry::of("inbound_message.retried", id)).await?;
    tx.commit().await?;
    Ok(InboundMessage { state: InboundState::Received, ..message })
}
