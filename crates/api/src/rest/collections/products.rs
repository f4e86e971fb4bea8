//! What is in a collection: the product list, and what staff put there.

use axum::extract::State;
use catalog::collections::{self, RemoveProduct};
use catalog::listing::{self, Within};
use gateway::{
    Anyone, CommonProblems, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, One, PathIdOr, PathIds, Permitted,
    Problem, RequiredVersion, Valid, permission,
};
use kernel::{CollectionTag, ProductTag};

use super::commands::{id_of, show};
use super::handlers::{find, missing};
use super::view::CollectionView;
use super::wire::{CollectionProductsIn, CollectionProductsPut};
use crate::rest::products::{MAX_AGE_SECONDS, ProductSummaryView, ProductsOfCollection, audience, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;
use crate::shown;

pub(super) fn routes() -> Routes {
    routes![list_collection_products, replace_collection_products, add_collection_products, remove_collection_product]
}

/// List the products of a collection: the list of products with `filter[collection]`.
///
/// Without `sort` they come in the order of staff, those of rules newest first. Anybody sees what is active; the rest needs `products:read`.
#[utoipa::path(
    get, path = "/api/v1/collections/{collection_id}/products", tag = "collections", operation_id = "list_collection_products", security(()),
    params(("collection_id" = String, Path, description = "The collection, by id (`coll_…`) or slug"), ListParams<ProductsOfCollection>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of products", body = ListEnvelope<ProductSummaryView>),
        (status = 404, description = "`collection_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_collection_products(
    State(shop): State<Shop>,
    caller: Anyone,
    PathIdOr(name): PathIdOr<CollectionTag>,
    list: ListParams<ProductsOfCollection>,
) -> Result<List<ProductSummaryView>, Problem> {
    let (context, audience) = (shop.context(), audience(&caller));
    let collection = find(&shop, &name, audience).await?.ok_or_else(missing)?;
    let page = listing::list_in(context.db.reader(), Within::of(&collection), &query(&list, audience)?, context.now()).await?;
    Ok(List::of(page.map(ProductSummaryView::from), &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::products()))
}

/// Say which products are in a manual collection, in which order.
#[utoipa::path(
    put, path = "/api/v1/collections/{collection_id}/products", tag = "collections", operation_id = "replace_collection_products",
    security(("bearer" = ["products:write"])),
    params(
        ("collection_id" = String, Path, description = "The collection, by id (`coll_…`) or slug"),
        ExpectedVersion,
    ),
    request_body = CollectionProductsPut,
    responses(
        CommonProblems,
        (status = 200, description = "The collection as it is now", body = Envelope<CollectionView>),
        (status = 404, description = "`collection_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `collection_not_manual`, `too_many_products`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn replace_collection_products(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathIdOr(name): PathIdOr<CollectionTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<CollectionProductsPut>,
) -> Result<One<CollectionView>, Problem> {
    let version = expected.or(body.version)?;
    let command = body.parse(id_of(&shop, &name).await?, version)?;
    Ok(show(collections::replace_products(shop.context(), &staff.origin(), command).await?, &staff))
}

/// Add products to a manual collection, behind those that are in it; what is in it already keeps its place.
#[utoipa::path(
    post, path = "/api/v1/collections/{collection_id}/products", tag = "collections", operation_id = "add_collection_products",
    security(("bearer" = ["products:write"])),
    params(("collection_id" = String, Path, description = "The collection, by id (`coll_…`) or slug")),
    request_body = CollectionProductsIn,
    responses(
        CommonProblems,
        (status = 200, description = "The collection as it is now", body = Envelope<CollectionView>),
        (status = 404, description = "`collection_not_found`", body = ErrorBody),
        (status = 409, description = "`collection_not_manual`, `too_many_products`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn add_collection_products(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathIdOr(name): PathIdOr<CollectionTag>,
    Valid(body): Valid<CollectionProductsIn>,
) -> Result<One<CollectionView>, Problem> {
    let command = body.parse(id_of(&shop, &name).await?)?;
    Ok(show(collections::add_products(shop.context(), &staff.origin(), command).await?, &staff))
}

/// Take a product out of a manual collection; the others keep their order.
#[utoipa::path(
    delete, path = "/api/v1/collections/{collection_id}/products/{product_id}", tag = "collections",
    operation_id = "remove_collection_product", security(("bearer" = ["products:write"])),
    params(
        ("collection_id" = schema::CollectionId, Path, description = "The collection (`coll_…`)"),
        ("product_id" = schema::ProductId, Path, description = "The product (`prod_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 200, description = "The collection as it is now", body = Envelope<CollectionView>),
        (status = 404, description = "`collection_not_found`, `product_not_found`: it is not in it", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `collection_not_manual`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn remove_collection_product(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathIds(id, product_id): PathIds<CollectionTag, ProductTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<One<CollectionView>, Problem> {
    let command = RemoveProduct { id, version, product_id };
    Ok(show(collections::remove_product(shop.context(), &staff.origin(), command).await?, &staff))
}
