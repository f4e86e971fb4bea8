//! Rows of the API keys and their tokens.

use kernel::{ApiKeyId, Cursor, Page, PageRequest, Position, Timestamp};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, ListError, WriteTx};
use platform::values;
use uuid::Uuid;

use super::model::{ApiKey, KeyKind, Token};
use crate::permissions::Scopes;

#[derive(FromQueryResult)]
struct ApiKeyRow {
    id: Uuid,
    name: String,
    kind: String,
    token_hint: String,
    scopes: serde_json::Value,
    expires_at: Option<Timestamp>,
    revoked_at: Option<Timestamp>,
    last_used_at: Option<Timestamp>,
    version: i64,
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
            kind: row.kind.parse().map_err(|_| DatabaseError::corrupt("api_keys.kind"))?,
            token_hint: row.token_hint,
            scopes: Scopes::stored(scopes),
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
            version: row.version,
            created_at: row.created_at,
            created_by: row.created_by,
        })
    }
}

const SELECT: &str = "SELECT id, name, kind, token_hint, scopes, expires_at, revoked_at, last_used_at, version, created_at, created_by
    FROM api_keys";

async fn keys(db: &impl ConnectionTrait, rest: &str, values: Vec<db::Value>) -> Result<Vec<ApiKey>, DatabaseError> {
    let rows: Vec<ApiKeyRow> = db::fetch_all(db, &format!("{SELECT} {rest}"), values).await?;
    rows.into_iter().map(ApiKey::try_from).collect()
}

/// One key; a dead one, too.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find(db: &impl ConnectionTrait, id: ApiKeyId) -> Result<Option<ApiKey>, DatabaseError> {
    Ok(keys(db, "WHERE id = $1", values![id]).await?.pop())
}

/// The key, which nobody else changes until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, id: ApiKeyId) -> Result<Option<ApiKey>, DatabaseError> {
    Ok(keys(tx, "WHERE id = $1 FOR UPDATE", values![id]).await?.pop())
}

/// The key that has this token, with the earlier of both ends.
pub(super) async fn find_by_hash(db: &impl ConnectionTrait, hash: Vec<u8>) -> Result<Option<ApiKey>, DatabaseError> {
    const BY_HASH: &str = "SELECT api_keys.id, api_keys.name, api_keys.kind, api_keys.token_hint, api_keys.scopes,
        CASE WHEN api_key_tokens.expires_at < api_keys.expires_at OR api_keys.expires_at IS NULL
            THEN api_key_tokens.expires_at ELSE api_keys.expires_at END AS expires_at,
        api_keys.revoked_at, api_keys.last_used_at, api_keys.version, api_keys.created_at, api_keys.created_by
        FROM api_key_tokens JOIN api_keys ON api_keys.id = api_key_tokens.api_key_id WHERE api_key_tokens.token_hash = $1";
    let row: Option<ApiKeyRow> = db::fetch_optional(db, BY_HASH, values![hash]).await?;
    row.map(ApiKey::try_from).transpose()
}

/// All keys, newest first; the dead ones, too.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn all(db: &impl ConnectionTrait) -> Result<Vec<ApiKey>, DatabaseError> {
    keys(db, "ORDER BY created_at DESC, id DESC", vec![]).await
}

/// Which keys are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiKeyQuery {
    /// Of these kinds alone; none at all where the list is empty.
    pub kinds: Option<Vec<KeyKind>>,
    /// The newest first (`-created_at`), else the oldest (`created_at`).
    pub newest_first: bool,
    /// Which page.
    pub page: PageRequest,
}

/// A page of the keys in order of creation, which is the order of their ids; the dead ones, too. At most two statements.
///
/// # Errors
/// `ListError` for a page too deep, or by what went wrong.
pub async fn list(db: &impl ConnectionTrait, query: &ApiKeyQuery) -> Result<Page<ApiKey>, ListError> {
    let (limit, offset) = db::window(&query.page)?;
    let (sort, after, direction) = if query.newest_first { ("-created_at", "<", "DESC") } else { ("created_at", ">", "ASC") };
    let mut values: Vec<db::Value> = query.kinds.iter().flatten().flat_map(|kind| values![kind.as_str()]).collect();
    let mut which = match &query.kinds {
        None => "TRUE".to_owned(),
        Some(kinds) => format!("kind IN ({})", db::placeholders(1, kinds.len())),
    };
    let total = db::total_of(db, &query.page, &format!("api_keys WHERE {which}"), values.clone()).await?;
    let next = values.len() + 1;
    values.extend(values![limit, offset]);
    if let Position::After(Some(cursor)) = &query.page.position {
        which.push_str(&format!(" AND id {after} ${}", next + 2));
        values.extend(values![cursor.id]);
    }
    let found = keys(db, &format!("WHERE {which} ORDER BY id {direction} LIMIT ${next} OFFSET ${}", next + 1), values).await?;
    Ok(db::page_of(found, &query.page, total, |last| Cursor { sort: sort.to_owned(), value: None, id: last.id.uuid() }))
}

pub(super) async fn insert(tx: &WriteTx, key: &ApiKey) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO api_keys (id, name, kind, token_hint, scopes, expires_at, version, created_at, updated_at,
        created_by, updated_by) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9, $9)";
    let (scopes, kind) = (serde_json::Value::from_iter(key.scopes.iter()), key.kind.as_str());
    let values = values![key.id, &key.name, kind, &key.token_hint, scopes, key.expires_at, key.version, key.created_at, &key.created_by];
    db::execute(tx, INSERT, values).await.map(drop)
}

/// Writes the key, whose lock the caller holds.
pub(super) async fn update(tx: &WriteTx, key: &ApiKey) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE api_keys SET name = $1, token_hint = $2, scopes = $3, expires_at = $4, revoked_at = $5, version = $6,
        updated_at = $7, updated_by = $8 WHERE id = $9 AND version = $6 - 1";
    let (scopes, actor) = (serde_json::Value::from_iter(key.scopes.iter()), tx.actor().to_string());
    let values = values![&key.name, &key.token_hint, scopes, key.expires_at, key.revoked_at, key.version, tx.now(), actor, key.id];
    db::execute(tx, UPDATE, values).await.map(drop)
}

pub(super) async fn insert_token(tx: &WriteTx, key: ApiKeyId, token: &Token) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO api_key_tokens (token_hash, api_key_id, created_at) VALUES ($1, $2, $3)";
    db::execute(tx, INSERT, values![token.hash(), key, tx.now()]).await.map(drop)
}

/// The new token; the one that had no end ends then, and those before it now.
pub(super) async fn replace_token(tx: &WriteTx, key: ApiKeyId, token: &Token, end: Timestamp) -> Result<(), DatabaseError> {
    const FORGET: &str = "DELETE FROM api_key_tokens WHERE api_key_id = $1 AND expires_at IS NOT NULL";
    const END: &str = "UPDATE api_key_tokens SET expires_at = $1 WHERE api_key_id = $2";
    db::execute(tx, FORGET, values![key]).await?;
    db::execute(tx, END, values![end, key]).await?;
    insert_token(tx, key, token).await
}

/// Notes when these keys were last used; an earlier moment changes nothing.
pub(super) async fn touch(tx: &WriteTx, keys: &[ApiKeyId], at: Timestamp) -> Result<(), DatabaseError> {
    let sql = format!(
        "UPDATE api_keys SET last_used_at = $1 WHERE (last_used_at IS NULL OR last_used_at < $1) AND id IN ({})",
        db::placeholders(2, keys.len())
    );
    db::execute(tx, &sql, values![at].into_iter().chain(keys.iter().flat_map(|id| values![*id])).collect()).await.map(drop)
}
