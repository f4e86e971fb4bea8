//! What the shop knows of somebody, told and forgotten by staff.

use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, NoContent, NoParams, One, PathId, Permitted, Problem, RequiredVersion, permission,
};
use kernel::UserTag;
use sales::customers::{self, EraseCustomer};

use crate::rest::me::ExportView;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![request_user_export, get_user_export, erase_user]
}

/// Have an archive put together of all that the shop knows of somebody. The audit log tells who asked for it; one that is under way is
/// answered again.
#[utoipa::path(
    post, path = "/api/v1/users/{user_id}/export", tag = "users", operation_id = "request_user_export",
    security(("bearer" = ["users:read"])),
    params(("user_id" = schema::UserId, Path, description = "The user (`user_…`)")),
    responses(
        CommonProblems,
        (status = 201, description = "It is being put together", body = Envelope<ExportView>),
        (status = 404, description = "`user_not_found`, also of one who was erased", body = ErrorBody),
    ),
)]
async fn request_user_export(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersRead>,
    PathId(user): PathId<UserTag>,
    _none: NoParams,
) -> Result<Created<ExportView>, Problem> {
    let export = customers::request_export(&shop.accounts, &staff.origin(), user).await?;
    Ok(Created::plain(ExportView::from(export)).at(format!("/api/v1/users/{user}/export")))
}

/// Read the archive that was asked for last, by staff or by the person; it is kept for a week.
#[utoipa::path(
    get, path = "/api/v1/users/{user_id}/export", tag = "users", operation_id = "get_user_export",
    security(("bearer" = ["users:read"])),
    params(("user_id" = schema::UserId, Path, description = "The user (`user_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The archive, or that it is being put together", body = Envelope<ExportView>),
        (status = 404, description = "`user_not_found`; `export_not_found`: none was asked for, or it was forgotten", body = ErrorBody),
    ),
)]
async fn get_user_export(
    State(shop): State<Shop>,
    _staff: Permitted<permission::UsersRead>,
    PathId(user): PathId<UserTag>,
    _none: NoParams,
) -> Result<One<ExportView>, Problem> {
    let export = customers::latest_export(&shop.accounts, user).await?;
    Ok(One::plain(export.ok_or_else(|| Problem::not_found("export_not_found"))?.into()))
}

/// Have the shop forget somebody. What was sold stays for the books, without anything that tells who bought it.
#[utoipa::path(
    delete, path = "/api/v1/users/{user_id}", tag = "users", operation_id = "erase_user", security(("bearer" = ["users:delete"])),
    params(
        ("user_id" = schema::UserId, Path, description = "The user (`user_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "Forgotten"),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: they may do more than you", body = ErrorBody),
        (status = 404, description = "`user_not_found`, also of one who was erased", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `last_admin`; `orders_open`: something is still to be paid or to be sent", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn erase_user(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersDelete>,
    PathId(user_id): PathId<UserTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    let command = EraseCustomer { user_id, version: Some(version) };
    customers::erase(&shop.accounts, &staff.origin(), command, staff.held()).await?;
    Ok(NoContent)
}
