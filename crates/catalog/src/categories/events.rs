//! What happened to categories.

use kernel::{CategoryId, CategoryTag, Slug};
use platform::outbox::{Fact, ToSchema};
use serde::Serialize;
use uuid::Uuid;

use super::model::Category;

/// A fact about a category.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[serde(untagged)]
pub enum CategoryEvent {
    /// There is a new one.
    Created(CategorySnapshot),
    /// Something about it is another; its place in the tree is not.
    Updated(CategorySnapshot),
    /// It hangs somewhere else, with everything under it.
    Moved(CategorySnapshot),
    /// It is gone.
    Deleted(CategorySnapshot),
}

/// How the category stood after the fact (before it, where it was deleted).
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct CategorySnapshot {
    /// Which one.
    pub category_id: CategoryId,
    /// What it hangs under.
    pub parent_id: Option<CategoryId>,
    /// Its name in addresses.
    pub slug: Slug,
    /// Its version.
    pub category_version: i64,
}

impl From<&Category> for CategorySnapshot {
    fn from(category: &Category) -> Self {
        Self { category_id: category.id, parent_id: category.parent_id, slug: category.slug.clone(), category_version: category.version }
    }
}

impl Fact for CategoryEvent {
    type Subject = CategoryTag;
    const AGGREGATE: &'static str = "category";
    const NAMES: &'static [(&'static str, &'static str)] = &[
        ("category.created", "a category was made"),
        ("category.updated", "a category was changed"),
        ("category.moved", "a category got another parent or place"),
        ("category.deleted", "a category was removed"),
    ];

    fn name(&self) -> &'static str {
        match self {
            Self::Created(_) => "category.created",
            Self::Updated(_) => "category.updated",
            Self::Moved(_) => "category.moved",
            Self::Deleted(_) => "category.deleted",
        }
    }

    fn aggregate_id(&self) -> Uuid {
        match self {
            Self::Created(of) | Self::Updated(of) | Self::Moved(of) | Self::Deleted(of) => of.category_id.uuid(),
        }
    }
}
