//! The first who may do everything.

use kernel::UserId;
use platform::db::{ConnectionTrait, DatabaseError, WriteTx};

use super::assign::{AssignRolesError, grant_in};
use super::model::Role;
use super::store;
use crate::permissions::PermissionSet;

/// True where somebody may sign in and do everything.
///
/// # Errors
/// `DatabaseError`, by what went wrong.
pub async fn has_admin(db: &impl ConnectionTrait) -> Result<bool, DatabaseError> {
    store::has_active_admin(db).await
}

/// Gives somebody the role that opens everything, unless somebody who may sign in has it: `None` then. Of several who ask at once
/// one gets it, for they hold the role in turn.
///
/// # Errors
/// `AssignRolesError` names what is wrong.
pub async fn appoint_first_in(tx: &WriteTx, user: UserId) -> Result<Option<Vec<Role>>, AssignRolesError> {
    let Some(admin) = store::lock_admin(tx).await? else { return Ok(None) };
    if store::has_active_admin(tx).await? {
        return Ok(None);
    }
    // Whoever is the first is given what nobody holds yet.
    grant_in(tx, user, admin.id, PermissionSet::all()).await.map(Some)
}
