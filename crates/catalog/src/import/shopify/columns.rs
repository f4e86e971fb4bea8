//! The headers of Shopify's product CSV, in both dialects.

use crate::import::columns::{MetadataColumn, Scope, Use};
use crate::import::detect::normal;

/// The current template, column by column: what export writes.
pub(crate) const CURRENT: [&str; 57] = [
    "Title",
    "URL handle",
    "Description",
    "Vendor",
    "Product category",
    "Type",
    "Tags",
    "Published on online store",
    "Status",
    "SKU",
    "Barcode",
    "Option1 name",
    "Option1 value",
    "Option1 Linked To",
    "Option2 name",
    "Option2 value",
    "Option2 Linked To",
    "Option3 name",
    "Option3 value",
    "Option3 Linked To",
    "Price",
    "Compare-at price",
    "Cost per item",
    "Charge tax",
    "Tax code",
    "Unit price total measure",
    "Unit price total measure unit",
    "Unit price base measure",
    "Unit price base measure unit",
    "Inventory tracker",
    "Inventory quantity",
    "Continue selling when out of stock",
    "Weight value (grams)",
    "Weight unit for display",
    "Requires shipping",
    "Fulfillment service",
    "Product image URL",
    "Image position",
    "Image alt text",
    "Variant image URL",
    "Gift card",
    "SEO title",
    "SEO description",
    "Color (product.metafields.shopify.color-pattern)",
    "Google Shopping / Google product category",
    "Google Shopping / Gender",
    "Google Shopping / Age group",
    "Google Shopping / Manufacturer part number (MPN)",
    "Google Shopping / Ad group name",
    "Google Shopping / Ads labels",
    "Google Shopping / Condition",
    "Google Shopping / Custom product",
    "Google Shopping / Custom label 0",
    "Google Shopping / Custom label 1",
    "Google Shopping / Custom label 2",
    "Google Shopping / Custom label 3",
    "Google Shopping / Custom label 4",
];

/// The attribute that Shopify's product type becomes.
pub(crate) const TYPE_ATTRIBUTE: &str = "Type";

/// A column that is a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    Handle,
    Title,
    Description,
    Vendor,
    Category,
    Type,
    Tags,
    Published,
    Status,
    SeoTitle,
    SeoDescription,
    GiftCard,
    ImageUrl,
    ImagePosition,
    ImageAlt,
    OptionName(u8),
    OptionValue(u8),
    Sku,
    Barcode,
    Price,
    CompareAt,
    Cost,
    Taxable,
    Tracker,
    Quantity,
    Backorder,
    Grams,
    RequiresShipping,
    VariantImage,
}

impl Column {
    /// True for columns that only rows of variants fill.
    pub(crate) const fn is_variant(self) -> bool {
        match self {
            Self::OptionValue(_)
            | Self::Sku
            | Self::Barcode
            | Self::Price
            | Self::CompareAt
            | Self::Cost
            | Self::Taxable
            | Self::Tracker
            | Self::Quantity
            | Self::Backorder
            | Self::Grams
            | Self::RequiresShipping
            | Self::VariantImage => true,
            Self::Handle
            | Self::Title
            | Self::Description
            | Self::Vendor
            | Self::Category
            | Self::Type
            | Self::Tags
            | Self::Published
            | Self::Status
            | Self::SeoTitle
            | Self::SeoDescription
            | Self::GiftCard
            | Self::ImageUrl
            | Self::ImagePosition
            | Self::ImageAlt
            | Self::OptionName(_) => false,
        }
    }
}

/// What a header of either dialect is.
pub(crate) fn recognise(header: &str) -> Use<Column> {
    let name = normal(header);
    product_field(&name)
        .or_else(|| variant_field(&name))
        .map(|(column, field)| Use::Field { column, field })
        .or_else(|| metadata(&name))
        .or_else(|| by_pattern(header.trim(), &name))
        .unwrap_or(Use::Unknown)
}

fn product_field(name: &str) -> Option<(Column, &'static str)> {
    Some(match name {
        "url handle" | "handle" => (Column::Handle, "slug"),
        "title" => (Column::Title, "title"),
        "description" | "body (html)" => (Column::Description, "description"),
        "vendor" => (Column::Vendor, "brand"),
        "product category" => (Column::Category, "categories"),
        "type" => (Column::Type, "attributes.Type"),
        "tags" => (Column::Tags, "tags"),
        "published on online store" | "published" => (Column::Published, "status"),
        "status" => (Column::Status, "status"),
        "seo title" => (Column::SeoTitle, "seo.title"),
        "seo description" => (Column::SeoDescription, "seo.description"),
        "gift card" => (Column::GiftCard, "variants.kind"),
        "product image url" | "image src" => (Column::ImageUrl, "media.url"),
        "image position" => (Column::ImagePosition, "media.position"),
        "image alt text" => (Column::ImageAlt, "media.alt"),
        "option1 name" => (Column::OptionName(0), "options.name"),
        "option2 name" => (Column::OptionName(1), "options.name"),
        "option3 name" => (Column::OptionName(2), "options.name"),
        _ => return None,
    })
}

fn variant_field(name: &str) -> Option<(Column, &'static str)> {
    Some(match name {
        "option1 value" => (Column::OptionValue(0), "variants.options"),
        "option2 value" => (Column::OptionValue(1), "variants.options"),
        "option3 value" => (Column::OptionValue(2), "variants.options"),
        "sku" | "variant sku" => (Column::Sku, "variants.sku"),
        "barcode" | "variant barcode" => (Column::Barcode, "variants.barcode"),
        "price" | "variant price" => (Column::Price, "variants.prices.amount"),
        "compare-at price" | "variant compare at price" => (Column::CompareAt, "variants.prices.compare_at"),
        "cost per item" => (Column::Cost, "variants.cost"),
        "charge tax" | "variant taxable" => (Column::Taxable, "variants.taxable"),
        "inventory tracker" | "variant inventory tracker" => (Column::Tracker, "variants.tracked"),
        "inventory quantity" | "variant inventory qty" => (Column::Quantity, "variants.on_hand"),
        "continue selling when out of stock" | "variant inventory policy" => (Column::Backorder, "variants.backorder"),
        "weight value (grams)" | "variant grams" => (Column::Grams, "variants.weight_grams"),
        "requires shipping" | "variant requires shipping" => (Column::RequiresShipping, "variants.requires_shipping"),
        "variant image url" | "variant image" => (Column::VariantImage, "variants.media_url"),
        _ => return None,
    })
}

fn metadata(name: &str) -> Option<Use<Column>> {
    let (scope, key, default) = match name {
        "option1 linked to" => (Scope::Product, "shopify.option1_linked_to", ""),
        "option2 linked to" => (Scope::Product, "shopify.option2_linked_to", ""),
        "option3 linked to" => (Scope::Product, "shopify.option3_linked_to", ""),
        "tax code" | "variant tax code" => (Scope::Variant, "shopify.tax_code", ""),
        "unit price total measure" => (Scope::Variant, "shopify.unit_price_total_measure", ""),
        "unit price total measure unit" => (Scope::Variant, "shopify.unit_price_total_measure_unit", ""),
        "unit price base measure" => (Scope::Variant, "shopify.unit_price_base_measure", ""),
        "unit price base measure unit" => (Scope::Variant, "shopify.unit_price_base_measure_unit", ""),
        "weight unit for display" | "variant weight unit" => (Scope::Variant, "shopify.weight_unit", ""),
        "fulfillment service" | "variant fulfillment service" => (Scope::Variant, "shopify.fulfillment_service", "manual"),
        _ => (Scope::Product, google(name.strip_prefix("google shopping / ")?)?, ""),
    };
    Some(Use::Metadata(MetadataColumn { key: key.to_owned(), scope, default }))
}

fn google(name: &str) -> Option<&'static str> {
    Some(match name {
        "google product category" => "google.product_category",
        "gender" => "google.gender",
        "age group" => "google.age_group",
        "manufacturer part number (mpn)" | "mpn" => "google.mpn",
        "ad group name" | "adwords grouping" => "google.ad_group_name",
        "ads labels" | "adwords labels" => "google.ads_labels",
        "condition" => "google.condition",
        "custom product" => "google.custom_product",
        "custom label 0" => "google.custom_label_0",
        "custom label 1" => "google.custom_label_1",
        "custom label 2" => "google.custom_label_2",
        "custom label 3" => "google.custom_label_3",
        "custom label 4" => "google.custom_label_4",
        _ => return None,
    })
}

/// Metafields by namespace and key, and prices by market.
fn by_pattern(header: &str, name: &str) -> Option<Use<Column>> {
    for (mark, scope) in [("(product.metafields.", Scope::Product), ("(variant.metafields.", Scope::Variant)] {
        if let Some((_, key)) = name.strip_suffix(')').and_then(|name| name.rsplit_once(mark)) {
            return Some(Use::metadata(scope, format!("shopify.metafields.{key}")));
        }
    }
    let (what, market) = header.split_once(" / ")?;
    let (scope, key) = match normal(what).as_str() {
        "price" => (Scope::Variant, "shopify.price"),
        "compare-at price" | "compare at price" => (Scope::Variant, "shopify.compare_at_price"),
        "included" => (Scope::Product, "shopify.included"),
        _ => return None,
    };
    Some(Use::metadata(scope, format!("{key}.{}", market.trim())))
}
