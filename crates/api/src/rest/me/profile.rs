//! What people say of themselves.

use accounts::users::{self, ChangeProfile, Consent, ProfileChanges, User, UserStatus};
use axum::extract::State;
use gateway::{CommonProblems, Envelope, ErrorBody, ExpectedVersion, NoParams, One, Problem, SignedIn, Valid};
use kernel::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::routes::{Routes, routes};
use crate::schema;
use crate::shop::Shop;

pub(super) fn routes() -> Routes {
    routes![get_me, change_me]
}

/// An account, as its owner sees it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct MeView {
    /// Its id.
    #[schema(value_type = schema::UserId)]
    id: String,
    /// Where mail reaches the person.
    email: Option<String>,
    /// True once somebody showed that mail to that address is read.
    email_verified: bool,
    /// What the address is changed to, until somebody shows that mail to it is read.
    pending_email: Option<String>,
    /// What the person may sign in with instead of the address.
    username: Option<String>,
    /// What the person is called.
    name: Option<String>,
    /// True where the person wants news.
    accepts_marketing: bool,
    /// Grows with each change.
    version: i64,
    /// When the account was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<User> for MeView {
    fn from(user: User) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.as_ref().map(|email| email.as_str().to_owned()),
            email_verified: user.email_verified_at.is_some(),
            pending_email: user.pending_email.as_ref().map(|email| email.as_str().to_owned()),
            username: user.username.as_ref().map(|name| name.as_str().to_owned()),
            name: user.name,
            accepts_marketing: matches!(user.consent, Consent::Given { .. }),
            version: user.version,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}

/// What is to change; what is absent stays, what is null is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct MePatch {
    /// What the person is called.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 255)]
    name: Option<Option<String>>,
    /// 3 to 32 letters, digits, dots, dashes and underscores, a letter first.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 32)]
    username: Option<Option<String>>,
    /// Whether the person wants news.
    accepts_marketing: Option<bool>,
    /// Its version, where no `If-Match` is sent; both may be left out.
    version: Option<i64>,
}

fn show(user: User) -> One<MeView> {
    let version = user.version;
    One::versioned(user.into(), version)
}

/// Read one's account.
#[utoipa::path(
    get, path = "/api/v1/me", tag = "me", operation_id = "get_me", security(("bearer" = [])),
    responses(CommonProblems, (status = 200, description = "The account", body = Envelope<MeView>)),
)]
async fn get_me(State(shop): State<Shop>, me: SignedIn, _none: NoParams) -> Result<One<MeView>, Problem> {
    Ok(show(find(&shop, &me).await?))
}

/// The account of whoever asks; it may have been erased a moment ago.
pub(super) async fn find(shop: &Shop, me: &SignedIn) -> Result<User, Problem> {
    let user = users::find(shop.context().db.reader(), me.user()).await?;
    user.filter(|user| user.status == UserStatus::Active).ok_or_else(Problem::unauthenticated)
}

/// Change one's account; what is absent stays. Address and password have ways of their own.
#[utoipa::path(
    patch, path = "/api/v1/me", tag = "me", operation_id = "change_me", security(("bearer" = [])),
    params(ExpectedVersion),
    request_body = MePatch,
    responses(
        CommonProblems,
        (status = 200, description = "The account as it is now", body = Envelope<MeView>),
        (status = 404, description = "`user_not_found`: it was erased meanwhile", body = ErrorBody),
        (status = 409, description = "`username_taken`, `version_conflict`", body = ErrorBody),
        (status = 422, description = "`validation_failed`", body = ErrorBody),
    ),
)]
async fn change_me(
    State(shop): State<Shop>,
    me: SignedIn,
    expected: ExpectedVersion,
    Valid(body): Valid<MePatch>,
) -> Result<One<MeView>, Problem> {
    fn said(text: Option<&Option<String>>) -> Option<Option<&str>> {
        text.map(Option::as_deref)
    }
    let changes = ProfileChanges::parse(said(body.name.as_ref()), said(body.username.as_ref()), body.accepts_marketing)?;
    let command = ChangeProfile { user_id: me.user(), version: expected.if_any(body.version)?, changes, source: "profile" };
    Ok(show(users::change_profile(shop.context(), &me.origin(), command).await?))
}
