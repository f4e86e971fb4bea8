//! Making a token.

use kernel::{Email, UserId};
use platform::db::{DatabaseError, WriteTx};

use super::model::{OneTimeToken, Purpose};
use super::store;

/// What a token is to be good for.
#[derive(Debug, Clone)]
pub struct Issue<'a> {
    /// What for.
    pub purpose: Purpose,
    /// Whose account it is about.
    pub user_id: Option<UserId>,
    /// The address to which it is sent.
    pub email: Option<&'a Email>,
}

/// Makes a token, of which only a hash is kept. Those that were made before stay good until one of them is spent, for the letter of
/// an earlier one may be the one that arrives.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn issue_in(tx: &WriteTx, issue: &Issue<'_>) -> Result<OneTimeToken, DatabaseError> {
    let token = OneTimeToken::generate();
    store::insert(tx, &token, issue).await?;
    Ok(token)
}
