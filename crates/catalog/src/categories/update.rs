//! Changing a category.

use std::collections::BTreeMap;

use kernel::{CategoryId, DomainError, ErrorKind, FieldErrors, Origin};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::CategoryEvent;
use super::model::{Category, CategoryChanges};
use super::move_to::rehang;
use super::place::PlaceError;
use super::store;
use crate::redirects::{self, Renamed};

/// Which category, as which version the caller knows it, and what is to change.
#[derive(Debug, Clone)]
pub struct UpdateCategory {
    /// Which one.
    pub id: CategoryId,
    /// The version that the caller has seen.
    pub version: i64,
    /// Where it is to hang; absent: where it is, `Some(None)`: it becomes a root.
    pub parent_id: Option<Option<CategoryId>>,
    /// What is to change.
    pub changes: CategoryChanges,
}

/// Why a category stays as it is.
#[derive(Debug, thiserror::Error)]
pub enum UpdateCategoryError {
    /// There is none of this id.
    #[error("no such category")]
    NotFound,
    /// Somebody changed it since.
    #[error("the category was changed since; it has version {current} now")]
    VersionConflict {
        /// Its version now.
        current: i64,
    },
    /// It cannot hang there.
    #[error(transparent)]
    Place(#[from] PlaceError),
    /// Another category has the slug.
    #[error("another category has this slug")]
    SlugTaken,
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for UpdateCategoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "category_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Place(error) => error.code(),
            Self::SlugTaken => "slug_taken",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } | Self::SlugTaken => ErrorKind::Conflict,
            Self::Place(error) => error.kind(),
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Place(error) => error.details(),
            Self::SlugTaken => FieldErrors::of("slug", self).into_map(),
            Self::NotFound | Self::VersionConflict { .. } | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Place(_) | Self::SlugTaken | Self::Database(_) => None,
        }
    }
}

/// Changes a category and records `category.updated`, and `category.moved` where it hangs somewhere else since.
///
/// # Errors
/// `UpdateCategoryError` names what is wrong; nothing is changed then.
pub async fn update(context: &Context, origin: &Origin, command: UpdateCategory) -> Result<Category, UpdateCategoryError> {
    let tx = context.begin(origin).await?;
    let category = update_in(&tx, command).await?;
    tx.commit().await?;
    Ok(category)
}

/// The same inside a transaction of the caller. The tree is locked only where the category moves; the category's own row
/// always is.
///
/// # Errors
/// `UpdateCategoryError` names what is wrong.
pub async fn update_in(tx: &WriteTx, command: UpdateCategory) -> Result<Category, UpdateCategoryError> {
    if command.parent_id.is_some() {
        store::lock_tree(tx).await?;
    }
    let before = store::lock(tx, command.id).await?.ok_or(UpdateCategoryError::NotFound)?;
    if before.version != command.version {
        return Err(UpdateCategoryError::VersionConflict { current: before.version });
    }
    let entry = audit::Entry::of("category.updated", before.id).before(&before);
    let (parent_before, slug_before) = (before.parent_id, before.slug.clone());
    let hung = rehang::<UpdateCategoryError>(tx, before, command.parent_id.unwrap_or(parent_before)).await?;
    let mut category = command.changes.apply(hung);
    category.version += 1;
    category.updated_at = tx.now();
    store::update(tx, &category).await?;
    if category.slug != slug_before {
        redirects::keep(tx, Renamed::Category(category.id), &slug_before).await?;
    }
    let mut facts = vec![CategoryEvent::Updated((&category).into())];
    if category.parent_id != parent_before {
        facts.push(CategoryEvent::Moved((&category).into()));
    }
    outbox::record_all(tx, &facts).await?;
    audit::record(tx, &entry.after(&category)).await?;
    Ok(category)
}
