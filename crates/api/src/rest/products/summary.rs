//! Products as a list shows them.

use catalog::listing::{CategorySummary, ListedMedia, ProductSummary, VariantSummary};
use kernel::Timestamp;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::rest::media::{MediaView, address};
use crate::rest::money::MoneyView;
use crate::schema;

/// A product as a list shows it.
#[derive(Debug, Serialize, ToSchema)]
pub(in crate::rest) struct ProductSummaryView {
    /// Its id (`prod_…`).
    #[schema(value_type = schema::ProductId)]
    id: String,
    /// Grows with each change.
    version: i64,
    /// Its part of the URL.
    slug: String,
    /// Its title.
    title: String,
    /// Maker or vendor.
    brand: Option<String>,
    /// `draft`, `active` or `archived`; the public sees what is active.
    #[schema(value_type = schema::ProductStatus)]
    status: &'static str,
    /// Words to find it by.
    tags: Vec<String>,
    /// What the cheapest variant costs now.
    price_min: Option<MoneyView>,
    /// What the dearest variant costs now.
    price_max: Option<MoneyView>,
    /// How many variants are sold.
    variant_count: i64,
    /// `in_stock` where some variant can be bought now, `out` where none can.
    #[schema(value_type = schema::Availability)]
    availability: &'static str,
    /// The first picture.
    image: Option<ImageView>,
    /// When it was made.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
    /// When it was changed last.
    #[schema(value_type = String, format = DateTime)]
    updated_at: Timestamp,
    /// Its live variants; only with `include=variants`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    variants: Option<Vec<VariantSummaryView>>,
    /// All its pictures; only with `include=media`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    media: Option<Vec<MediaView>>,
    /// Its categories; only with `include=categories`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    categories: Option<Vec<CategorySummaryView>>,
}

/// The first picture of a product.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ImageView {
    /// Its id (`media_…`).
    #[schema(value_type = schema::MediaId)]
    id: String,
    /// Where it is: an address elsewhere, or a path of this shop.
    url: String,
    /// What it shows, for those who do not see it.
    alt: String,
}

/// A category of a listed product.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct CategorySummaryView {
    /// Its id (`cat_…`).
    #[schema(value_type = schema::CategoryId)]
    id: String,
    /// Its part of the URL.
    slug: String,
    /// What people call it.
    name: String,
}

/// A variant of a listed product.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct VariantSummaryView {
    /// Its id (`var_…`).
    #[schema(value_type = schema::VariantId)]
    id: String,
    /// The values of its options: `Red / L`.
    title: String,
    /// `{"Color": "Red"}`.
    #[schema(value_type = Object)]
    options: Value,
    /// Stock keeping unit.
    sku: Option<String>,
    /// GTIN, EAN, UPC or ISBN.
    barcode: Option<String>,
    /// `physical`, `digital`, `service`, `gift_card` or `external`.
    #[schema(value_type = schema::VariantKind)]
    kind: &'static str,
    /// True where it needs an address.
    requires_shipping: bool,
    /// What one piece costs now.
    price: Option<MoneyView>,
    /// What that is compared with.
    compare_at_price: Option<MoneyView>,
    /// `in_stock`, `low`, `backorder` or `out`.
    #[schema(value_type = schema::Availability)]
    availability: &'static str,
    /// The picture that shows it.
    #[schema(value_type = Option<schema::MediaId>)]
    media_id: Option<String>,
}

impl From<ProductSummary> for ProductSummaryView {
    fn from(product: ProductSummary) -> Self {
        let each = |views: Vec<VariantSummary>| views.into_iter().map(VariantSummaryView::from).collect();
        Self {
            id: product.id.to_string(),
            version: product.version,
            slug: product.slug.to_string(),
            title: product.title,
            brand: product.brand,
            status: product.status.as_str(),
            tags: product.tags,
            price_min: product.price_min.map(MoneyView::from),
            price_max: product.price_max.map(MoneyView::from),
            variant_count: product.variant_count,
            availability: product.availability.as_str(),
            image: product.media.map(ImageView::from),
            created_at: product.created_at,
            updated_at: product.updated_at,
            variants: product.included_variants.map(each),
            media: product.included_media.map(|media| media.into_iter().map(MediaView::from).collect()),
            categories: product.included_categories.map(|all| all.into_iter().map(CategorySummaryView::from).collect()),
        }
    }
}

impl From<ListedMedia> for ImageView {
    fn from(media: ListedMedia) -> Self {
        let url = media.file_key.map_or_else(|| media.source_url.unwrap_or_default(), |key| address(&key));
        Self { id: media.id.to_string(), url, alt: media.alt }
    }
}

impl From<CategorySummary> for CategorySummaryView {
    fn from(category: CategorySummary) -> Self {
        Self { id: category.id.to_string(), slug: category.slug.to_string(), name: category.name }
    }
}

impl From<VariantSummary> for VariantSummaryView {
    fn from(variant: VariantSummary) -> Self {
        Self {
            id: variant.id.to_string(),
            title: variant.title,
            options: variant.options.to_json(),
            sku: variant.sku,
            barcode: variant.barcode,
            kind: variant.kind.as_str(),
            requires_shipping: variant.requires_shipping,
            price: variant.price.map(MoneyView::from),
            compare_at_price: variant.compare_at_price.map(MoneyView::from),
            availability: variant.availability.as_str(),
            media_id: variant.media_id.map(|id| id.to_string()),
        }
    }
}
