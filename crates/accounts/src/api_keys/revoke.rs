//! Ending an API key.

use kernel::{ApiKeyId, DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::DatabaseError;
use platform::{Context, outbox};

use super::events::ApiKeyEvent;
use super::model::ApiKey;
use super::store;

/// Why a key is not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeApiKeyError {
    /// No such key, or it is revoked already.
    #[error("no such API key")]
    NotFound,
    /// Somebody changed it since.
    #[error("the API key was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RevokeApiKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "api_key_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Database(_) => None,
        }
    }
}

/// Ends a key for good and records `api_key.revoked`; requests that come after the commit are refused. `version` is the one
/// that the caller has seen, where somebody looked.
///
/// # Errors
/// `NotFound` where there is no unrevoked key of this id, `VersionConflict` where it is another version.
pub async fn revoke(context: &Context, origin: &Origin, id: ApiKeyId, version: Option<i64>) -> Result<(), RevokeApiKeyError> {
    let tx = context.begin(origin).await?;
    let before = store::lock(&tx, id).await?.filter(|key| key.revoked_at.is_none()).ok_or(RevokeApiKeyError::NotFound)?;
    if version.is_some_and(|version| version != before.version) {
        return Err(RevokeApiKeyError::VersionConflict { current: before.version });
    }
    let key = ApiKey { revoked_at: Some(tx.now()), version: before.version + 1, ..before.clone() };
    store::update(&tx, &key).await?;
    outbox::record(&tx, &ApiKeyEvent::Revoked { api_key_id: id }).await?;
    audit::record(&tx, &Entry::of("api_key.revoked", id).before(&before.recorded()).after(&key.recorded())).await?;
    Ok(tx.commit().await?)
}
