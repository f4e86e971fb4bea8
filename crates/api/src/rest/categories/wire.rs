//! What staff send about categories.

use catalog::categories::{
    CategoryChanges, CategoryDetails, CategoryInput, CategoryPatch as CategoryPatchInput, CreateCategory, UpdateCategory,
};
use kernel::{CategoryId, FieldErrors};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// A new category.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryIn {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255, example = "Mugs")]
    name: String,
    /// Its name in addresses, unique. Absent: made of the name.
    #[schema(min_length = 1, max_length = 200, example = "mugs")]
    slug: Option<String>,
    /// What it hangs under (`cat_…`). Absent: nothing, it is a root.
    #[schema(value_type = Option<schema::CategoryId>)]
    parent_id: Option<String>,
    /// HTML; scripts and the like are taken out.
    #[schema(max_length = 65_536)]
    description: Option<String>,
    /// Its place among its siblings. Absent: behind them.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// What search engines show as its title.
    #[schema(min_length = 1, max_length = 255)]
    seo_title: Option<String>,
    /// What search engines show below it.
    #[schema(min_length = 1, max_length = 1_000)]
    seo_description: Option<String>,
}

impl CategoryIn {
    pub(super) fn parse(self) -> Result<CreateCategory, FieldErrors> {
        let Self { name, slug, parent_id, description, position, seo_title, seo_description } = self;
        let mut errors = FieldErrors::new();
        let parent_id = errors.take_optional("parent_id", parent_id, |raw| raw.parse());
        let details = CategoryDetails::parse(CategoryInput { name, slug, description, position, seo_title, seo_description });
        let details = details.map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| Some(CreateCategory { parent_id, details: details? }))
    }
}

/// A category as it is from now on; what is absent is empty. A slug or position that is absent stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryPut {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255)]
    name: String,
    /// Its name in addresses, unique. Absent: stays.
    #[schema(min_length = 1, max_length = 200)]
    slug: Option<String>,
    /// What it hangs under (`cat_…`). Absent: nothing, it becomes a root.
    #[schema(value_type = Option<schema::CategoryId>)]
    parent_id: Option<String>,
    /// HTML; scripts and the like are taken out.
    #[schema(max_length = 65_536)]
    description: Option<String>,
    /// Its place among its siblings. Absent: stays.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// What search engines show as its title.
    #[schema(min_length = 1, max_length = 255)]
    seo_title: Option<String>,
    /// What search engines show below it.
    #[schema(min_length = 1, max_length = 1_000)]
    seo_description: Option<String>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl CategoryPut {
    pub(super) fn parse(self, id: CategoryId, version: i64) -> Result<UpdateCategory, FieldErrors> {
        let Self { name, slug, parent_id, description, position, seo_title, seo_description, version: _ } = self;
        let mut errors = FieldErrors::new();
        let parent_id = Some(errors.take_optional("parent_id", parent_id, |raw| raw.parse()));
        let changes = CategoryChanges::replace(CategoryInput { name, slug, description, position, seo_title, seo_description });
        let changes = changes.map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| Some(UpdateCategory { id, version, parent_id, changes: changes? }))
    }
}

/// What changes of a category; an absent field stays, `null` empties it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CategoryPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// Its name in addresses, unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    slug: Option<String>,
    /// What it hangs under (`cat_…`), with everything under it; `null`: nothing, it becomes a root.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<schema::CategoryId>)]
    parent_id: Option<Option<String>>,
    /// HTML; scripts and the like are taken out.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 65_536)]
    description: Option<Option<String>>,
    /// Its place among its siblings.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// What search engines show as its title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    seo_title: Option<Option<String>>,
    /// What search engines show below it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1_000)]
    seo_description: Option<Option<String>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl CategoryPatch {
    pub(super) fn parse(self, id: CategoryId, version: i64) -> Result<UpdateCategory, FieldErrors> {
        let Self { name, slug, parent_id, description, position, seo_title, seo_description, version: _ } = self;
        let mut errors = FieldErrors::new();
        let parent_id = parent_id.map(|raw| errors.take_optional("parent_id", raw, |raw| raw.parse()));
        let changes = CategoryChanges::patch(CategoryPatchInput { name, slug, description, position, seo_title, seo_description });
        let changes = changes.map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| Some(UpdateCategory { id, version, parent_id, changes: changes? }))
    }
}
