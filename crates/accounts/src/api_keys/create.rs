//! Making an API key.

use std::collections::BTreeMap;

use kernel::{ApiKeyId, DomainError, ErrorKind, FieldErrors, Origin, Timestamp, text};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::ApiKeyEvent;
use super::model::{ApiKey, KeyKind, Token};
use super::store;
use crate::permissions::{NotHeld, PermissionSet, Scopes};

/// What people call a key fits on a line.
pub(super) const MOST_CHARACTERS_OF_A_NAME: usize = 255;

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    /// What people call it: 1 to 255 characters.
    pub name: String,
    /// What it is made for.
    pub kind: KeyKind,
    /// What it may do.
    pub scopes: Scopes,
    /// When it dies by itself.
    pub expires_at: Option<Timestamp>,
}

/// The key and its token, which is shown now and never again.
#[derive(Debug)]
pub struct Created {
    /// The key.
    pub key: ApiKey,
    /// Its token.
    pub token: Token,
}

/// Why a key is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateApiKeyError {
    /// What it is to be.
    #[error(transparent)]
    Input(#[from] FieldErrors),
    /// It would allow what its maker may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateApiKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Input(errors) => errors.code(),
            Self::NotHeld(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Input(errors) => errors.kind(),
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Input(errors) => errors.details(),
            Self::NotHeld(_) | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::NotHeld(error) => error.context(),
            Self::Input(_) | Self::Database(_) => None,
        }
    }
}

/// Makes a key, records `api_key.created`, and answers its token, of which only a hash is kept. `held` is what its maker may
/// do: a key allows nothing beyond that.
///
/// # Errors
/// `CreateApiKeyError` names what is wrong.
pub async fn create(context: &Context, origin: &Origin, request: CreateApiKey, held: PermissionSet) -> Result<Created, CreateApiKeyError> {
    let tx = context.begin(origin).await?;
    let created = create_in(&tx, request, held).await?;
    tx.commit().await?;
    Ok(created)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `CreateApiKeyError` names what is wrong.
pub async fn create_in(tx: &WriteTx, request: CreateApiKey, held: PermissionSet) -> Result<Created, CreateApiKeyError> {
    let CreateApiKey { name, kind, scopes, expires_at } = request;
    let mut errors = FieldErrors::new();
    let name = errors.take("name", text(&name, MOST_CHARACTERS_OF_A_NAME));
    errors.take("scopes", kind.admit(&scopes));
    errors.take("expires_at", future(expires_at, tx.now()));
    let name = errors.finish(|| name)?;
    held.demand(scopes.permissions())?;
    let (token, created_by) = (Token::generate(), tx.actor().to_string());
    let (id, token_hint, created_at) = (ApiKeyId::generate(), token.hint(), tx.now());
    let (revoked_at, last_used_at, version) = (None, None, 1);
    let key = ApiKey { id, name, kind, token_hint, scopes, expires_at, revoked_at, last_used_at, version, created_at, created_by };
    store::insert(tx, &key).await?;
    store::insert_token(tx, key.id, &token).await?;
    outbox::record(tx, &ApiKeyEvent::Created { api_key_id: key.id }).await?;
    audit::record(tx, &Entry::of("api_key.created", key.id).after(&key.recorded())).await?;
    Ok(Created { key, token })
}

/// A key that is dead from the start is a mistake.
pub(super) fn future(end: Option<Timestamp>, now: Timestamp) -> Result<(), &'static str> {
    if end.is_none_or(|end| end > now) { Ok(()) } else { Err("must be in the future") }
}
