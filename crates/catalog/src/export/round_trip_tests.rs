//! What is exported, imported and exported again is the same to the byte.

use std::collections::BTreeSet;
use std::io::Cursor;

use kernel::{Currency, Slug};
use proptest::prelude::*;

use super::record_strategies::product;
use super::{jsonl_line, lost_in_shopify, shopify_header, shopify_rows};
use crate::import::{ExternalRef, Field, Format, MediaRecord, ProductRecord, ReadOptions, SourcedRecord, VariantRecord, open};
use crate::products::ProductStatus;
use crate::variants::VariantKind;

fn read(file: Vec<u8>, format: Format) -> Vec<SourcedRecord> {
    let reader = open(Cursor::new(file), &ReadOptions::new(Currency::USD)).expect("a known format");
    assert_eq!(reader.format(), format);
    assert_eq!(reader.columns().unmapped().count(), 0);
    reader.map(|read| read.unwrap_or_else(|rejected| panic!("{rejected:?}"))).collect()
}

fn shopify_file(records: &[ProductRecord]) -> Vec<u8> {
    let rows = records.iter().map(|record| shopify_rows(record).expect("writable"));
    std::iter::once(shopify_header().expect("writable")).chain(rows).flatten().collect()
}

fn records(read: Vec<SourcedRecord>) -> Vec<ProductRecord> {
    read.into_iter().map(|read| read.record).collect()
}

/// Handles are unique in a shop.
fn distinct(mut products: Vec<ProductRecord>) -> Vec<ProductRecord> {
    for (number, product) in products.iter_mut().enumerate() {
        product.slug = Slug::parse(&format!("product-{number}")).ok();
        product.external_refs.iter_mut().for_each(|external| external.id = format!("{} {number}", external.id));
    }
    products
}

proptest! {
    // Records are large: 64 of them, each with its variants, are some thousand cells.
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn jsonl_comes_back_as_the_same_records_and_the_same_bytes(products in proptest::collection::vec(product(), 1..4)) {
        let write = |records: &[ProductRecord]| records.iter().flat_map(|record| jsonl_line(record).expect("short")).collect::<Vec<u8>>();
        let first = write(&products);
        let back = records(read(first.clone(), Format::Jsonl));
        prop_assert_eq!(&back, &products);
        prop_assert_eq!(write(&back), first);
    }

    #[test]
    fn shopify_csv_comes_back_as_the_same_bytes(products in proptest::collection::vec(product(), 1..4)) {
        let first = shopify_file(&distinct(products));
        let back = records(read(first.clone(), Format::ShopifyCurrent));
        let second = shopify_file(&back);
        prop_assert_eq!(String::from_utf8(second), String::from_utf8(first));
    }

    /// The list of losses is complete: where it is empty, the record itself comes back, but for words that say nothing.
    #[test]
    fn what_is_not_named_as_lost_is_not_lost(product in product()) {
        let kept = without_losses(product);
        prop_assert_eq!(lost_in_shopify(&kept), Vec::<&str>::new());
        let file = shopify_file(std::slice::from_ref(&kept));
        let back = records(read(file, Format::ShopifyCurrent)).remove(0);
        prop_assert_eq!(comparable(&back), comparable(&kept));
    }

    #[test]
    fn no_cell_of_an_export_can_be_run_as_a_formula(product in product()) {
        let file = shopify_file(&[product]);
        let mut csv = csv::ReaderBuilder::new().has_headers(false).from_reader(file.as_slice());
        for row in csv.records() {
            for cell in &row.expect("RFC 4180") {
                prop_assert!(!cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell:?}");
            }
        }
    }
}

/// The product, cut down until Shopify's CSV can hold all of it.
fn without_losses(mut record: ProductRecord) -> ProductRecord {
    let word = |text: &str| text.replace([',', '>'], "").split_whitespace().collect::<Vec<_>>().join(" ");
    record.attributes.retain(|name, values| {
        values.truncate(1);
        name == "Type" && !values.is_empty()
    });
    record.metadata.clear();
    record.categories =
        record.categories.map(|paths| paths.into_iter().take(1).map(|path| path.iter().map(|name| word(name)).collect()).collect());
    record.media = record.media.map(|pictures| {
        let mut seen = BTreeSet::new();
        pictures.into_iter().filter(|picture| seen.insert(picture.url.clone())).collect()
    });
    record.tags = record.tags.map(|tags| tags.iter().map(|tag| word(tag)).collect());
    record.relations = Default::default();
    record.external_refs.clear();
    record.external_url = Field::Keep;
    record.external_button_text = Field::Keep;
    if record.options.get().is_some_and(|options| options.len() > 3) {
        record.options = Field::Keep;
        record.variants.clear();
    }
    record.variants.iter_mut().for_each(cut_variant);
    if super::lost::is_sold_without_price(&record) {
        record.status = ProductStatus::Draft.into();
    }
    record
}

fn cut_variant(variant: &mut VariantRecord) {
    use crate::import::Backorder;
    let kind = VariantKind::Physical;
    *variant = VariantRecord {
        kind: Field::Set(kind),
        requires_shipping: Field::Set(kind.is_physical()),
        backorder: Field::Set(variant.backorder.get().copied().filter(|word| *word == Backorder::Unlimited).unwrap_or_default()),
        prices: variant.prices.clone().map(|prices| prices.into_iter().take(1).filter(crate::import::PriceRecord::is_plain).collect()),
        tax_class: Field::Keep,
        length_mm: Field::Keep,
        width_mm: Field::Keep,
        height_mm: Field::Keep,
        low_stock_threshold: Field::Keep,
        external_refs: Vec::new(),
        metadata: Default::default(),
        position: None,
        ..variant.clone()
    };
}

/// A record in the words of a file: absent and empty say the same, pictures are numbered, defaults are spelt out.
fn comparable(record: &ProductRecord) -> serde_json::Value {
    let mut record = record.clone();
    if record.variants.is_empty() {
        record.variants.push(VariantRecord { tracked: false.into(), ..VariantRecord::default() });
    }
    record.external_refs.retain(|external| *external != ExternalRef::new("shopify", record.slug.as_ref().map_or("", Slug::as_str)));
    let numbered = |media: Vec<MediaRecord>| {
        let mut media: Vec<_> =
            (1..).zip(media).map(|(number, picture)| MediaRecord { position: picture.position.or(Some(number)), ..picture }).collect();
        media.iter_mut().for_each(|picture| picture.alt = picture.alt.take().filter(|alt| !alt.is_empty()));
        media.sort_by_key(|picture| picture.position);
        media
    };
    record.media = record.media.map(numbered);
    record.status = Field::Set(record.status.into_option().unwrap_or(ProductStatus::Draft));
    for variant in &mut record.variants {
        variant.kind = variant.kind.or(Field::Set(VariantKind::Physical));
        variant.requires_shipping = variant.requires_shipping.or(Field::Set(true));
        variant.tracked = variant.tracked.or(Field::Set(true));
        variant.taxable = variant.taxable.or(Field::Set(true));
        variant.backorder = variant.backorder.or(Field::Set(Default::default()));
        variant.metadata.remove("shopify.weight_unit");
    }
    let mut json = serde_json::to_value(record).expect("JSON");
    prune(&mut json);
    json
}

/// Takes out nulls and what is empty.
fn prune(json: &mut serde_json::Value) {
    if let Some(fields) = json.as_object_mut() {
        fields.values_mut().for_each(prune);
        fields.retain(|_, value| !is_empty(value));
    } else if let Some(list) = json.as_array_mut() {
        list.iter_mut().for_each(prune);
        list.retain(|value| !is_empty(value));
    }
}

fn is_empty(json: &serde_json::Value) -> bool {
    json.is_null()
        || json.as_str() == Some("")
        || json.as_array().is_some_and(Vec::is_empty)
        || json.as_object().is_some_and(serde_json::Map::is_empty)
}

#[test]
fn everything_that_shopify_cannot_hold_is_named() {
    let line = r#"{"title":"Mug","status":"active","tags":["a,b"],"attributes":{"Care":["Wash"]},"metadata":{"x":1},"categories":[["a > b"],["c"]],
        "options":[{"name":"1","values":["a","unused"]},{"name":"2","values":["a"]},{"name":"3","values":["a"]},{"name":"4","values":["a"]}],
        "variants":[{"options":{"1":"a","2":"a","3":"a","4":"a"},"kind":"gift_card"},{"kind":"service","backorder":{"limit":2},"tax_class":"x",
        "prices":[{"min_quantity":5,"amount":{"amount":1,"currency":"USD"}}],"length_mm":1,"low_stock_threshold":1,"position":1}],
        "media":[{"url":"https://x.test/a.png"},{"url":"https://x.test/a.png"}],
        "relations":{"upsell":[{"sku":"x"}]},"external_refs":[{"source":"woocommerce","id":"1"}],"external_url":"https://x.test/"}"#;
    let record = records(read(line.replace('\n', "").into_bytes(), Format::Jsonl)).remove(0);
    assert_eq!(lost_in_shopify(&record).len(), 20);
    assert!(lost_in_shopify(&ProductRecord::default()).is_empty());
}

#[test]
fn a_product_from_shopify_goes_back_under_its_own_handle() {
    let record = ProductRecord {
        slug: Slug::parse("my-mug").ok(),
        title: "Mug".to_owned().into(),
        external_refs: vec![ExternalRef::new("shopify", "My_Mug")],
        ..ProductRecord::default()
    };
    let rows = String::from_utf8(shopify_rows(&record).expect("writable")).expect("text");
    assert!(rows.starts_with("Mug,My_Mug,"), "{rows}");
    assert!(rows.ends_with("\r\n"));
}
