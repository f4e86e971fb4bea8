//! A product as everybody sees it, and what staff see beyond that.

use catalog::assortment::ProductDocument;
use catalog::listing::Audience;
use catalog::products::{Attributes, CategoryOfProduct, ExternalRef, ProductOption, Relation};
use kernel::{Money, Timestamp};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::variant_view::VariantView;
use crate::rest::media::MediaView;
use crate::rest::money::MoneyView;
use crate::schema;

/// A product with everything that belongs to it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProductView {
    /// Its id (`prod_…`).
    #[schema(value_type = schema::ProductId)]
    id: String,
    /// Grows with each change of it or of its variants.
    version: i64,
    /// Its part of the URL.
    slug: String,
    /// Its title.
    title: String,
    /// HTML without scripts.
    description: String,
    /// `draft`, `active` or `archived`; the public sees what is active.
    #[schema(value_type = schema::ProductStatus)]
    status: &'static str,
    /// Maker or vendor.
    brand: Option<String>,
    /// Words to find it by.
    tags: Vec<String>,
    /// What search engines show as its title.
    seo_title: Option<String>,
    /// What search engines show below it.
    seo_description: Option<String>,
    /// Lists of texts by name: `{"Material": ["Cotton"]}`.
    #[schema(value_type = std::collections::BTreeMap<String, Vec<String>>)]
    attributes: Value,
    /// Where it is sold instead.
    external_url: Option<String>,
    /// What the button there says.
    external_button_text: Option<String>,
    /// What its variants differ in.
    options: Vec<OptionView>,
    /// What the cheapest variant costs now.
    price_min: Option<MoneyView>,
    /// What the dearest variant costs now.
    price_max: Option<MoneyView>,
    /// The best that can be said of its variants: `in_stock`, `low`, `backorder` or `out`.
    #[schema(value_type = schema::Availability)]
    availability: &'static str,
    /// Its variants in order; archived ones for staff alone.
    variants: Vec<VariantView>,
    /// Its pictures in order.
    media: Vec<MediaView>,
    /// Its categories, the main one first.
    categories: Vec<ProductCategoryView>,
    /// The products that it points at.
    relations: Vec<RelationView>,
    /// Facts for programs; with `products:read` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>, nullable = false)]
    metadata: Option<Value>,
    /// What other systems call it; with `products:read` alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    external_refs: Option<Vec<ExternalRefView>>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
}

/// An option with the values that are offered.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OptionView {
    /// `Color`.
    name: String,
    /// `Red`, `Blue`.
    values: Vec<String>,
}

/// A category that shows the product.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ProductCategoryView {
    /// Its id (`cat_…`).
    #[schema(value_type = schema::CategoryId)]
    id: String,
    /// Its part of the URL.
    slug: String,
    /// What people call it.
    name: String,
    /// The way to it from the root; the last step is the category itself.
    breadcrumbs: Vec<CrumbView>,
}

/// A step on the way to a category.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CrumbView {
    /// The category (`cat_…`).
    #[schema(value_type = schema::CategoryId)]
    id: String,
    /// Its part of the URL.
    slug: String,
    /// What people call it.
    name: String,
}

/// A product that is pointed at.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RelationView {
    /// `grouped`, `upsell` or `cross_sell`.
    #[schema(value_type = schema::RelationKind)]
    kind: &'static str,
    /// The other product (`prod_…`).
    #[schema(value_type = schema::ProductId)]
    product_id: String,
}

/// The name that another system has for a thing of ours.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ExternalRefView {
    /// Which system.
    source: String,
    /// Its name for the thing.
    id: String,
}

impl ProductView {
    /// The product as this audience may see it.
    pub(super) fn of(document: ProductDocument, audience: Audience) -> Self {
        let availability = document.availability().as_str();
        let (price_min, price_max) = price_range(&document);
        let ProductDocument { product, variants, categories, media } = document;
        let content = product.content;
        let for_staff = audience == Audience::Staff;
        Self {
            id: product.id.to_string(),
            version: product.version,
            slug: product.slug.to_string(),
            title: content.title,
            description: content.description,
            status: content.status.as_str(),
            brand: content.brand,
            tags: content.tags,
            seo_title: content.seo_title,
            seo_description: content.seo_description,
            attributes: attributes(&content.attributes),
            external_url: content.external_url,
            external_button_text: content.external_button_text,
            options: content.options.iter().map(OptionView::from).collect(),
            price_min: price_min.map(MoneyView::from),
            price_max: price_max.map(MoneyView::from),
            availability,
            variants: variants.into_iter().map(|variant| VariantView::of(variant, audience)).collect(),
            media: media.into_iter().map(MediaView::from).collect(),
            categories: categories.into_iter().map(ProductCategoryView::from).collect(),
            relations: content.relations.iter().map(RelationView::from).collect(),
            metadata: for_staff.then(|| content.metadata.as_json().clone()),
            external_refs: for_staff.then(|| refs(content.external_refs)),
            created_at: product.created_at,
            updated_at: product.updated_at,
        }
    }
}

/// What the cheapest and the dearest live variant cost; the prices of a list are of one currency.
fn price_range(document: &ProductDocument) -> (Option<Money>, Option<Money>) {
    let live = document.variants.iter().filter(|stocked| !stocked.variant.content.archived);
    let prices: Vec<Money> = live.filter_map(|stocked| stocked.price).map(|step| step.amount).collect();
    let by_amount = |price: &&Money| price.minor();
    (prices.iter().min_by_key(by_amount).copied(), prices.iter().max_by_key(by_amount).copied())
}

fn attributes(attributes: &Attributes) -> Value {
    let entry = |(name, values): (&str, &[String])| (name.to_owned(), Value::from(values.to_vec()));
    attributes.iter().map(entry).collect::<Map<_, _>>().into()
}

pub(super) fn refs(refs: Vec<ExternalRef>) -> Vec<ExternalRefView> {
    refs.into_iter().map(|ExternalRef { source, id }| ExternalRefView { source, id }).collect()
}

impl From<&ProductOption> for OptionView {
    fn from(option: &ProductOption) -> Self {
        Self { name: option.name().to_owned(), values: option.values().to_vec() }
    }
}

impl From<CategoryOfProduct> for ProductCategoryView {
    fn from(category: CategoryOfProduct) -> Self {
        let crumb = |crumb: &catalog::categories::Crumb| CrumbView {
            id: crumb.id.to_string(),
            slug: crumb.slug.to_string(),
            name: crumb.name.clone(),
        };
        let last = category.breadcrumbs.last();
        Self {
            id: category.id.to_string(),
            slug: last.map(|crumb| crumb.slug.to_string()).unwrap_or_default(),
            name: last.map(|crumb| crumb.name.clone()).unwrap_or_default(),
            breadcrumbs: category.breadcrumbs.iter().map(crumb).collect(),
        }
    }
}

impl From<&Relation> for RelationView {
    fn from(relation: &Relation) -> Self {
        Self { kind: relation.kind.as_str(), product_id: relation.product_id.to_string() }
    }
}
