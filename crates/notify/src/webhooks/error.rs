//! Why something about endpoints and deliveries is refused.

use std::collections::BTreeMap;

use kernel::{DomainError, ErrorKind, FieldErrors};
use platform::SecretsError;
use platform::db::DatabaseError;

/// Why an endpoint is not made, changed, removed or told.
#[derive(Debug, thiserror::Error)]
pub enum WebhookError {
    /// No such endpoint.
    #[error("no such webhook endpoint")]
    NotFound,
    /// No such delivery, or its endpoint is no more.
    #[error("no such webhook delivery")]
    DeliveryNotFound,
    /// Nothing is sent to an endpoint that is not told.
    #[error("the webhook endpoint is disabled; enable it first")]
    Disabled,
    /// There are as many as can be.
    #[error("there are {0} webhook endpoints, which is the most")]
    TooMany(usize),
    /// Somebody changed it since.
    #[error("the webhook endpoint was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What it is to be.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// Its key cannot be sealed or opened.
    #[error("the key of the webhook endpoint cannot be sealed or opened")]
    Key(#[source] Option<SecretsError>),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl From<SecretsError> for WebhookError {
    fn from(error: SecretsError) -> Self {
        Self::Key(Some(error))
    }
}

impl DomainError for WebhookError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "webhook_not_found",
            Self::DeliveryNotFound => "webhook_delivery_not_found",
            Self::Disabled => "webhook_disabled",
            Self::TooMany(_) => "too_many_webhooks",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::Key(_) => "internal",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound | Self::DeliveryNotFound => ErrorKind::NotFound,
            Self::Disabled | Self::VersionConflict { .. } | Self::TooMany(_) => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::Key(_) => ErrorKind::Internal,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        if let Self::Input(errors) = self { errors.details() } else { BTreeMap::new() }
    }

    fn context(&self) -> Option<String> {
        let Self::VersionConflict { current } = self else { return None };
        Some(serde_json::json!({ "current_version": current }).to_string())
    }
}
