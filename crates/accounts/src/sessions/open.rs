//! Opening a session.

use kernel::{DomainError, ErrorKind, SessionId, Timestamp, UserId};
use platform::config::Auth;
use platform::db::{DatabaseError, WriteTx};
use platform::outbox;

use crate::anomalies;

use super::events::SessionEvent;
use super::model::{Kind, RefreshToken, RevokedBecause, Session, end_of};
use super::revoke::end;
use super::store::{self, NewToken};

/// One person has no more devices than this; whoever opens more loses the one that was used longest ago.
const MOST_SESSIONS: usize = 100;

/// A session, and what renews it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// The session.
    pub session: Session,
    /// What renews it, once. Of a cookie session it is what the cookie holds.
    pub refresh: RefreshToken,
    /// When that is over.
    pub refresh_expires_at: Timestamp,
}

/// Why no session is opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenSessionError {
    /// The account does not exist or does not sign in any more.
    #[error("the credentials are wrong")]
    UserInactive,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for OpenSessionError {
    fn code(&self) -> &'static str {
        match self {
            Self::UserInactive => "credentials_invalid",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::UserInactive => ErrorKind::Unauthenticated,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Opens a session for whoever has shown who they are, and records `session.opened`. Whoever already has a hundred loses the
/// one that was used longest ago.
///
/// The user's row is held from then on: what was shown (the password's hash) is to be compared again behind this call where it
/// was read before the transaction, so that a change of password and a sign-in by the old one cannot both succeed.
///
/// # Errors
/// `UserInactive` where the account cannot sign in.
pub async fn open_in(tx: &WriteTx, user: UserId, kind: Kind, rules: &Auth) -> Result<Opened, OpenSessionError> {
    if !store::lock_active_user(tx, user).await? {
        return Err(OpenSessionError::UserInactive);
    }
    let now = tx.now();
    let session = Session {
        id: SessionId::generate(),
        user_id: user,
        kind,
        client: tx.origin().client.clone(),
        two_factor_at: None,
        last_used_at: now,
        expires_at: end_of(now, rules),
        revoked_at: None,
        created_at: now,
    };
    make_room(tx, user).await?;
    store::insert(tx, &session).await?;
    let (refresh, refresh_expires_at) = (RefreshToken::generate(), session.idle_until(rules));
    let token = NewToken { session_id: session.id, token: &refresh, generation: 1, expires_at: refresh_expires_at };
    store::insert_token(tx, &token).await?;
    outbox::record(tx, &SessionEvent::opened(&session)).await?;
    anomalies::seen_in(tx, user, session.id).await?;
    Ok(Opened { session, refresh, refresh_expires_at })
}

async fn make_room(tx: &WriteTx, user: UserId) -> Result<(), DatabaseError> {
    let most = i64::try_from(2 * MOST_SESSIONS).unwrap_or(i64::MAX);
    let unended = store::unended_of(tx, user, tx.now(), most).await?;
    let crowded_out: Vec<SessionId> = unended.iter().skip(MOST_SESSIONS - 1).map(|session| session.id).collect();
    end(tx, user, &crowded_out, RevokedBecause::CrowdedOut).await
}
