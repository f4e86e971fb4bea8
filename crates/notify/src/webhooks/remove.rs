//! Removing an endpoint.

use kernel::{Origin, WebhookEndpointId};
use platform::audit::{self, Entry};
use platform::outbox;

use super::error::WebhookError;
use super::events::WebhookEndpointEvent;
use super::model::Endpoint;
use super::store;
use crate::Notify;

/// Removes an endpoint and records `webhook_endpoint.deleted`: nothing more is sent to it, and what was sent is not shown any more. The
/// rows of its deliveries go later, little by little. The shop itself never removes one.
///
/// # Errors
/// `NotFound`, `VersionConflict` where it is another version.
pub async fn remove(notify: &Notify, origin: &Origin, id: WebhookEndpointId, version: i64) -> Result<(), WebhookError> {
    let tx = notify.context.begin(origin).await?;
    let before = store::lock(&tx, id).await?.ok_or(WebhookError::NotFound)?;
    if before.version != version {
        return Err(WebhookError::VersionConflict { current: before.version });
    }
    let endpoint = Endpoint { version: before.version + 1, ..before.clone() };
    store::update(&tx, &endpoint, Some(tx.now())).await?;
    outbox::record(&tx, &WebhookEndpointEvent::Deleted { webhook_endpoint_id: id }).await?;
    audit::record(&tx, &Entry::of("webhook_endpoint.deleted", id).before(&before.recorded())).await?;
    Ok(tx.commit().await?)
}
