//! People on the wire, as staff see them.

use std::collections::BTreeSet;

use accounts::users::{Consent, User, UserFilter, UserQuery, UserStatus};
use gateway::{FilterKind, ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, RoleId, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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
        let mut errors = FieldErrors::new();
        let read = |(place, raw): (usize, String)| errors.take(format!("roles.{place}"), raw.parse::<RoleId>());
        let roles: BTreeSet<RoleId> = self.roles.into_iter().enumerate().filter_map(read).collect();
        errors.finish(|| Some(roles))
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
            roles: roles.into_iter().map(|(id, name)| UserRoleView { id: id.to_string(), name }).collect(),
            accepts_marketing: matches!(user.consent, Consent::Given { .. }),
            tags: user.tags,
            created_at: user.created_at,
            updated_at: user.updated_at,
        }
    }
}
