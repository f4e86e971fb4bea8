//! Roles on the wire.

use accounts::permissions::Scopes;
use accounts::roles::{CreateRole, Role, RoleChanges, RoleInput, RoleQuery};
use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of roles.
pub(super) struct Roles;

impl ListRoute for Roles {
    const SPEC: ListSpec = ListSpec { sorts: &["name"], default_sort: "name", ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> RoleQuery {
    RoleQuery { descending: list.sort.first().is_some_and(|key| key.descending), page: list.page.clone() }
}

/// A new role.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleIn {
    /// What people call it; no two are alike but for case.
    #[schema(min_length = 1, max_length = 64, example = "Packer")]
    name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 1_000)]
    description: Option<String>,
    /// What whoever has it may do: `orders:read`, `orders:*` for all of a resource, `admin:*` for everything.
    #[serde(default)]
    #[schema(value_type = Vec<schema::Scope>, max_items = 100)]
    permissions: Vec<String>,
}

impl RoleIn {
    pub(super) fn parse(self) -> Result<CreateRole, FieldErrors> {
        let Self { name, description, permissions } = self;
        CreateRole::parse(RoleInput { name: Some(name), description: Some(description), permissions: Some(permissions) })
    }
}

/// What changes of a role; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RolePatch {
    /// What people call it; no two are alike but for case.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    name: Option<String>,
    /// What it is for; `null`: nothing is said.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1_000)]
    description: Option<Option<String>>,
    /// All that whoever has it may do.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Vec<schema::Scope>, max_items = 100)]
    permissions: Option<Vec<String>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl RolePatch {
    pub(super) fn parse(self) -> Result<RoleChanges, FieldErrors> {
        let Self { name, description, permissions, version: _ } = self;
        RoleChanges::parse(RoleInput { name, description, permissions })
    }
}

/// A role.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RoleView {
    /// Its id (`role_…`).
    #[schema(value_type = schema::RoleId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// What people call it.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// True for those that the program keeps: nobody changes or deletes them.
    built_in: bool,
    /// What whoever has it may do.
    #[schema(value_type = Vec<schema::Scope>)]
    permissions: Vec<String>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// The scopes as the wire has them.
pub(in crate::rest) fn words(scopes: &Scopes) -> Vec<String> {
    scopes.iter().map(str::to_owned).collect()
}

impl From<Role> for RoleView {
    fn from(role: Role) -> Self {
        Self {
            id: role.id.to_string(),
            version: role.version,
            name: role.name,
            description: role.description,
            built_in: role.built_in,
            permissions: words(&role.permissions),
            created_at: role.created_at,
            updated_at: role.updated_at,
        }
    }
}
