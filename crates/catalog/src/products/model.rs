//! What a product is.

use kernel::{CategoryId, FieldErrors, ProductId, Slug, Timestamp, text, text_enum};
use serde::Serialize;

use super::free_form::{Attributes, Metadata};
use super::options::ProductOption;
use super::relations::{Relation, RelationKind};

text_enum! {
    /// Whether a product is sold.
    pub enum ProductStatus {
        /// Being written; customers do not see it.
        Draft = "draft",
        /// For sale.
        Active = "active",
        /// Sold no more; stays for the orders that name it.
        Archived = "archived",
    }
}

/// The name that another system has for a thing of ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ExternalRef {
    /// Which system: `woocommerce`.
    pub source: String,
    /// Its name for the thing.
    pub id: String,
}

/// An external reference as it comes from outside.
#[derive(Debug, Clone, Default)]
pub struct ExternalRefInput {
    /// Which system.
    pub source: String,
    /// Its name for the thing.
    pub id: String,
}

/// One thing is known to few systems.
const MOST_REFS: usize = 20;

/// Reads external references, sorted, each once.
///
/// # Errors
/// Every source and id that is refused.
pub fn parse_external_refs(raw: Vec<ExternalRefInput>) -> Result<Vec<ExternalRef>, FieldErrors> {
    let mut errors = FieldErrors::new();
    if raw.len() > MOST_REFS {
        errors.add("", format!("must be at most {MOST_REFS} references"));
    }
    let mut refs = Vec::new();
    for (place, input) in raw.into_iter().take(MOST_REFS).enumerate() {
        let source = errors.take(format!("{place}.source"), text(&input.source, 64));
        let id = errors.take(format!("{place}.id"), text(&input.id, 255));
        refs.extend(source.zip(id).map(|(source, id)| ExternalRef { source, id }));
    }
    refs.sort();
    refs.dedup();
    errors.finish(|| Some(refs))
}

/// What people write about a product. Only parsed input and rows become one.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ProductContent {
    /// 1 to 255 characters.
    pub title: String,
    /// Clean HTML.
    pub description: String,
    /// Whether it is sold.
    pub status: ProductStatus,
    /// Maker or vendor.
    pub brand: Option<String>,
    /// Words to find it by, each once.
    pub tags: Vec<String>,
    /// What search engines show as its title.
    pub seo_title: Option<String>,
    /// What search engines show below it.
    pub seo_description: Option<String>,
    /// Facts that customers see.
    pub attributes: Attributes,
    /// Facts for programs.
    pub metadata: Metadata,
    /// Where it is sold instead.
    pub external_url: Option<String>,
    /// What the button there says.
    pub external_button_text: Option<String>,
    /// The categories that show it, the main one first.
    pub category_ids: Vec<CategoryId>,
    /// The products that it points at.
    pub relations: Vec<Relation>,
    /// What its variants differ in.
    pub options: Vec<ProductOption>,
    /// What other systems call it.
    pub external_refs: Vec<ExternalRef>,
}

impl Default for ProductContent {
    fn default() -> Self {
        Self {
            title: String::new(),
            description: String::new(),
            status: ProductStatus::Draft,
            brand: None,
            tags: Vec::new(),
            seo_title: None,
            seo_description: None,
            attributes: Attributes::default(),
            metadata: Metadata::default(),
            external_url: None,
            external_button_text: None,
            category_ids: Vec::new(),
            relations: Vec::new(),
            options: Vec::new(),
            external_refs: Vec::new(),
        }
    }
}

impl ProductContent {
    /// True where it is sold without a variant that has a price: somewhere else, or part by part.
    #[must_use]
    pub fn sells_without_variants(&self) -> bool {
        self.external_url.is_some() || self.relations.iter().any(|relation| relation.kind == RelationKind::Grouped)
    }
}

/// A product, without its variants.
#[derive(Debug, Clone, PartialEq)]
pub struct Product {
    /// Its id.
    pub id: ProductId,
    /// Its part of the URL; no two products share one.
    pub slug: Slug,
    /// What people write about it.
    pub content: ProductContent,
    /// Grows with each change of it or of its variants.
    pub version: i64,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was changed last.
    pub updated_at: Timestamp,
    /// By whom it was made.
    pub created_by: String,
    /// By whom it was changed last.
    pub updated_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn external_references_are_sorted_and_counted_once() {
        let input = |source: &str, id: &str| ExternalRefInput { source: source.to_owned(), id: id.to_owned() };
        let refs = parse_external_refs(vec![input("woo", "2"), input("woo", "1"), input("woo", "2")]).expect("references");
        assert_eq!(refs.iter().map(|known| known.id.as_str()).collect::<Vec<_>>(), ["1", "2"]);
        let refused = parse_external_refs(vec![input("", "1")]).expect_err("no source").into_map();
        assert_eq!(refused.into_keys().collect::<Vec<_>>(), ["0.source"]);
        let many = |count: usize| parse_external_refs((0..count).map(|place| input("woo", &format!("{place:02}"))).collect());
        assert_eq!(many(20).expect("references").len(), 20);
        for count in [21, 40] {
            assert_eq!(many(count), Err(FieldErrors::of("", "must be at most 20 references")));
        }
    }

    #[test]
    fn what_is_sold_elsewhere_or_part_by_part_needs_no_variants() {
        let related = |kind| Relation { kind, product_id: ProductId::generate() };
        let of = |kind| ProductContent { relations: vec![related(kind)], ..ProductContent::default() };
        let elsewhere = ProductContent { external_url: Some("https://example.com".to_owned()), ..ProductContent::default() };
        assert!(elsewhere.sells_without_variants() && of(RelationKind::Grouped).sells_without_variants());
        assert!(!of(RelationKind::Upsell).sells_without_variants() && !ProductContent::default().sells_without_variants());
    }
}
