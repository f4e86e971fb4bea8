//! Collections as they come from outside, and what parsing makes of them.

use kernel::{FieldErrors, Slug, text};

use super::model::{Collection, CollectionKind, CollectionStatus, Contents, in_range};
use super::rules::{Rules, RulesInput};
use crate::description;

/// A new collection as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct CollectionInput {
    /// 1 to 255 characters.
    pub name: String,
    /// Absent: made of the name.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<String>,
    /// Absent: `draft`.
    pub status: Option<String>,
    /// Absent: `manual`.
    pub kind: Option<String>,
    /// Which products; of `rules` only, which needs them.
    pub rules: Option<RulesInput>,
    /// Absent: behind the others.
    pub position: Option<i64>,
    /// 1 to 255 characters.
    pub seo_title: Option<String>,
    /// 1 to 1,000 characters.
    pub seo_description: Option<String>,
}

/// What a new collection is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CollectionDetails {
    pub(super) name: String,
    pub(super) slug: Option<Slug>,
    pub(super) description: String,
    pub(super) status: CollectionStatus,
    pub(super) contents: Contents,
    pub(super) position: Option<i64>,
    pub(super) seo_title: Option<String>,
    pub(super) seo_description: Option<String>,
}

impl CollectionDetails {
    /// Reads what came from outside.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: CollectionInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let name = errors.take("name", text(&input.name, 255));
        let slug = errors.take_optional("slug", input.slug.as_deref(), Slug::parse);
        let description = errors.take_optional("description", input.description.as_deref(), description::clean);
        let status = errors.take_optional("status", input.status, |raw| raw.parse()).unwrap_or(CollectionStatus::Draft);
        let kind = errors.take("kind", input.kind.map_or(Ok(CollectionKind::Manual), |raw| raw.parse()));
        let contents = kind.and_then(|kind| contents(kind, input.rules, &mut errors));
        let position = errors.take_optional("position", input.position, in_range);
        let seo_title = errors.take_optional("seo_title", input.seo_title, |raw| text(&raw, 255));
        let seo_description = errors.take_optional("seo_description", input.seo_description, |raw| text(&raw, 1_000));
        let description = description.unwrap_or_default();
        errors.finish(|| Some(Self { name: name?, slug, description, status, contents: contents?, position, seo_title, seo_description }))
    }
}

fn contents(kind: CollectionKind, rules: Option<RulesInput>, errors: &mut FieldErrors) -> Option<Contents> {
    match (kind, rules) {
        (CollectionKind::Manual, None) => return Some(Contents::Manual),
        (CollectionKind::Manual, Some(_)) => errors.add("rules", "belong to a collection of kind rules"),
        (CollectionKind::Rules, None) => errors.add("rules", "are required where kind is rules"),
        (CollectionKind::Rules, Some(rules)) => return parse_rules(rules, errors).map(Contents::Rules),
    }
    None
}

fn parse_rules(rules: RulesInput, errors: &mut FieldErrors) -> Option<Rules> {
    Rules::parse(rules).map_err(|inner| errors.nest("rules", inner)).ok()
}

/// A collection as it comes from outside, in part: what is absent stays, what is `Some(None)` is emptied.
#[derive(Debug, Clone, Default)]
pub struct CollectionPatch {
    /// 1 to 255 characters.
    pub name: Option<String>,
    /// Its name in addresses.
    pub slug: Option<String>,
    /// HTML.
    pub description: Option<Option<String>>,
    /// Whether customers see it.
    pub status: Option<String>,
    /// Which products, in place of the rules that it had.
    pub rules: Option<RulesInput>,
    /// Its place among collections.
    pub position: Option<i64>,
    /// 1 to 255 characters.
    pub seo_title: Option<Option<String>>,
    /// 1 to 1,000 characters.
    pub seo_description: Option<Option<String>>,
}

/// What is to change; absent stays.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CollectionChanges {
    name: Option<String>,
    slug: Option<Slug>,
    description: Option<String>,
    status: Option<CollectionStatus>,
    pub(super) rules: Option<Rules>,
    position: Option<i64>,
    seo_title: Option<Option<String>>,
    seo_description: Option<Option<String>>,
}

impl CollectionChanges {
    /// Changes what is given.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(patch: CollectionPatch) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let description = patch.description.map(Option::unwrap_or_default);
        let changes = Self {
            name: errors.take_optional("name", patch.name, |raw| text(&raw, 255)),
            slug: errors.take_optional("slug", patch.slug.as_deref(), Slug::parse),
            description: errors.take_optional("description", description.as_deref(), description::clean),
            status: errors.take_optional("status", patch.status, |raw| raw.parse()),
            rules: patch.rules.and_then(|rules| parse_rules(rules, &mut errors)),
            position: errors.take_optional("position", patch.position, in_range),
            seo_title: patch.seo_title.map(|raw| errors.take_optional("seo_title", raw, |raw| text(&raw, 255))),
            seo_description: patch.seo_description.map(|raw| errors.take_optional("seo_description", raw, |raw| text(&raw, 1_000))),
        };
        errors.finish(|| Some(changes))
    }

    /// The collection with these changes; its version is the caller's to raise.
    ///
    /// # Errors
    /// `rules` of a collection that has none.
    pub(super) fn apply(self, collection: Collection) -> Result<Collection, FieldErrors> {
        let contents = match (self.rules, collection.contents) {
            (None, contents) => contents,
            (Some(rules), Contents::Rules(_)) => Contents::Rules(rules),
            (Some(_), Contents::Manual) => return Err(FieldErrors::of("rules", "belong to a collection of kind rules")),
        };
        Ok(Collection {
            name: self.name.unwrap_or(collection.name),
            slug: self.slug.unwrap_or(collection.slug),
            description: self.description.unwrap_or(collection.description),
            status: self.status.unwrap_or(collection.status),
            contents,
            position: self.position.unwrap_or(collection.position),
            seo_title: self.seo_title.unwrap_or(collection.seo_title),
            seo_description: self.seo_description.unwrap_or(collection.seo_description),
            ..collection
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::{CollectionId, Timestamp};

    use super::super::rules::{ConditionInput, ConditionValue};
    use super::*;

    fn sale() -> RulesInput {
        let condition = ConditionInput { field: "on_sale".to_owned(), op: "is".to_owned(), value: ConditionValue::Flag(true) };
        RulesInput { matches: "all".to_owned(), conditions: vec![condition] }
    }

    fn named(name: &str) -> CollectionInput {
        CollectionInput { name: name.to_owned(), ..CollectionInput::default() }
    }

    fn refused<T>(parsed: Result<T, FieldErrors>) -> Vec<String> {
        parsed.err().map(FieldErrors::into_map).unwrap_or_default().into_keys().collect()
    }

    #[test]
    fn rules_belong_to_collections_of_rules_and_to_no_others() {
        let of = |kind: &str, rules| CollectionDetails::parse(CollectionInput { kind: Some(kind.to_owned()), rules, ..named("Sale") });
        assert_eq!(of("manual", None).map(|details| details.contents), Ok(Contents::Manual));
        assert_eq!(of("rules", Some(sale())).map(|details| details.contents.kind()), Ok(CollectionKind::Rules));
        for (kind, rules, field) in [("manual", Some(sale()), "rules"), ("rules", None, "rules"), ("both", None, "kind")] {
            assert_eq!(refused(of(kind, rules)), [field]);
        }
    }

    #[test]
    fn every_bad_field_is_named() {
        let input = CollectionInput {
            slug: Some("No Slug".to_owned()),
            status: Some("hidden".to_owned()),
            kind: Some("rules".to_owned()),
            rules: Some(RulesInput { matches: "none".to_owned(), ..sale() }),
            position: Some(-1),
            seo_title: Some(String::new()),
            ..named(" ")
        };
        assert_eq!(refused(CollectionDetails::parse(input)), ["name", "position", "rules.match", "seo_title", "slug", "status"]);
    }

    #[test]
    fn only_what_is_given_changes() {
        let now = Timestamp::default();
        let before = Collection {
            id: CollectionId::generate(),
            slug: Slug::parse("sale").expect("a slug"),
            name: "Sale".to_owned(),
            description: "<p>old</p>".to_owned(),
            status: CollectionStatus::Active,
            contents: Contents::Manual,
            position: 3,
            seo_title: Some("old".to_owned()),
            seo_description: None,
            version: 7,
            created_at: now,
            updated_at: now,
        };
        assert_eq!(CollectionChanges::default().apply(before.clone()), Ok(before.clone()));
        let patch = CollectionPatch { description: Some(None), seo_title: Some(None), position: Some(0), ..CollectionPatch::default() };
        let after = CollectionChanges::parse(patch).expect("changes").apply(before.clone()).expect("a collection");
        assert_eq!((after.description.as_str(), after.seo_title.as_deref(), after.position), ("", None, 0));
        assert_eq!((after.name, after.version), (before.name.clone(), 7));
        let rules = CollectionPatch { rules: Some(sale()), ..CollectionPatch::default() };
        assert_eq!(refused(CollectionChanges::parse(rules).expect("changes").apply(before)), ["rules"]);
    }
}
