//! What happened to API keys.

use kernel::ApiKeyId;
use platform::outbox::Fact;
use serde::Serialize;
use uuid::Uuid;

/// A fact about an API key.
#[derive(Debug, Clone, Serialize)]
#[serde(untagged)]
pub enum ApiKeyEvent {
    /// There is one more.
    Created {
        /// Which one.
        api_key_id: ApiKeyId,
    },
    /// It opens nothing any more.
    Revoked {
        /// Which one.
        api_key_id: ApiKeyId,
    },
}

impl Fact for ApiKeyEvent {
    const AGGREGATE: &'static str = "api_key";
    const NAMES: &'static [(&'static str, &'static str)] =
        &[("api_key.created", "a program got a key"), ("api_key.revoked", "a key was ended for good")];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "api_key.created",
            Self::Revoked { .. } => "api_key.revoked",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { api_key_id } | Self::Revoked { api_key_id } => api_key_id.uuid(),
        }
    }
}
