//! Ending sessions before their time.

use kernel::{DomainError, ErrorKind, Origin, SessionId, UserId};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::SessionEvent;
use super::model::RevokedBecause;
use super::store;

/// Which session is to be ended, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RevokeSession {
    /// Which one.
    pub id: SessionId,
    /// Whose it has to be; `None` for staff, who end anybody's.
    pub of: Option<UserId>,
    /// Why.
    pub because: RevokedBecause,
}

/// Why nothing is done to a session.
#[derive(Debug, thiserror::Error)]
pub enum SessionError {
    /// No such session, or it is over already, or another's.
    #[error("no such session")]
    NotFound,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for SessionError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "session_not_found",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Ends a session: its access tokens open nothing from the commit on, its refresh tokens renew nothing. Records
/// `session.revoked`.
///
/// # Errors
/// `NotFound` where there is no session that goes on, or it is another's.
pub async fn revoke(context: &Context, origin: &Origin, command: RevokeSession) -> Result<(), SessionError> {
    let tx = context.begin(origin).await?;
    revoke_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `NotFound` where there is no session that goes on, or it is another's.
pub async fn revoke_in(tx: &WriteTx, command: RevokeSession) -> Result<(), SessionError> {
    let RevokeSession { id, of, because } = command;
    let user = store::lock_unended(tx, id).await?.filter(|user| of.is_none_or(|owner| owner == *user));
    end(tx, user.ok_or(SessionError::NotFound)?, &[id], because).await?;
    if because == RevokedBecause::RevokedByStaff {
        audit::record(tx, &Entry::of("session.revoked", id)).await?;
    }
    Ok(())
}

/// Ends all sessions of a user but this one; how many there were. Whoever changes what a user signs in with calls it in the same
/// transaction, holding the user's row, so that no session is opened with the old one meanwhile.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn revoke_all_in(tx: &WriteTx, user: UserId, except: Option<SessionId>, because: RevokedBecause) -> Result<usize, DatabaseError> {
    let mut ids = store::lock_unended_of(tx, user).await?;
    ids.retain(|id| Some(*id) != except);
    end(tx, user, &ids, because).await?;
    Ok(ids.len())
}

/// Ends these sessions of one user, whose rows are held.
pub(super) async fn end(tx: &WriteTx, user: UserId, ids: &[SessionId], because: RevokedBecause) -> Result<(), DatabaseError> {
    if ids.is_empty() {
        return Ok(());
    }
    store::revoke(tx, ids, because).await?;
    let revoked = |id: &SessionId| SessionEvent::Revoked { session_id: *id, user_id: user, because };
    outbox::record_all(tx, &ids.iter().map(revoked).collect::<Vec<_>>()).await
}
