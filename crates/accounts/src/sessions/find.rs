//! Finding sessions: by id for whoever shows an access token, by refresh token, by owner.

use chrono::TimeDelta;
use kernel::{Origin, SessionId, Timestamp, UserId};
use platform::Context;
use platform::config::Auth;
use platform::db::{ConnectionTrait, DatabaseError};

use super::model::{Kind, RefreshToken, Session};
use super::{shared, store};

/// A session that may lie unused for hours is not written to with each request.
const TOUCH_AFTER: TimeDelta = TimeDelta::minutes(10);
/// More than a person can have at a time.
const MOST_LISTED: i64 = 200;

/// The session of this id that opens doors: it goes on, and its owner's account is active.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_live(context: &Context, id: SessionId) -> Result<Option<Session>, DatabaseError> {
    let name = shared::by_id(id);
    if let Some(known) = shared::find(context, &name).await {
        return Ok(Some(known).filter(|session| session.is_live(&context.config.auth, context.now())));
    }
    let session = store::find_of_active_user(context.db.reader(), id).await?;
    let session = session.filter(|session| session.is_live(&context.config.auth, context.now()));
    if let Some(session) = &session {
        shared::keep(context, name, session).await;
    }
    Ok(session)
}

/// The cookie session that opens doors to whoever shows this. That it is used is noted now and then, or it would lie idle; what cannot
/// be noted keeps nobody out.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn find_live_by_cookie(context: &Context, token: &RefreshToken) -> Result<Option<Session>, DatabaseError> {
    let (rules, now, name) = (&context.config.auth, context.now(), shared::by_cookie(token));
    let is_fresh = |session: &Session| now < session.last_used_at + TOUCH_AFTER;
    if let Some(known) = shared::find(context, &name).await.filter(|known| is_fresh(known) && known.is_live(rules, now)) {
        return Ok(Some(known));
    }
    let session = store::find_of_active_user_by_token(context.db.reader(), token).await?;
    let Some(mut session) = session.filter(|session| session.kind == Kind::Cookie && session.is_live(rules, now)) else { return Ok(None) };
    if !is_fresh(&session) {
        match note_use(context, session.id).await {
            Ok(()) => session.last_used_at = now,
            Err(error) => tracing::warn!(session.id = %session.id, %error, "that a session is used could not be noted"),
        }
    }
    shared::keep(context, name, &session).await;
    Ok(Some(session))
}

async fn note_use(context: &Context, id: SessionId) -> Result<(), DatabaseError> {
    let tx = context.begin(&Origin::system()).await?;
    store::note_use(&tx, id, tx.now() - TOUCH_AFTER).await?;
    tx.commit().await
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
