//! Changing a role.

use kernel::{DomainError, ErrorKind, Origin, RoleId};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::RoleEvent;
use super::input::RoleChanges;
use super::model::Role;
use super::store;
use crate::permissions::{NotHeld, PermissionSet};

/// Which role, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangeRole {
    /// Which one.
    pub id: RoleId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: RoleChanges,
}

/// Why a role stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeRoleError {
    /// There is none of this id.
    #[error("no such role")]
    NotFound,
    /// The program keeps it.
    #[error("a built-in role is not changed; make one of your own")]
    BuiltIn,
    /// Somebody changed it since.
    #[error("the role was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Another has this name.
    #[error("another role has this name")]
    NameTaken,
    /// It allows, or would allow, what whoever changes it may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ChangeRoleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "role_not_found",
            Self::BuiltIn => "role_built_in",
            Self::VersionConflict { .. } => "version_conflict",
            Self::NameTaken => "role_name_taken",
            Self::NotHeld(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::BuiltIn | Self::VersionConflict { .. } | Self::NameTaken => ErrorKind::Conflict,
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotHeld(error) => error.context(),
            Self::NotFound | Self::BuiltIn | Self::NameTaken | Self::Database(_) => None,
        }
    }
}

/// Changes a role and records `role.changed`; whoever has it may do the new things from their next request on.
///
/// # Errors
/// `ChangeRoleError` names what is wrong; nothing is changed then.
pub async fn change(context: &Context, origin: &Origin, command: ChangeRole, held: PermissionSet) -> Result<Role, ChangeRoleError> {
    let tx = context.begin(origin).await?;
    let role = change_in(&tx, command, held).await?;
    tx.commit().await?;
    Ok(role)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `ChangeRoleError` names what is wrong.
pub async fn change_in(tx: &WriteTx, command: ChangeRole, held: PermissionSet) -> Result<Role, ChangeRoleError> {
    let before = store::lock(tx, command.id).await?.ok_or(ChangeRoleError::NotFound)?;
    if before.built_in {
        return Err(ChangeRoleError::BuiltIn);
    }
    if before.version != command.version {
        return Err(ChangeRoleError::VersionConflict { current: before.version });
    }
    let role = command.changes.apply(&before, tx.now());
    // What it allowed counts as well: nobody takes from others what he could not give them.
    held.demand(before.permissions.permissions().and(role.permissions.permissions()))?;
    store::update(tx, &role, || ChangeRoleError::NameTaken).await?;
    outbox::record(tx, &RoleEvent::Changed { role_id: role.id }).await?;
    audit::record(tx, &Entry::of("role.changed", role.id).before(&before.recorded()).after(&role.recorded())).await?;
    Ok(role)
}
