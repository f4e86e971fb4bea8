//! Parts of a product as clients send them: what is absent stays, what is null is emptied.

use std::collections::BTreeMap;

use catalog::assortment::{PatchProduct, VariantsChange};
use catalog::products::{ProductChanges, ProductInput, ProductRef};
use kernel::FieldErrors;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::variant_schema::InnerVariantPatch;
use super::variant_wire::VariantPatch;
use super::wire::{ExternalRefIn, OptionIn, RelationIn, options, refs, relations, variants};
use crate::rest::carts::present;
use crate::schema;

/// What changes of a product; an absent field stays.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductPatch {
    /// What people call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, min_length = 1, max_length = 255)]
    title: Option<String>,
    /// Its part of the URL; `null`: made of the title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    slug: Option<Option<String>>,
    /// HTML; scripts and styles are taken out.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_length = 65536)]
    description: Option<String>,
    /// `draft`, `active` or `archived`: the way to take a product off sale that was sold.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = schema::ProductStatus)]
    status: Option<String>,
    /// Maker or vendor; `null`: none.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    brand: Option<Option<String>>,
    /// All words to find it by.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<schema::Tag>, max_items = 250)]
    tags: Option<Vec<String>>,
    /// What search engines show as its title; `null`: the title.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 255)]
    seo_title: Option<Option<String>>,
    /// What search engines show below it; `null`: nothing.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 1000)]
    seo_description: Option<Option<String>>,
    /// All facts that customers see, as lists of texts by name.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false)]
    attributes: Option<BTreeMap<String, Vec<String>>>,
    /// All facts for programs.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<Object>, nullable = false)]
    metadata: Option<Value>,
    /// Where it is sold instead; `null`: here.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, max_length = 2048)]
    external_url: Option<Option<String>>,
    /// What the button there says; `null`: nothing of its own.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Option<String>, min_length = 1, max_length = 100)]
    external_button_text: Option<Option<String>>,
    /// All its categories (`cat_…`), the main one first.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<schema::CategoryId>, max_items = 100)]
    category_ids: Option<Vec<String>>,
    /// All products that it points at.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 250)]
    relations: Option<Vec<RelationIn>>,
    /// What all its variants differ in.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 5)]
    options: Option<Vec<OptionIn>>,
    /// What other systems call it.
    #[serde(default, deserialize_with = "present")]
    #[schema(nullable = false, max_items = 20)]
    external_refs: Option<Vec<ExternalRefIn>>,
    /// Variants to change (recognised by id, external reference, SKU or options) or to add; all others stay.
    #[serde(default, deserialize_with = "present")]
    #[schema(value_type = Vec<InnerVariantPatch>, max_items = 250)]
    variants: Option<Vec<VariantPatch>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

impl ProductPatch {
    /// The command for this product at this version.
    pub(super) fn parse(self, reference: ProductRef, version: i64) -> Result<PatchProduct, FieldErrors> {
        let mut errors = FieldErrors::new();
        let patches = self.variants.map(|raw| raw.into_iter().enumerate().map(|(place, patch)| part(&mut errors, place, patch)).collect());
        let variants = patches.map(|inputs| variants(&mut errors, inputs));
        let input = ProductInput {
            title: self.title,
            slug: self.slug,
            description: self.description,
            status: self.status,
            brand: self.brand,
            tags: self.tags,
            seo_title: self.seo_title,
            seo_description: self.seo_description,
            attributes: self.attributes,
            metadata: self.metadata,
            external_url: self.external_url,
            external_button_text: self.external_button_text,
            category_ids: self.category_ids,
            relations: self.relations.map(relations),
            options: self.options.map(options),
            external_refs: self.external_refs.map(refs),
        };
        let product = ProductChanges::parse(input).map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| {
            let variants = match variants {
                Some(changes) => VariantsChange::Merge(changes?),
                None => VariantsChange::Keep,
            };
            Some(PatchProduct { reference, version, product: product?, variants })
        })
    }
}

/// A variant inside a product: the version that counts is the product's.
fn part(errors: &mut FieldErrors, place: usize, patch: VariantPatch) -> catalog::variants::VariantInput {
    if patch.version.is_some() {
        errors.add(format!("variants.{place}.version"), "is not a field here: the product's version counts");
    }
    patch.input()
}
