//! What staff send about collections.

use catalog::collections::{
    AddProducts, CollectionChanges, CollectionDetails, CollectionInput, CollectionPatch as CollectionPatchInput, ReplaceProducts,
    UpdateCollection,
};
use kernel::{CollectionId, FieldErrors, ProductId};
use serde::Deserialize;
use utoipa::ToSchema;

use super::rules::CollectionRules;
use crate::rest::carts::present;
use crate::schema;

/// A new collection.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionIn {
    /// What people call it.
    #[schema(min_length = 1, max_length = 255, example = "Summer sale")]
    name: String,
    /// Its name in addresses, unique. Absent: made of the name.
    #[schema(min_length = 1, max_length = 200, example = "summer-sale")]
    slug: Option<String>,
    /// HTML; scripts and the like are taken out.
    #[schema(max_length = 65_536)]
    description: Option<String>,
    /// Whether customers see it. Absent: `draft`.
    #[schema(value_type = Option<schema::CollectionStatus>)]
    status: Option<String>,
    /// By whom products are put into it, for good. Absent: `manual`.
    #[schema(value_type = Option<schema::CollectionKind>)]
    kind: Option<String>,
    /// Which products are in it, where `kind` is `rules`.
    rules: Option<CollectionRules>,
    /// Its place among collections. Absent: behind them.
    #[schema(minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// What search engines show as its title.
    #[schema(min_length = 1, max_length = 255)]
    seo_title: Option<String>,
    /// What search engines show below it.
    #[schema(min_length = 1, max_length = 1_000)]
    seo_description: Option<String>,
}

impl CollectionIn {
    pub(super) fn parse(self) -> Result<CollectionDetails, FieldErrors> {
        let Self { name, slug, description, status, kind, rules, position, seo_title, seo_description } = self;
        let rules = rules.map(Into::into);
        CollectionDetails::parse(CollectionInput { name, slug, description, status, kind, rules, position, seo_title, seo_description })
    }
}

/// What changes of a collection; an absent field stays, `null` empties it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    name: Option<String>,
    /// Its name in addresses, unique.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 200)]
    slug: Option<String>,
    /// HTML; scripts and the like are taken out.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 65_536)]
    description: Option<Option<String>>,
    /// Whether customers see it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, value_type = Option<schema::CollectionStatus>)]
    status: Option<String>,
    /// Which products are in it, in place of the rules that it had.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    rules: Option<CollectionRules>,
    /// Its place among collections.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, minimum = 0, maximum = 1_000_000)]
    position: Option<i64>,
    /// What search engines show as its title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    seo_title: Option<Option<String>>,
    /// What search engines show below it.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1_000)]
    seo_description: Option<Option<String>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl CollectionPatch {
    pub(super) fn parse(self, id: CollectionId, version: i64) -> Result<UpdateCollection, FieldErrors> {
        let Self { name, slug, description, status, rules, position, seo_title, seo_description, version: _ } = self;
        let rules = rules.map(Into::into);
        let patch = CollectionPatchInput { name, slug, description, status, rules, position, seo_title, seo_description };
        Ok(UpdateCollection { id, version, changes: CollectionChanges::parse(patch)? })
    }
}

/// The products of a collection from now on, in their order.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionProductsPut {
    /// Each of them once.
    #[schema(value_type = Vec<schema::ProductId>, max_items = 10_000)]
    product_ids: Vec<String>,
    /// The collection's version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl CollectionProductsPut {
    pub(super) fn parse(self, id: CollectionId, version: i64) -> Result<ReplaceProducts, FieldErrors> {
        Ok(ReplaceProducts { id, version, product_ids: ids(&self.product_ids)? })
    }
}

/// What is to be in a collection, too.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionProductsIn {
    /// They are put behind those that are in it, in this order.
    #[schema(value_type = Vec<schema::ProductId>, max_items = 10_000)]
    product_ids: Vec<String>,
}

impl CollectionProductsIn {
    pub(super) fn parse(self, id: CollectionId) -> Result<AddProducts, FieldErrors> {
        Ok(AddProducts { id, product_ids: ids(&self.product_ids)? })
    }
}

fn ids(raw: &[String]) -> Result<Vec<ProductId>, FieldErrors> {
    let mut errors = FieldErrors::new();
    let ids = raw.iter().enumerate();
    let ids = ids.filter_map(|(place, raw)| errors.take(format!("product_ids.{place}"), raw.parse::<ProductId>())).collect();
    errors.finish(|| Some(ids))
}

/// Rules that nobody has kept yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CollectionPreviewIn {
    /// Which products would be in the collection.
    pub(super) rules: CollectionRules,
}
