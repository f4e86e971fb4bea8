//! Making a group of customers.

use kernel::{DomainError, ErrorKind, Origin};
use platform::audit::{self, Entry};
use platform::db::{DatabaseError, WriteTx};
use platform::{Context, outbox};

use super::events::GroupEvent;
use super::input::CreateGroup;
use super::model::Group;
use super::store;

/// Why a group is not made.
#[derive(Debug, thiserror::Error)]
pub enum CreateGroupError {
    /// Another has this name.
    #[error("another group has this name")]
    NameTaken,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for CreateGroupError {
    fn code(&self) -> &'static str {
        match self {
            Self::NameTaken => "customer_group_name_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NameTaken => ErrorKind::Conflict,
            Self::Database(error) => error.kind(),
        }
    }
}

/// Makes a group and records `customer_group.created`.
///
/// # Errors
/// `CreateGroupError` names what is wrong; nothing is made then.
pub async fn create(context: &Context, origin: &Origin, command: CreateGroup) -> Result<Group, CreateGroupError> {
    let tx = context.begin(origin).await?;
    let group = create_in(&tx, command).await?;
    tx.commit().await?;
    Ok(group)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `CreateGroupError` names what is wrong.
pub async fn create_in(tx: &WriteTx, command: CreateGroup) -> Result<Group, CreateGroupError> {
    let group = command.into_group(tx.now());
    store::insert(tx, &group, || CreateGroupError::NameTaken).await?;
    outbox::record(tx, &GroupEvent::Created { customer_group_id: group.id }).await?;
    audit::record(tx, &Entry::of("customer_group.created", group.id).after(&group.recorded())).await?;
    Ok(group)
}
