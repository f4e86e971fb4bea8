//! Where somebody is signed in, as staff see it.

use accounts::sessions::{self, Session};
use accounts::sign_in;
use accounts::users;
use axum::extract::State;
use gateway::{
    CommonProblems, ErrorBody, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoContent, NoParams, PathId, PathIds, Permitted,
    Problem, permission,
};
use kernel::{SessionTag, Timestamp, UserTag};
use platform::db;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_user_sessions, end_user_sessions, end_user_session]
}

/// The list of somebody's sessions.
struct UserSessions;

impl ListRoute for UserSessions {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// A place where somebody is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct UserSessionView {
    /// Its id.
    #[schema(value_type = schema::SessionId)]
    id: String,
    /// The address that it was used from last.
    ip: Option<String>,
    /// What the program calls itself.
    user_agent: Option<String>,
    /// True where a second factor was shown in it.
    two_factor: bool,
    /// When it was opened.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was opened or renewed last.
    #[schema(value_type = String, format = DateTime)]
    last_used_at: Timestamp,
    /// However often it is renewed, it is over then.
    #[schema(value_type = String, format = DateTime)]
    expires_at: Timestamp,
}

impl From<Session> for UserSessionView {
    fn from(session: Session) -> Self {
        Self {
            id: session.id.to_string(),
            ip: session.client.ip.map(|ip| ip.to_string()),
            user_agent: session.client.user_agent,
            two_factor: session.two_factor_at.is_some(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

/// List where somebody is signed in.
#[utoipa::path(
    get, path = "/api/v1/users/{user_id}/sessions", tag = "users", operation_id = "list_user_sessions",
    security(("bearer" = ["users:read"])),
    params(("user_id" = schema::UserId, Path, description = "The user (`user_…`)"), ListParams<UserSessions>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of sessions", body = ListEnvelope<UserSessionView>),
        (status = 404, description = "`user_not_found`", body = ErrorBody),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_user_sessions(
    State(shop): State<Shop>,
    _staff: Permitted<permission::UsersRead>,
    PathId(user): PathId<UserTag>,
    list: ListParams<UserSessions>,
) -> Result<List<UserSessionView>, Problem> {
    let context = shop.context();
    users::find(context.db.reader(), user).await?.ok_or_else(|| Problem::not_found("user_not_found"))?;
    let all = sessions::list(context.db.reader(), user, &context.config.auth, context.now()).await?;
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = db::page_of_short(all, &list.page, descending, |session| session.id.uuid())?;
    Ok(List::of(page.map(UserSessionView::from), &list))
}

/// Sign somebody out everywhere.
#[utoipa::path(
    delete, path = "/api/v1/users/{user_id}/sessions", tag = "users", operation_id = "end_user_sessions",
    security(("bearer" = ["users:delete"])),
    params(("user_id" = schema::UserId, Path, description = "The user (`user_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "No token of theirs opens anything"),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: they may do more than you", body = ErrorBody),
        (status = 404, description = "`user_not_found`", body = ErrorBody),
    ),
)]
async fn end_user_sessions(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersDelete>,
    PathId(user): PathId<UserTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    sign_in::end_sessions(shop.context(), &staff.origin(), user, staff.held()).await?;
    Ok(NoContent)
}

/// Sign somebody out of one place.
#[utoipa::path(
    delete, path = "/api/v1/users/{user_id}/sessions/{session_id}", tag = "users", operation_id = "end_user_session",
    security(("bearer" = ["users:delete"])),
    params(
        ("user_id" = schema::UserId, Path, description = "The user (`user_…`)"),
        ("session_id" = schema::SessionId, Path, description = "The session (`sess_…`)"),
    ),
    responses(
        CommonProblems,
        (status = 204, description = "It is over; its tokens open nothing"),
        (status = 403, description = "`forbidden`, `two_factor_required`, `permission_not_held`: they may do more than you", body = ErrorBody),
        (status = 404, description = "`user_not_found`, `session_not_found`: also for another's", body = ErrorBody),
    ),
)]
async fn end_user_session(
    State(shop): State<Shop>,
    staff: Permitted<permission::UsersDelete>,
    PathIds(user, session): PathIds<UserTag, SessionTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    sign_in::end_session(shop.context(), &staff.origin(), (user, session), staff.held()).await?;
    Ok(NoContent)
}
