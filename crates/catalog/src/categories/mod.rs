//! Categories: a tree of at most ten levels, kept as paths so that a subtree is one range of an index.

mod create;
mod delete;
mod events;
mod find_or_create;
mod model;
mod move_to;
mod place;
mod store;
mod update;

pub use create::{CreateCategory, CreateCategoryError, create, create_in};
pub use delete::{DeleteCategory, DeleteCategoryError, delete, delete_in};
pub use events::CategoryEvent;
pub use find_or_create::{FindOrCreateCategoryError, find_or_create_path, find_paths};
pub(crate) use model::ids_of;
pub use model::{Category, CategoryChanges, CategoryDetails, CategoryInput, CategoryPatch, CategoryRef, MAX_LEVELS};
pub use move_to::{MoveCategory, MoveCategoryError, move_in, move_to};
pub use place::PlaceError;
pub use store::{
    CategoryNode, CategoryQuery, CategorySort, CategoryTree, Crumb, INVARIANTS, Parent, breadcrumbs, find, find_ref, find_renamed, list,
    subtree_ids, subtrees, tree,
};
pub use update::{UpdateCategory, UpdateCategoryError, update, update_in};
