//! What staff say of a customer, as it comes from outside.

use kernel::{CustomerGroupId, FieldErrors, TextError};

/// More words on one person than anybody finds by.
const MOST_TAGS: usize = 100;
/// Longer texts belong elsewhere.
const MOST_CHARACTERS_OF_A_NOTE: usize = 5_000;

/// What may be said; absent stays.
#[derive(Debug, Clone, Default)]
pub struct CustomerInput {
    /// All tags from now on.
    pub tags: Option<Vec<String>>,
    /// The id of a group; `Some(None)`: none.
    pub group_id: Option<Option<String>>,
    /// 1 to 5,000 characters, of several lines; `Some(None)`: none.
    pub note: Option<Option<String>>,
    /// Whether advertising is welcome.
    pub accepts_marketing: Option<bool>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CustomerChanges {
    pub(super) tags: Option<Vec<String>>,
    pub(super) group_id: Option<Option<CustomerGroupId>>,
    pub(super) note: Option<Option<String>>,
    pub(super) accepts_marketing: Option<bool>,
}

impl CustomerChanges {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: CustomerInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let tags = input.tags.and_then(|raw| parse_tags(raw, &mut errors));
        let group_id = input.group_id.map(|raw| errors.take_optional("group_id", raw, |raw| raw.parse()));
        let note = input.note.map(|raw| errors.take_optional("note", raw, |raw| parse_note(&raw)));
        let accepts_marketing = input.accepts_marketing;
        errors.finish(|| Some(Self { tags, group_id, note, accepts_marketing }))
    }
}

fn parse_tags(raw: Vec<String>, errors: &mut FieldErrors) -> Option<Vec<String>> {
    if raw.len() > MOST_TAGS {
        errors.add("tags", format!("at most {MOST_TAGS} tags"));
        return None;
    }
    Some(raw.iter().enumerate().filter_map(|(place, tag)| errors.take(format!("tags.{place}"), kernel::tag(tag))).collect())
}

/// Notes may have several lines, unlike titles.
fn parse_note(raw: &str) -> Result<String, String> {
    let note = raw.trim();
    if note.is_empty() {
        return Err(TextError::Empty.to_string());
    }
    if note.chars().count() > MOST_CHARACTERS_OF_A_NOTE {
        return Err(TextError::TooLong(MOST_CHARACTERS_OF_A_NOTE).to_string());
    }
    if note.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
        return Err(TextError::Control.to_string());
    }
    if kernel::contains_card_number(note) {
        return Err("must not contain a payment card number".to_owned());
    }
    Ok(note.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_bad_field_is_named() {
        let input = CustomerInput {
            tags: Some(vec!["vip".to_owned(), " ".to_owned()]),
            group_id: Some(Some("role_x".to_owned())),
            note: Some(Some("4242 4242 4242 4242".to_owned())),
            accepts_marketing: None,
        };
        let refused = CustomerChanges::parse(input).expect_err("refused").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["group_id", "note", "tags.1"]);
        let nothing = CustomerInput { group_id: Some(None), note: Some(None), ..CustomerInput::default() };
        let nothing = CustomerChanges::parse(nothing).expect("changes");
        assert_eq!((nothing.tags, nothing.group_id, nothing.note), (None, Some(None), Some(None)));
    }
}
