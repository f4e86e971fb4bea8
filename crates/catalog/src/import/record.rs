//! The neutral product record: one line of our own JSONL, and what every other format is read into.

use std::collections::BTreeMap;

use kernel::Slug;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::field::Field;
use super::variant_record::VariantRecord;
use crate::products::ProductStatus;

/// Changes of metadata by key: null removes a key, absent keys stay.
pub type MetadataPatch = BTreeMap<String, Value>;

/// What a file says about one product. Absent leaves stored values alone, null (or an empty cell) clears them.
///
/// A product is recognised by external reference, then slug, then the SKU of a variant. Lists that are set replace the
/// stored list; `attributes` and `metadata` are merged by key; variants are matched one by one, and those that the
/// record does not name stay as they are.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ProductRecord {
    /// The part of the URL; without one a new product gets it from its title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slug: Option<Slug>,
    /// The name; needed for a new product, never cleared.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub title: Field<String>,
    /// HTML as given; whoever stores it cleans it.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub description: Field<String>,
    /// Whether it is sold; draft by default.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub status: Field<ProductStatus>,
    /// Maker or vendor.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub brand: Field<String>,
    /// All tags.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub tags: Field<Vec<String>>,
    /// What search engines show.
    #[serde(skip_serializing_if = "Seo::is_default")]
    pub seo: Seo,
    /// Free attributes by name, merged; an empty list removes one.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub attributes: BTreeMap<String, Vec<String>>,
    /// What has no field of ours, merged.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: MetadataPatch,
    /// All categories, each as the path of names from the root.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub categories: Field<Vec<Vec<String>>>,
    /// What variants differ in, in order; empty for a product with a single variant.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub options: Field<Vec<OptionRecord>>,
    /// Variants in the order in which they are offered, recognised by external reference, then SKU, then option values.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<VariantRecord>,
    /// All pictures in order.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub media: Field<Vec<MediaRecord>>,
    /// Other products that belong to this one.
    #[serde(skip_serializing_if = "Relations::is_default")]
    pub relations: Relations,
    /// What other systems call it; added, never removed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub external_refs: Vec<ExternalRef>,
    /// Where an external product is sold.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub external_url: Field<String>,
    /// What the button to `external_url` says.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub external_button_text: Field<String>,
}

impl ProductRecord {
    /// What reports call this product: its slug, else what the first other system calls it, else its title.
    #[must_use]
    pub fn name(&self) -> Option<String> {
        let external = || self.external_refs.first().map(ExternalRef::to_string);
        self.slug.as_ref().map(ToString::to_string).or_else(external).or_else(|| self.title.get().cloned())
    }
}

/// What search engines show.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Seo {
    /// Page title.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub title: Field<String>,
    /// Page description.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub description: Field<String>,
}

impl Seo {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// One thing that variants differ in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OptionRecord {
    /// `Colour`.
    pub name: String,
    /// All values in order.
    pub values: Vec<String>,
}

/// One picture.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MediaRecord {
    /// Where it is fetched from.
    pub url: String,
    /// What the source says of its place; the list is in this order already.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u32>,
    /// What those hear who cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alt: Option<String>,
}

/// Other products that belong to this one; they may stand later in the file, or be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Relations {
    /// What is sold together on this product's page.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub grouped: Field<Vec<Reference>>,
    /// The better choice.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub upsell: Field<Vec<Reference>>,
    /// What goes with it.
    #[serde(skip_serializing_if = "Field::is_keep")]
    pub cross_sell: Field<Vec<Reference>>,
}

impl Relations {
    fn is_default(&self) -> bool {
        *self == Self::default()
    }
}

/// How one record names another product.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reference {
    /// By the SKU of a variant, or of a WooCommerce parent (kept as external reference `woocommerce.sku`).
    Sku(String),
    /// By its slug.
    Slug(Slug),
    /// By what another system calls it.
    External(ExternalRef),
}

impl std::fmt::Display for Reference {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Sku(sku) => write!(f, "SKU {sku}"),
            Self::Slug(slug) => write!(f, "{slug}"),
            Self::External(external) => write!(f, "{external}"),
        }
    }
}

/// What another system calls a product or variant.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExternalRef {
    /// Which system: `shopify`, `woocommerce`, `woocommerce.sku`.
    pub source: String,
    /// Its word for it.
    pub id: String,
}

impl ExternalRef {
    /// A reference into another system.
    pub fn new(source: impl Into<String>, id: impl Into<String>) -> Self {
        Self { source: source.into(), id: id.into() }
    }
}

impl std::fmt::Display for ExternalRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.source, self.id)
    }
}
