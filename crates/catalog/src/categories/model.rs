//! What a category is, and where it hangs.

use kernel::{CategoryId, FieldErrors, Slug, Timestamp, text};
use serde::Serialize;
use uuid::Uuid;

use crate::description;

/// How many levels a tree has at most: more than any menu shows, and a bound on every path.
pub const MAX_LEVELS: i64 = 10;

/// The digits of an id in a path, and the slash behind them.
const SEGMENT: usize = 33;

/// A place for products.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Category {
    /// Its id.
    pub id: CategoryId,
    /// What it hangs under; nothing for a root.
    pub parent_id: Option<CategoryId>,
    /// 0 for a root.
    pub depth: i64,
    /// The ids from the root down to this one.
    pub(super) path: String,
    /// Its name in addresses.
    pub slug: Slug,
    /// What people call it.
    pub name: String,
    /// HTML, cleaned; may be empty.
    pub description: String,
    /// Its place among its siblings; equal ones stand in the order in which they were made.
    pub position: i64,
    /// What search engines show as its title.
    pub seo_title: Option<String>,
    /// What search engines show below it.
    pub seo_description: Option<String>,
    /// Grows with each change of its own.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
}

impl Category {
    /// True for this category and everything under it.
    #[must_use]
    pub fn contains(&self, other: &Self) -> bool {
        other.path.starts_with(&self.path)
    }

    /// The ids from the root down to this category.
    #[must_use]
    pub fn lineage(&self) -> Vec<CategoryId> {
        self.path.split_terminator('/').filter_map(|digits| Uuid::try_parse(digits).ok()).map(CategoryId::from_uuid).collect()
    }
}

/// The path of a category of this id under that parent.
pub(super) fn path_under(parent: Option<&Category>, id: CategoryId) -> String {
    let above = parent.map_or("", |parent| &parent.path);
    let mut path = String::with_capacity(above.len() + SEGMENT);
    path.push_str(above);
    path.push_str(&id.uuid().simple().to_string());
    path.push('/');
    path
}

/// The ids of which a path consists, from the root down.
pub(crate) fn ids_of(path: &str) -> Option<Vec<CategoryId>> {
    path.split_terminator('/').map(|digits| Uuid::try_parse(digits).ok().map(CategoryId::from_uuid)).collect()
}

/// A category as callers name it: by id or by slug.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CategoryRef {
    /// `cat_…`.
    Id(CategoryId),
    /// `mugs`.
    Slug(Slug),
}

impl CategoryRef {
    /// Reads either; no slug looks like an id, because slugs have no underscore. What is neither names no category.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.parse().map(Self::Id).ok().or_else(|| Slug::parse(text).map(Self::Slug).ok())
    }
}

/// A category as it comes from outside, whole: what is absent is empty.
#[derive(Debug, Clone, Default)]
pub struct CategoryInput {
    /// 1 to 255 characters.
    pub name: String,
    /// Absent: made of the name, or left as it is.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<String>,
    /// Absent: behind its siblings, or left as it is.
    pub position: Option<i64>,
    /// 1 to 255 characters.
    pub seo_title: Option<String>,
    /// 1 to 1,000 characters.
    pub seo_description: Option<String>,
}

/// A category as it comes from outside, in part: what is absent stays, what is `Some(None)` is emptied.
#[derive(Debug, Clone, Default)]
pub struct CategoryPatch {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// Its name in addresses.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<Option<String>>,
    /// Its place among its siblings.
    pub position: Option<i64>,
    /// 1 to 255 characters.
    pub seo_title: Option<Option<String>>,
    /// 1 to 1,000 characters.
    pub seo_description: Option<Option<String>>,
}

/// What a new category is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CategoryDetails {
    pub(super) name: String,
    pub(super) slug: Option<Slug>,
    pub(super) description: String,
    pub(super) position: Option<i64>,
    pub(super) seo_title: Option<String>,
    pub(super) seo_description: Option<String>,
}

impl CategoryDetails {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: CategoryInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", text(&input.name, 255));
        let slug = errors.take_optional("slug", input.slug.as_deref(), Slug::parse);
        let description = errors.take_optional("description", input.description.as_deref(), description::clean);
        let position = errors.take_optional("position", input.position, in_range);
        let seo_title = errors.take_optional("seo_title", input.seo_title, |raw| text(&raw, 255));
        let seo_description = errors.take_optional("seo_description", input.seo_description, |raw| text(&raw, 1_000));
        let description = description.unwrap_or_default();
        errors.finish(|| Some(Self { name: name?, slug, description, position, seo_title, seo_description }))
    }

    /// A category with nothing but a name.
    pub(super) fn named(name: String) -> Self {
        Self { name, slug: None, description: String::new(), position: None, seo_title: None, seo_description: None }
    }
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CategoryChanges {
    pub(super) name: Option<String>,
    pub(super) slug: Option<Slug>,
    pub(super) description: Option<String>,
    pub(super) position: Option<i64>,
    pub(super) seo_title: Option<Option<String>>,
    pub(super) seo_description: Option<Option<String>>,
}

impl CategoryChanges {
    /// Replaces everything; a slug or position that is absent stays, because a category has one of each.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn replace(input: CategoryInput) -> Result<Self, FieldErrors> {
        let details = CategoryDetails::parse(input)?;
        Ok(Self {
            name: Some(details.name),
            slug: details.slug,
            description: Some(details.description),
            position: details.position,
            seo_title: Some(details.seo_title),
            seo_description: Some(details.seo_description),
        })
    }

    /// Changes what is given.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn patch(patch: CategoryPatch) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", patch.name, |raw| text(&raw, 255));
        let slug = errors.take_optional("slug", patch.slug.as_deref(), Slug::parse);
        let description = patch.description.map(Option::unwrap_or_default);
        let description = errors.take_optional("description", description.as_deref(), description::clean);
        let position = errors.take_optional("position", patch.position, in_range);
        let seo_title = patch.seo_title.map(|raw| errors.take_optional("seo_title", raw, |raw| text(&raw, 255)));
        let seo_description = patch.seo_description.map(|raw| errors.take_optional("seo_description", raw, |raw| text(&raw, 1_000)));
        errors.finish(|| Some(Self { name, slug, description, position, seo_title, seo_description }))
    }

    /// The category with these changes; its version is the caller's to raise.
    pub(super) fn apply(self, category: Category) -> Category {
        Category {
            name: self.name.unwrap_or(category.name),
            slug: self.slug.unwrap_or(category.slug),
            description: self.description.unwrap_or(category.description),
            position: self.position.unwrap_or(category.position),
            seo_title: self.seo_title.unwrap_or(category.seo_title),
            seo_description: self.seo_description.unwrap_or(category.seo_description),
            ..category
        }
    }
}

/// Far beyond any number of siblings, and far from overflow when one more is put behind.
const MAX_POSITION: i64 = 1_000_000;

pub(super) fn in_range(position: i64) -> Result<i64, &'static str> {
    if (0..=MAX_POSITION).contains(&position) { Ok(position) } else { Err("must be between 0 and 1000000") }
}

/// The place behind these siblings.
pub(super) fn behind(last: Option<i64>) -> i64 {
    last.map_or(0, |last| (last + 1).min(MAX_POSITION))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_category_is_named_by_id_or_slug() {
        let id = CategoryId::generate();
        assert_eq!(CategoryRef::parse(&id.to_string()), Some(CategoryRef::Id(id)));
        assert_eq!(CategoryRef::parse("mugs"), Some(CategoryRef::Slug(Slug::parse("mugs").expect("a slug"))));
        for neither in ["", "prod_01h455vb4pex5vsknk084sn02q", "Mugs & Cups"] {
            assert_eq!(CategoryRef::parse(neither), None, "{neither}");
        }
    }

    #[test]
    fn a_patch_tells_absent_from_empty() {
        let patch = CategoryPatch { seo_title: Some(None), description: Some(None), ..CategoryPatch::default() };
        let changes = CategoryChanges::patch(patch).expect("read");
        assert_eq!((changes.seo_title, changes.seo_description), (Some(None), None));
        assert_eq!((changes.description.as_deref(), changes.name), (Some(""), None));
    }

    #[test]
    fn a_replacement_empties_what_is_absent() {
        let input = CategoryInput { name: " Mugs ".to_owned(), ..CategoryInput::default() };
        let changes = CategoryChanges::replace(input).expect("read");
        assert_eq!((changes.name.as_deref(), changes.description.as_deref()), (Some("Mugs"), Some("")));
        assert_eq!((changes.seo_title, changes.slug, changes.position), (Some(None), None, None));
    }

    fn under(parent: Option<&Category>, name: &str) -> Category {
        let (id, now) = (CategoryId::generate(), Timestamp::default());
        Category {
            id,
            parent_id: parent.map(|parent| parent.id),
            depth: parent.map_or(0, |parent| parent.depth + 1),
            path: path_under(parent, id),
            slug: Slug::from_title(name).expect("a slug"),
            name: name.to_owned(),
            description: "<p>old</p>".to_owned(),
            position: 3,
            seo_title: Some("old".to_owned()),
            seo_description: None,
            version: 7,
            created_at: now,
            updated_at: now,
        }
    }

    #[test]
    fn a_category_contains_itself_and_what_hangs_under_it() {
        let kitchen = under(None, "Kitchen");
        let cups = under(Some(&kitchen), "Cups");
        let mugs = under(Some(&cups), "Mugs");
        let garden = under(None, "Garden");
        assert_eq!(mugs.lineage(), [kitchen.id, cups.id, mugs.id]);
        assert!(kitchen.contains(&kitchen) && kitchen.contains(&mugs) && cups.contains(&mugs));
        assert!(!mugs.contains(&cups) && !garden.contains(&mugs) && !kitchen.contains(&garden));
    }

    #[test]
    fn only_what_is_given_changes() {
        let mugs = under(None, "Mugs");
        assert_eq!(CategoryChanges::default().apply(mugs.clone()), mugs);
        let input = CategoryInput {
            name: "Cups".to_owned(),
            slug: Some("cups".to_owned()),
            description: Some("<p>new</p>".to_owned()),
            position: Some(1_000_000),
            seo_title: None,
            seo_description: Some("new".to_owned()),
        };
        let cups = CategoryChanges::replace(input).expect("read").apply(mugs.clone());
        assert_eq!((cups.name.as_str(), cups.slug.as_str(), cups.description.as_str()), ("Cups", "cups", "<p>new</p>"));
        assert_eq!((cups.position, cups.seo_title.as_deref(), cups.seo_description.as_deref()), (1_000_000, None, Some("new")));
        assert_eq!((cups.id, cups.path, cups.version), (mugs.id, mugs.path, 7));
    }

    #[test]
    fn a_new_category_stands_behind_its_siblings_as_far_as_places_go() {
        assert_eq!([None, Some(0), Some(4), Some(999_999), Some(1_000_000)].map(behind), [0, 1, 5, 1_000_000, 1_000_000]);
        assert_eq!(in_range(1_000_001), Err("must be between 0 and 1000000"));
    }

    #[test]
    fn every_bad_field_is_named() {
        let input = CategoryInput {
            name: String::new(),
            slug: Some("No Slug".to_owned()),
            position: Some(-1),
            seo_title: Some("x".repeat(256)),
            ..CategoryInput::default()
        };
        let fields: Vec<String> = CategoryDetails::parse(input).expect_err("refused").into_map().into_keys().collect();
        assert_eq!(fields, ["name", "position", "seo_title", "slug"]);
    }
}
