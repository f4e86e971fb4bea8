//! Webhook endpoints on the wire.

use accounts::api_keys::Grace;
use gateway::{ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use notify::webhooks::{CreateEndpoint, Created, Endpoint, EndpointChanges, ReplayRange, Replaying};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of endpoints.
pub(super) struct Webhooks;

impl ListRoute for Webhooks {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// A new endpoint.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookIn {
    /// Where messages go: HTTPS, and an address that anybody on the internet may have.
    #[schema(max_length = 2_000, example = "https://erp.example.com/hooks/tradewind")]
    url: String,
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    description: Option<String>,
    /// What it wants to be told: `order.placed`, `order.*` for all of a kind, `*` for everything.
    #[schema(min_items = 1, max_items = 50, example = json!(["order.*", "stock.ran_low"]))]
    events: Vec<String>,
    /// Whether what happened to one thing arrives in order: what follows waits for what is tried again. Absent: false.
    #[serde(default)]
    in_order: bool,
}

impl From<WebhookIn> for CreateEndpoint {
    fn from(WebhookIn { url, description, events, in_order }: WebhookIn) -> Self {
        Self { url, description, events, in_order }
    }
}

/// What changes of an endpoint; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookPatch {
    /// Where messages go.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 2_000)]
    url: Option<String>,
    /// What people call it; `null`: nothing.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    description: Option<Option<String>>,
    /// All that it wants to be told.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_items = 1, max_items = 50)]
    events: Option<Vec<String>>,
    /// Whether what happened to one thing arrives in order.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    in_order: Option<bool>,
    /// Whether it is told. What happened while it was not is not sent by itself.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    enabled: Option<bool>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl From<WebhookPatch> for EndpointChanges {
    fn from(WebhookPatch { url, description, events, in_order, enabled, version: _ }: WebhookPatch) -> Self {
        Self { url, description, events, in_order, enabled }
    }
}

/// How the secret that is replaced ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct SecretRotationIn {
    /// For how many seconds messages are signed with the secret that is replaced, too. Absent: a day.
    #[schema(minimum = 0, maximum = 604_800, example = 3_600)]
    grace_s: Option<i64>,
}

impl SecretRotationIn {
    pub(super) fn parse(self) -> Result<Grace, FieldErrors> {
        Grace::try_from(self.grace_s.unwrap_or(Grace::DEFAULT_S)).map_err(|error| FieldErrors::of("grace_s", error))
    }
}

/// What is told once more: what happened from one moment or place of the stream to another, both included.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct WebhookReplayIn {
    /// Not before this moment.
    #[schema(value_type = Option<String>, format = DateTime)]
    from: Option<Timestamp>,
    /// Not after this moment. Absent: now.
    #[schema(value_type = Option<String>, format = DateTime)]
    to: Option<Timestamp>,
    /// Not before this place of the stream.
    #[schema(minimum = 1)]
    from_seq: Option<i64>,
    /// Not behind this place. Absent: the last event there is.
    #[schema(minimum = 1)]
    to_seq: Option<i64>,
}

impl WebhookReplayIn {
    pub(super) fn parse(self) -> Result<ReplayRange, FieldErrors> {
        let Self { from, to, from_seq, to_seq } = self;
        let mut errors = FieldErrors::new();
        for (field, seq) in [("from_seq", from_seq), ("to_seq", to_seq)] {
            if seq.is_some_and(|seq| seq < 1) {
                errors.add(field, "must be 1 or more");
            }
        }
        errors.finish(|| Some(ReplayRange { from_seq, to_seq, from, to }))
    }
}

/// What is told once more, as it was understood.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookReplayView {
    /// From this place of the stream.
    from_seq: i64,
    /// To this one.
    to_seq: i64,
}

impl From<Replaying> for WebhookReplayView {
    fn from(Replaying { from_seq, to_seq }: Replaying) -> Self {
        Self { from_seq, to_seq }
    }
}

/// An address that is told of events.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookView {
    /// Its id (`whe_…`).
    #[schema(value_type = schema::WebhookEndpointId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// Where messages go.
    url: String,
    /// What people call it.
    description: Option<String>,
    /// What it wants to be told.
    events: Vec<String>,
    /// Whether what happened to one thing arrives in order.
    in_order: bool,
    /// Whether it is told.
    #[schema(value_type = schema::WebhookState)]
    state: &'static str,
    /// Why it is not told, where it is not.
    #[schema(value_type = Option<schema::WebhookDisabledBecause>)]
    disabled_because: Option<&'static str>,
    /// With what signatures of version `v1a` (ed25519) are verified: `whpk_…`.
    public_key: String,
    /// Until when messages are signed with the secret before, too.
    #[schema(value_type = Option<String>, format = DateTime)]
    previous_secret_until: Option<Timestamp>,
    /// Nothing has arrived since then.
    #[schema(value_type = Option<String>, format = DateTime)]
    failing_since: Option<Timestamp>,
    /// When something last arrived.
    #[schema(value_type = Option<String>, format = DateTime)]
    last_delivered_at: Option<Timestamp>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// By whom.
    created_by: String,
}

impl From<Endpoint> for WebhookView {
    fn from(endpoint: Endpoint) -> Self {
        Self {
            id: endpoint.id.to_string(),
            version: endpoint.version,
            state: endpoint.state().as_str(),
            events: endpoint.events.as_slice().to_vec(),
            disabled_because: endpoint.disabled_because.map(|because| because.as_str()),
            url: endpoint.url,
            description: endpoint.description,
            in_order: endpoint.in_order,
            public_key: endpoint.public_key,
            previous_secret_until: endpoint.previous_key_until,
            failing_since: endpoint.failing_since,
            last_delivered_at: endpoint.last_delivered_at,
            created_at: endpoint.created_at,
            created_by: endpoint.created_by,
        }
    }
}

/// An endpoint with its secret, which is shown now and never again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct WebhookSecretView {
    /// The endpoint.
    #[serde(flatten)]
    endpoint: WebhookView,
    /// With what signatures of version `v1` (HMAC-SHA256) are verified: `whsec_…`.
    secret: String,
}

impl From<Created> for WebhookSecretView {
    fn from(Created { endpoint, key }: Created) -> Self {
        Self { endpoint: endpoint.into(), secret: key.secret() }
    }
}
