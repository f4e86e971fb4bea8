//! Giving roles to people and taking them.

use std::collections::BTreeSet;

use kernel::{DomainError, ErrorKind, Origin, RoleId, UserId};
use platform::audit::{self, Entry};
use platform::db::{ConnectionTrait, DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::model::Role;
use super::store;
use crate::permissions::{NotHeld, PermissionSet};
use crate::users::{self, UserEvent};

/// More hats than one person wears.
const MOST_ROLES_OF_A_USER: usize = 20;

/// Who is to have which roles, and no others.
#[derive(Debug, Clone)]
pub struct AssignRoles {
    /// Whose.
    pub user_id: UserId,
    /// The version of the account that the caller has seen; absent where nobody looked.
    pub version: Option<i64>,
    /// All that they are to have.
    pub roles: BTreeSet<RoleId>,
}

/// Why somebody keeps the roles that they have.
#[derive(Debug, thiserror::Error)]
pub enum AssignRolesError {
    /// There is nobody of this id.
    #[error("no such user")]
    UserNotFound,
    /// There is no role of this id.
    #[error("no role {0}")]
    UnknownRole(RoleId),
    /// More than anybody may have.
    #[error("nobody has more than {MOST_ROLES_OF_A_USER} roles")]
    TooMany,
    /// The account was changed since.
    #[error("the account was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// What is given or taken allows what whoever does it may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// Nobody would be left who may do everything.
    #[error("this is the last account that may do everything")]
    LastAdmin,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for AssignRolesError {
    fn code(&self) -> &'static str {
        match self {
            Self::UserNotFound => "user_not_found",
            Self::UnknownRole(_) | Self::TooMany => "validation_failed",
            Self::VersionConflict { .. } => "version_conflict",
            Self::NotHeld(error) => error.code(),
            Self::LastAdmin => "last_admin",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::UserNotFound => ErrorKind::NotFound,
            Self::UnknownRole(_) | Self::TooMany => ErrorKind::Rule,
            Self::VersionConflict { .. } | Self::LastAdmin => ErrorKind::Conflict,
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> std::collections::BTreeMap<String, Vec<String>> {
        match self {
            Self::UnknownRole(_) | Self::TooMany => [("roles".to_owned(), vec![self.to_string()])].into(),
            Self::UserNotFound | Self::VersionConflict { .. } | Self::NotHeld(_) | Self::LastAdmin | Self::Database(_) => [].into(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotHeld(error) => error.context(),
            Self::UserNotFound | Self::UnknownRole(_) | Self::TooMany | Self::LastAdmin | Self::Database(_) => None,
        }
    }
}

/// Gives somebody these roles and takes all others, and records `user.roles_changed`. It holds from their next request on.
///
/// `held` is what whoever does it may do: nobody gives or takes what he does not hold. Somebody always may do everything.
///
/// # Errors
/// `AssignRolesError` names what is wrong; nothing is given or taken then.
pub async fn assign(context: &Context, origin: &Origin, command: AssignRoles, held: PermissionSet) -> Result<Vec<Role>, AssignRolesError> {
    let tx = context.begin(origin).await?;
    let roles = assign_in(&tx, command, held).await?;
    tx.commit().await?;
    Ok(roles)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `AssignRolesError` names what is wrong.
pub async fn assign_in(tx: &WriteTx, command: AssignRoles, held: PermissionSet) -> Result<Vec<Role>, AssignRolesError> {
    let AssignRoles { user_id, version, roles: wanted } = command;
    let current = users::lock(tx, user_id).await?.ok_or(AssignRolesError::UserNotFound)?.user.version;
    if version.is_some_and(|version| version != current) {
        return Err(AssignRolesError::VersionConflict { current });
    }
    write(tx, user_id, |_| wanted, held).await
}

/// Gives somebody one more role inside a transaction of the caller; one that they have already stays.
///
/// # Errors
/// `AssignRolesError` names what is wrong.
pub async fn grant_in(tx: &WriteTx, user: UserId, role: RoleId, held: PermissionSet) -> Result<Vec<Role>, AssignRolesError> {
    users::lock(tx, user).await?.ok_or(AssignRolesError::UserNotFound)?;
    write(tx, user, |has| has.iter().copied().chain([role]).collect(), held).await
}

/// Takes a role from somebody inside a transaction of the caller; one that they do not have stays away.
///
/// # Errors
/// `AssignRolesError` names what is wrong.
pub async fn revoke_in(tx: &WriteTx, user: UserId, role: RoleId, held: PermissionSet) -> Result<Vec<Role>, AssignRolesError> {
    users::lock(tx, user).await?.ok_or(AssignRolesError::UserNotFound)?;
    write(tx, user, |has| has.iter().copied().filter(|of| *of != role).collect(), held).await
}

/// Refuses where this is the last account that may sign in and do everything: to be asked before it is closed, in the
/// transaction that closes it and under the lock of the account.
///
/// # Errors
/// `LastAdmin`, or by what went wrong.
pub async fn keep_an_admin_in(tx: &WriteTx, user: UserId) -> Result<(), AssignRolesError> {
    let is_admin = store::of_user(tx, user).await?.iter().any(Role::is_admin);
    // The role's lock makes two who close each other's accounts take turns.
    let Some(admin) = store::lock_admin(tx).await?.filter(|_| is_admin) else { return Ok(()) };
    if store::other_active_holders(tx, admin.id, user).await? == 0 { Err(AssignRolesError::LastAdmin) } else { Ok(()) }
}

/// Refuses where somebody may do what whoever acts on the account may not: nobody closes, opens, changes or erases the account of
/// somebody who may do more.
///
/// # Errors
/// `NotHeld`, or by what went wrong.
pub async fn demand_over(db: &impl ConnectionTrait, user: UserId, held: PermissionSet) -> Result<(), AssignRolesError> {
    Ok(held.demand(store::permissions_of(db, user).await?)?)
}

/// The caller holds the lock of the account.
async fn write(
    tx: &WriteTx,
    user: UserId,
    wish: impl FnOnce(&BTreeSet<RoleId>) -> BTreeSet<RoleId>,
    held: PermissionSet,
) -> Result<Vec<Role>, AssignRolesError> {
    let before = store::of_user(tx, user).await?;
    let has: BTreeSet<RoleId> = before.iter().map(|role| role.id).collect();
    let wanted = wish(&has);
    if wanted.len() > MOST_ROLES_OF_A_USER {
        return Err(AssignRolesError::TooMany);
    }
    let (added, removed): (Vec<RoleId>, Vec<RoleId>) = ((&wanted - &has).into_iter().collect(), (&has - &wanted).into_iter().collect());
    let moved = store::lock_all(tx, &[added.as_slice(), removed.as_slice()].concat()).await?;
    if let Some(unknown) = added.iter().find(|id| moved.iter().all(|role| role.id != **id)) {
        return Err(AssignRolesError::UnknownRole(*unknown));
    }
    if moved.is_empty() {
        return Ok(before);
    }
    held.demand(moved.iter().fold(PermissionSet::NONE, |set, role| set.and(role.permissions.permissions())))?;
    let loses_admin = moved.iter().find(|role| role.is_admin() && removed.contains(&role.id));
    if let Some(admin) = loses_admin.map(|role| role.id)
        && store::other_active_holders(tx, admin, user).await? == 0
    {
        return Err(AssignRolesError::LastAdmin);
    }
    store::assign(tx, user, &added, &removed).await?;
    let after = store::of_user(tx, user).await?;
    outbox::record(tx, &UserEvent::RolesChanged { user_id: user }).await?;
    audit::record(tx, &Entry::of("user.roles_changed", user).before(&recorded(&before)).after(&recorded(&after))).await?;
    Ok(after)
}

fn recorded(roles: &[Role]) -> serde_json::Value {
    serde_json::json!({ "roles": roles.iter().map(|role| role.name.as_str()).collect::<Vec<_>>() })
}
