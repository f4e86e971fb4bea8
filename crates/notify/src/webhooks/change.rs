//! Changing an endpoint.

use kernel::{FieldErrors, Origin, WebhookEndpointId};
use platform::audit::{self, Entry};
use platform::outbox;

use super::create::{parse_description, parse_url};
use super::error::WebhookError;
use super::events::WebhookEndpointEvent;
use super::model::{DisabledBecause, Endpoint, EventPatterns};
use super::store;
use crate::Notify;

/// What changes; what is absent stays.
#[derive(Debug, Clone, Default)]
pub struct EndpointChanges {
    /// Where messages go.
    pub url: Option<String>,
    /// What people call it; `Some(None)` takes it away.
    pub description: Option<Option<String>>,
    /// What it wants to be told.
    pub events: Option<Vec<String>>,
    /// Whether what happened to one thing arrives in order.
    pub in_order: Option<bool>,
    /// Whether it is told. To enable one forgets that it failed; what happened meanwhile is not sent by itself.
    pub enabled: Option<bool>,
}

/// A change of one endpoint.
#[derive(Debug, Clone)]
pub struct ChangeEndpoint {
    /// Which one.
    pub id: WebhookEndpointId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What changes.
    pub changes: EndpointChanges,
}

/// Changes an endpoint and records `webhook_endpoint.changed`, or `.disabled` where that is what changes.
///
/// # Errors
/// `WebhookError` names what is wrong; nothing is changed then.
pub async fn change(notify: &Notify, origin: &Origin, command: ChangeEndpoint) -> Result<Endpoint, WebhookError> {
    let ChangeEndpoint { id, version, changes } = command;
    let tx = notify.context.begin(origin).await?;
    let before = store::lock(&tx, id).await?.ok_or(WebhookError::NotFound)?;
    if before.version != version {
        return Err(WebhookError::VersionConflict { current: before.version });
    }
    let mut endpoint = apply(notify, changes, &before)?;
    store::update(&tx, &endpoint, None).await?;
    if before.disabled_because.is_some() && endpoint.disabled_because.is_none() {
        store::forgive(&tx, id).await?;
        endpoint.failing_since = None;
    }
    let event = match (before.disabled_because, endpoint.disabled_because) {
        (None, Some(because)) => WebhookEndpointEvent::Disabled { webhook_endpoint_id: id, because },
        _ => WebhookEndpointEvent::Changed { webhook_endpoint_id: id },
    };
    outbox::record(&tx, &event).await?;
    audit::record(&tx, &Entry::of("webhook_endpoint.changed", id).before(&before.recorded()).after(&endpoint.recorded())).await?;
    tx.commit().await?;
    Ok(endpoint)
}

fn apply(notify: &Notify, changes: EndpointChanges, before: &Endpoint) -> Result<Endpoint, FieldErrors> {
    let EndpointChanges { url, description, events, in_order, enabled } = changes;
    let mut errors = FieldErrors::new();
    let url = errors.take_optional("url", url, |raw| parse_url(notify, &raw));
    let description = errors.take_optional("description", description, |raw| raw.map(|raw| parse_description(&raw)).transpose());
    let events = errors.take_optional("events", events, |raw| EventPatterns::parse(raw, &notify.kinds));
    let disabled_because = match enabled {
        Some(true) => None,
        Some(false) => Some(before.disabled_because.unwrap_or(DisabledBecause::Owner)),
        None => before.disabled_because,
    };
    let endpoint = Endpoint {
        url: url.unwrap_or_else(|| before.url.clone()),
        description: description.unwrap_or_else(|| before.description.clone()),
        events: events.unwrap_or_else(|| before.events.clone()),
        in_order: in_order.unwrap_or(before.in_order),
        disabled_because,
        version: before.version + 1,
        ..before.clone()
    };
    errors.finish(|| Some(endpoint))
}
