//! People on the wire, as staff see them.

use std::collections::BTreeSet;

use accounts::sign_in::{ChangeAccount, CreateAccount, Opening};
use accounts::users::{Consent, ProfileChanges, StatusReason, User, UserFilter, UserQuery, UserStatus};
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, RoleId, Timestamp, UserId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of people.
pub(super) struct Users;

impl ListRoute for Users {
    const SPEC: ListSpec =
        ListSpec { filters: &[("status", FilterKind::OneOf(UserStatus::WORDS)), ("q", FilterKind::Text)], ..ListSpec::PLAIN };
}

/// The query of the use case; of several states the first counts.
pub(super) fn query(list: &ListQuery) -> UserQuery {
    let status = list.filters.parsed::<UserStatus>("status").and_then(|known| known.first().copied());
    let filter = UserFilter { status, search: list.filters.text("q").map(str::to_owned) };
    UserQuery { filter, descending: list.sort.first().is_none_or(|key| key.descending), page: list.page.clone() }
}

/// Somebody who gets an account.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserIn {
    /// Where mail reaches the person; nobody else's.
    #[schema(max_length = 254, example = "ada@example.com")]
    email: String,
    /// What the person may sign in with instead of the address: 3 to 32 letters, digits, dots, dashes and underscores.
    #[schema(max_length = 32)]
    username: Option<String>,
    /// What the person is called.
    #[schema(max_length = 255)]
    name: Option<String>,
    /// Its roles, by id.
    #[serde(default)]
    #[schema(value_type = Vec<schema::RoleId>, max_items = 20)]
    roles: Vec<String>,
}

impl UserIn {
    pub(super) fn parse(self) -> Result<CreateAccount, FieldErrors> {
        let Self { email, username, name, roles } = self;
        Ok(CreateAccount { email, username, name, roles: parse_roles(roles)?, opening: Opening::Letter })
    }
}

/// What is to change of an account; what is absent stays, what is null is taken away.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserPatch {
    /// `deactivated`: it can be signed in to no more; `active`: it can be again.
    #[schema(value_type = Option<schema::SettableUserStatus>)]
    status: Option<String>,
    /// Why, where the status changes: words of staff, forgotten with the person.
    #[schema(min_length = 1, max_length = 500)]
    reason: Option<String>,
    /// What the person is called.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 255)]
    name: Option<Option<String>>,
    /// 3 to 32 letters, digits, dots, dashes and underscores, a letter first.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 32)]
    username: Option<Option<String>>,
    /// Whether the person wants news, as they told staff.
    accepts_marketing: Option<bool>,
    /// The version of the account, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl UserPatch {
    pub(super) fn parse(self, user_id: UserId, version: i64) -> Result<ChangeAccount, FieldErrors> {
        fn said(text: Option<&Option<String>>) -> Option<Option<&str>> {
            text.map(Option::as_deref)
        }
        let mut errors = FieldErrors::new();
        let profile = ProfileChanges::parse(said(self.name.as_ref()), said(self.username.as_ref()), self.accepts_marketing);
        let profile = profile.map_err(|refused| errors.nest("", refused)).ok();
        let reason = errors.take_optional("reason", self.reason.as_deref(), StatusReason::parse);
        if reason.is_some() && self.status.is_none() {
            errors.add("reason", "goes with a status");
        }
        let open = errors.take_optional("status", self.status.as_deref(), |word| match word {
            "active" => Ok(true),
            "deactivated" => Ok(false),
            _ => Err("must be one of active, deactivated"),
        });
        errors.finish(|| Some(ChangeAccount { user_id, version, profile: profile?, open, reason }))
    }
}

fn parse_roles(roles: Vec<String>) -> Result<BTreeSet<RoleId>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let read = |(place, raw): (usize, String)| errors.take(format!("roles.{place}"), raw.parse::<RoleId>());
    let roles: BTreeSet<RoleId> = roles.into_iter().enumerate().filter_map(read).collect();
    errors.finish(|| Some(roles))
}

/// All the roles that somebody is to have.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct UserRolesPut {
    /// By id; those that are not named are taken.
    #[schema(value_type = Vec<schema::RoleId>, max_items = 20)]
    roles: Vec<String>,
    /// The version of the account, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl UserRolesPut {
    pub(super) fn parse(self) -> Result<BTreeSet<RoleId>, FieldErrors> {
        parse_roles(self.roles)
    }
}

/// A role that somebody has.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserRoleView {
    /// Its id (`role_…`).
    #[schema(value_type = schema::RoleId)]
    id: String,
    /// What people call it.
    name: String,
}

/// Somebody with an account.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct UserView {
    /// Its id (`user_…`).
    #[schema(value_type = schema::UserId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// Where mail reaches it.
    email: Option<String>,
    /// When it showed that it reads that mail.
    #[schema(value_type = Option<String>, format = DateTime)]
    email_verified_at: Option<Timestamp>,
    /// What it is known by.
    username: Option<String>,
    /// What it is called.
    name: Option<String>,
    /// What became of the account.
    #[schema(value_type = schema::UserStatus)]
    status: &'static str,
    /// Why staff closed or opened it, in their words.
    status_reason: Option<String>,
    /// What it may do, by name.
    roles: Vec<UserRoleView>,
    /// Whether it wants advertising.
    accepts_marketing: bool,
    /// Words that staff put on it.
    tags: Vec<String>,
    /// Since when it is there.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it last changed.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl UserView {
    pub(super) fn of(user: User, roles: impl IntoIterator<Item = (RoleId, String)>) -> Self {
        Self {
            id: user.id.to_string(),
            version: user.version,
            email: user.email.map(String::from),
            email_verified_at: user.email_verified_at,
            username: user.username.map(|username| username.as_str().to_owned()),
            name: user.name,
            status: user.status.as_str(),
            status_reason: user.status_reason,
            roles: roles.into_iter().map(|(id, name)| UserRoleView { id: id.to_string(), name }).collect(),
            accepts_marketing: matches!(user.consent, Consent::Given { .. }),
            tags: user.tags,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}
