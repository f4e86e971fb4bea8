//! Hanging a category, with everything under it, somewhere else.

use std::collections::BTreeMap;

use kernel::{CategoryId, DomainError, ErrorKind, FieldErrors, Origin};
use platform::Context;
use platform::db::{DatabaseError, WriteTx};
use platform::{audit, outbox};

use super::events::CategoryEvent;
use super::model::{Category, behind, in_range, path_under};
use super::place::{self, PlaceError};
use super::store;

/// Which category, as which version the caller knows it, and where it is to hang.
#[derive(Debug, Clone)]
pub struct MoveCategory {
    /// Which one.
    pub id: CategoryId,
    /// The version that the caller has seen.
    pub version: i64,
    /// Nothing: it becomes a root.
    pub parent_id: Option<CategoryId>,
    /// Its place among its new siblings; absent: behind them.
    pub position: Option<i64>,
}

/// Why a category stays where it is.
#[derive(Debug, thiserror::Error)]
pub enum MoveCategoryError {
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
    /// The position.
    #[error("position {0}")]
    Position(&'static str),
    /// The database.
    #[error(transparent)]
    Database(#[from] DatabaseError),
}

impl DomainError for MoveCategoryError {
    fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "category_not_found",
            Self::VersionConflict { .. } => "version_conflict",
            Self::Place(error) => error.code(),
            Self::Position(_) => "validation_failed",
            Self::Database(error) => error.code(),
        }
    }

    fn kind(&self) -> ErrorKind {
        match self {
            Self::NotFound => ErrorKind::NotFound,
            Self::VersionConflict { .. } => ErrorKind::Conflict,
            Self::Place(error) => error.kind(),
            Self::Position(_) => ErrorKind::Rule,
            Self::Database(error) => error.kind(),
        }
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        match self {
            Self::Place(error) => error.details(),
            Self::Position(message) => FieldErrors::of("position", message).into_map(),
            Self::NotFound | Self::VersionConflict { .. } | Self::Database(_) => BTreeMap::new(),
        }
    }

    fn context(&self) -> Option<String> {
        match self {
            Self::VersionConflict { current } => Some(serde_json::json!({ "current_version": current }).to_string()),
            Self::NotFound | Self::Place(_) | Self::Position(_) | Self::Database(_) => None,
        }
    }
}

/// Moves a category with its whole subtree and records `category.moved`.
///
/// # Errors
/// `MoveCategoryError` names what is wrong; nothing is moved then.
pub async fn move_to(context: &Context, origin: &Origin, command: MoveCategory) -> Result<Category, MoveCategoryError> {
    let tx = context.begin(origin).await?;
    let category = move_in(&tx, command).await?;
    tx.commit().await?;
    Ok(category)
}

/// The same inside a transaction of the caller, which holds the tree's lock from here on: of two moves that would close
/// a circle together, the second sees the first.
///
/// # Errors
/// `MoveCategoryError` names what is wrong.
pub async fn move_in(tx: &WriteTx, command: MoveCategory) -> Result<Category, MoveCategoryError> {
    let position = command.position.map(in_range).transpose().map_err(MoveCategoryError::Position)?;
    store::lock_tree(tx).await?;
    let before = store::lock(tx, command.id).await?.ok_or(MoveCategoryError::NotFound)?;
    if before.version != command.version {
        return Err(MoveCategoryError::VersionConflict { current: before.version });
    }
    let entry = audit::Entry::of("category.moved", before.id).before(&before);
    let mut category: Category = rehang::<MoveCategoryError>(tx, before, command.parent_id).await?;
    category.position = position.unwrap_or(category.position);
    category.version += 1;
    category.updated_at = tx.now();
    store::update_place(tx, &category).await?;
    outbox::record(tx, &CategoryEvent::Moved((&category).into())).await?;
    audit::record(tx, &entry.after(&category)).await?;
    Ok(category)
}

/// Takes the subtree under another parent, behind its new siblings; what the caller has to write yet is the category's
/// own row. The tree's lock is held.
pub(super) async fn rehang<E>(tx: &WriteTx, category: Category, parent_id: Option<CategoryId>) -> Result<Category, E>
where
    E: From<PlaceError> + From<DatabaseError>,
{
    if category.parent_id == parent_id {
        return Ok(category);
    }
    let parent = place::found(parent_id, store::find_optional(tx, parent_id).await?)?;
    let depth = place::depth_after_move(&category, parent.as_ref(), store::deepest(tx, &category).await?)?;
    let path = path_under(parent.as_ref(), category.id);
    let position = behind(store::last_position(tx, parent_id).await?);
    store::rewrite_paths(tx, &category, &path, depth - category.depth).await?;
    Ok(Category { parent_id, depth, path, position, ..category })
}
