//! The routes of roles.

use accounts::roles::{self, ChangeRole, DeleteRole, Role};
use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, RequiredVersion, Valid, permission,
};
use kernel::RoleTag;

use super::wire::{RoleIn, RolePatch, RoleView, Roles, query};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_roles, create_role, get_role, update_role, delete_role]
}

fn show(role: Role) -> One<RoleView> {
    let version = role.version;
    One::versioned(role.into(), version)
}

/// List roles.
#[utoipa::path(
    get, path = "/api/v1/roles", tag = "roles", operation_id = "list_roles", security(("bearer" = ["roles:read"])),
    params(ListParams<Roles>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of roles", body = ListEnvelope<RoleView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_roles(
    State(shop): State<Shop>,
    _staff: Permitted<permission::RolesRead>,
    list: ListParams<Roles>,
) -> Result<List<RoleView>, Problem> {
    let page = roles::list(shop.context().db.reader(), &query(&list)).await?;
    Ok(List::of(page.map(RoleView::from), &list))
}

/// Make a role. It allows nothing that whoever makes it may not do.
#[utoipa::path(
    post, path = "/api/v1/roles", tag = "roles", operation_id = "create_role", security(("bearer" = ["roles:write"])),
    request_body = RoleIn,
    responses(
        CommonProblems,
        (status = 201, description = "The role", body = Envelope<RoleView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 409, description = "`role_name_taken`, `too_many_roles`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_role(
    State(shop): State<Shop>,
    staff: Permitted<permission::RolesWrite>,
    Valid(body): Valid<RoleIn>,
) -> Result<Created<RoleView>, Problem> {
    let role = roles::create(shop.context(), &staff.origin(), body.parse()?, staff.held()).await?;
    let (path, version) = (format!("/api/v1/roles/{}", role.id), role.version);
    Ok(Created::versioned(role.into(), version).at(path))
}

/// Read a role.
#[utoipa::path(
    get, path = "/api/v1/roles/{role_id}", tag = "roles", operation_id = "get_role", security(("bearer" = ["roles:read"])),
    params(("role_id" = schema::RoleId, Path, description = "The role (`role_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The role", body = Envelope<RoleView>),
        (status = 404, description = "`role_not_found`", body = ErrorBody),
    ),
)]
async fn get_role(
    State(shop): State<Shop>,
    _staff: Permitted<permission::RolesRead>,
    PathId(id): PathId<RoleTag>,
    _none: NoParams,
) -> Result<One<RoleView>, Problem> {
    let role = roles::find(shop.context().db.reader(), id).await?;
    role.map(show).ok_or_else(|| Problem::not_found("role_not_found"))
}

/// Change a role; what is absent stays. Whoever has it may do the new things from their next request on.
#[utoipa::path(
    patch, path = "/api/v1/roles/{role_id}", tag = "roles", operation_id = "update_role", security(("bearer" = ["roles:write"])),
    params(
        ("role_id" = schema::RoleId, Path, description = "The role (`role_…`)"),
        ExpectedVersion,
    ),
    request_body = RolePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The role as it is now", body = Envelope<RoleView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 404, description = "`role_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `role_name_taken`, `role_built_in`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_role(
    State(shop): State<Shop>,
    staff: Permitted<permission::RolesWrite>,
    PathId(id): PathId<RoleTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<RolePatch>,
) -> Result<One<RoleView>, Problem> {
    let version = expected.or(body.version)?;
    let command = ChangeRole { id, version, changes: body.parse()? };
    Ok(show(roles::change(shop.context(), &staff.origin(), command, staff.held()).await?))
}

/// Delete a role that nobody has.
#[utoipa::path(
    delete, path = "/api/v1/roles/{role_id}", tag = "roles", operation_id = "delete_role", security(("bearer" = ["roles:delete"])),
    params(
        ("role_id" = schema::RoleId, Path, description = "The role (`role_…`)"),
        RequiredVersion,
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is gone"),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 404, description = "`role_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `role_in_use`, `role_built_in`", body = ErrorBody),
        (status = 422, description = "`validation_failed`: the query names another version than If-Match", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn delete_role(
    State(shop): State<Shop>,
    staff: Permitted<permission::RolesDelete>,
    PathId(id): PathId<RoleTag>,
    RequiredVersion(version): RequiredVersion,
) -> Result<NoContent, Problem> {
    roles::delete(shop.context(), &staff.origin(), DeleteRole { id, version }, staff.held()).await?;
    Ok(NoContent)
}
