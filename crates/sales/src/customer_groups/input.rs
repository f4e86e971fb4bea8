//! Groups as they come from outside.

use kernel::{CustomerGroupId, FieldErrors, TextError, Timestamp, text};

use super::model::Group;

/// Longer than any word for a kind of people.
const MOST_CHARACTERS_OF_A_NAME: usize = 64;
/// A short paragraph.
const MOST_CHARACTERS_OF_A_DESCRIPTION: usize = 1_000;

/// What may be said of a group, as it comes from outside; absent stays, or is empty where the group is new.
#[derive(Debug, Clone, Default)]
pub struct GroupInput {
    /// 1 to 64 characters.
    pub name: Option<String>,
    /// 1 to 1,000 characters; `Some(None)`: none.
    pub description: Option<Option<String>>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct GroupChanges {
    name: Option<String>,
    description: Option<Option<String>>,
}

impl GroupChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: GroupInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take_optional("name", input.name, |raw| text(&raw, MOST_CHARACTERS_OF_A_NAME));
        let description = errors.take_optional("description", input.description, describe);
        errors.finish(|| Some(Self { name, description }))
    }

    pub(super) fn apply(self, group: &Group, now: Timestamp) -> Group {
        let Self { name, description } = self;
        Group {
            name: name.unwrap_or_else(|| group.name.clone()),
            description: description.unwrap_or_else(|| group.description.clone()),
            version: group.version + 1,
            updated_at: now,
            ..*group
        }
    }
}

fn describe(raw: Option<String>) -> Result<Option<String>, TextError> {
    raw.map(|raw| text(&raw, MOST_CHARACTERS_OF_A_DESCRIPTION)).transpose()
}

/// A group that is to be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CreateGroup {
    name: String,
    description: Option<String>,
}

impl CreateGroup {
    /// Reads what came from outside; a group needs a name.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: GroupInput) -> Result<Self, FieldErrors> {
        let GroupChanges { name, description } = GroupChanges::parse(GroupInput { name: Some(input.name.unwrap_or_default()), ..input })?;
        FieldErrors::new().finish(|| Some(Self { name: name?, description: description.flatten() }))
    }

    pub(super) fn into_group(self, now: Timestamp) -> Group {
        let Self { name, description } = self;
        Group { id: CustomerGroupId::generate(), name, description, member_count: 0, version: 1, created_at: now, updated_at: now }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_named_and_what_is_absent_stays() {
        let refused = CreateGroup::parse(GroupInput { description: Some(Some(" ".to_owned())), name: None });
        assert_eq!(refused.expect_err("refused").into_map().into_keys().collect::<Vec<_>>(), ["description", "name"]);
        let group = CreateGroup::parse(GroupInput { name: Some(" Dealers ".to_owned()), description: None }).expect("a group");
        let group = group.into_group(Timestamp::default());
        let changes = GroupChanges::parse(GroupInput { description: Some(Some("They resell".to_owned())), name: None });
        let changed = changes.expect("changes").apply(&group, Timestamp::default());
        assert_eq!((changed.name.as_str(), changed.description.as_deref(), changed.version), ("Dealers", Some("They resell"), 2));
    }
}
