//! Spending a token.

use kernel::{DomainError, ErrorKind, Timestamp, UserId};
use platform::db::{self, ConnectionTrait, DatabaseError, WriteTx};

use super::model::{OneTimeToken, Purpose, Spent};
use super::store;
use crate::users;

/// Why a token opens nothing.
#[derive(Debug, thiserror::Error)]
pub enum SpendError {
    /// It is none, was spent, is too old, or is good for something else; nobody is told which.
    #[error("the link is not valid any more: ask for another one")]
    Invalid,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for SpendError {
    fn code(&self) -> &'static str {
        match self {
            Self::Invalid => "link_invalid",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::Invalid => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Spends a token that is good for one of these, and with it all others of its account that are good for the same. Of two that come
/// with the same token, or with two of the same account, one gets through. Holds the account's row from here on.
///
/// # Errors
/// `Invalid` for whatever opens nothing.
pub async fn spend_in(tx: &WriteTx, token: &str, purposes: &[Purpose]) -> Result<Spent, SpendError> {
    let about = peek(tx, token, purposes, tx.now()).await?;
    // Before any token is: two who each held their own would wait for each other's.
    match about.user_id {
        Some(user) => drop(users::lock(tx, user).await?),
        None => db::lock_name(tx, "one_time.of_nobody").await?,
    }
    let token = OneTimeToken::parse(token).ok_or(SpendError::Invalid)?;
    let spent = store::spend(tx, &token).await?.ok_or(SpendError::Invalid)?;
    store::spend_others(tx, spent.user_id, spent.purpose).await?;
    Ok(spent)
}

/// Ends all tokens of an account that are good for this; the caller holds the account's row.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn end_in(tx: &WriteTx, user: UserId, purpose: Purpose) -> Result<(), DatabaseError> {
    store::spend_others(tx, Some(user), purpose).await
}

/// What a token that is good for one of these would open, without spending it.
///
/// # Errors
/// `Invalid` for whatever opens nothing.
pub async fn peek(db: &impl ConnectionTrait, token: &str, purposes: &[Purpose], now: Timestamp) -> Result<Spent, SpendError> {
    let token = OneTimeToken::parse(token).ok_or(SpendError::Invalid)?;
    store::find(db, &token, now).await?.filter(|spent| purposes.contains(&spent.purpose)).ok_or(SpendError::Invalid)
}
