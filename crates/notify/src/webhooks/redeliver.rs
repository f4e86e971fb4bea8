//! Sending something once more.

use kernel::{Origin, WebhookDeliveryId};
use platform::audit::{self, Entry};

use super::error::WebhookError;
use super::store::{self, Delivery};
use crate::Notify;

/// Puts a delivery on its way once more, at once and with all its tries, whatever became of it before. The message has the id that it had,
/// so that whoever took it before can tell.
///
/// # Errors
/// `DeliveryNotFound`, `Disabled` where its endpoint is not told.
pub async fn redeliver(notify: &Notify, origin: &Origin, id: WebhookDeliveryId) -> Result<Delivery, WebhookError> {
    let tx = notify.context.begin(origin).await?;
    let delivery = store::find_delivery(&tx, id).await?.ok_or(WebhookError::DeliveryNotFound)?;
    let endpoint = store::lock(&tx, delivery.endpoint_id).await?.ok_or(WebhookError::DeliveryNotFound)?;
    if endpoint.disabled_because.is_some() {
        return Err(WebhookError::Disabled);
    }
    store::requeue(&tx, id).await?;
    let again = store::find_delivery(&tx, id).await?.ok_or(WebhookError::DeliveryNotFound)?;
    audit::record(&tx, &Entry::of("webhook_delivery.redelivered", id)).await?;
    tx.commit().await?;
    Ok(again)
}
