//! Groups of customers on the wire.

use gateway::{ListQuery, ListRoute, ListSpec};
use kernel::{FieldErrors, Timestamp};
use sales::customer_groups::{CreateGroup, Group, GroupChanges, GroupInput, GroupQuery};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::rest::carts::present;
use crate::schema;

/// The list of groups.
pub(super) struct Groups;

impl ListRoute for Groups {
    const SPEC: ListSpec = ListSpec { sorts: &["name"], default_sort: "name", ..ListSpec::PLAIN };
}

/// The query of the use case.
pub(super) fn query(list: &ListQuery) -> GroupQuery {
    GroupQuery { descending: list.sort.first().is_some_and(|key| key.descending), page: list.page.clone() }
}

/// A new group of customers.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerGroupIn {
    /// What staff call it; no two are alike but for case.
    #[schema(min_length = 1, max_length = 64, example = "Dealers")]
    name: String,
    /// What it is for.
    #[schema(min_length = 1, max_length = 1_000)]
    description: Option<String>,
}

impl CustomerGroupIn {
    pub(super) fn parse(self) -> Result<CreateGroup, FieldErrors> {
        CreateGroup::parse(GroupInput { name: Some(self.name), description: Some(self.description) })
    }
}

/// What changes of a group; an absent field stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CustomerGroupPatch {
    /// What staff call it; no two are alike but for case.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 64)]
    name: Option<String>,
    /// What it is for; `null`: nothing is said.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1_000)]
    description: Option<Option<String>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl CustomerGroupPatch {
    pub(super) fn parse(self) -> Result<GroupChanges, FieldErrors> {
        GroupChanges::parse(GroupInput { name: self.name, description: self.description })
    }
}

/// A group of customers.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CustomerGroupView {
    /// Its id (`group_…`).
    #[schema(value_type = schema::CustomerGroupId)]
    id: String,
    /// Grows with each change of the group itself.
    version: i64,
    /// What staff call it.
    name: String,
    /// What it is for.
    description: Option<String>,
    /// How many customers are in it.
    member_count: i64,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

impl From<Group> for CustomerGroupView {
    fn from(group: Group) -> Self {
        Self {
            id: group.id.to_string(),
            version: group.version,
            name: group.name,
            description: group.description,
            member_count: group.member_count,
            created_at: group.created_at,
            updated_at: group.updated_at,
        }
    }
}
