//! Products as they come from outside, and what parsing makes of them.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use kernel::{CategoryId, FieldErrors, Slug, fold, tag, text};
use serde_json::Value;
use url::Url;

use super::free_form::{Attributes, Metadata};
use super::model::{ExternalRef, ExternalRefInput, ProductContent, ProductStatus, parse_external_refs};
use super::options::{OptionInput, ProductOption};
use super::relations::{Relation, RelationInput};
use crate::description::clean;

/// A product's own fields as they come from outside. Absent (`None`) is not the same as null (`Some(None)`): a partial
/// change leaves alone what is absent, a whole product gets the default for it.
#[derive(Debug, Clone, Default)]
pub struct ProductInput {
    /// 1 to 255 characters.
    pub title: Option<String>,
    /// Its part of the URL; null: made of the title.
    pub slug: Option<Option<String>>,
    /// HTML, at most 64 KiB.
    pub description: Option<String>,
    /// `draft`, `active`, `archived`.
    pub status: Option<String>,
    /// At most 255 characters.
    pub brand: Option<Option<String>>,
    /// At most 250.
    pub tags: Option<Vec<String>>,
    /// At most 255 characters.
    pub seo_title: Option<Option<String>>,
    /// At most 1,000 characters.
    pub seo_description: Option<Option<String>>,
    /// Lists of texts by name.
    pub attributes: Option<BTreeMap<String, Vec<String>>>,
    /// A JSON object, at most 16 KiB and 8 levels deep.
    pub metadata: Option<Value>,
    /// Where it is sold instead: an absolute `http` or `https` URL.
    pub external_url: Option<Option<String>>,
    /// At most 100 characters.
    pub external_button_text: Option<Option<String>>,
    /// Ids of categories.
    pub category_ids: Option<Vec<String>>,
    /// Other products.
    pub relations: Option<Vec<RelationInput>>,
    /// What the variants differ in.
    pub options: Option<Vec<OptionInput>>,
    /// What other systems call it.
    pub external_refs: Option<Vec<ExternalRefInput>>,
}

/// Parsed changes of a product's own fields; what is absent stays.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProductChanges {
    title: Option<String>,
    slug: Option<Option<Slug>>,
    description: Option<String>,
    status: Option<ProductStatus>,
    brand: Option<Option<String>>,
    tags: Option<Vec<String>>,
    seo_title: Option<Option<String>>,
    seo_description: Option<Option<String>>,
    attributes: Option<Attributes>,
    metadata: Option<Metadata>,
    external_url: Option<Option<String>>,
    external_button_text: Option<Option<String>>,
    category_ids: Option<Vec<CategoryId>>,
    relations: Option<Vec<Relation>>,
    options: Option<Vec<ProductOption>>,
    external_refs: Option<Vec<ExternalRef>>,
}

/// More tags than people read.
const MOST_TAGS: usize = 250;
/// More categories than one thing belongs to.
const MOST_CATEGORIES: usize = 100;
/// What browsers and proxies pass on.
const LONGEST_URL: usize = 2_048;

impl ProductChanges {
    /// Reads changes of a product.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse(input: ProductInput) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let changes = Self {
            title: errors.take_optional("title", input.title, |raw| text(&raw, 255)),
            slug: nullable(&mut errors, "slug", input.slug, |raw| Slug::parse(&raw)),
            description: errors.take_optional("description", input.description, |raw| clean(&raw)),
            status: errors.take_optional("status", input.status, |raw| raw.parse()),
            brand: nullable(&mut errors, "brand", input.brand, |raw| text(&raw, 255)),
            tags: nested(&mut errors, "tags", input.tags, parse_tags),
            seo_title: nullable(&mut errors, "seo_title", input.seo_title, |raw| text(&one_line(&raw), 255)),
            seo_description: nullable(&mut errors, "seo_description", input.seo_description, |raw| text(&one_line(&raw), 1_000)),
            attributes: nested(&mut errors, "attributes", input.attributes, Attributes::parse),
            metadata: errors.take_optional("metadata", input.metadata, Metadata::parse),
            external_url: nullable(&mut errors, "external_url", input.external_url, |raw| parse_url(&raw)),
            external_button_text: nullable(&mut errors, "external_button_text", input.external_button_text, |raw| {
                text(&one_line(&raw), 100)
            }),
            category_ids: nested(&mut errors, "category_ids", input.category_ids, parse_category_ids),
            relations: nested(&mut errors, "relations", input.relations, Relation::parse_all),
            options: nested(&mut errors, "options", input.options, ProductOption::parse_all),
            external_refs: nested(&mut errors, "external_refs", input.external_refs, parse_external_refs),
        };
        errors.finish(|| Some(changes))
    }

    /// Reads a whole product: it has a title, from which a slug can be made where none is given.
    ///
    /// # Errors
    /// Every field that is refused.
    pub fn parse_whole(input: ProductInput) -> Result<Self, FieldErrors> {
        let absent = input.title.is_none();
        let parsed = Self::parse(input);
        if !absent {
            return parsed;
        }
        let mut errors = parsed.err().unwrap_or_default();
        errors.add("title", "is required");
        Err(errors)
    }

    /// The slug that is asked for; `Some(None)` where one is to be made of the title.
    #[must_use]
    pub fn slug(&self) -> Option<Option<&Slug>> {
        self.slug.as_ref().map(Option::as_ref)
    }

    /// Only the status changes.
    #[must_use]
    pub fn of_status(status: ProductStatus) -> Self {
        Self { status: Some(status), ..Self::default() }
    }

    /// The content with these changes.
    #[must_use]
    pub fn apply_to(self, content: ProductContent) -> ProductContent {
        ProductContent {
            title: self.title.unwrap_or(content.title),
            description: self.description.unwrap_or(content.description),
            status: self.status.unwrap_or(content.status),
            brand: self.brand.unwrap_or(content.brand),
            tags: self.tags.unwrap_or(content.tags),
            seo_title: self.seo_title.unwrap_or(content.seo_title),
            seo_description: self.seo_description.unwrap_or(content.seo_description),
            attributes: self.attributes.unwrap_or(content.attributes),
            metadata: self.metadata.unwrap_or(content.metadata),
            external_url: self.external_url.unwrap_or(content.external_url),
            external_button_text: self.external_button_text.unwrap_or(content.external_button_text),
            category_ids: self.category_ids.unwrap_or(content.category_ids),
            relations: self.relations.unwrap_or(content.relations),
            options: self.options.unwrap_or(content.options),
            external_refs: self.external_refs.unwrap_or(content.external_refs),
        }
    }
}

/// A field that may be absent, null or given.
fn nullable<T, E: fmt::Display>(
    errors: &mut FieldErrors,
    field: &str,
    raw: Option<Option<String>>,
    parse: impl FnOnce(String) -> Result<T, E>,
) -> Option<Option<T>> {
    raw.map(|raw| errors.take_optional(field, raw, parse))
}

/// A field whose parts have errors of their own.
fn nested<R, T>(errors: &mut FieldErrors, field: &str, raw: Option<R>, parse: impl FnOnce(R) -> Result<T, FieldErrors>) -> Option<T> {
    raw.and_then(|raw| parse(raw).map_err(|inner| errors.nest(field, inner)).ok())
}

/// Line breaks and tabs of spreadsheets are blanks here.
fn one_line(raw: &str) -> String {
    raw.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn parse_tags(raw: Vec<String>) -> Result<Vec<String>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let (mut tags, mut keys): (Vec<String>, BTreeSet<String>) = Default::default();
    for (place, raw) in raw.iter().enumerate() {
        let parsed = errors.take(place.to_string(), tag(raw));
        tags.extend(parsed.filter(|tag| keys.insert(fold(tag))));
        if tags.len() > MOST_TAGS {
            return Err(FieldErrors::of("", format!("must be at most {MOST_TAGS} tags")));
        }
    }
    errors.finish(|| Some(tags))
}

fn parse_category_ids(raw: Vec<String>) -> Result<Vec<CategoryId>, FieldErrors> {
    let mut errors = FieldErrors::new();
    if raw.len() > MOST_CATEGORIES {
        errors.add("", format!("must be at most {MOST_CATEGORIES} categories"));
    }
    let mut ids: Vec<CategoryId> = Vec::new();
    for (place, raw) in raw.iter().take(MOST_CATEGORIES).enumerate() {
        let parsed = errors.take(place.to_string(), raw.parse::<CategoryId>().map_err(|_| "unknown category"));
        ids.extend(parsed.filter(|id| !ids.contains(id)));
    }
    errors.finish(|| Some(ids))
}

fn parse_url(raw: &str) -> Result<String, &'static str> {
    const REFUSED: &str = "must be an absolute http or https URL";
    let url = Url::parse(raw.trim()).map_err(|_| REFUSED)?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(REFUSED);
    }
    if url.as_str().len() > LONGEST_URL { Err("must be at most 2048 characters long") } else { Ok(url.into()) }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn texts(raw: &[&str]) -> Vec<String> {
        raw.iter().map(|&text| text.to_owned()).collect()
    }

    #[test]
    fn every_field_that_is_wrong_is_named() {
        let input = ProductInput {
            title: Some(" ".to_owned()),
            slug: Some(Some("A b".to_owned())),
            status: Some("sold".to_owned()),
            tags: Some(texts(&["ok", "\u{1}"])),
            metadata: Some(json!(1)),
            external_url: Some(Some("javascript:alert(1)".to_owned())),
            category_ids: Some(texts(&["prod_01h455vb4pex5vsknk084sn02q"])),
            ..ProductInput::default()
        };
        let fields: Vec<String> = ProductChanges::parse(input).expect_err("refused").into_map().into_keys().collect();
        assert_eq!(fields, ["category_ids.0", "external_url", "metadata", "slug", "status", "tags.1", "title"]);
        let refused = ProductChanges::parse_whole(ProductInput::default()).expect_err("no title").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["title"]);
    }

    #[test]
    fn absent_stays_and_null_clears() {
        let before = ProductContent { brand: Some("Acme".to_owned()), seo_title: Some("Mug".to_owned()), ..ProductContent::default() };
        let input = ProductInput { brand: Some(None), ..ProductInput::default() };
        let after = ProductChanges::parse(input).expect("changes").apply_to(before);
        assert_eq!((after.brand, after.seo_title.as_deref()), (None, Some("Mug")));
    }

    #[test]
    fn a_tag_is_kept_once_whatever_its_case() {
        assert_eq!(parse_tags(texts(&["Mug", "mug ", "Tea", "MÜG"])), Ok(texts(&["Mug", "Tea"])));
        let many: Vec<String> = (0..251).map(|n| n.to_string()).collect();
        assert!(parse_tags(many).is_err());
    }
}
