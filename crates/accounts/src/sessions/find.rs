//! Finding sessions: by id for whoever shows an access token, by refresh token, by owner.

use kernel::{SessionId, Timestamp, UserId};
use platform::Context;
use platform::config::Auth;
use platform::db::{ConnectionTrait, DatabaseError};

use super::model::{RefreshToken, Session};
use super::store;

/// More than a person can have at a time.
const MOST_LISTED: i64 = 200;

/// The session of this id that opens doors: it goes on, and its owner's account is active.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_live(context: &Context, id: SessionId) -> Result<Option<Session>, DatabaseError> {
    let session = store::find_of_active_user(context.db.reader(), id).await?;
    Ok(session.filter(|session| session.is_live(&context.config.auth, context.now())))
}

/// The session that this token renews or once renewed, whether or not it goes on: what a client that signs out shows.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_by_token(db: &impl ConnectionTrait, token: &RefreshToken) -> Result<Option<Session>, DatabaseError> {
    store::find_by_token(db, token).await
}

/// The sessions of a user that go on, the last used first.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn list(db: &impl ConnectionTrait, user: UserId, rules: &Auth, now: Timestamp) -> Result<Vec<Session>, DatabaseError> {
    let sessions = store::unended_of(db, user, now, MOST_LISTED).await?;
    Ok(sessions.into_iter().filter(|session| session.is_live(rules, now)).collect())
}
