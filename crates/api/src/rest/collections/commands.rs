//! What staff do with collections.

use axum::extract::State;
use catalog::collections::{self, Collection, DeleteCollection};
use catalog::listing::Audience;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, IdOr, NoContent, One, PathIdOr, Permission, Permitted, Problem,
    RequiredVersion, Valid, permission,
};
use kernel::{CollectionId, CollectionTag};

use super::handlers::{find, missing};
use super::view::CollectionView;
use super::wire::{CollectionIn, CollectionPatch};
use crate::routes::{Routes, routes};
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![create_collection, update_collection, delete_collection]
}

/// The id of the collection that staff name.
pub(super) async fn id_of(shop: &Shop, name: &IdOr<CollectionTag>) -> Result<CollectionId, Problem> {
    Ok(find(shop, name, Audience::Staff).await?.ok_or_else(missing)?.id)
}

/// What whoever wrote sees of it: writing alone does not show rules.
pub(super) fn show(collection: Collection, staff: &Permitted<permission::ProductsWrite>) -> One<CollectionView> {
    let version = collection.version;
    One::versioned(CollectionView::of(collection, audience(staff)), version)
}

fn audience(staff: &Permitted<permission::ProductsWrite>) -> Audience {
    if staff.may(Permission::ProductsRead) { Audience::Staff } else { Audience::Public }
}

/// Make a collection.
#[utoipa::path(
    post, path = "/api/v1/collections", tag = "collections", operation_id = "create_collection", security(("bearer" = ["products:write"])),
    request_body = CollectionIn,
    responses(
        CommonProblems,
        (status = 201, description = "The collection", body = Envelope<CollectionView>),
        (status = 409, description = "`slug_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_collection(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    Valid(body): Valid<CollectionIn>,
) -> Result<Created<CollectionView>, Problem> {
    let collection = collections::create(shop.context(), &staff.origin(), body.parse()?).await?;
    let (path, version) = (format!("/api/v1/collections/{}", collection.id), collection.version);
    Ok(Created::versioned(CollectionView::of(collection, audience(&staff)), version).at(path))
}

/// Change a collection; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/collections/{collection_id}", tag = "collections", operation_id = "update_collection",
    security(("bearer" = ["products:write"])),
    params(
        ("collection_id" = String, Path, description = "The collection, by id (`coll_…`) or slug"),
        ExpectedVersion,
    ),
    request_body = CollectionPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The collection as it is now", body = Envelope<CollectionView>),
        (status = 404, description = "`collection_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `slug_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_collection(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathIdOr(name): PathIdOr<CollectionTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<CollectionPatch>,
) -> Result<One<CollectionView>, Problem> {
    let version = expected.or(body.version)?;
    let command = body.parse(id_of(&shop, &name).await?, version)?;
    Ok(show(collections::update(shop.context(), &staff.origin(), command).await?, &staff))
}

/// Delete a collection; its products stay.
#[utoipa::path(
    delete, path = "/api/v1/collections/{collection_id}", tag = "collections", operation_id = "delete_collection",
    security(("bearer" = ["products:delete"])),
    params(
        ("collection_id" = String, Path, description = "The collection, by id (`coll_…`) or slug"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`collection_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_collection(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsDelete>,
    PathIdOr(name): PathIdOr<CollectionTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    let id = id_of(&shop, &name).await?;
    collections::delete(shop.context(), &staff.origin(), DeleteCollection { id, version }).await?;
    Ok(NoContent)
}
