//! What staff change of somebody's account: what it says of them, and whether it can be signed in to.

use kernel::{Origin, SessionId, UserId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::WriteTx;

use super::deactivate::{ChangeStatus, deactivate_in, reactivate_in};
use super::error::SignInError;
use crate::permissions::PermissionSet;
use crate::roles;
use crate::sessions::{self, RevokeSession, RevokedBecause};
use crate::two_factor;
use crate::users::{self, ChangeProfile, ProfileChanges, StatusReason, User, UserStatus};

/// Whose account is to change, and how.
#[derive(Debug, Clone)]
pub struct ChangeAccount {
    /// Whose.
    pub user_id: UserId,
    /// The version that whoever changes it has seen.
    pub version: i64,
    /// What it says of its owner.
    pub profile: ProfileChanges,
    /// Whether it can be signed in to, where that is to change: `true` opens it.
    pub open: Option<bool>,
    /// Why it is opened or closed.
    pub reason: Option<StatusReason>,
}

/// Changes an account, all in one transaction. `held` is what whoever does it may do: nobody changes the account of somebody who may do more.
///
/// # Errors
/// `NotFound`, `VersionConflict`, `Taken` for a username, `Roles` for the last one that may do everything and for one that may do more.
pub async fn change_account(context: &Context, origin: &Origin, command: ChangeAccount, held: PermissionSet) -> Result<User, SignInError> {
    let ChangeAccount { user_id, version, profile, open, reason } = command;
    let tx = context.begin(origin).await?;
    let change = ChangeProfile { user_id, version: Some(version), changes: profile, source: "staff" };
    let user = users::change_profile_in(&tx, change).await?;
    roles::demand_over(&tx, user_id, held).await?;
    let status = ChangeStatus { reason, ..ChangeStatus::of(user_id) };
    let user = match open {
        None => user,
        Some(true) => reactivate_in(&tx, status).await?,
        Some(false) => deactivate_in(&tx, status).await?,
    };
    tx.commit().await?;
    Ok(user)
}

/// Turns off the second factor of somebody who lost authenticator and recovery codes, and ends their sessions. `held` as in
/// [`change_account`].
///
/// # Errors
/// `NotFound`; `TwoFactor` where none is set up; `Roles` for somebody who may do more.
pub async fn forget_two_factor(context: &Context, origin: &Origin, user: UserId, held: PermissionSet) -> Result<(), SignInError> {
    let tx = context.begin(origin).await?;
    let user = lock_in(&tx, user, held).await?;
    two_factor::forget_in(&tx, user.id).await?;
    sessions::revoke_all_in(&tx, user.id, None, RevokedBecause::CredentialsChanged).await?;
    Ok(tx.commit().await?)
}

/// Ends all sessions of somebody; how many there were. `held` as in [`change_account`].
///
/// # Errors
/// `NotFound`; `Roles` for somebody who may do more.
pub async fn end_sessions(context: &Context, origin: &Origin, user: UserId, held: PermissionSet) -> Result<usize, SignInError> {
    let tx = context.begin(origin).await?;
    let user = lock_in(&tx, user, held).await?;
    let ended = sessions::revoke_all_in(&tx, user.id, None, RevokedBecause::RevokedByStaff).await?;
    audit::record(&tx, &Entry::of("user.sessions_ended", user.id)).await?;
    tx.commit().await?;
    Ok(ended)
}

/// Ends one session of somebody. `held` as in [`change_account`].
///
/// # Errors
/// `Ending` where there is no such session of this person; `Roles` for somebody who may do more.
pub async fn end_session(
    context: &Context,
    origin: &Origin,
    (user, id): (UserId, SessionId),
    held: PermissionSet,
) -> Result<(), SignInError> {
    let tx = context.begin(origin).await?;
    sessions::revoke_in(&tx, RevokeSession { id, of: Some(user), because: RevokedBecause::RevokedByStaff }).await?;
    roles::demand_over(&tx, user, held).await?;
    Ok(tx.commit().await?)
}

/// Holds the row of somebody who may do no more than this.
async fn lock_in(tx: &WriteTx, user: UserId, held: PermissionSet) -> Result<User, SignInError> {
    let found = users::lock(tx, user).await?.map(|found| found.user);
    let user = found.filter(|user| user.status != UserStatus::Erased).ok_or(SignInError::NotFound)?;
    roles::demand_over(tx, user.id, held).await?;
    Ok(user)
}
