//! Removing a category.

use kernel::{CategoryId, DomainError, ErrorKind, Origin};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::CategoryEvent;
use super::store;

/// Which category, as which version the caller knows it.
#[derive(Debug, Clone, Copy)]
pub struct DeleteCategory {
    /// Which one.
    pub id: CategoryId,
    /// The version that the caller has seen.
    pub version: i64,
}

/// Why a category stays.
#[derive(Debug, thiserror::Error)]
pub enum DeleteCategoryError {
    /// There is none of this id.
    #[error("no such category")]
    NotFound,
    /// Somebody changed it since.
    #[error("the category was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// Categories or products hang under it.
    #[error("the category has categories under it or products in it")]
    InUse,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for DeleteCategoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "category_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::InUse => "category_in_use",
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

/// Removes a category that has neither categories nor products, and records `category.deleted`.
///
/// # Errors
/// `DeleteCategoryError` names what is wrong; nothing is removed then.
pub async fn delete(context: &Context, origin: &Origin, command: DeleteCategory) -> Result<(), DeleteCategoryError> {
    let tx = context.begin(origin).await?;
    delete_in(&tx, command).await?;
    Ok(tx.commit().await?)
}

/// The same inside a transaction of the caller.
///
/// # Errors
/// `DeleteCategoryError` names what is wrong.
pub async fn delete_in(tx: &WriteTx, command: DeleteCategory) -> Result<(), DeleteCategoryError> {
    store::lock_tree(tx).await?;
    let category = store::lock(tx, command.id).await?.ok_or(DeleteCategoryError::NotFound)?;
    if category.version != command.version {
        return Err(DeleteCategoryError::VersionConflict { current: category.version });
    }
    if store::is_in_use(tx, category.id).await? {
        return Err(DeleteCategoryError::InUse);
    }
    store::delete(tx, category.id).await?;
    outbox::record(tx, &CategoryEvent::Deleted((&category).into())).await?;
    Ok(audit::record(tx, &audit::Entry::of("category.deleted", category.id).before(&category)).await?)
}
