//! The rules of the tree: where a category may hang.

use std::collections::BTreeMap;

use kernel::{CategoryId, DomainError, ErrorKind, FieldErrors};

use super::model::{Category, MAX_LEVELS};

/// Why a category cannot hang there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PlaceError {
    /// There is no such parent.
    #[error("there is no parent category of this id")]
    ParentNotFound,
    /// The parent is the category itself or lies under it.
    #[error("a category cannot hang under itself")]
    Cycle,
    /// It, or something under it, would lie deeper than the tree may be.
    #[error("the tree would be more than 10 levels deep")]
    TooDeep,
}

impl DomainError for PlaceError {
    fn code(&self) -> &'static str {
        match self {
            Self::ParentNotFound => "parent_category_not_found",
            Self::Cycle => "category_cycle",
            Self::TooDeep => "category_too_deep",
        }
    }

    fn kind(&self) -> ErrorKind {
        ErrorKind::Rule
    }

    fn details(&self) -> BTreeMap<String, Vec<String>> {
        FieldErrors::of("parent_id", self).into_map()
    }
}

/// How deep a new category lies under this parent.
pub(super) fn depth_under(parent: Option<&Category>) -> Result<i64, PlaceError> {
    let depth = parent.map_or(0, |parent| parent.depth + 1);
    if depth < MAX_LEVELS { Ok(depth) } else { Err(PlaceError::TooDeep) }
}

/// The parent that was asked for, if it was found.
pub(super) fn found(wanted: Option<CategoryId>, parent: Option<Category>) -> Result<Option<Category>, PlaceError> {
    if wanted.is_some() && parent.is_none() { Err(PlaceError::ParentNotFound) } else { Ok(parent) }
}

/// How deep the category lies under its new parent; `deepest` is how deep its subtree reaches now.
pub(super) fn depth_after_move(category: &Category, parent: Option<&Category>, deepest: i64) -> Result<i64, PlaceError> {
    if parent.is_some_and(|parent| category.contains(parent)) {
        return Err(PlaceError::Cycle);
    }
    let depth = depth_under(parent)?;
    if deepest + depth - category.depth < MAX_LEVELS { Ok(depth) } else { Err(PlaceError::TooDeep) }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use kernel::Slug;

    use super::super::model::path_under;
    use super::*;

    fn category(parent: Option<&Category>) -> Category {
        let id = CategoryId::generate();
        Category {
            id,
            parent_id: parent.map(|parent| parent.id),
            depth: parent.map_or(0, |parent| parent.depth + 1),
            path: path_under(parent, id),
            slug: Slug::parse("a").expect("a slug"),
            name: "A".to_owned(),
            description: String::new(),
            position: 0,
            seo_title: None,
            seo_description: None,
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn a_lineage_leads_from_the_root_to_the_category() {
        let root = category(None);
        let child = category(Some(&root));
        assert_eq!(child.lineage(), [root.id, child.id]);
        assert!(root.contains(&child) && child.contains(&child) && !child.contains(&root));
    }

    #[test]
    fn nothing_hangs_under_itself_or_what_lies_under_it() {
        let root = category(None);
        let child = category(Some(&root));
        assert_eq!(depth_after_move(&root, Some(&child), 1), Err(PlaceError::Cycle));
        assert_eq!(depth_after_move(&root, Some(&root), 1), Err(PlaceError::Cycle));
        assert_eq!(depth_after_move(&child, None, 1), Ok(0));
    }

    #[test]
    fn the_deepest_of_a_subtree_decides_whether_it_fits() {
        let ninth = (1..9).fold(category(None), |parent, _| category(Some(&parent)));
        let lone = category(None);
        assert_eq!(depth_after_move(&lone, Some(&ninth), 0), Ok(9));
        assert_eq!(depth_after_move(&lone, Some(&ninth), 1), Err(PlaceError::TooDeep));
        let tenth = category(Some(&ninth));
        assert_eq!(depth_under(Some(&tenth)), Err(PlaceError::TooDeep));
    }

    #[test]
    fn a_parent_that_is_asked_for_must_be_there() {
        let parent = category(None);
        assert_eq!(found(Some(parent.id), None), Err(PlaceError::ParentNotFound));
        assert_eq!(found(None, None), Ok(None));
        assert_eq!(found(Some(parent.id), Some(parent.clone())), Ok(Some(parent)));
    }
}
