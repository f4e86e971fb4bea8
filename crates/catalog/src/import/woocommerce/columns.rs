//! The headers of WooCommerce's built-in product CSV, in English.

use crate::import::cells::Unit;
use crate::import::columns::{MetadataColumn, Scope, Use};
use crate::import::detect::normal;

/// Attributes and downloads are numbered; a product with more of them is a broken file.
const MAX_NUMBER: u16 = 200;

/// Some headers by which a file is known, for messages.
pub(crate) const PLAIN: [&str; 10] =
    ["ID", "Type", "SKU", "Name", "Published", "Description", "In stock?", "Regular price", "Categories", "Images"];

/// A column that is a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Column {
    Id,
    Type,
    Sku,
    Gtin,
    Name,
    Published,
    Visibility,
    ShortDescription,
    Description,
    SaleStarts,
    SaleEnds,
    TaxStatus,
    TaxClass,
    InStock,
    Stock,
    LowStock,
    Backorders,
    Weight(Unit),
    Length(Unit),
    Width(Unit),
    Height(Unit),
    SalePrice,
    RegularPrice,
    Categories,
    Tags,
    Brands,
    Images,
    Parent,
    Grouped,
    Upsells,
    CrossSells,
    ExternalUrl,
    ButtonText,
    Position,
    Cost,
    AttributeName(u16),
    AttributeValues(u16),
    AttributeVisible(u16),
    AttributeGlobal(u16),
    AttributeDefault(u16),
    DownloadId(u16),
    DownloadName(u16),
    DownloadUrl(u16),
}

/// What a header is.
pub(crate) fn recognise(header: &str) -> Use<Column> {
    let name = normal(header);
    plain_field(&name)
        .or_else(|| stock_or_price(&name))
        .or_else(|| numbered(&name))
        .or_else(|| measure(&name))
        .map(|(column, field)| Use::Field { column, field })
        .or_else(|| metadata(header.trim(), &name))
        .unwrap_or(Use::Unknown)
}

fn plain_field(name: &str) -> Option<(Column, &'static str)> {
    Some(match name {
        "id" => (Column::Id, "external_refs"),
        "type" => (Column::Type, "variants.kind"),
        "sku" => (Column::Sku, "variants.sku"),
        "gtin, upc, ean, or isbn" => (Column::Gtin, "variants.barcode"),
        "name" => (Column::Name, "title"),
        "published" => (Column::Published, "status"),
        "visibility in catalog" => (Column::Visibility, "metadata.woocommerce.visibility"),
        "short description" => (Column::ShortDescription, "metadata.woocommerce.short_description"),
        "description" => (Column::Description, "description"),
        "categories" => (Column::Categories, "categories"),
        "tags" => (Column::Tags, "tags"),
        "brands" => (Column::Brands, "brand"),
        "images" => (Column::Images, "media"),
        "parent" => (Column::Parent, "the product of a variation"),
        "grouped products" => (Column::Grouped, "relations.grouped"),
        "upsells" => (Column::Upsells, "relations.upsell"),
        "cross-sells" => (Column::CrossSells, "relations.cross_sell"),
        "external url" => (Column::ExternalUrl, "external_url"),
        "button text" => (Column::ButtonText, "external_button_text"),
        "position" => (Column::Position, "variants.position"),
        _ => return None,
    })
}

fn stock_or_price(name: &str) -> Option<(Column, &'static str)> {
    Some(match name {
        "date sale price starts" => (Column::SaleStarts, "variants.prices.starts_at"),
        "date sale price ends" => (Column::SaleEnds, "variants.prices.ends_at"),
        "tax status" => (Column::TaxStatus, "variants.taxable"),
        "tax class" => (Column::TaxClass, "variants.tax_class"),
        "in stock?" => (Column::InStock, "variants.tracked"),
        "stock" => (Column::Stock, "variants.on_hand"),
        "low stock amount" => (Column::LowStock, "variants.low_stock_threshold"),
        "backorders allowed?" => (Column::Backorders, "variants.backorder"),
        "sale price" => (Column::SalePrice, "variants.prices.amount"),
        "regular price" => (Column::RegularPrice, "variants.prices.amount, compare_at"),
        "cost of goods" => (Column::Cost, "variants.cost"),
        _ => return None,
    })
}

fn numbered(name: &str) -> Option<(Column, &'static str)> {
    let mut words = name.splitn(3, ' ');
    let (what, number, part) = (words.next()?, words.next()?, words.next()?);
    let number = number.parse().ok().filter(|number| (1..=MAX_NUMBER).contains(number))?;
    Some(match (what, part) {
        ("attribute", "name") => (Column::AttributeName(number), "attributes, options"),
        ("attribute", "value(s)") => (Column::AttributeValues(number), "attributes, options"),
        ("attribute", "visible") => (Column::AttributeVisible(number), "metadata.woocommerce.attributes"),
        ("attribute", "global") => (Column::AttributeGlobal(number), "metadata.woocommerce.attributes"),
        ("attribute", "default") => (Column::AttributeDefault(number), "metadata.woocommerce.attributes"),
        ("download", "id") => (Column::DownloadId(number), "metadata.woocommerce.downloads"),
        ("download", "name") => (Column::DownloadName(number), "metadata.woocommerce.downloads"),
        ("download", "url") => (Column::DownloadUrl(number), "metadata.woocommerce.downloads"),
        _ => return None,
    })
}

/// `Weight (kg)`: the unit is the shop's.
fn measure(name: &str) -> Option<(Column, &'static str)> {
    let (what, unit) = name.strip_suffix(')')?.split_once(" (")?;
    Some(match what {
        "weight" => (Column::Weight(Unit::weight(unit)?), "variants.weight_grams"),
        "length" => (Column::Length(Unit::length(unit)?), "variants.length_mm"),
        "width" => (Column::Width(Unit::length(unit)?), "variants.width_mm"),
        "height" => (Column::Height(Unit::length(unit)?), "variants.height_mm"),
        _ => return None,
    })
}

fn metadata(header: &str, name: &str) -> Option<Use<Column>> {
    let (scope, key, default) = match name {
        "is featured?" => (Scope::Row, "woocommerce.featured", "0"),
        "allow customer reviews?" => (Scope::Product, "woocommerce.reviews_allowed", "1"),
        "sold individually?" => (Scope::Row, "woocommerce.sold_individually", "0"),
        "purchase note" => (Scope::Row, "woocommerce.purchase_note", ""),
        "shipping class" => (Scope::Row, "woocommerce.shipping_class", ""),
        "download limit" => (Scope::Row, "woocommerce.download_limit", ""),
        "download expiry days" => (Scope::Row, "woocommerce.download_expiry_days", ""),
        "weight" | "length" | "width" | "height" => return Some(Use::Ignored("its header does not name the unit, as in Weight (kg)")),
        _ => {
            // The key after `Meta:` is the other system's own word, whose case counts.
            let (_, key) = header.split_once(':').filter(|(meta, key)| meta.eq_ignore_ascii_case("meta") && !key.trim().is_empty())?;
            return Some(Use::metadata(Scope::Row, format!("woocommerce.meta.{}", key.trim())));
        }
    };
    Some(Use::Metadata(MetadataColumn { key: key.to_owned(), scope, default }))
}
