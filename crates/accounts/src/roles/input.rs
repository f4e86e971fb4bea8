//! Roles as they come from outside.

use kernel::{FieldErrors, RoleId, TextError, Timestamp, text};

use super::model::Role;
use crate::permissions::Scopes;

/// Longer than any word for what people do.
const MOST_CHARACTERS_OF_A_NAME: usize = 64;
/// A short paragraph.
const MOST_CHARACTERS_OF_A_DESCRIPTION: usize = 1_000;

/// What may be said of a role, as it comes from outside; absent stays, or is empty where the role is new.
#[derive(Debug, Clone, Default)]
pub struct RoleInput {
    /// 1 to 64 characters.
    pub name: Option<String>,
    /// 1 to 1,000 characters; `Some(None)`: none.
    pub description: Option<Option<String>>,
    /// Scopes: `orders:read`, `orders:*`, `admin:*`.
    pub permissions: Option<Vec<String>>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RoleChanges {
    name: Option<String>,
    description: Option<Option<String>>,
    permissions: Option<Scopes>,
}

impl RoleChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: RoleInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, MOST_CHARACTERS_OF_A_NAME));
        let description = errors.take_optional("description", input.description, describe);
        let permissions = errors.take_optional("permissions", input.permissions, |raw| Scopes::parse(raw.iter().map(String::as_str)));
        errors.finish(|| Some(Self { name, description, permissions }))
    }

    pub(super) fn apply(self, role: &Role, now: Timestamp) -> Role {
        let Self { name, description, permissions } = self;
        Role {
            name: name.unwrap_or_else(|| role.name.clone()),
            description: description.unwrap_or_else(|| role.description.clone()),
            permissions: permissions.unwrap_or_else(|| role.permissions.clone()),
            version: role.version + 1,
            updated_at: now,
            ..*role
        }
    }
}

fn describe(raw: Option<String>) -> Result<Option<String>, TextError> {
    raw.map(|raw| text(&raw, MOST_CHARACTERS_OF_A_DESCRIPTION)).transpose()
}

/// A role that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateRole {
    name: String,
    description: Option<String>,
    permissions: Scopes,
}

impl CreateRole {
    /// Reads what came from outside; a role needs a name.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: RoleInput) -> Result<Self, FieldErrors> {
        let changes = RoleChanges::parse(RoleInput { name: Some(input.name.unwrap_or_default()), ..input })?;
        let RoleChanges { name, description, permissions } = changes;
        let (description, permissions) = (description.flatten(), permissions.unwrap_or_default());
        FieldErrors::new().finish(|| Some(Self { name: name?, description, permissions }))
    }

    pub(super) fn into_role(self, now: Timestamp) -> Role {
        let Self { name, description, permissions } = self;
        let (id, version) = (RoleId::generate(), 1);
        Role { id, name, description, built_in: false, permissions, version, created_at: now, updated_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, permissions: &[&str]) -> RoleInput {
        let permissions = permissions.iter().map(|scope| (*scope).to_owned()).collect();
        RoleInput { name: Some(name.to_owned()), description: None, permissions: Some(permissions) }
    }

    #[test]
    fn every_bad_field_is_named() {
        let refused = CreateRole::parse(RoleInput { description: Some(Some(" ".to_owned())), ..input("", &["orders:fly"]) });
        assert_eq!(refused.expect_err("refused").into_map().into_keys().collect::<Vec<_>>(), ["description", "name", "permissions"]);
        assert!(CreateRole::parse(RoleInput::default()).is_err(), "a role has a name");
        assert!(CreateRole::parse(input(&"x".repeat(65), &[])).is_err());
    }

    #[test]
    fn what_is_absent_stays() {
        let role = CreateRole::parse(input("Packer", &["orders:read"])).expect("a role").into_role(Timestamp::default());
        let changes = RoleChanges::parse(RoleInput { description: Some(Some("Packs".to_owned())), ..RoleInput::default() });
        let changed = changes.expect("changes").apply(&role, Timestamp::default());
        assert_eq!((changed.name.as_str(), changed.description.as_deref(), changed.version), ("Packer", Some("Packs"), 2));
        assert_eq!(changed.permissions, role.permissions);
    }
}
