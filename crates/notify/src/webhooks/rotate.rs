//! Giving an endpoint another key.

use accounts::api_keys::Grace;
use kernel::{Origin, WebhookEndpointId};
use platform::audit::{self, Entry};
use platform::outbox;

use super::create::{Created, SEAL};
use super::error::WebhookError;
use super::events::WebhookEndpointEvent;
use super::model::Endpoint;
use super::signature::SigningKey;
use super::store;
use crate::Notify;

/// Which endpoint, and for how long messages are signed with the key before, too.
#[derive(Debug, Clone, Copy)]
pub struct RotateEndpoint {
    /// Which one.
    pub id: WebhookEndpointId,
    /// 0 seconds to 7 days.
    pub grace: Grace,
}

/// Gives an endpoint another key and records `webhook_endpoint.rotated`. For a while each message has the signatures of both, so that
/// nothing is refused while the other side changes its secret; a key before the one before signs no more.
///
/// # Errors
/// `WebhookError` names what is wrong.
pub async fn rotate(notify: &Notify, origin: &Origin, command: RotateEndpoint) -> Result<Created, WebhookError> {
    let RotateEndpoint { id, grace } = command;
    let key = SigningKey::generate().ok_or(WebhookError::Key(None))?;
    let sealed = notify.context.secrets.seal(SEAL, key.to_bytes())?;
    let tx = notify.context.begin(origin).await?;
    let before = store::lock(&tx, id).await?.ok_or(WebhookError::NotFound)?;
    let until = grace.end(tx.now());
    let endpoint =
        Endpoint { public_key: key.public_key(), previous_key_until: Some(until), version: before.version + 1, ..before.clone() };
    store::replace_key(&tx, &endpoint, sealed, until).await?;
    outbox::record(&tx, &WebhookEndpointEvent::Rotated { webhook_endpoint_id: id }).await?;
    audit::record(&tx, &Entry::of("webhook_endpoint.rotated", id).before(&before.recorded()).after(&endpoint.recorded())).await?;
    tx.commit().await?;
    Ok(Created { endpoint, key })
}
