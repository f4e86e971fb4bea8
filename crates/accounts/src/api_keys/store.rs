//! Rows of the API keys.

use kernel::{ApiKeyId, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{ApiKey, Token};
use crate::permissions::Scopes;

#[derive(FromQueryResult)]
struct ApiKeyRow {
    id: Uuid,
    name: String,
    token_hint: String,
    scopes: serde_json::Value,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    created_at: Timestamp,
    created_by: String,
}

impl TryFrom<ApiKeyRow> for ApiKey {
    type Error = DatabaseError;

    fn try_from(row: ApiKeyRow) -> Result<Self, DatabaseError> {
        let scopes: Vec<String> = serde_json::from_value(row.scopes).map_err(|_| DatabaseError::corrupt("api_keys.scopes"))?;
        Ok(Self {
            id: ApiKeyId::from_uuid(row.id),
            name: row.name,
            token_hint: row.token_hint,
            scopes: Scopes::stored(scopes),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

const COLUMNS: &str = "id, name, token_hint, scopes, expires_at, revoked_at, last_used_at, created_at, created_by";

pub(super) async fn insert(tx: &WriteTx, key: &ApiKey, token: &Token) -> Result<(), DatabaseError> {
    const INSERT: &str =
        "INSERT INTO api_keys (id, name, token_hash, token_hint, scopes, expires_at, created_at, updated_at, created_by, updated_by)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8, $8)";
    let scopes = serde_json::Value::from_iter(key.scopes.iter());
    let values = values![key.id, &key.name, token.hash(), &key.token_hint, scopes, key.expires_at, key.created_at, &key.created_by];
    db::execute(tx, INSERT, values).await.map(drop)
}

pub(super) async fn find_by_hash(db: &impl ConnectionTrait, hash: Vec<u8>) -> Result<Option<ApiKey>, DatabaseError> {
    let row: Option<ApiKeyRow> =
        db::fetch_optional(db, &format!("SELECT {COLUMNS} FROM api_keys WHERE token_hash = $1"), values![hash]).await?;
    row.map(ApiKey::try_from).transpose()
}

pub(super) async fn revoke(tx: &WriteTx, id: ApiKeyId) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE api_keys SET revoked_at = $1, updated_at = $1, updated_by = $2 WHERE id = $3 AND revoked_at IS NULL";
    Ok(db::execute(tx, UPDATE, values![tx.now(), tx.actor().to_string(), id]).await? == 1)
}

/// All keys, newest first; the dead ones, too.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait) -> Result<Vec<ApiKey>, DatabaseError> {
    let rows: Vec<ApiKeyRow> =
        db::fetch_all(db, &format!("SELECT {COLUMNS} FROM api_keys ORDER BY created_at DESC, id DESC"), vec![]).await?;
    rows.into_iter().map(ApiKey::try_from).collect()
}
