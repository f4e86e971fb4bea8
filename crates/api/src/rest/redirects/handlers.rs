//! The routes of redirects.

use axum::extract::State;
use catalog::redirects::{self, DeleteRedirect, Redirect, RedirectChanges, RedirectDetails, ShopPath, UpdateRedirect};
use gateway::{
    Anyone, CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One,
    Params, PathId, Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::RedirectTag;

use super::wire::{RedirectIn, RedirectPatch, RedirectView, Redirects, ResolveParams, ResolvedRedirectView, query};
use crate::rest::products::MAX_AGE_SECONDS;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;
use crate::shown;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_redirects, create_redirect, resolve_redirect, get_redirect, update_redirect, delete_redirect]
}

fn show(redirect: Redirect) -> One<RedirectView> {
    let version = redirect.version;
    One::versioned(redirect.into(), version)
}

fn missing() -> Problem {
    Problem::not_found("redirect_not_found")
}

/// List redirects; `filter[from]` is what their paths begin with.
#[utoipa::path(
    get, path = "/api/v1/redirects", tag = "redirects", operation_id = "list_redirects", security(("bearer" = ["products:read"])),
    params(ListParams<Redirects>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of redirects", body = ListEnvelope<RedirectView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_redirects(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ProductsRead>,
    list: ListParams<Redirects>,
) -> Result<List<RedirectView>, Problem> {
    let page = redirects::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(RedirectView::from), &list))
}

/// Lead a path elsewhere. What led to it leads to its target from now on.
#[utoipa::path(
    post, path = "/api/v1/redirects", tag = "redirects", operation_id = "create_redirect", security(("bearer" = ["products:write"])),
    request_body = RedirectIn,
    responses(
        CommonProblems,
        (status = 201, description = "The redirect", body = Envelope<RedirectView>),
        (status = 409, description = "`redirect_path_taken`, `redirect_leads_on`: another one leads on from its target", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_redirect(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    Valid(body): Valid<RedirectIn>,
) -> Result<Created<RedirectView>, Problem> {
    let redirect = redirects::create(shop.context(), &staff.origin(), RedirectDetails::parse(body.into())?).await?;
    let (path, version) = (format!("/api/v1/redirects/{}", redirect.id), redirect.version);
    Ok(Created::versioned(redirect.into(), version).at(path))
}

/// Ask where a path of the storefront leads, when a page would say that there is nothing.
#[utoipa::path(
    get, path = "/api/v1/redirects/resolve", tag = "redirects", operation_id = "resolve_redirect", security(()),
    params((
        "path" = Option<String>, Query, nullable = false,
        description = "The path that somebody asked for; what follows a question mark does not count. Without one there is nothing",
    )),
    responses(
        CommonProblems,
        (status = 200, description = "What to answer", body = Envelope<ResolvedRedirectView>),
        (status = 404, description = "`redirect_not_found`", body = ErrorBody),
    ),
)]
async fn resolve_redirect(
    State(shop): State<Shop>,
    caller: Anyone,
    Params(ResolveParams { path }): Params<ResolveParams>,
) -> Result<One<ResolvedRedirectView>, Problem> {
    let path = path.as_deref().and_then(|raw| raw.split(['?', '#']).next()).and_then(|raw| ShopPath::parse(raw).ok());
    let found = match path {
        Some(path) => redirects::resolve(shop.context().db.reader(), &path).await?,
        None => None,
    };
    let redirect = found.ok_or_else(missing)?;
    Ok(One::plain(redirect.into()).cache(caller.cache(MAX_AGE_SECONDS)).shows(shown::redirects()))
}

/// Read a redirect.
#[utoipa::path(
    get, path = "/api/v1/redirects/{redirect_id}", tag = "redirects", operation_id = "get_redirect", security(("bearer" = ["products:read"])),
    params(("redirect_id" = schema::RedirectId, Path, description = "The redirect (`redir_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The redirect", body = Envelope<RedirectView>),
        (status = 404, description = "`redirect_not_found`", body = ErrorBody),
    ),
)]
async fn get_redirect(
    State(shop): State<Shop>,
    _staff: Permitted<permission::ProductsRead>,
    PathId(id): PathId<RedirectTag>,
    _none: NoParams,
) -> Result<One<RedirectView>, Problem> {
    Ok(show(redirects::find(shop.context().db.reader(), id).await?.ok_or_else(missing)?))
}

/// Change a redirect; what is absent stays.
#[utoipa::path(
    patch, path = "/api/v1/redirects/{redirect_id}", tag = "redirects", operation_id = "update_redirect",
    security(("bearer" = ["products:write"])),
    params(
        ("redirect_id" = schema::RedirectId, Path, description = "The redirect (`redir_…`)"),
        ExpectedVersion,
    ),
    request_body = RedirectPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The redirect as it is now", body = Envelope<RedirectView>),
        (status = 404, description = "`redirect_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `redirect_path_taken`, `redirect_leads_on`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_redirect(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsWrite>,
    PathId(id): PathId<RedirectTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<RedirectPatch>,
) -> Result<One<RedirectView>, Problem> {
    let version = expected.or(body.version)?;
    redirects::find(shop.context().db.reader(), id).await?.ok_or_else(missing)?;
    let command = UpdateRedirect { id, version, changes: RedirectChanges::parse(body.into())? };
    Ok(show(redirects::update(shop.context(), &staff.origin(), command).await?))
}

/// Delete a redirect.
#[utoipa::path(
    delete, path = "/api/v1/redirects/{redirect_id}", tag = "redirects", operation_id = "delete_redirect",
    security(("bearer" = ["products:delete"])),
    params(
        ("redirect_id" = schema::RedirectId, Path, description = "The redirect (`redir_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 404, description = "`redirect_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_redirect(
    State(shop): State<Shop>,
    staff: Permitted<permission::ProductsDelete>,
    PathId(id): PathId<RedirectTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    redirects::delete(shop.context(), &staff.origin(), DeleteRedirect { id, version }).await?;
    Ok(NoContent)
}
