//! Giving an API key another token.

use kernel::{ApiKeyId, DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::create::Created;
use super::events::ApiKeyEvent;
use super::model::{ApiKey, Grace, Token};
use super::store;
use crate::permissions::{NotHeld, PermissionSet};

/// Which key, and how long its token goes on.
#[derive(Debug, Clone, Copy)]
pub struct RotateApiKey {
    /// Which one.
    pub id: ApiKeyId,
    /// How long the token that it has goes on.
    pub grace: Grace,
}

/// Why a key keeps its token.
#[derive(Debug, thiserror::Error)]
pub enum RotateApiKeyError {
    /// No such key, or it is dead.
    #[error("no such API key")]
    NotFound,
    /// It allows what whoever would learn its token may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for RotateApiKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "api_key_not_found",
            Self::NotHeld(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::NotHeld(error) => error.context(),
            Self::NotFound | Self::Database(_) => None,
        }
    }
}

/// Gives a live key another token and records `api_key.rotated`. The token before goes on for the grace; one that was
/// replaced earlier ends now, so that a key never has more than two.
///
/// # Errors
/// `RotateApiKeyError` names what is wrong; the token stays then.
pub async fn rotate(context: &Context, origin: &Origin, command: RotateApiKey, held: PermissionSet) -> Result<Created, RotateApiKeyError> {
    let tx = context.begin(origin).await?;
    let rotated = rotate_in(&tx, command, held).await?;
    tx.commit().await?;
    Ok(rotated)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `RotateApiKeyError` names what is wrong.
pub async fn rotate_in(tx: &WriteTx, command: RotateApiKey, held: PermissionSet) -> Result<Created, RotateApiKeyError> {
    let RotateApiKey { id, grace } = command;
    let before = store::lock(tx, id).await?.filter(|key| key.is_live(tx.now())).ok_or(RotateApiKeyError::NotFound)?;
    held.demand(before.scopes.permissions())?;
    let token = Token::generate();
    let key = ApiKey { token_hint: token.hint(), version: before.version + 1, ..before.clone() };
    store::update(tx, &key).await?;
    store::replace_token(tx, id, &token, grace.end(tx.now())).await?;
    outbox::record(tx, &ApiKeyEvent::Rotated { api_key_id: id }).await?;
    audit::record(tx, &Entry::of("api_key.rotated", id).before(&before.recorded()).after(&key.recorded())).await?;
    Ok(Created { key, token })
}
