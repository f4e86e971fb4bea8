//! What happened to endpoints.

use kernel::{Timestamp, WebhookEndpointId, WebhookEndpointTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::DisabledBecause;

/// A fact about an endpoint. Its address is not told: it may hold what opens something.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(untagged)]
pub enum WebhookEndpointEvent {
    /// It is told from now on.
    Created {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
    },
    /// It is elsewhere, wants something else, or is told again.
    Changed {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
    },
    /// Its messages are signed with another key.
    Rotated {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
    },
    /// Nothing has arrived for an hour, or for a day.
    Failing {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
        /// Since when.
        #[schema(value_type = String, format = DateTime)]
        failing_since: Timestamp,
    },
    /// It is told no more.
    Disabled {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
        /// Why.
        because: DisabledBecause,
    },
    /// It is no more.
    Deleted {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
    },
    /// Somebody wants to see whether it can be told; nobody else is.
    Tested {
        /// Which one.
        webhook_endpoint_id: WebhookEndpointId,
    },
}

impl WebhookEndpointEvent {
    /// The name of what only the endpoint itself is told.
    pub(super) const TESTED: &'static str = "webhook_endpoint.tested";
}

impl Fact for WebhookEndpointEvent {
    type Subject = WebhookEndpointTag;
    const AGGREGATE: &'static str = "webhook_endpoint";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("webhook_endpoint.created", "an address is told of events from now on"),
        ("webhook_endpoint.changed", "an address that is told is another one, wants something else, or is told again"),
        ("webhook_endpoint.rotated", "messages to an address are signed with another key"),
        ("webhook_endpoint.failing", "nothing has arrived at an address for an hour, or for a day, and since when"),
        ("webhook_endpoint.disabled", "an address is told no more, and why"),
        ("webhook_endpoint.deleted", "an address is told no more, for good"),
        (Self::TESTED, "somebody wants to see whether an address can be told; only that address is, whatever it asks for"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "webhook_endpoint.created",
            Self::Changed { .. } => "webhook_endpoint.changed",
            Self::Rotated { .. } => "webhook_endpoint.rotated",
            Self::Failing { .. } => "webhook_endpoint.failing",
            Self::Disabled { .. } => "webhook_endpoint.disabled",
            Self::Deleted { .. } => "webhook_endpoint.deleted",
            Self::Tested { .. } => Self::TESTED,
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { webhook_endpoint_id: id }
            | Self::Changed { webhook_endpoint_id: id }
            | Self::Rotated { webhook_endpoint_id: id }
            | Self::Failing { webhook_endpoint_id: id, .. }
            | Self::Disabled { webhook_endpoint_id: id, .. }
            | Self::Deleted { webhook_endpoint_id: id }
            | Self::Tested { webhook_endpoint_id: id } => id.uuid(),
        }
    }
}
