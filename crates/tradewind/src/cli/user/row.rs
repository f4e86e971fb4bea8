//! A person with an account, in a table.

use accounts::users::User;
use kernel::Timestamp;
use serde::Serialize;

use crate::cli::output::{Shown, moment, or_dash};

/// A person with an account.
#[derive(Debug, Serialize)]
pub(super) struct UserRow {
    id: String,
    email: Option<String>,
    email_verified: bool,
    username: Option<String>,
    name: Option<String>,
    status: &'static str,
    status_reason: Option<String>,
    roles: Vec<String>,
    created_at: Timestamp,
}

impl UserRow {
    pub(super) fn of(user: User, roles: Vec<String>) -> Self {
        Self {
            id: user.id.to_string(),
            email: user.email.map(String::from),
            email_verified: user.email_verified_at.is_some(),
            username: user.username.map(|username| username.as_str().to_owned()),
            name: user.name,
            status: user.status.as_str(),
            status_reason: user.status_reason,
            roles,
            created_at: user.created_at,
        }
    }
}

impl Shown for UserRow {
    const HEAD: &'static [&'static str] = &["id", "email", "verified", "username", "name", "status", "roles", "since"];

    fn cells(&self) -> Vec<String> {
        let roles = Some(self.roles.join(",")).filter(|roles| !roles.is_empty());
        vec![
            self.id.clone(),
            or_dash(self.email.as_ref()),
            if self.email_verified { "yes" } else { "no" }.to_owned(),
            or_dash(self.username.as_ref()),
            or_dash(self.name.as_ref()),
            self.status.to_owned(),
            or_dash(roles),
            moment(self.created_at),
        ]
    }
}
