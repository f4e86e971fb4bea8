//! Deleting a role.

use kernel::{DomainError, ErrorKind, Origin, RoleId};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::RoleEvent;
use super::store;
use crate::permissions::{NotHeld, PermissionSet};

/// Which role, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteRole {
    /// Which one.
    pub id: RoleId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a role stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteRoleError {
    /// There is none of this id.
    #[error("no such role")]
    NotFound,
    /// The program keeps it.
    #[error("a built-in role is not deleted")]
    BuiltIn,
    /// Somebody changed it since.
    #[error("the role was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Somebody has it.
    #[error("somebody has this role; take it from them first")]
    InUse,
    /// It allows what whoever deletes it may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteRoleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "role_not_found",
            Self::BuiltIn => "role_built_in",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "role_in_use",
            Self::NotHeld(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::BuiltIn | Self::VersionConflict { .. } | Self::InUse => ErrorKind::Conflict,
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotHeld(error) => error.context(),
            Self::NotFound | Self::BuiltIn | Self::InUse | Self::Database(_) => None,
        }
    }
}

/// Deletes a role that nobody has and records `role.deleted`.
///
/// # Errors
/// `DeleteRoleError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteRole, held: PermissionSet) -> Result<(), DeleteRoleError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command, held).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteRoleError` names what is wrong.
pub async fn delete_in(tx: &WriteTx, command: DeleteRole, held: PermissionSet) -> Result<(), DeleteRoleError> {
    let role = store::lock(tx, command.id).await?.ok_or(DeleteRoleError::NotFound)?;
    if role.built_in {
        return Err(DeleteRoleError::BuiltIn);
    }
    if role.version != command.version {
        return Err(DeleteRoleError::VersionConflict { current: role.version });
    }
    held.demand(role.permissions.permissions())?;
    // Under the role's lock, which whoever gives it takes as well.
    if store::holders(tx, role.id).await? > 0 {
        return Err(DeleteRoleError::InUse);
    }
    store::delete(tx, role.id).await?;
    outbox::record(tx, &RoleEvent::Deleted { role_id: role.id }).await?;
    audit::record(tx, &Entry::of("role.deleted", role.id).before(&role.recorded())).await?;
    Ok(())
}
