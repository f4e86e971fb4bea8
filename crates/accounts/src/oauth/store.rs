//! Rows of identities, and of what was spent on the way in.

use kernel::{IdentityId, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, OnBroken as _, WriteTx};
use platform::values;
use uuid::Uuid;

use super::error::OAuthError;
use super::model::{Claimed, Identity};

const COLUMNS: &str = "id, user_id, issuer, subject, last_used_at, created_at";

#[derive(FromQueryResult)]
struct IdentityRow {
    id: Uuid,
    user_id: Uuid,
    issuer: String,
    subject: String,
    last_used_at: Timestamp,
    created_at: Timestamp,
}

impl From<IdentityRow> for Identity {
    fn from(row: IdentityRow) -> Self {
        let IdentityRow { id, user_id, issuer, subject, last_used_at, created_at } = row;
        Self { id: IdentityId::from_uuid(id), user_id: UserId::from_uuid(user_id), issuer, subject, last_used_at, created_at }
    }
}

/// Whom a provider means.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_subject(db: &impl ConnectionTrait, claimed: &Claimed) -> Result<Option<Identity>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE issuer = $1 AND subject = $2");
    let row: Option<IdentityRow> = db::fetch_optional(db, &sql, values![claimed.issuer.as_str(), claimed.subject.as_str()]).await?;
    Ok(row.map(Identity::from))
}

/// What others know a person by, in the order in which it was linked.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, user: UserId) -> Result<Vec<Identity>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM identities WHERE user_id = $1 ORDER BY id");
    let rows: Vec<IdentityRow> = db::fetch_all(db, &sql, values![user]).await?;
    Ok(rows.into_iter().map(Identity::from).collect())
}

pub(super) async fn insert(tx: &WriteTx, identity: &Identity) -> Result<(), OAuthError> {
    const INSERT: &str = "INSERT INTO identities (id, user_id, issuer, subject, last_used_at, created_at) VALUES ($1, $2, $3, $4, $5, $5)";
    let Identity { id, user_id, issuer, subject, created_at, .. } = identity;
    db::execute(tx, INSERT, values![*id, *user_id, issuer.as_str(), subject.as_str(), *created_at]).await.map(drop).on_unique(
        "identities_subject_key",
        "identities.issuer, identities.subject",
        || OAuthError::IdentityTaken,
    )
}

/// Notes that an identity was signed in with.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn touch_in(tx: &WriteTx, id: IdentityId) -> Result<(), DatabaseError> {
    db::execute(tx, "UPDATE identities SET last_used_at = $1 WHERE id = $2", values![tx.now(), id]).await.map(drop)
}

pub(super) async fn delete(tx: &WriteTx, id: IdentityId) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM identities WHERE id = $1", values![id]).await.map(drop)
}

/// Notes that something is spent; `None` where somebody was first.
pub(super) async fn spend(tx: &WriteTx, token_hash: Vec<u8>, expires_at: Timestamp) -> Result<Option<()>, DatabaseError> {
    const INSERT: &str = "INSERT INTO oauth_spent (token_hash, expires_at) VALUES ($1, $2) ON CONFLICT (token_hash) DO NOTHING";
    Ok((db::execute(tx, INSERT, values![token_hash, expires_at]).await? == 1).then_some(()))
}

/// Forgets what was spent and would be over by now, so many at most; how many.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn sweep(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM oauth_spent WHERE token_hash IN (SELECT token_hash FROM oauth_spent WHERE expires_at < $1 ORDER BY expires_at, token_hash LIMIT $2)";
    db::execute(tx, DELETE, values![tx.now(), most]).await
}
