//! What a product says that Shopify's CSV cannot hold.

use std::collections::BTreeSet;

use crate::import::shopify_vocabulary::{CURRENT, SOURCE, TRACKER_KEY, TYPE_ATTRIBUTE, is_status_key, recognise};
use serde_json::Value;

use crate::import::{Backorder, Field, PriceRecord, ProductRecord, Scope, Use, VariantRecord};
use crate::products::ProductStatus;
use crate::variants::VariantKind;

/// Names everything that is lost, or changed, when this product is written as Shopify CSV and read back.
#[must_use]
pub fn lost_in_shopify(record: &ProductRecord) -> Vec<&'static str> {
    let variant = |lost: fn(&VariantRecord) -> bool| record.variants.iter().any(lost);
    let found = [
        (loses_attributes(record), "attributes other than Type"),
        (record.categories.get().is_some_and(|paths| paths.len() > 1), "categories after the first"),
        (has_divided_names(record), "category names with \" > \" in them"),
        (record.tags.get().is_some_and(|tags| tags.iter().any(|tag| tag.contains(','))), "commas in tags"),
        (loses_metadata(record), "metadata without a Shopify column"),
        (record.options.get().is_some_and(|options| options.len() > 3), "options after the third, which are joined into it"),
        (has_unused_values(record), "option values that no variant has"),
        (repeats_pictures(record), "pictures listed a second time"),
        (has_relations(record), "grouped products, upsells and cross-sells"),
        (loses_references(record), "references to other systems than Shopify"),
        (has_link(record), "link and button of external products"),
        (is_sold_without_price(record), "being for sale without a price, which would be for nothing there: it becomes a draft"),
        (variant(loses_prices), "prices by list, quantity or time"),
        (variant(|variant| matches!(variant.kind, Field::Set(VariantKind::Service | VariantKind::External))), "kinds service and external"),
        (mixes_gift_cards(record), "gift cards beside other kinds"),
        (variant(|variant| matches!(variant.backorder, Field::Set(Backorder::Limit(_)))), "backorder limits"),
        (variant(|variant| variant.tax_class.get().is_some()), "tax classes"),
        (variant(has_dimensions), "length, width and height"),
        (variant(|variant| variant.low_stock_threshold.get().is_some()), "low-stock thresholds"),
        (variant(|variant| variant.position.is_some()), "variant positions; their order stays"),
    ];
    found.into_iter().filter(|(lost, _)| *lost).map(|(_, what)| what).collect()
}

fn loses_attributes(record: &ProductRecord) -> bool {
    record.attributes.iter().any(|(name, values)| name != TYPE_ATTRIBUTE || values.len() > 1)
}

fn has_divided_names(record: &ProductRecord) -> bool {
    record.categories.get().into_iter().flatten().flatten().any(|name| name.contains(" > "))
}

fn has_unused_values(record: &ProductRecord) -> bool {
    let used = |name: &String, value: &String| record.variants.iter().any(|variant| variant.options.get(name) == Some(value));
    record.options.get().into_iter().flatten().any(|option| option.values.iter().any(|value| !used(&option.name, value)))
}

fn repeats_pictures(record: &ProductRecord) -> bool {
    let mut seen = BTreeSet::new();
    record.media.get().into_iter().flatten().any(|picture| !seen.insert(picture.url.trim()))
}

fn has_relations(record: &ProductRecord) -> bool {
    let lists = [&record.relations.grouped, &record.relations.upsell, &record.relations.cross_sell];
    lists.into_iter().any(|list| list.get().is_some_and(|references| !references.is_empty()))
}

/// True for groups and links that are for sale here and would be given away there.
pub(super) fn is_sold_without_price(record: &ProductRecord) -> bool {
    let is_priced = |variant: &VariantRecord| variant.prices.get().is_some_and(|prices| prices.iter().any(PriceRecord::is_plain));
    record.status == Field::Set(ProductStatus::Active) && !record.variants.iter().any(is_priced)
}

fn has_link(record: &ProductRecord) -> bool {
    record.external_url.get().is_some() || record.external_button_text.get().is_some()
}

fn loses_references(record: &ProductRecord) -> bool {
    let of_variants = record.variants.iter().any(|variant| !variant.external_refs.is_empty());
    of_variants || record.external_refs.iter().any(|external| external.source != SOURCE)
}

fn loses_prices(variant: &VariantRecord) -> bool {
    variant.prices.get().is_some_and(|prices| prices.len() > 1 || prices.iter().any(|price| !price.is_plain()))
}

fn mixes_gift_cards(record: &ProductRecord) -> bool {
    let gift_cards = record.variants.iter().filter(|variant| variant.kind == Field::Set(VariantKind::GiftCard)).count();
    gift_cards > 0 && gift_cards < record.variants.len()
}

fn has_dimensions(variant: &VariantRecord) -> bool {
    [&variant.length_mm, &variant.width_mm, &variant.height_mm].into_iter().any(|field| field.get().is_some())
}

fn loses_metadata(record: &ProductRecord) -> bool {
    let (mut of_products, mut of_variants) = (BTreeSet::new(), BTreeSet::from([TRACKER_KEY.to_owned()]));
    for header in CURRENT {
        if let Use::Metadata(column) = recognise(header) {
            let keys = if column.scope == Scope::Product { &mut of_products } else { &mut of_variants };
            keys.insert(column.key);
        }
    }
    let lost = |(key, value): (&String, &Value), held: &dyn Fn(&str) -> bool| match value {
        Value::Null => false,
        Value::String(_) => !held(key),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => true,
    };
    let of_product = |key: &str| of_products.contains(key) || is_status_key(key);
    let of_first = |key: &str| of_variants.contains(key);
    // Columns of the product belong to later variants, too; in the first row they are the product's.
    let of_later = |key: &str| of_variants.contains(key) || of_products.contains(key);
    let mut variants = record.variants.iter().map(|variant| &variant.metadata);
    record.metadata.iter().any(|entry| lost(entry, &of_product))
        || variants.next().is_some_and(|metadata| metadata.iter().any(|entry| lost(entry, &of_first)))
        || variants.flatten().any(|entry| lost(entry, &of_later))
}
