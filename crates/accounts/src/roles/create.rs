//! Making a role.

use kernel::{DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::RoleEvent;
use super::input::CreateRole;
use super::model::Role;
use super::store;
use crate::permissions::{NotHeld, PermissionSet};

/// More than a shop has kinds of people; a list of them stays short enough to be read.
const MOST_ROLES: i64 = 500;

/// Why a role is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateRoleError {
    /// Another has this name.
    #[error("another role has this name")]
    NameTaken,
    /// There are as many as there may be.
    #[error("there are {MOST_ROLES} roles, and no more are allowed")]
    TooMany,
    /// It would allow what its maker may not do.
    #[error(transparent)]
    NotHeld(#[from] NotHeld),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateRoleError {
    fn code(&self) -> &'static str {
        match self {
            Self::NameTaken => "role_name_taken",
            Self::TooMany => "too_many_roles",
            Self::NotHeld(error) => error.code(),
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NameTaken | Self::TooMany => ErrorKind::Conflict,
            Self::NotHeld(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::NotHeld(error) => error.context(),
            Self::NameTaken | Self::TooMany | Self::Database(_) => None,
        }
    }
}

/// Makes a role and records `role.created`. `held` is what its maker may do: a role allows nothing beyond that.
///
/// # Errors
/// `CreateRoleError` names what is wrong; nothing is made then.
pub async fn create(context: &Context, origin: &Origin, command: CreateRole, held: PermissionSet) -> Result<Role, CreateRoleError> {
    let tx = context.begin(origin).await?;
    let role = create_in(&tx, command, held).await?;
    tx.commit().await?;
    Ok(role)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `CreateRoleError` names what is wrong.
pub async fn create_in(tx: &WriteTx, command: CreateRole, held: PermissionSet) -> Result<Role, CreateRoleError> {
    let role = command.into_role(tx.now());
    held.demand(role.permissions.permissions())?;
    if store::count(tx).await? >= MOST_ROLES {
        return Err(CreateRoleError::TooMany);
    }
    store::insert(tx, &role, || CreateRoleError::NameTaken).await?;
    outbox::record(tx, &RoleEvent::Created { role_id: role.id }).await?;
    audit::record(tx, &Entry::of("role.created", role.id).after(&role.recorded())).await?;
    Ok(role)
}
