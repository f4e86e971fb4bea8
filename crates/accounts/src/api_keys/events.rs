//! What happened to API keys.

use kernel::{ApiKeyId, ApiKeyTag};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

/// A fact about an API key.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum ApiKeyEvent {
    /// It was made.
    Created {
        /// Which one.
        api_key_id: ApiKeyId,
    },
    /// It may do something else, or for another time, or is called something else.
    Changed {
        /// Which one.
        api_key_id: ApiKeyId,
    },
    /// It has another token.
    Rotated {
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
    type Subject = ApiKeyTag;
    const AGGREGATE: &'static str = "api_key";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("api_key.created", "an API key was made"),
        ("api_key.changed", "an API key may do something else, or for another time, or is called something else"),
        ("api_key.rotated", "an API key has another token"),
        ("api_key.revoked", "an API key opens nothing any more"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created { .. } => "api_key.created",
            Self::Changed { .. } => "api_key.changed",
            Self::Rotated { .. } => "api_key.rotated",
            Self::Revoked { .. } => "api_key.revoked",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created { api_key_id } | Self::Changed { api_key_id } | Self::Rotated { api_key_id } | Self::Revoked { api_key_id } => {
                api_key_id.uuid()
            }
        }
    }
}
