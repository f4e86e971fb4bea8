//! Whole products as clients send them.

use std::collections::BTreeMap;

use catalog::assortment::CreateProduct;
use catalog::products::{ExternalRefInput, OptionInput, ProductChanges, ProductInput, RelationInput};
use catalog::variants::{VariantChanges, VariantInput};
use kernel::FieldErrors;
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::variant_wire::VariantIn;
use crate::schema;

/// A new product. What is absent gets its default; a slug is made of the title.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductIn {
    /// What people call it.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 255, example = "Stoneware mug")]
    title: Option<String>,
    /// Its part of the URL.
    #[schema(min_length = 1, max_length = 255, example = "stoneware-mug")]
    slug: Option<String>,
    /// HTML; scripts and styles are taken out.
    #[schema(max_length = 65536)]
    description: Option<String>,
    /// `draft` (the default), `active` or `archived`. An active product has a price, an external URL or grouped products.
    #[schema(value_type = Option<schema::ProductStatus>)]
    status: Option<String>,
    /// Maker or vendor.
    #[schema(min_length = 1, max_length = 255)]
    brand: Option<String>,
    /// Words to find it by.
    #[schema(value_type = Option<Vec<schema::Tag>>, max_items = 250)]
    tags: Option<Vec<String>>,
    /// What search engines show as its title.
    #[schema(min_length = 1, max_length = 255)]
    seo_title: Option<String>,
    /// What search engines show below it.
    #[schema(min_length = 1, max_length = 1000)]
    seo_description: Option<String>,
    /// Facts that customers see, as lists of texts by name: `{"Material": ["Cotton"]}`.
    attributes: Option<BTreeMap<String, Vec<String>>>,
    /// Facts for programs: an object of at most 16 KiB and 8 levels.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// Where it is sold instead.
    #[schema(max_length = 2048)]
    external_url: Option<String>,
    /// What the button there says.
    #[schema(min_length = 1, max_length = 100)]
    external_button_text: Option<String>,
    /// Its categories (`cat_…`), the main one first.
    #[schema(value_type = Option<Vec<schema::CategoryId>>, max_items = 100)]
    category_ids: Option<Vec<String>>,
    /// The products that it points at.
    #[schema(max_items = 250)]
    relations: Option<Vec<RelationIn>>,
    /// What its variants differ in.
    #[schema(max_items = 5)]
    options: Option<Vec<OptionIn>>,
    /// What other systems call it.
    #[schema(max_items = 20)]
    external_refs: Option<Vec<ExternalRefIn>>,
    /// Its variants in order: a product without options has one.
    #[schema(max_items = 250)]
    variants: Option<Vec<VariantIn>>,
}

/// A product as it is from now on; what is absent gets its default, and variants that are absent go. The slug stays.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ProductPut {
    /// What people call it.
    #[schema(required = true, nullable = false, min_length = 1, max_length = 255)]
    title: Option<String>,
    /// Its part of the URL.
    #[schema(min_length = 1, max_length = 255)]
    slug: Option<String>,
    /// HTML; scripts and styles are taken out.
    #[schema(max_length = 65536)]
    description: Option<String>,
    /// `draft` (the default), `active` or `archived`.
    #[schema(value_type = Option<schema::ProductStatus>)]
    status: Option<String>,
    /// Maker or vendor.
    #[schema(min_length = 1, max_length = 255)]
    brand: Option<String>,
    /// Words to find it by.
    #[schema(value_type = Option<Vec<schema::Tag>>, max_items = 250)]
    tags: Option<Vec<String>>,
    /// What search engines show as its title.
    #[schema(min_length = 1, max_length = 255)]
    seo_title: Option<String>,
    /// What search engines show below it.
    #[schema(min_length = 1, max_length = 1000)]
    seo_description: Option<String>,
    /// Facts that customers see, as lists of texts by name.
    attributes: Option<BTreeMap<String, Vec<String>>>,
    /// Facts for programs.
    #[schema(value_type = Option<Object>)]
    metadata: Option<Value>,
    /// Where it is sold instead.
    #[schema(max_length = 2048)]
    external_url: Option<String>,
    /// What the button there says.
    #[schema(min_length = 1, max_length = 100)]
    external_button_text: Option<String>,
    /// Its categories (`cat_…`), the main one first.
    #[schema(value_type = Option<Vec<schema::CategoryId>>, max_items = 100)]
    category_ids: Option<Vec<String>>,
    /// The products that it points at.
    #[schema(max_items = 250)]
    relations: Option<Vec<RelationIn>>,
    /// What its variants differ in.
    #[schema(max_items = 5)]
    options: Option<Vec<OptionIn>>,
    /// What other systems call it.
    #[schema(max_items = 20)]
    external_refs: Option<Vec<ExternalRefIn>>,
    /// All its variants in order, recognised by id, external reference, SKU or options. Others are deleted, or archived where
    /// stock, carts or orders name them.
    #[schema(max_items = 250)]
    variants: Option<Vec<VariantIn>>,
    /// Its version, where no `If-Match` is sent.
    pub(super) version: Option<i64>,
}

/// A product that is pointed at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct RelationIn {
    /// `grouped`, `upsell` or `cross_sell`.
    #[schema(value_type = schema::RelationKind)]
    kind: String,
    /// The other product (`prod_…`).
    #[schema(value_type = schema::ProductId)]
    product_id: String,
}

/// An option with the values that are offered.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct OptionIn {
    /// `Color`.
    #[schema(min_length = 1, max_length = 100)]
    name: String,
    /// `Red`, `Blue`.
    #[schema(min_items = 1, max_items = 250)]
    values: Vec<String>,
}

/// The name that another system has for a thing of ours.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ExternalRefIn {
    /// Which system: `woocommerce`.
    #[schema(min_length = 1, max_length = 64)]
    source: String,
    /// Its name for the thing.
    #[schema(min_length = 1, max_length = 255)]
    id: String,
}

impl ProductIn {
    pub(super) fn parse(self) -> Result<CreateProduct, FieldErrors> {
        let mut errors = FieldErrors::new();
        let inputs = self.variants.into_iter().flatten().map(VariantIn::input).collect();
        let variants = variants(&mut errors, inputs);
        let input = ProductInput {
            title: self.title,
            slug: Some(self.slug).filter(Option::is_some),
            description: self.description,
            status: self.status,
            brand: Some(self.brand),
            tags: self.tags,
            seo_title: Some(self.seo_title),
            seo_description: Some(self.seo_description),
            attributes: self.attributes,
            metadata: self.metadata,
            external_url: Some(self.external_url),
            external_button_text: Some(self.external_button_text),
            category_ids: self.category_ids,
            relations: self.relations.map(relations),
            options: self.options.map(options),
            external_refs: self.external_refs.map(refs),
        };
        let product = ProductChanges::parse_whole(input).map_err(|inner| errors.nest("", inner)).ok();
        errors.finish(|| Some(CreateProduct { product: product?, variants: variants? }))
    }
}

impl ProductPut {
    /// As a whole product; without a slug it keeps the one it has.
    pub(super) fn parse(self) -> Result<CreateProduct, FieldErrors> {
        let whole = ProductIn {
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
            relations: self.relations,
            options: self.options,
            external_refs: self.external_refs,
            variants: self.variants,
        };
        whole.parse()
    }
}

/// Reads variants; what is wrong with one is named by its place.
pub(super) fn variants(errors: &mut FieldErrors, inputs: Vec<VariantInput>) -> Option<Vec<VariantChanges>> {
    let read = |(place, input)| VariantChanges::parse(input).map_err(|inner| errors.nest(&format!("variants.{place}"), inner)).ok();
    let parsed: Vec<Option<VariantChanges>> = inputs.into_iter().enumerate().map(read).collect();
    parsed.into_iter().collect()
}

pub(super) fn relations(raw: Vec<RelationIn>) -> Vec<RelationInput> {
    raw.into_iter().map(|RelationIn { kind, product_id }| RelationInput { kind, product_id }).collect()
}

pub(super) fn options(raw: Vec<OptionIn>) -> Vec<OptionInput> {
    raw.into_iter().map(|OptionIn { name, values }| OptionInput { name, values }).collect()
}

pub(super) fn refs(raw: Vec<ExternalRefIn>) -> Vec<ExternalRefInput> {
    raw.into_iter().map(|ExternalRefIn { source, id }| ExternalRefInput { source, id }).collect()
}
