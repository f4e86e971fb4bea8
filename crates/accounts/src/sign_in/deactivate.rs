//! Closing an account, and opening it again.

use kernel::{Origin, UserId};
use platform::Context;
use platform::audit::{self, Entry};
use platform::db::WriteTx;
use platform::outbox;
use secrecy::SecretString;

use super::error::SignInError;
use super::prove::prove;
use crate::Accounts;
use crate::permissions::PermissionSet;
use crate::roles;
use crate::sessions::{self, RevokedBecause};
use crate::users::{self, StatusReason, User, UserEvent, UserStatus};

/// Whose account staff close or open again, and why.
#[derive(Debug, Clone)]
pub struct ChangeStatus {
    /// Whose.
    pub user_id: UserId,
    /// The version that they have seen; absent where it does not matter.
    pub version: Option<i64>,
    /// Why, in their words.
    pub reason: Option<StatusReason>,
}

impl ChangeStatus {
    /// Of this account, whatever its version, without a word.
    #[must_use]
    pub const fn of(user_id: UserId) -> Self {
        Self { user_id, version: None, reason: None }
    }
}

/// Closes an account: nobody signs in to it, and its sessions end at once. One that is closed stays so. `held` is what whoever closes it
/// may do: the account of somebody who may do more is not theirs to close.
///
/// # Errors
/// `NotFound`, `VersionConflict` where somebody changed it since, or `Roles` for the last one that may do everything and for one that may
/// do more.
pub async fn deactivate(context: &Context, origin: &Origin, command: ChangeStatus, held: PermissionSet) -> Result<User, SignInError> {
    let tx = context.begin(origin).await?;
    users::lock(&tx, command.user_id).await?;
    roles::demand_over(&tx, command.user_id, held).await?;
    let user = deactivate_in(&tx, command).await?;
    tx.commit().await?;
    Ok(user)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// As [`deactivate`].
pub async fn deactivate_in(tx: &WriteTx, command: ChangeStatus) -> Result<User, SignInError> {
    let user = change(tx, command, UserStatus::Deactivated).await?;
    sessions::revoke_all_in(tx, user.id, None, RevokedBecause::Deactivated).await?;
    Ok(user)
}

/// Closes one's own account, for whoever shows its password.
///
/// # Errors
/// `PasswordWrong`, `Throttled`, or `Roles` for the last one that may do everything.
pub async fn deactivate_own(accounts: &Accounts, origin: &Origin, user: UserId, password: &SecretString) -> Result<(), SignInError> {
    let proven = prove(accounts, origin, user, password).await?;
    let tx = accounts.context.begin(origin).await?;
    proven.lock_in(&tx).await?;
    deactivate_in(&tx, ChangeStatus::of(user)).await?;
    Ok(tx.commit().await?)
}

/// Opens a closed account again; its owner has to sign in anew. `held` is what whoever opens it may do, as in [`deactivate`].
///
/// # Errors
/// `NotFound`, `VersionConflict` where somebody changed it since, or `Roles` for one that may do more.
pub async fn reactivate(context: &Context, origin: &Origin, command: ChangeStatus, held: PermissionSet) -> Result<User, SignInError> {
    let tx = context.begin(origin).await?;
    users::lock(&tx, command.user_id).await?;
    roles::demand_over(&tx, command.user_id, held).await?;
    let user = reactivate_in(&tx, command).await?;
    tx.commit().await?;
    Ok(user)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// As [`reactivate`].
pub async fn reactivate_in(tx: &WriteTx, command: ChangeStatus) -> Result<User, SignInError> {
    change(tx, command, UserStatus::Active).await
}

/// What is erased is nobody's any more, and stays so.
async fn change(tx: &WriteTx, command: ChangeStatus, status: UserStatus) -> Result<User, SignInError> {
    let found = users::lock(tx, command.user_id).await?.map(|found| found.user);
    let before = found.filter(|user| user.status != UserStatus::Erased).ok_or(SignInError::NotFound)?;
    if command.version.is_some_and(|version| version != before.version) {
        return Err(SignInError::VersionConflict { current: before.version });
    }
    if before.status == status {
        return Ok(before);
    }
    if status == UserStatus::Deactivated {
        roles::keep_an_admin_in(tx, before.id).await?;
    }
    users::change_status(tx, before.id, status, command.reason.as_ref()).await?;
    let status_reason = command.reason.map(|reason| reason.as_str().to_owned());
    let user = User { status, status_reason, version: before.version + 1, updated_at: tx.now(), ..before.clone() };
    let fact = match status {
        UserStatus::Active => UserEvent::Reactivated { user_id: user.id },
        UserStatus::Deactivated => UserEvent::Deactivated { user_id: user.id },
        UserStatus::Erased => UserEvent::Erased { user_id: user.id },
    };
    let action = if status == UserStatus::Active { "user.reactivated" } else { "user.deactivated" };
    outbox::record(tx, &fact).await?;
    // The reason may tell of a person, and a record cannot be forgotten: that there is one is all that is recorded of it.
    let entry = Entry::of(action, user.id).before(&before.told()).after(&user.told()).hiding(&["name", "status_reason"]);
    audit::record(tx, &entry).await?;
    Ok(user)
}
