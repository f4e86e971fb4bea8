//! The routes of people, for staff.

use accounts::roles::{self, AssignRoles};
use accounts::sign_in;
use accounts::users;
use axum::extract::State;
use gateway::{
    CommonProblems, Created, Envelope, ErrorBody, ExpectedVersion, List, ListEnvelope, ListParams, NoContent, NoParams, One, PathId,
    Permitted, Problem, Valid, permission,
};
use kernel::{Page, UserId, UserTag};

use super::wire::{UserIn, UserPatch, UserRolesPut, UserView, Users, query};
use super::{privacy, sessions};
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(in crate::rest) fn routes() -> Routes {
    routes![list_users, create_user, get_user, update_user, put_user_roles, forget_user_two_factor]
        .merge(sessions::routes())
        .merge(privacy::routes())
}

async fn view(shop: &Shop, id: UserId) -> Result<(UserView, i64), Problem> {
    let db = shop.context().db.reader();
    let user = users::find(db, id).await?.ok_or_else(|| Problem::not_found("user_not_found"))?;
    let held = roles::of_user(db, id).await?.into_iter().map(|role| (role.id, role.name));
    let version = user.version;
    Ok((UserView::of(user, held), version))
}

async fn show(shop: &Shop, id: UserId) -> Result<One<UserView>, Problem> {
    let (view, version) = view(shop, id).await?;
    Ok(One::versioned(view, version))
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

/// Make an account for somebody, who chooses a password by the link of a letter, within two days.
#[utoipa::path(
    post, path = "/api/v1/users", tag = "users", operation_id = "create_user", security(("bearer" = ["users:write"])),
    request_body = UserIn,
    responses(
        CommonProblems,
        (status = 201, description = "The account; a letter is on its way", body = Envelope<UserView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: the context names what is missing", body = ErrorBody),
        (status = 409, description = "`email_taken`, `username_taken`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn create_user(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersWrite>,
    Valid(body): Valid<UserIn>,
) -> Result<Created<UserView>, Problem> {
    let created = sign_in::create_account(&shop.accounts, &staff.origin(), body.parse()?, staff.held()).await?;
    let (view, version) = view(&shop, created.user.id).await?;
    Ok(Created::versioned(view, version).at(format!("/api/v1/users/{}", created.user.id)))
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

/// Change somebody's account; what is absent stays. One that is deactivated can be signed in to no more: its sessions end at once.
#[utoipa::path(
    patch, path = "/api/v1/users/{user_id}", tag = "users", operation_id = "update_user", security(("bearer" = ["users:write"])),
    params(
        ("user_id" = schema::UserId, Path, description = "The user (`user_…`)"),
        ExpectedVersion,
    ),
    request_body = UserPatch,
    responses(
        CommonProblems,
        (status = 200, description = "The account as it is now", body = Envelope<UserView>),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: they may do more than you", body = ErrorBody),
        (status = 404, description = "`user_not_found`, also of one who was erased", body = ErrorBody),
        (status = 409, description = "`version_conflict`, `username_taken`, `last_admin`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
        (status = 428, description = "`version_required`", body = ErrorBody),
    ),
)]
async fn update_user(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersWrite>,
    PathId(user_id): PathId<UserTag>,
    expected: ExpectedVersion,
    Valid(body): Valid<UserPatch>,
) -> Result<One<UserView>, Problem> {
    let version = expected.or(body.version)?;
    sign_in::change_account(shop.context(), &staff.origin(), body.parse(user_id, version)?, staff.held()).await?;
    show(&shop, user_id).await
}

/// Turn off the second factor of somebody who lost authenticator and recovery codes. Their sessions end.
#[utoipa::path(
    delete, path = "/api/v1/users/{user_id}/two-factor", tag = "users", operation_id = "forget_user_two_factor",
    security(("bearer" = ["users:delete"])),
    params(("user_id" = schema::UserId, Path, description = "The user (`user_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "It is off; it can be set up anew"),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: they may do more than you", body = ErrorBody),
        (status = 404, description = "`user_not_found`", body = ErrorBody),
        (status = 409, description = "`two_factor_not_set_up`", body = ErrorBody),
    ),
)]
async fn forget_user_two_factor(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersDelete>,
    PathId(user_id): PathId<UserTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    sign_in::forget_two_factor(shop.context(), &staff.origin(), user_id, staff.held()).await?;
    Ok(NoContent)
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
