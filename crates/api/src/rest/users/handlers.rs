//! The routes of people, for staff.

use accounts::roles::{self, AssignRoles};
use accounts::users;
use axum::extract::State;
use gateway::{
    CommonProblems, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoParams, One, PathId, Permitted, Problem, Valid,
    permission,
};
use kernel::{Page, UserId, UserTag};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

use super::wire::{UserRolesPut, UserView, Users, query};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> OpenApiRouter<Shop> {
    OpenApiRouter::new().routes(routes!(list_users)).routes(routes!(get_user)).routes(routes!(put_user_roles))
}

async fn show(shop: &Shop, id: UserId) -> Result<One<UserView>, Problem> {
    let db = shop.context().db.reader();
    let user = users::find(db, id).await?.ok_or_else(|| Problem::not_found("user_not_found"))?;
    let held = roles::of_user(db, id).await?.into_iter().map(|role| (role.id, role.name));
    let version = user.version;
    Ok(One::versioned(UserView::of(user, held), version))
}

/// List people with accounts. `filter[q]` looks into addresses, usernames and names.
#[utoipa::path(
    get, path = "/api/v1/users", tag = "users", operation_id = "list_users", security(("bearer" = ["users:read"])),
    params(ListParams<Users>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of people", body = ListEnvelope<UserView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_users(
    State(shop): State<Shop>,
    _staff: Permitted<permission::UsersRead>,
    list: ListParams<Users>,
) -> Result<List<UserView>, Problem> {
    let db = shop.context().db.reader();
    let page = users::list(db, &query(&list)).await?;
    let ids: Vec<UserId> = page.items.iter().map(|user| user.id).collect();
    let mut held = roles::of_users(db, &ids).await?;
    let page: Page<UserView> = page.map(|user| {
        let roles = held.remove(&user.id).unwrap_or_default();
        UserView::of(user, roles)
    });
    Ok(List::of(page, &list))
}

/// Read somebody's account.
#[utoipa::path(
    get, path = "/api/v1/users/{user_id}", tag = "users", operation_id = "get_user", security(("bearer" = ["users:read"])),
    params(("user_id" = schema::UserId, Path, description = "The user (`user_…`)")),
    responses(
        CommonProblems,
        (status = 200, description = "The account", body = Envelope<UserView>),
        (status = 404, description = "`user_not_found`", body = ErrorBody),
    ),
)]
async fn get_user(
    State(shop): State<Shop>,
    _staff: Permitted<permission::UsersRead>,
    PathId(id): PathId<UserTag>,
    _none: NoParams,
) -> Result<One<UserView>, Problem> {
    show(&shop, id).await
}

/// Give somebody these roles and take all others. It holds from their next request on.
#[utoipa::path(
    put, path = "/api/v1/users/{user_id}/roles", tag = "users", operation_id = "put_user_roles", security(("bearer" = ["users:write"])),
    params(
        ("user_id" = schema::UserId, Path, description = "The user (`user_…`)"),
        ExpectedVersion,
    ),
    request_body = UserRolesPut,
    responses(
        CommonProblems,
        (status = 200, description = "The account as it is now", body = Envelope<UserView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 404, description = "`user_not_found`", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `last_admin`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn put_user_roles(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersWrite>,
    PathId(user_id): PathId<UserTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<UserRolesPut>,
) -> Result<One<UserView>, Problem> {
    let version = Some(expected.or(body.version)?);
    let command = AssignRoles { user_id, version, roles: body.parse()? };
    roles::assign(shop.context(), &staff.origin(), command, staff.held()).await?;
    show(&shop, user_id).await
}
