//! What staff do with categories.

use axum::extract::State;
use catalog::categories::{self, DeleteCategory};
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, NoContent, One, PathIdOr, Permitted, Problem, RequiredVersion, Valid,
    permission,
};
use kernel::CategoryTag;

use super::handlers::{find, with_breadcrumbs};
use super::view::CategoryView;
use super::wire::{CategoryIn, CategoryPatch, CategoryPut};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![create_category, replace_category, update_category, delete_category]
}

/// Make a category.
#[utoipa::path(
    post, path = "/api/v1/categories", tag = "categories", operation_id = "create_category", security(("bearer" = ["products:write"])),
    request_body = CategoryIn,
    responses(
        CommonProblems,
        (status = 201, description = "The category", body = Envelope<CategoryView>),
        (status = 409, description = "`slug_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `parent_category_not_found`, `category_too_deep`", body = ErrorBody),
    ),
)]
async fn create_category(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    Valid(body): Valid<CategoryIn>,
) -> Result<Created<CategoryView>, Problem> {
    let category = categories::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/categories/{}", category.id), category.version);
    Ok(Created::versioned(with_breadcrumbs(&shop, category).await?, version).at(path))
}

/// Replace a category.
#[utoipa::path(
    put, path = "/api/v1/categories/{category_id}", tag = "categories", operation_id = "replace_category",
    security(("bearer" = ["products:write"])),
    params(
        ("category_id" = String, Path, description = "The category, by id (`cat_…`) or slug"),
        ExpectedVersion,
    ),
    request_body = CategoryPut,
    responses(
        CommonProblems,
        (status = 200, description = "The category as it is now", body = Envelope<CategoryView>),
        (status = 404, description = "`category_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `slug_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `parent_category_not_found`, `category_cycle`, `category_too_deep`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_category(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathIdOr(name): PathIdOr<CategoryTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<CategoryPut>,
) -> Result<One<CategoryView>, Problem> {
    let version = expected.or(body.version)?;
    let command = body.parse(find(&shop, name).await?.id, version)?;
    let category = categories::update(shop.context(), &staff.origin(), command).await?;
    let version = category.version;
    Ok(One::versioned(with_breadcrumbs(&shop, category).await?, version))
}

/// Change a category; what is absent stays. With another `parent_id` it moves there with everything under it.
#[utoipa::path(
    patch, path = "/api/v1/categories/{category_id}", tag = "categories", operation_id = "update_category",
    security(("bearer" = ["products:write"])),
    params(
        ("category_id" = String, Path, description = "The category, by id (`cat_…`) or slug"),
        ExpectedVersion,
    ),
    request_body = CategoryPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The category as it is now", body = Envelope<CategoryView>),
        (status = 404, description = "`category_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `slug_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`, `parent_category_not_found`, `category_cycle`, `category_too_deep`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_category(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathIdOr(name): PathIdOr<CategoryTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<CategoryPatch>,
) -> Result<One<CategoryView>, Problem> {
    let version = expected.or(body.version)?;
    let command = body.parse(find(&shop, name).await?.id, version)?;
    let category = categories::update(shop.context(), &staff.origin(), command).await?;
    let version = category.version;
    Ok(One::versioned(with_breadcrumbs(&shop, category).await?, version))
}

/// Delete a category that has neither categories under it nor products in it.
#[utoipa::path(
    delete, path = "/api/v1/categories/{category_id}", tag = "categories", operation_id = "delete_category",
    security(("bearer" = ["products:delete"])),
    params(
        ("category_id" = String, Path, description = "The category, by id (`cat_…`) or slug"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`category_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `category_in_use`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_category(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsDelete>,
    PathIdOr(name): PathIdOr<CategoryTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    let id = find(&shop, name).await?.id;
    categories::delete(shop.context(), &staff.origin(), DeleteCategory { id, version }).await?;
    Ok(NoContent)
}
