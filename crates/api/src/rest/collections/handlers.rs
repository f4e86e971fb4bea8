//! The routes that read collections; anybody may.

use axum::extract::{RawQuery, State};
use catalog::collections::{self, Collection, CollectionRef, CollectionStatus};
use catalog::listing::Audience;
use gateway::{Anyone, CommonProblems, Envelope, ErrorBody, IdOr, List, ListEnvelope, ListParams, NoParams, One, PathIdOr, Problem};
use kernel::CollectionTag;

use super::view::{CollectionView, Collections, query};
use crate::rest::moved::moved;
use crate::rest::products::{MAX_AGE_SECONDS, audience};
use crate::routes::{Routes, routes};
use crate::shop::Shop;
use crate::shown;

pub(super) fn routes() -> Routes {
    routes![list_collections, get_collection]
}

/// The collection that a path names, if this audience sees it; a name that is neither an id nor a slug is a missing collection.
pub(super) async fn find(shop: &Shop, name: &IdOr<CollectionTag>, audience: Audience) -> Result<Option<Collection>, Problem> {
    let Some(reference) = reference(name) else { return Ok(None) };
    let found = collections::find_ref(shop.context().db.reader(), &reference).await?;
    Ok(found.filter(|collection| is_seen(collection, audience)))
}

/// The refusal of a collection that is not there, or not for this caller.
pub(super) fn missing() -> Problem {
    Problem::not_found("collection_not_found")
}

fn reference(name: &IdOr<CollectionTag>) -> Option<CollectionRef> {
    match name {
        IdOr::Id(id) => Some(CollectionRef::Id(*id)),
        IdOr::Name(name) => CollectionRef::parse(name),
    }
}

fn is_seen(collection: &Collection, audience: Audience) -> bool {
    audience == Audience::Staff || collection.status == CollectionStatus::Active
}

/// List collections. Anybody sees those that are active; drafts and rules need `products:read`.
#[utoipa::path(
    get, path = "/api/v1/collections", tag = "collections", operation_id = "list_collections", security(()),
    params(ListParams<Collections>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of collections", body = ListEnvelope<CollectionView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_collections(
    State(shop): State<Shop>,
    caller: Anyone,
    list: ListParams<Collections>,
) -> Result<List<CollectionView>, Problem> {
    let audience = audience(&caller);
    let page = collections::list(shop.context().db.reader(), &query(&list, audience)?).await?;
    let page = page.map(|collection| CollectionView::of(collection, audience));
    Ok(List::of(page, &list).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::collections()))
}

/// Read a collection. By a slug that it had before it answers 301.
#[utoipa::path(
    get, path = "/api/v1/collections/{collection_id}", tag = "collections", operation_id = "get_collection", security(()),
    params(("collection_id" = String, Path, description = "The collection, by id (`coll_…`) or slug")),
    responses(
        CommonProblems,
        (status = 200, description = "The collection", body = Envelope<CollectionView>),
        (status = 301, description = "`moved`: it has another slug now, by which `Location` names it", body = ErrorBody),
        (status = 404, description = "`collection_not_found`", body = ErrorBody),
    ),
)]
async fn get_collection(
    State(shop): State<Shop>,
    caller: Anyone,
    PathIdOr(name): PathIdOr<CollectionTag>,
    _none: NoParams,
    RawQuery(query): RawQuery,
) -> Result<One<CollectionView>, Problem> {
    let audience = audience(&caller);
    let Some(collection) = find(&shop, &name, audience).await? else { return Err(moved_or_missing(&shop, &name, audience, query).await?) };
    let version = collection.version;
    let view = CollectionView::of(collection, audience);
    Ok(One::versioned(view, version).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::collections()))
}

/// Where a collection is now that had this slug, or that it is missing.
async fn moved_or_missing(shop: &Shop, name: &IdOr<CollectionTag>, audience: Audience, query: Option<String>) -> Result<Problem, Problem> {
    let Some(CollectionRef::Slug(former)) = reference(name) else { return Ok(missing()) };
    let found = collections::find_renamed(shop.context().db.reader(), &former).await?;
    let seen = found.filter(|collection| is_seen(collection, audience));
    Ok(seen.map_or_else(missing, |collection| moved("collections", &collection.slug, query)))
}
