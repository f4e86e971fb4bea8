//! Changing a group of customers.

use kernel::{CustomerGroupId, DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::GroupEvent;
use super::input::GroupChanges;
use super::model::Group;
use super::store;

/// Which group, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct ChangeGroup {
    /// Which one.
    pub id: CustomerGroupId,
    /// The version that the caller has seen.
    pub version: i64,
    /// What is to change.
    pub changes: GroupChanges,
}

/// Why a group stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum ChangeGroupError {
    /// There is none of this id.
    #[error("no such group of customers")]
    NotFound,
    /// Somebody changed it since.
    #[error("the group was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Another has this name.
    #[error("another group has this name")]
    NameTaken,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for ChangeGroupError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "customer_group_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::NameTaken => "customer_group_name_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::NameTaken => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::NameTaken | Self::Database(_) => None,
        }
    }
}

/// Changes a group and records `customer_group.changed`.
///
/// # Errors
/// `ChangeGroupError` names what is wrong; nothing is changed then.
pub async fn change(context: &Context, origin: &Origin, command: ChangeGroup) -> Result<Group, ChangeGroupError> {
    let tx = context.begin(origin).await?;
    let group = change_in(&tx, command).await?;
    tx.commit().await?;
    Ok(group)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `ChangeGroupError` names what is wrong.
pub async fn change_in(tx: &WriteTx, command: ChangeGroup) -> Result<Group, ChangeGroupError> {
    let before = store::lock(tx, command.id).await?.ok_or(ChangeGroupError::NotFound)?;
    if before.version != command.version {
        return Err(ChangeGroupError::VersionConflict { current: before.version });
    }
    let group = command.changes.apply(&before, tx.now());
    store::update(tx, &group, || ChangeGroupError::NameTaken).await?;
    outbox::record(tx, &GroupEvent::Changed { customer_group_id: group.id }).await?;
    audit::record(tx, &Entry::of("customer_group.changed", group.id).before(&before.recorded()).after(&group.recorded())).await?;
    Ok(group)
}
