//! Deleting a group of customers.

use kernel::{CustomerGroupId, DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::GroupEvent;
use super::store;

/// Which group, and as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteGroup {
    /// Which one.
    pub id: CustomerGroupId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a group stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteGroupError {
    /// There is none of this id.
    #[error("no such group of customers")]
    NotFound,
    /// Somebody changed it since.
    #[error("the group was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Somebody is in it.
    #[error("customers are in this group; take them out of it first")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteGroupError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "customer_group_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "customer_group_in_use",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::InUse => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::InUse | Self::Database(_) => None,
        }
    }
}

/// Deletes a group that nobody is in and records `customer_group.deleted`.
///
/// # Errors
/// `DeleteGroupError` names what is wrong; nothing is deleted then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteGroup) -> Result<(), DeleteGroupError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteGroupError` names what is wrong.
pub async fn delete_in(tx: &WriteTx, command: DeleteGroup) -> Result<(), DeleteGroupError> {
    let group = store::lock(tx, command.id).await?.ok_or(DeleteGroupError::NotFound)?;
    if group.version != command.version {
        return Err(DeleteGroupError::VersionConflict { current: group.version });
    }
    // Under the group's lock, which whoever puts somebody into it takes as well.
    if group.member_count > 0 {
        return Err(DeleteGroupError::InUse);
    }
    store::delete(tx, group.id).await?;
    outbox::record(tx, &GroupEvent::Deleted { customer_group_id: group.id }).await?;
    audit::record(tx, &Entry::of("customer_group.deleted", group.id).before(&group.recorded())).await?;
    Ok(())
}
