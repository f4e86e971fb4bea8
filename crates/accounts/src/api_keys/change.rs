//! Changing an API key.

use std::collections::BTreeMap;

use kernel::{ApiKeyId, DomainError, ErrorKind, FieldErrors, Origin, Timestamp, text};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::create::{MOST_CHARACTERS_OF_A_NAME, future};
use super::events::ApiKeyEvent;
use super::model::ApiKey;
use super::store;
use crate::permissions::{NotHeld, PermissionSet, Scopes};

/// What is to change; absent stays.
#[derive(Debug, Clone, Default)]
pub struct ApiKeyChanges {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// What it may do.
    pub scopes: Option<Scopes>,
    /// When it dies by itself; `Some(None)`: never.
    pub expires_at: Option<Option<Timestamp>>,
}

/// Which key, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangeApiKey {
    /// Which one.
    pub id: ApiKeyId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: ApiKeyChanges,
}

/// Why a key stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeApiKeyError {
    /// No such key, or it is revoked.
    #[error("no such API key")]
    NotFound,
    /// Somebody changed it since.
    #[error("the API key was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What it is to be.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// It allows, or would allow, what whoever changes it may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ChangeApiKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "api_key_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Input(errors) => errors.code(),
            Self::NotHeld(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Input(errors) => errors.kind(),
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::NotFound | Self::VersionConflict { .. } | Self::NotHeld(_) | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotHeld(error) => error.context(),
            Self::NotFound | Self::Input(_) | Self::Database(_) => None,
        }
    }
}

/// Changes a key that is not revoked and records `api_key.changed`; it holds from its next request on.
///
/// # Errors
/// `ChangeApiKeyError` names what is wrong; nothing is changed then.
pub async fn change(context: &Context, origin: &Origin, command: ChangeApiKey, held: PermissionSet) -> Result<ApiKey, ChangeApiKeyError> {
    let tx = context.begin(origin).await?;
    let key = change_in(&tx, command, held).await?;
    tx.commit().await?;
    Ok(key)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `ChangeApiKeyError` names what is wrong.
pub async fn change_in(tx: &WriteTx, command: ChangeApiKey, held: PermissionSet) -> Result<ApiKey, ChangeApiKeyError> {
    let ChangeApiKey { id, version, changes } = command;
    let before = store::lock(tx, id).await?.filter(|key| key.revoked_at.is_none()).ok_or(ChangeApiKeyError::NotFound)?;
    if before.version != version {
        return Err(ChangeApiKeyError::VersionConflict { current: before.version });
    }
    let key = apply(changes, &before, tx.now())?;
    // What it allowed counts as well: nobody takes from others what he could not give them.
    held.demand(before.scopes.permissions().and(key.scopes.permissions()))?;
    store::update(tx, &key).await?;
    outbox::record(tx, &ApiKeyEvent::Changed { api_key_id: id }).await?;
    audit::record(tx, &Entry::of("api_key.changed", id).before(&before.recorded()).after(&key.recorded())).await?;
    Ok(key)
}

fn apply(changes: ApiKeyChanges, before: &ApiKey, now: Timestamp) -> Result<ApiKey, FieldErrors> {
    let ApiKeyChanges { name, scopes, expires_at } = changes;
    let mut errors = FieldErrors::new();
    let name = errors.take_optional("name", name, |raw| text(&raw, MOST_CHARACTERS_OF_A_NAME));
    errors.take_optional("expires_at", expires_at, |end| future(end, now));
    let scopes = scopes.unwrap_or_else(|| before.scopes.clone());
    errors.take("scopes", before.kind.admit(&scopes));
    let name = name.unwrap_or_else(|| before.name.clone());
    let expires_at = expires_at.unwrap_or(before.expires_at);
    errors.finish(|| Some(ApiKey { name, scopes, expires_at, version: before.version + 1, ..before.clone() }))
}
