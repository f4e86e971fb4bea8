//! The routes that read categories; anybody may.

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use catalog::categories::{self, Category, CategoryRef};
use catalog::listing;
use gateway::{
    Anyone, CommonProblems, Envelope, ErrorBody, IdOr, List, ListEnvelope, ListParams, ListQuery, One, Params, PathIdOr, Problem,
    ViewParams,
};
use kernel::{CategoryId, CategoryTag, Page, Slug};

use super::view::{Categories, CategoryTreeView, CategoryView, OneCategory, TreeParams, query};
use crate::rest::moved::moved;
use crate::routes::{Routes, routes};
use crate::shop::Shop;
use crate::shown;

/// How long a storefront may go on with a tree that was changed.
const MAX_AGE_SECONDS: u32 = 60;

pub(super) fn routes() -> Routes {
    routes![list_categories, get_category, get_category_tree]
}

/// The category that a path or parameter names; a name that is neither an id nor a slug is a missing category.
pub(super) async fn find(shop: &Shop, name: IdOr<CategoryTag>) -> Result<Category, Problem> {
    let known = match name {
        IdOr::Id(id) => Some(CategoryRef::Id(id)),
        IdOr::Name(name) => CategoryRef::parse(&name),
    };
    let category = match known {
        Some(known) => categories::find_ref(shop.context().db.reader(), &known).await?,
        None => None,
    };
    category.ok_or_else(|| Problem::not_found("category_not_found"))
}

/// The category with the way down to it.
pub(super) async fn with_breadcrumbs(shop: &Shop, category: Category) -> Result<CategoryView, Problem> {
    let ways = categories::breadcrumbs(shop.context().db.reader(), std::slice::from_ref(&category)).await?;
    Ok(CategoryView::from(category).breadcrumbs(ways.into_iter().flatten().collect()))
}

/// A page with what the query adds: one statement for each kind of it.
async fn include(shop: &Shop, list: &ListQuery, page: Page<Category>) -> Result<Page<CategoryView>, Problem> {
    let db = shop.context().db.reader();
    let ways = if list.includes("breadcrumbs") { Some(categories::breadcrumbs(db, &page.items).await?) } else { None };
    let ids: Vec<CategoryId> = page.items.iter().map(|category| category.id).collect();
    let counts = if list.includes("product_count") { Some(listing::product_counts(db, &ids).await?) } else { None };
    let mut ways = ways.map(Vec::into_iter);
    Ok(page.map(|category| {
        let count = counts.as_ref().map(|counts| counts.get(&category.id).copied().unwrap_or_default());
        let way = ways.as_mut().and_then(Iterator::next);
        let view = CategoryView::from(category);
        let view = way.into_iter().fold(view, CategoryView::breadcrumbs);
        count.into_iter().fold(view, CategoryView::product_count)
    }))
}

/// List categories of one level or of all.
#[utoipa::path(
    get, path = "/api/v1/categories", tag = "categories", operation_id = "list_categories", security(()),
    params(ListParams<Categories>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of categories; `filter[parent]` is an id or `none` for the roots", body = ListEnvelope<CategoryView>),
        (status = 422, description = "`page_too_deep`, `validation_failed`", body = ErrorBody),
    ),
)]
async fn list_categories(State(shop): State<Shop>, caller: Anyone, list: ListParams<Categories>) -> Result<List<CategoryView>, Problem> {
    let page = categories::list(shop.context().db.reader(), &query(&list)?).await?;
    Ok(List::of(include(&shop, &list, page).await?, &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::categories()))
}

/// Read a category with the way down to it. By a slug that it had before it answers 301.
#[utoipa::path(
    get, path = "/api/v1/categories/{category_id}", tag = "categories", operation_id = "get_category", security(()),
    params(("category_id" = String, Path, description = "The category, by id (`cat_…`) or slug"), ViewParams<OneCategory>),
    responses(
        CommonProblems,
        (status = 200, description = "The category", body = Envelope<CategoryView>),
        (status = 301, description = "`moved`: it has another slug now, by which `Location` names it", body = ErrorBody),
        (status = 404, description = "`category_not_found`", body = ErrorBody),
    ),
)]
async fn get_category(
    State(shop): State<Shop>,
    caller: Anyone,
    PathIdOr(name): PathIdOr<CategoryTag>,
    wanted: ViewParams<OneCategory>,
    RawQuery(query): RawQuery,
) -> Result<One<CategoryView>, Problem> {
    let former = if let IdOr::Name(name) = &name { Slug::parse(name).ok() } else { None };
    let category = match (find(&shop, name).await, former) {
        (Err(missing), Some(former)) if missing.status() == StatusCode::NOT_FOUND => {
            return Err(moved_or(missing, &shop, &former, query).await?);
        }
        (found, _) => found?,
    };
    let (id, version) = (category.id, category.version);
    let mut view = with_breadcrumbs(&shop, category).await?;
    if wanted.includes("product_count") {
        let counts = listing::product_counts(shop.context().db.reader(), &[id]).await?;
        view = view.product_count(counts.get(&id).copied().unwrap_or_default());
    }
    Ok(One::versioned(view, version).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::categories()))
}

/// Where a category is now that had this slug, or that it is missing.
async fn moved_or(missing: Problem, shop: &Shop, former: &Slug, query: Option<String>) -> Result<Problem, Problem> {
    let slug = categories::find_renamed(shop.context().db.reader(), former).await?;
    Ok(slug.map_or(missing, |slug| moved("categories", &slug, query)))
}

/// Read the whole tree, or what hangs under one category.
// A path of its own, because `tree` under `/categories` could be a category's slug.
#[utoipa::path(
    get, path = "/api/v1/category-tree", tag = "categories", operation_id = "get_category_tree", security(()),
    params(("under" = Option<String>, Query, nullable = false, description = "A category, by id (`cat_…`) or slug: only what hangs under it")),
    responses(
        CommonProblems,
        (status = 200, description = "The tree", body = Envelope<CategoryTreeView>),
        (status = 404, description = "`category_not_found`", body = ErrorBody),
    ),
)]
async fn get_category_tree(
    State(shop): State<Shop>,
    caller: Anyone,
    Params(TreeParams { under }): Params<TreeParams>,
) -> Result<One<CategoryTreeView>, Problem> {
    let root = match under {
        Some(name) => Some(find(&shop, IdOr::Name(name)).await?),
        None => None,
    };
    let tree = categories::tree(shop.context().db.reader(), root.as_ref()).await?;
    Ok(One::plain(CategoryTreeView::from(tree)).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::categories()))
}
