//! What readers of categories ask for and get.

use crate::schema;
use catalog::categories::{Category, CategoryNode, CategoryQuery, CategoryTree, Crumb, Parent};
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec, Problem};
use kernel::{FieldErrors, Timestamp};
use platform::db::Total;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The list of categories.
pub(super) struct Categories;

impl ListRoute for Categories {
    const SPEC: ListSpec = ListSpec {
        sorts: &["position", "name", "created_at", "updated_at"],
        default_sort: "position",
        filters: &[("parent", FilterKind::Text)],
        includes: &["breadcrumbs", "product_count"],
    };
}

/// One category; its breadcrumbs are always there.
pub(super) struct OneCategory;

impl ListRoute for OneCategory {
    const SPEC: ListSpec = ListSpec { includes: &["product_count"], ..ListSpec::PLAIN };
}

/// What `filter[parent]` says for the roots.
const NO_PARENT: &str = "none";

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> Result<CategoryQuery, Problem> {
    let parent = match list.filters.text("parent") {
        None => Parent::Any,
        Some(NO_PARENT) => Parent::None,
        Some(id) => Parent::Of(id.parse().map_err(|error| FieldErrors::of("filter[parent]", error))?),
    };
    // Several columns make no order that staff could mean here.
    let sort = list.sort_text.parse().map_err(|error| Problem::invalid_query().detail("sort", error))?;
    Ok(CategoryQuery { parent, sort, page: list.page.clone() })
}

/// The parameters of the tree.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct TreeParams {
    pub(super) under: Option<String>,
}

/// A category.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CategoryView {
    /// Its id (`cat_…`).
    #[schema(value_type = schema::CategoryId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What it hangs under; null for a root.
    #[schema(value_type = Option<schema::CategoryId>)]
    parent_id: Option<String>,
    /// 0 for a root.
    depth: i64,
    /// Its name in addresses.
    slug: String,
    /// What people call it.
    name: String,
    /// HTML without scripts; may be empty.
    description: String,
    /// Its place among its siblings.
    position: i64,
    /// What search engines show as its title.
    seo_title: Option<String>,
    /// What search engines show below it.
    seo_description: Option<String>,
    /// The way down to it, from the root to itself; in lists with `include=breadcrumbs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    breadcrumbs: Option<Vec<CrumbView>>,
    /// How many products that are for sale lie in it or under it, exact to 10,000; with `include=product_count`.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count: Option<u64>,
    /// True where it has more than that.
    #[serde(skip_serializing_if = "Option::is_none")]
    product_count_is_estimate: Option<bool>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl CategoryView {
    pub(super) fn breadcrumbs(mut self, crumbs: Vec<Crumb>) -> Self {
        self.breadcrumbs = Some(crumbs.into_iter().map(CrumbView::from).collect());
        self
    }

    pub(super) fn product_count(mut self, active: Total) -> Self {
        self.product_count = Some(active.rows);
        self.product_count_is_estimate = Some(active.is_estimate);
        self
    }
}

impl From<Category> for CategoryView {
    fn from(category: Category) -> Self {
        Self {
            id: category.id.to_string(),
            version: category.version,
            parent_id: category.parent_id.map(|id| id.to_string()),
            depth: category.depth,
            slug: category.slug.into(),
            name: category.name,
            description: category.description,
            position: category.position,
            seo_title: category.seo_title,
            seo_description: category.seo_description,
            breadcrumbs: None,
            product_count: None,
            product_count_is_estimate: None,
            created_at: category.created_at,
            updated_at: category.updated_at,
        }
    }
}

/// One step of the way down to a category.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CrumbView {
    /// Which category.
    #[schema(value_type = schema::CategoryId)]
    id: String,
    /// Its name in addresses.
    slug: String,
    /// What people call it.
    name: String,
}

impl From<Crumb> for CrumbView {
    fn from(crumb: Crumb) -> Self {
        Self { id: crumb.id.to_string(), slug: crumb.slug.into(), name: crumb.name }
    }
}

/// A tree of categories.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CategoryTreeView {
    /// The topmost categories, by position.
    nodes: Vec<CategoryNodeView>,
    /// True where there are more categories than one answer holds; the deepest are left out.
    is_cut: bool,
}

impl From<CategoryTree> for CategoryTreeView {
    fn from(tree: CategoryTree) -> Self {
        Self { nodes: tree.nodes.into_iter().map(CategoryNodeView::from).collect(), is_cut: tree.is_cut }
    }
}

/// A category with what hangs under it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CategoryNodeView {
    /// Which category.
    #[schema(value_type = schema::CategoryId)]
    id: String,
    /// Its name in addresses.
    slug: String,
    /// What people call it.
    name: String,
    /// Its place among its siblings.
    position: i64,
    /// What hangs right under it, by position.
    #[schema(no_recursion)]
    children: Vec<Self>,
}

impl From<CategoryNode> for CategoryNodeView {
    fn from(CategoryNode { category, children }: CategoryNode) -> Self {
        Self {
            id: category.id.to_string(),
            slug: category.slug.into(),
            name: category.name,
            position: category.position,
            children: children.into_iter().map(Self::from).collect(),
        }
    }
}
