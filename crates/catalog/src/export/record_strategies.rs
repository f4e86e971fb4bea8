//! Any record that a shop may hold, for property tests.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::{Currency, Slug};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::import::{
    Amount, Backorder, ExternalRef, Field, MediaRecord, MetadataPatch, OptionRecord, PriceRecord, ProductRecord, Reference, Relations, Seo,
    VariantRecord,
};
use crate::products::ProductStatus;
use crate::variants::VariantKind;

/// Text with everything that spreadsheets, CSV and JSON trip over.
fn text() -> impl Strategy<Value = String> {
    "[ -~\\t\\r\\n\"',;='@+<>é日\u{1f9f5}-]{0,16}"
}

/// Text as the shop keeps names: trimmed, not empty.
fn name() -> impl Strategy<Value = String> {
    "[a-zA-Z0-9='+@é-][ -~]{0,10}[a-z0-9é]"
}

fn field<T: std::fmt::Debug + Clone>(value: impl Strategy<Value = T>) -> impl Strategy<Value = Field<T>> {
    prop_oneof![Just(Field::Keep), Just(Field::Clear), value.prop_map(Field::Set)]
}

fn amount() -> impl Strategy<Value = Amount> {
    (0..1_000_000_000_i64).prop_map(|minor| Amount::new(minor, Currency::USD).expect("a price"))
}

fn moment() -> impl Strategy<Value = DateTime<Utc>> {
    (0..4_000_000_000_000_000_i64).prop_map(|micros| DateTime::from_timestamp_micros(micros).expect("a moment"))
}

fn price() -> impl Strategy<Value = PriceRecord> {
    let list = proptest::option::weighted(0.2, name());
    let times = (proptest::option::weighted(0.2, moment()), proptest::option::weighted(0.2, moment()));
    (list, prop_oneof![4 => Just(1), 1 => 0..100_u32], amount(), proptest::option::of(amount()), times).prop_map(
        |(price_list, min_quantity, amount, compare_at, (starts_at, ends_at))| PriceRecord {
            price_list,
            min_quantity,
            amount,
            compare_at,
            starts_at,
            ends_at,
        },
    )
}

fn json_value() -> impl Strategy<Value = Value> {
    prop_oneof![
        4 => text().prop_map(Value::from),
        1 => any::<i64>().prop_map(Value::from),
        1 => any::<bool>().prop_map(Value::from),
        1 => Just(Value::Null),
        1 => (text(), any::<u32>()).prop_map(|(text, number)| json!({"b": [text, number], "a": null})),
    ]
}

fn metadata() -> impl Strategy<Value = MetadataPatch> {
    let known = prop_oneof![
        Just("shopify.status"),
        Just("shopify.published"),
        Just("shopify.weight_unit"),
        Just("shopify.fulfillment_service"),
        Just("shopify.inventory_tracker"),
        Just("shopify.option1_linked_to"),
        Just("shopify.metafields.shopify.color-pattern"),
        Just("google.gender"),
        Just("google.mpn"),
    ];
    let key = prop_oneof![3 => known.prop_map(str::to_owned), 1 => name()];
    let words = prop_oneof![Just("active"), Just("unlisted"), Just("true"), Just("false")].prop_map(Value::from);
    proptest::collection::btree_map(key, prop_oneof![2 => json_value(), 1 => words], 0..5)
}

fn external_refs() -> impl Strategy<Value = Vec<ExternalRef>> {
    let source = prop_oneof![Just("shopify".to_owned()), Just("woocommerce".to_owned())];
    proptest::collection::vec((source, name()).prop_map(|(source, id)| ExternalRef { source, id }), 0..3)
}

fn references() -> impl Strategy<Value = Vec<Reference>> {
    let slug = Slug::parse("mug").expect("a slug");
    proptest::collection::vec(
        prop_oneof![
            name().prop_map(Reference::Sku),
            Just(Reference::Slug(slug)),
            name().prop_map(|id| Reference::External(ExternalRef::new("x", id)))
        ],
        0..3,
    )
}

fn kind() -> impl Strategy<Value = VariantKind> {
    prop_oneof![
        Just(VariantKind::Physical),
        Just(VariantKind::Digital),
        Just(VariantKind::Service),
        Just(VariantKind::GiftCard),
        Just(VariantKind::External)
    ]
}

fn backorder() -> impl Strategy<Value = Backorder> {
    prop_oneof![Just(Backorder::None), Just(Backorder::Unlimited), any::<u32>().prop_map(Backorder::Limit)]
}

/// A variant without options.
fn variant() -> impl Strategy<Value = VariantRecord> {
    let what = (field(name()), field(name()), field(kind()), field(any::<bool>()), field(any::<bool>()), field(backorder()));
    let sold = (field(name()), field(any::<bool>()), field(proptest::collection::vec(price(), 0..3)), field(amount()));
    let sizes = (field(any::<u32>()), field(any::<u32>()), field(any::<u32>()), field(any::<u32>()));
    let rest = (field(any::<u32>()), field(any::<u32>()), field(name()), external_refs(), metadata(), proptest::option::of(any::<u32>()));
    (what, sold, sizes, rest).prop_map(|(what, sold, sizes, rest)| {
        let (sku, barcode, kind, requires_shipping, tracked, backorder) = what;
        let (tax_class, taxable, prices, cost) = sold;
        let (weight_grams, length_mm, width_mm, height_mm) = sizes;
        let (low_stock_threshold, on_hand, media_url, external_refs, metadata, position) = rest;
        VariantRecord {
            sku,
            barcode,
            options: BTreeMap::new(),
            kind,
            requires_shipping,
            tracked,
            backorder,
            tax_class,
            taxable,
            prices,
            cost,
            weight_grams,
            length_mm,
            width_mm,
            height_mm,
            low_stock_threshold,
            on_hand,
            media_url,
            external_refs,
            metadata,
            position,
        }
    })
}

fn media() -> impl Strategy<Value = Vec<MediaRecord>> {
    // Few addresses, so that a product often has one twice.
    let picture = ("https://x\\.test/[ab,=]{1,2}", proptest::option::of(0..9_u32), proptest::option::of(text()));
    proptest::collection::vec(picture.prop_map(|(url, position, alt)| MediaRecord { url, position, alt }), 0..5)
}

/// A product without options and variants, which exist together.
fn bare_product() -> impl Strategy<Value = ProductRecord> {
    let status = prop_oneof![Just(ProductStatus::Draft), Just(ProductStatus::Active), Just(ProductStatus::Archived)];
    let list = || proptest::collection::vec(name(), 0..3);
    let texts = (name(), field(text()), field(status), field(text()), field(list()), field(text()), field(text()));
    let attribute_name = prop_oneof![Just("Type".to_owned()), name()];
    let free = (proptest::collection::btree_map(attribute_name, list(), 0..3), metadata(), field(proptest::collection::vec(list(), 0..3)));
    let rest =
        (field(media()), field(references()), field(references()), field(references()), external_refs(), field(name()), field(name()));
    ("[a-z0-9]{1,8}(-[a-z0-9]{1,4})?", texts, free, rest).prop_map(|(slug, texts, free, rest)| {
        let (title, description, status, brand, tags, seo_title, seo_description) = texts;
        let (attributes, metadata, categories) = free;
        let (media, grouped, upsell, cross_sell, external_refs, external_url, external_button_text) = rest;
        ProductRecord {
            slug: Slug::parse(&slug).ok(),
            title: Field::Set(title),
            description,
            status,
            brand,
            tags,
            seo: Seo { title: seo_title, description: seo_description },
            attributes,
            metadata,
            categories,
            media,
            relations: Relations { grouped, upsell, cross_sell },
            external_refs,
            external_url,
            external_button_text,
            ..ProductRecord::default()
        }
    })
}

/// A product with 0 to 4 options and a variant for each of some combinations of their values.
pub(super) fn product() -> impl Strategy<Value = ProductRecord> {
    (bare_product(), 0..5_usize, proptest::collection::vec(variant(), 0..5), name()).prop_map(|(mut record, options, variants, word)| {
        let option = |place: usize| format!("{word} {place}");
        record.variants = if options == 0 { variants.into_iter().take(1).collect() } else { variants };
        for (number, variant) in record.variants.iter_mut().enumerate() {
            // The last option tells the variants apart, the others repeat.
            let value = |place: usize| if place + 1 == options { format!("{word} v{number}") } else { format!("v{}", number % 2) };
            variant.options = (0..options).map(|place| (option(place), value(place))).collect();
        }
        let values = |place: usize| {
            let mut values: Vec<String> = Vec::new();
            for value in record.variants.iter().filter_map(|variant| variant.options.get(&option(place))) {
                if !values.contains(value) {
                    values.push(value.clone());
                }
            }
            values
        };
        let list: Vec<_> = (0..options).map(|place| OptionRecord { name: option(place), values: values(place) }).collect();
        record.options = if list.is_empty() || record.variants.is_empty() { Field::Clear } else { Field::Set(list) };
        record
    })
}
