//! Rows of the tokens that are spent once.

use chrono::TimeDelta;
use kernel::{Email, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;
use uuid::Uuid;

use super::issue::Issue;
use super::model::{OneTimeToken, Purpose, Spent};

/// Dead tokens are of use to nobody; they stay this long for whoever looks into what happened.
const KEPT: TimeDelta = TimeDelta::days(7);

#[derive(FromQueryResult)]
struct TokenRow {
    purpose: String,
    user_id: Option<Uuid>,
    email: Option<String>,
}

impl TryFrom<TokenRow> for Spent {
    type Error = DatabaseError;

    fn try_from(row: TokenRow) -> Result<Self, DatabaseError> {
        let email = row.email.as_deref().map(Email::parse).transpose();
        Ok(Self {
            purpose: row.purpose.parse().map_err(|_| DatabaseError::corrupt("one_time_tokens.purpose"))?,
            user_id: row.user_id.map(UserId::from_uuid),
            email: email.map_err(|_| DatabaseError::corrupt("one_time_tokens.email"))?,
        })
    }
}

pub(super) async fn insert(tx: &WriteTx, token: &OneTimeToken, issue: &Issue<'_>) -> Result<(), DatabaseError> {
    const INSERT: &str = "INSERT INTO one_time_tokens (token_hash, purpose, user_id, email, created_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6)";
    let expires_at = tx.now() + issue.purpose.lifetime();
    let email = issue.email.map(Email::as_str);
    let values = values![token.hash(), issue.purpose.as_str(), issue.user_id, email, tx.now(), expires_at];
    db::execute(tx, INSERT, values).await.map(drop)
}

pub(super) async fn find(db: &impl ConnectionTrait, token: &OneTimeToken, now: Timestamp) -> Result<Option<Spent>, DatabaseError> {
    const SELECT: &str =
        "SELECT purpose, user_id, email FROM one_time_tokens WHERE token_hash = $1 AND used_at IS NULL AND expires_at > $2";
    let row: Option<TokenRow> = db::fetch_optional(db, SELECT, values![token.hash(), now]).await?;
    row.map(Spent::try_from).transpose()
}

pub(super) async fn spend(tx: &WriteTx, token: &OneTimeToken) -> Result<Option<Spent>, DatabaseError> {
    const UPDATE: &str = "UPDATE one_time_tokens SET used_at = $1 WHERE token_hash = $2 AND used_at IS NULL AND expires_at > $1
        RETURNING purpose, user_id, email";
    let row: Option<TokenRow> = db::fetch_optional(tx, UPDATE, values![tx.now(), token.hash()]).await?;
    row.map(Spent::try_from).transpose()
}

/// Spends what is left for this account, or for nobody's: the first administrator has none yet.
pub(super) async fn spend_others(tx: &WriteTx, user: Option<UserId>, purpose: Purpose) -> Result<(), DatabaseError> {
    const OF_USER: &str = "UPDATE one_time_tokens SET used_at = $1 WHERE purpose = $2 AND used_at IS NULL AND user_id = $3";
    const OF_NOBODY: &str = "UPDATE one_time_tokens SET used_at = $1 WHERE purpose = $2 AND used_at IS NULL AND user_id IS NULL";
    let mut values = values![tx.now(), purpose.as_str()];
    values.extend(user.into_iter().flat_map(|user| values![user]));
    db::execute(tx, if user.is_some() { OF_USER } else { OF_NOBODY }, values).await.map(drop)
}

/// Forgets tokens that are dead for a week, so many at most; how many.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn sweep(tx: &WriteTx, most: i64) -> Result<u64, DatabaseError> {
    const DELETE: &str = "DELETE FROM one_time_tokens WHERE token_hash IN (SELECT token_hash FROM one_time_tokens WHERE expires_at < $1 ORDER BY expires_at, token_hash LIMIT $2)";
    db::execute(tx, DELETE, values![tx.now() - KEPT, most]).await
}
