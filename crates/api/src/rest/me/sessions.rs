//! Where one is signed in.

use accounts::sessions::{self, RevokeSession, RevokedBecause, Session};
use axum::extract::State;
use gateway::{
    CommonProblems, ErrorBody, List, ListEnvelope, ListParams, ListRoute, ListSpec, NoContent, NoParams, PathId, Problem, SignedIn,
};
use kernel::{SessionId, SessionTag, Timestamp};
use platform::db;
use serde::Serialize;
use utoipa::ToSchema;

use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![list_my_sessions, revoke_my_session]
}

/// The list of sessions.
struct Sessions;

impl ListRoute for Sessions {
    const SPEC: ListSpec = ListSpec::PLAIN;
}

/// A place where one is signed in.
#[derive(Debug, Serialize, ToSchema)]
struct SessionView {
    /// Its id.
    #[schema(value_type = schema::SessionId)]
    id: String,
    /// True for the one that asks.
    current: bool,
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

impl SessionView {
    fn of(session: Session, current: SessionId) -> Self {
        Self {
            id: session.id.to_string(),
            current: session.id == current,
            ip: session.client.ip.map(|ip| ip.to_string()),
            user_agent: session.client.user_agent,
            two_factor: session.two_factor_at.is_some(),
            created_at: session.created_at,
            last_used_at: session.last_used_at,
            expires_at: session.expires_at,
        }
    }
}

/// List where one is signed in.
#[utoipa::path(
    get, path = "/api/v1/me/sessions", tag = "me", operation_id = "list_my_sessions", security(("bearer" = [])),
    params(ListParams<Sessions>),
    responses(
        CommonProblems,
        (status = 200, description = "One page of sessions", body = ListEnvelope<SessionView>),
        (status = 422, description = "`page_too_deep`", body = ErrorBody),
    ),
)]
async fn list_my_sessions(State(shop): State<Shop>, me: SignedIn, list: ListParams<Sessions>) -> Result<List<SessionView>, Problem> {
    let context = shop.context();
    let all = sessions::list(context.db.reader(), me.user(), &context.config.auth, context.now()).await?;
    let descending = list.sort.first().is_none_or(|key| key.descending);
    let page = db::page_of_short(all, &list.page, descending, |session| session.id.uuid())?;
    Ok(List::of(page.map(|session| SessionView::of(session, me.session())), &list))
}

/// Sign out of one place.
#[utoipa::path(
    delete, path = "/api/v1/me/sessions/{session_id}", tag = "me", operation_id = "revoke_my_session", security(("bearer" = [])),
    params(("session_id" = schema::SessionId, Path, description = "The session (`sess_…`)")),
    responses(
        CommonProblems,
        (status = 204, description = "It is over; its tokens open nothing"),
        (status = 404, description = "`session_not_found`: also for another's", body = ErrorBody),
    ),
)]
async fn revoke_my_session(
    State(shop): State<Shop>,
    me: SignedIn,
    PathId(id): PathId<SessionTag>,
    _none: NoParams,
) -> Result<NoContent, Problem> {
    let command = RevokeSession { id, of: Some(me.user()), because: RevokedBecause::RevokedByUser };
    sessions::revoke(shop.context(), &me.origin(), command).await?;
    Ok(NoContent)
}
