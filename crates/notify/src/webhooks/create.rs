//! Making an endpoint.

use kernel::{FieldErrors, Origin, WebhookEndpointId, contains_card_number, text};
use platform::audit::{self, Entry};
use platform::config::Mode;
use platform::http_client::endpoint_url;
use platform::outbox;

use super::error::WebhookError;
use super::events::WebhookEndpointEvent;
use super::model::{Endpoint, EventPatterns};
use super::signature::SigningKey;
use super::store;
use crate::Notify;

/// What signing keys are sealed for.
pub(super) const SEAL: &str = "webhook";
/// Each event is matched with all of them as it happens.
pub(super) const MOST_ENDPOINTS: usize = 1_000;
/// What people call an endpoint fits on a line.
const LONGEST_DESCRIPTION: usize = 255;

/// What an endpoint is to be.
#[derive(Debug, Clone)]
pub struct CreateEndpoint {
    /// Where messages go: HTTPS in production.
    pub url: String,
    /// What people call it: up to 255 characters.
    pub description: Option<String>,
    /// What it wants to be told: [`EventPatterns`].
    pub events: Vec<String>,
    /// Whether what happened to one thing arrives in order.
    pub in_order: bool,
}

/// The endpoint and its key, whose secret is shown now and never again.
#[derive(Debug)]
pub struct Created {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its key.
    pub key: SigningKey,
}

/// Makes an endpoint, which is told of what happens from now on, and records `webhook_endpoint.created`.
///
/// # Errors
/// `WebhookError` names what is wrong.
pub async fn create(notify: &Notify, origin: &Origin, request: CreateEndpoint) -> Result<Created, WebhookError> {
    let CreateEndpoint { url, description, events, in_order } = request;
    let mut errors = FieldErrors::new();
    let url = errors.take("url", parse_url(notify, &url));
    let description = errors.take_optional("description", description, |raw| parse_description(&raw));
    let events = errors.take("events", EventPatterns::parse(events, &notify.kinds));
    let (url, events) = errors.finish(|| url.zip(events))?;
    let key = SigningKey::generate().ok_or(WebhookError::Key(None))?;
    let sealed = notify.context.secrets.seal(SEAL, key.to_bytes())?;
    let tx = notify.context.begin(origin).await?;
    if store::count(&tx).await? >= MOST_ENDPOINTS as i64 {
        return Err(WebhookError::TooMany(MOST_ENDPOINTS));
    }
    let endpoint = Endpoint {
        id: WebhookEndpointId::generate(),
        url,
        description,
        events,
        in_order,
        disabled_because: None,
        public_key: key.public_key(),
        previous_key_until: None,
        failing_since: None,
        last_delivered_at: None,
        version: 1,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(&tx, &endpoint, sealed).await?;
    outbox::record(&tx, &WebhookEndpointEvent::Created { webhook_endpoint_id: endpoint.id }).await?;
    audit::record(&tx, &Entry::of("webhook_endpoint.created", endpoint.id).after(&endpoint.recorded())).await?;
    tx.commit().await?;
    Ok(Created { endpoint, key })
}

pub(super) fn parse_url(notify: &Notify, raw: &str) -> Result<String, String> {
    endpoint_url(raw, notify.context.config.mode == Mode::Production, &notify.reach)
}

pub(super) fn parse_description(raw: &str) -> Result<String, String> {
    let description = text(raw, LONGEST_DESCRIPTION).map_err(|error| error.to_string())?;
    if contains_card_number(&description) { Err("must not hold the number of a payment card".to_owned()) } else { Ok(description) }
}
