//! Making an API key.

use kernel::{ApiKeyId, DomainError, ErrorKind, Origin, TextError, Timestamp, text};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::ApiKeyEvent;
use super::model::{ApiKey, Token};
use super::store;
use crate::permissions::Scopes;

/// What a key is to be.
#[derive(Debug, Clone)]
pub struct CreateApiKey {
    /// What people call it: 1 to 255 characters.
    pub name: String,
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
    /// The name.
    #[error("name: {0}")]
    Name(#[from] TextError),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateApiKeyError {
    fn code(&self) -> &'static str {
        match self {
            Self::Name(_) => "validation_failed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Name(_) => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Makes a key and answers its token, of which only a hash is kept.
///
/// # Errors
/// `CreateApiKeyError` names what is wrong.
pub async fn create(context: &Context, origin: &Origin, request: CreateApiKey) -> Result<Created, CreateApiKeyError> {
    let tx = context.begin(origin).await?;
    let created = create_in(&tx, request).await?;
    tx.commit().await?;
    Ok(created)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `CreateApiKeyError` names what is wrong.
pub async fn create_in(tx: &WriteTx, request: CreateApiKey) -> Result<Created, CreateApiKeyError> {
    let token = Token::generate();
    let key = ApiKey {
        id: ApiKeyId::generate(),
        name: text(&request.name, 255)?,
        token_hint: token.hint(),
        scopes: request.scopes,
        expires_at: request.expires_at,
        revoked_at: None,
        last_used_at: None,
        created_at: tx.now(),
        created_by: tx.actor().to_string(),
    };
    store::insert(tx, &key, &token).await?;
    outbox::record(tx, &ApiKeyEvent::Created { api_key_id: key.id }).await?;
    Ok(Created { key, token })
}
