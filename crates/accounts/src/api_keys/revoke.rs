//! Ending an API key.

use kernel::{ApiKeyId, DomainError, ErrorKind, Origin};
use platform::db::DatabaseError;
use platform::{Context, outbox};

use super::events::ApiKeyEvent;
use super::store;

/// Why a key is not revoked.
#[derive(Debug, thiserror::Error)]
pub enum RevokeApiKeyError {
    /// No such key, or it is revoked already.
    #[error("no such API key")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RevokeApiKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "api_key_not_found",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Ends a key for good; requests that come after the commit are refused. Records `api_key.revoked`.
///
/// # Errors
/// `NotFound` where there is no live key of this id.
pub async fn revoke(context: &Context, origin: &Origin, id: ApiKeyId) -> Result<(), RevokeApiKeyError> {
    let tx = context.begin(origin).await?;
    if !store::revoke(&tx, id).await? {
        return Err(RevokeApiKeyError::NotFound);
    }
    outbox::record(&tx, &ApiKeyEvent::Revoked { api_key_id: id }).await?;
    Ok(tx.commit().await?)
}
