//! Noting that the owner of a session showed a second factor in it.

use kernel::{SessionId, UserId};
use platform::db::WriteTx;
use platform::outbox;

use super::events::SessionEvent;
use super::revoke::SessionError;
use super::store;

/// Notes that the owner of this session showed a second factor just now, and records `session.two_factor_passed`: what the
/// session may do is asked anew.
///
/// # Errors
/// `NotFound` where there is no session that goes on, or it is another's.
pub async fn pass_two_factor_in(tx: &WriteTx, session: SessionId, user: UserId) -> Result<(), SessionError> {
    if store::lock_unended(tx, session).await? != Some(user) {
        return Err(SessionError::NotFound);
    }
    store::pass_two_factor(tx, session).await?;
    outbox::record(tx, &SessionEvent::TwoFactorPassed { session_id: session, user_id: user }).await?;
    Ok(())
}
