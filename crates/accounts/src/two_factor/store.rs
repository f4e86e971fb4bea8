//! Rows of second factors and recovery codes.

use kernel::{Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, FromQueryResult, WriteTx};
use platform::values;

/// How a user's second factor stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, FromQueryResult)]
pub struct TwoFactorState {
    /// Since when a code is asked for; nothing where none is.
    pub on_since: Option<Timestamp>,
    /// Recovery codes that were not spent.
    pub recovery_codes_left: i64,
}

/// How a user's second factor stands.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn state(db: &impl ConnectionTrait, user: UserId) -> Result<TwoFactorState, DatabaseError> {
    const SELECT: &str = "SELECT confirmed_at AS on_since,
        (SELECT CAST(COUNT(*) AS BIGINT) FROM recovery_codes WHERE user_id = $1 AND spent_at IS NULL) AS recovery_codes_left
        FROM two_factors WHERE user_id = $1";
    Ok(db::fetch_optional(db, SELECT, values![user]).await?.unwrap_or_default())
}

#[derive(FromQueryResult)]
pub(super) struct TwoFactorRow {
    pub(super) sealed_secret: Vec<u8>,
    pub(super) confirmed_at: Option<Timestamp>,
}

/// The user's second factor, locked until the transaction ends.
pub(super) async fn lock(tx: &WriteTx, user: UserId) -> Result<Option<TwoFactorRow>, DatabaseError> {
    const SELECT: &str = "SELECT sealed_secret, confirmed_at FROM two_factors WHERE user_id = $1 FOR UPDATE";
    db::fetch_optional(tx, SELECT, values![user]).await
}

/// Puts a secret that is not proven yet in place of one that is not proven either; false where one is proven.
pub(super) async fn begin(tx: &WriteTx, user: UserId, sealed: Vec<u8>) -> Result<bool, DatabaseError> {
    const UPSERT: &str = "INSERT INTO two_factors (user_id, sealed_secret, last_step, created_at, updated_at) VALUES ($1, $2, 0, $3, $3)
        ON CONFLICT (user_id) DO UPDATE SET sealed_secret = $2, last_step = 0, updated_at = $3 WHERE two_factors.confirmed_at IS NULL";
    Ok(db::execute(tx, UPSERT, values![user, sealed, tx.now()]).await? == 1)
}

pub(super) async fn confirm(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    const UPDATE: &str = "UPDATE two_factors SET confirmed_at = $2, updated_at = $2 WHERE user_id = $1";
    db::execute(tx, UPDATE, values![user, tx.now()]).await.map(drop)
}

/// Takes the code of this step; false where that of this or a later step was taken.
pub(super) async fn take_step(tx: &WriteTx, user: UserId, step: i64) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE two_factors SET last_step = $2, updated_at = $3 WHERE user_id = $1 AND last_step < $2";
    Ok(db::execute(tx, UPDATE, values![user, step, tx.now()]).await? == 1)
}

/// Spends a recovery code; false where there is none or it was spent.
pub(super) async fn spend(tx: &WriteTx, user: UserId, hash: Vec<u8>) -> Result<bool, DatabaseError> {
    const UPDATE: &str = "UPDATE recovery_codes SET spent_at = $3 WHERE user_id = $1 AND code_hash = $2 AND spent_at IS NULL";
    Ok(db::execute(tx, UPDATE, values![user, hash, tx.now()]).await? == 1)
}

/// Puts these recovery codes in the place of all others.
pub(super) async fn replace_codes(tx: &WriteTx, user: UserId, hashes: Vec<Vec<u8>>) -> Result<(), DatabaseError> {
    db::execute(tx, "DELETE FROM recovery_codes WHERE user_id = $1", values![user]).await?;
    let rows = hashes.into_iter().map(|hash| values![user, hash]).collect();
    db::insert_many(tx, "INSERT INTO recovery_codes (user_id, code_hash) VALUES", rows, "").await.map(drop)
}

/// Forgets the second factor with its codes; false where there was none.
pub(super) async fn delete(tx: &WriteTx, user: UserId) -> Result<bool, DatabaseError> {
    Ok(db::execute(tx, "DELETE FROM two_factors WHERE user_id = $1", values![user]).await? == 1)
}
