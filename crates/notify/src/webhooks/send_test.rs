//! Sending a test.

use kernel::{Origin, WebhookEndpointId};
use platform::outbox;

use super::error::WebhookError;
use super::events::WebhookEndpointEvent;
use super::store;
use crate::Notify;

/// Sends an endpoint, and nobody else, `webhook_endpoint.tested`: an event like any other, so that what shows whether it arrives is the way
/// that all events go.
///
/// # Errors
/// `NotFound`, `Disabled`.
pub async fn send_test(notify: &Notify, origin: &Origin, id: WebhookEndpointId) -> Result<(), WebhookError> {
    let tx = notify.context.begin(origin).await?;
    let endpoint = store::lock(&tx, id).await?.ok_or(WebhookError::NotFound)?;
    if endpoint.disabled_because.is_some() {
        return Err(WebhookError::Disabled);
    }
    outbox::record(&tx, &WebhookEndpointEvent::Tested { webhook_endpoint_id: id }).await?;
    Ok(tx.commit().await?)
}
