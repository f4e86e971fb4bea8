//! The routes of API keys.

use accounts::api_keys::{self, ApiKey, ChangeApiKey, RotateApiKey};
use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::{ApiKeyTag, Timestamp};

use super::wire::{ApiKeyIn, ApiKeyPatch, ApiKeyTokenView, ApiKeyView, ApiKeys, RotationIn, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_api_keys, create_api_key, get_api_key, update_api_key, revoke_api_key, rotate_api_key]
}

fn show(key: ApiKey, now: Timestamp) -> One<ApiKeyView> {
    let version = key.version;
    One::versioned(ApiKeyView::of(key, now), version)
}

/// List API keys; dead ones, too.
#[utoipa::path(
    get, path = "/api/v1/api-keys", tag = "api-keys", operation_id = "list_api_keys", security(("bearer" = ["api_keys:read"])),
    params(ListParams<ApiKeys>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of API keys", body = ListEnvelope<ApiKeyView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_api_keys(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ApiKeysRead>,
    list: ListParams<ApiKeys>,
) -> Result<List<ApiKeyView>, Problem> {
    let now = shop.context().now();
    let page = api_keys::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(|key| ApiKeyView::of(key, now)), &list))
}

/// Make an API key. Its token is shown now and never again; it allows nothing that whoever makes it may not do.
#[utoipa::path(
    post, path = "/api/v1/api-keys", tag = "api-keys", operation_id = "create_api_key", security(("bearer" = ["api_keys:write"])),
    request_body = ApiKeyIn,
    responses(
        CommonProblems,
        (status = 201, description = "The key and its token", body = Envelope<ApiKeyTokenView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_api_key(
    State(shop): State<Shop>,
    staff: Permitted<permission::ApiKeysWrite>,
    Valid(body): Valid<ApiKeyIn>,
) -> Result<Created<ApiKeyTokenView>, Problem> {
    let created = api_keys::create(shop.context(), &staff.origin(), body.parse()?, staff.held()).await?;
    let (path, version) = (format!("/api/v1/api-keys/{}", created.key.id), created.key.version);
    Ok(Created::versioned(ApiKeyTokenView::of(created, shop.context().now()), version).at(path))
}

/// Read an API key; nobody can read its token.
#[utoipa::path(
    get, path = "/api/v1/api-keys/{api_key_id}", tag = "api-keys", operation_id = "get_api_key",
    security(("bearer" = ["api_keys:read"])),
    params(("api_key_id" = schema::ApiKeyId, Path, description = "The API key (`key_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The API key", body = Envelope<ApiKeyView>),
        (status = 404, description = "`api_key_not_found`", body = ErrorBody),
    ),
)]
async fn get_api_key(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ApiKeysRead>,
    PathId(id): PathId<ApiKeyTag>,
    _none: NoParams,
) -> Result<One<ApiKeyView>, Problem> {
    let key = api_keys::find(shop.context().db.reader(), id).await?;
    key.map(|key| show(key, shop.context().now())).ok_or_else(|| Problem::not_found("api_key_not_found"))
}

/// Change an API key that is not revoked; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/api-keys/{api_key_id}", tag = "api-keys", operation_id = "update_api_key",
    security(("bearer" = ["api_keys:write"])),
    params(
        ("api_key_id" = schema::ApiKeyId, Path, description = "The API key (`key_…`)"),
        ExpectedVersion,
    ),
    request_body = ApiKeyPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The API key as it is now", body = Envelope<ApiKeyView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 404, description = "`api_key_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_api_key(
    State(shop): State<Shop>,
    staff: Permitted<permission::ApiKeysWrite>,
    PathId(id): PathId<ApiKeyTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<ApiKeyPatch>,
) -> Result<One<ApiKeyView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangeApiKey { id, version, changes: body.parse()? };
    let key = api_keys::change(shop.context(), &staff.origin(), command, staff.held()).await?;
    Ok(show(key, shop.context().now()))
}

/// Revoke an API key: it opens nothing any more, and stays in the list.
#[utoipa::path(
    delete, path = "/api/v1/api-keys/{api_key_id}", tag = "api-keys", operation_id = "revoke_api_key",
    security(("bearer" = ["api_keys:delete"])),
    params(
        ("api_key_id" = schema::ApiKeyId, Path, description = "The API key (`key_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It opens nothing any more"),
        (status = 404, description = "`api_key_not_found`, also of one that is revoked", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn revoke_api_key(
    State(shop): State<Shop>,
    staff: Permitted<permission::ApiKeysDelete>,
    PathId(id): PathId<ApiKeyTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    api_keys::revoke(shop.context(), &staff.origin(), id, Some(version)).await?;
    Ok(NoContent)
}

/// Give an API key another token, which is shown now and never again. The one before goes on for a while.
#[utoipa::path(
    post, path = "/api/v1/api-keys/{api_key_id}/rotate", tag = "api-keys", operation_id = "rotate_api_key",
    security(("bearer" = ["api_keys:write"])),
    params(("api_key_id" = schema::ApiKeyId, Path, description = "The API key (`key_…`)")),
    request_body = RotationIn,
    responses(
        CommonProblems,
        (status = 200, description = "The key and its new token", body = Envelope<ApiKeyTokenView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 404, description = "`api_key_not_found`, also of one that is dead", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn rotate_api_key(
    State(shop): State<Shop>,
    staff: Permitted<permission::ApiKeysWrite>,
    PathId(id): PathId<ApiKeyTag>,
    Valid(body): Valid<RotationIn>,
) -> Result<One<ApiKeyTokenView>, Problem> {
    let command = RotateApiKey { id, grace: body.parse()? };
    let rotated = api_keys::rotate(shop.context(), &staff.origin(), command, staff.held()).await?;
    let version = rotated.key.version;
    Ok(One::versioned(ApiKeyTokenView::of(rotated, shop.context().now()), version))
}
