//! Every column of both dialects, every value the facts name, and bad rows.

use std::io::Cursor;

use kernel::Currency;
use serde_json::{Value, json};

use crate::import::{
    Amount, Backorder, Fate, Field, Format, MediaRecord, PriceRecord, ProductReader, ProductRecord, ReadOptions, Rejected, SourcedRecord,
    VariantRecord, open,
};
use crate::products::ProductStatus;
use crate::variants::VariantKind;

type Reader = ProductReader<Cursor<String>>;

fn reader(text: &str) -> Reader {
    open(Cursor::new(text.to_owned()), &ReadOptions::new(Currency::USD)).expect("a known header")
}

pub(super) fn read(text: &str) -> Vec<Result<SourcedRecord, Rejected>> {
    reader(text).collect()
}

pub(super) fn product(text: &str) -> ProductRecord {
    read(text).remove(0).expect("a good product").record
}

fn variant(text: &str) -> VariantRecord {
    product(text).variants.remove(0)
}

fn set(text: &str) -> Field<String> {
    Field::Set(text.to_owned())
}

fn usd(minor: i64) -> Amount {
    Amount::new(minor, Currency::USD).expect("a price")
}

/// A file of one row, each cell under its header.
pub(super) fn one(cells: &[(&str, &str)]) -> String {
    let line = |part: fn(&(&str, &str)) -> String| cells.iter().map(part).collect::<Vec<_>>().join(",");
    format!("{}\n{}\n", line(|(header, _)| (*header).to_owned()), line(|(_, cell)| format!("\"{}\"", cell.replace('"', "\"\""))))
}

/// (header of the current template, header of the classic one, cell, field of the record, its value): all columns that are fields.
pub(super) const FIELDS: [(&str, &str, &str, &str, &str); 27] = [
    ("Title", "Title", "Mug", "/title", r#""Mug""#),
    ("Description", "Body (HTML)", "<p>Big,\n\"blue\"</p>", "/description", r#""<p>Big,\n\"blue\"</p>""#),
    ("Vendor", "Vendor", "Potter", "/brand", r#""Potter""#),
    ("Product category", "Product Category", "Home > Kitchen", "/categories", r#"[["Home","Kitchen"]]"#),
    ("Type", "Type", "Mugs", "/attributes/Type", r#"["Mugs"]"#),
    ("Tags", "Tags", "blue, big,, new ", "/tags", r#"["blue","big","new"]"#),
    ("Published on online store", "Published", "true", "/status", r#""active""#),
    ("Status", "Status", "Archived", "/status", r#""archived""#),
    ("SEO title", "SEO Title", "Best mug", "/seo/title", r#""Best mug""#),
    ("SEO description", "SEO Description", "Really", "/seo/description", r#""Really""#),
    ("SKU", "Variant SKU", "MUG-1", "/variants/0/sku", r#""MUG-1""#),
    ("Barcode", "Variant Barcode", "4006381333931", "/variants/0/barcode", r#""4006381333931""#),
    ("Price", "Variant Price", "19.9", "/variants/0/prices/0/amount", r#"{"amount":1990,"currency":"USD"}"#),
    ("Cost per item", "Cost per item", "7.5", "/variants/0/cost", r#"{"amount":750,"currency":"USD"}"#),
    ("Charge tax", "Variant Taxable", "FALSE", "/variants/0/taxable", "false"),
    ("Inventory tracker", "Variant Inventory Tracker", "shopify", "/variants/0/tracked", "true"),
    ("Inventory quantity", "Variant Inventory Qty", "12", "/variants/0/on_hand", "12"),
    ("Continue selling when out of stock", "Variant Inventory Policy", "continue", "/variants/0/backorder", r#""unlimited""#),
    ("Weight value (grams)", "Variant Grams", "250.0", "/variants/0/weight_grams", "250"),
    ("Requires shipping", "Variant Requires Shipping", "false", "/variants/0/requires_shipping", "false"),
    ("Product image URL", "Image Src", "https://x.test/a.png", "/media/0/url", r#""https://x.test/a.png""#),
    ("Variant image URL", "Variant Image", "https://x.test/b.png", "/variants/0/media_url", r#""https://x.test/b.png""#),
    ("Gift card", "Gift Card", "true", "/variants/0/kind", r#""gift_card""#),
    ("URL handle", "Handle", "mug", "/slug", r#""mug""#),
    ("URL handle", "Handle", "mug", "/external_refs", r#"[{"source":"shopify","id":"mug"}]"#),
    ("URL handle", "Handle", "Big_Mug", "/slug", r#""big-mug""#),
    ("URL handle", "Handle", "Big_Mug", "/external_refs/0/id", r#""Big_Mug""#),
];

#[test]
fn every_field_column_of_both_dialects_is_read() {
    for (current, classic, cell, field, value) in FIELDS {
        for header in [current, classic] {
            let mut cells = vec![(header, cell)];
            if header != "Title" {
                cells.push(("Title", "Mug"));
            }
            if header != "Price" && header != "Variant Price" {
                cells.push(("Price", "5"));
            }
            let record = serde_json::to_value(product(&one(&cells))).expect("JSON");
            let value: Value = serde_json::from_str(value).expect("JSON");
            assert_eq!(record.pointer(field), Some(&value), "{header}");
        }
    }
}

/// (header of the current template, header of the classic one, key): all columns that are kept as metadata.
pub(super) const METADATA: [(&str, &str, &str); 29] = [
    ("Tax code", "Variant Tax Code", "shopify.tax_code"),
    ("Unit price total measure", "Unit price total measure", "shopify.unit_price_total_measure"),
    ("Unit price total measure unit", "Unit price total measure unit", "shopify.unit_price_total_measure_unit"),
    ("Unit price base measure", "Unit price base measure", "shopify.unit_price_base_measure"),
    ("Unit price base measure unit", "Unit price base measure unit", "shopify.unit_price_base_measure_unit"),
    ("Weight unit for display", "Variant Weight Unit", "shopify.weight_unit"),
    ("Fulfillment service", "Variant Fulfillment Service", "shopify.fulfillment_service"),
    ("Option1 Linked To", "Option1 Linked To", "shopify.option1_linked_to"),
    ("Option2 Linked To", "Option2 Linked To", "shopify.option2_linked_to"),
    ("Option3 Linked To", "Option3 Linked To", "shopify.option3_linked_to"),
    (
        "Color (product.metafields.shopify.color-pattern)",
        "Color (product.metafields.shopify.color-pattern)",
        "shopify.metafields.shopify.color-pattern",
    ),
    ("Care (variant.metafields.custom.care)", "Care (variant.metafields.custom.care)", "shopify.metafields.custom.care"),
    ("Google Shopping / Google product category", "Google Shopping / Google Product Category", "google.product_category"),
    ("Google Shopping / Gender", "Google Shopping / Gender", "google.gender"),
    ("Google Shopping / Age group", "Google Shopping / Age Group", "google.age_group"),
    ("Google Shopping / Manufacturer part number (MPN)", "Google Shopping / MPN", "google.mpn"),
    ("Google Shopping / Ad group name", "Google Shopping / AdWords Grouping", "google.ad_group_name"),
    ("Google Shopping / Ads labels", "Google Shopping / AdWords Labels", "google.ads_labels"),
    ("Google Shopping / Condition", "Google Shopping / Condition", "google.condition"),
    ("Google Shopping / Custom product", "Google Shopping / Custom Product", "google.custom_product"),
    ("Google Shopping / Custom label 0", "Google Shopping / Custom Label 0", "google.custom_label_0"),
    ("Google Shopping / Custom label 1", "Google Shopping / Custom Label 1", "google.custom_label_1"),
    ("Google Shopping / Custom label 2", "Google Shopping / Custom Label 2", "google.custom_label_2"),
    ("Google Shopping / Custom label 3", "Google Shopping / Custom Label 3", "google.custom_label_3"),
    ("Google Shopping / Custom label 4", "Google Shopping / Custom Label 4", "google.custom_label_4"),
    ("Price / United States", "Price / United States", "shopify.price.United States"),
    ("Compare-at price / EU", "Compare At Price / EU", "shopify.compare_at_price.EU"),
    ("Included / EU", "Included / EU", "shopify.included.EU"),
    ("Included / International", "Included / International", "shopify.included.International"),
];

#[test]
fn every_column_without_a_field_is_kept_as_metadata_of_product_or_variant() {
    for (current, classic, key) in METADATA {
        for header in [current, classic] {
            let text = one(&[("Title", "Mug"), ("URL handle", "mug"), ("Price", "5"), (header, "what it says")]);
            let mut reader = reader(&text);
            let record = reader.next().expect("a product").expect("good").record;
            let kept = record.metadata.get(key).or_else(|| record.variants[0].metadata.get(key));
            assert_eq!(kept, Some(&json!("what it says")), "{header}");
            assert_eq!(reader.columns().columns[3].fate, Fate::Metadata { key: key.to_owned() }, "{header}");
            assert_eq!(reader.columns().unmapped().count(), 0);
        }
    }
}

#[test]
fn rows_of_one_handle_are_one_product_with_its_variants_and_pictures_in_order() {
    let text = "\u{feff}Handle,Title,Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant Price,Variant Compare At Price,Image Src,Image Position,Image Alt Text\r\n\
        tee,Tee,Colour,Red,Size,S,10,12.50,https://x.test/2.png,2,\"Two\nlines\"\r\n\
        tee,,,Red,,M,11,,https://x.test/1.png,1,\r\n\
        tee,,,Blue,,S,10,,,,\r\n\
        tee,,,,,,,,https://x.test/3.png,,\r\n\
        ,,,,,,,,,,\r\n\
        cap,Cap,Title,Default Title,,,5,,,,\r\n";
    let mut reader = reader(text);
    assert_eq!(reader.format(), Format::ShopifyClassic);
    let tee = reader.next().expect("a tee").expect("good");
    assert_eq!((tee.rows.first_row, tee.rows.last_row, tee.rows.count), (2, 6, 4));
    assert!(tee.warnings.is_empty(), "{:?}", tee.warnings);
    let options = serde_json::to_value(&tee.record.options).expect("JSON");
    assert_eq!(options, json!([{"name": "Colour", "values": ["Red", "Blue"]}, {"name": "Size", "values": ["S", "M"]}]));
    let variants: Vec<_> = tee
        .record
        .variants
        .iter()
        .map(|variant| (variant.options["Colour"].as_str(), variant.options["Size"].as_str(), variant.prices.clone()))
        .collect();
    assert_eq!(
        variants,
        [
            ("Red", "S", Field::Set(vec![PriceRecord::plain(usd(1_000), Some(usd(1_250)))])),
            ("Red", "M", Field::Set(vec![PriceRecord::plain(usd(1_100), None)])),
            ("Blue", "S", Field::Set(vec![PriceRecord::plain(usd(1_000), None)])),
        ]
    );
    let picture = |number: u32, alt: Option<&str>| MediaRecord {
        url: format!("https://x.test/{number}.png"),
        position: Some(number),
        alt: alt.map(str::to_owned),
    };
    assert_eq!(tee.record.media, Field::Set(vec![picture(1, None), picture(2, Some("Two\nlines")), picture(3, None)]));

    let cap = reader.next().expect("a cap").expect("good");
    assert_eq!((cap.rows.first_row, cap.record.options, cap.record.variants.len()), (8, Field::Clear, 1));
    assert!(cap.record.variants[0].options.is_empty());
    assert!(reader.next().is_none());
}

#[test]
fn a_missing_column_leaves_alone_and_an_empty_cell_clears() {
    let record = product("Handle,Title,Vendor,Variant Price\nmug,Mug,,\n");
    assert_eq!((record.brand, record.description, record.media), (Field::Clear, Field::Keep, Field::Keep));
    let variant = &record.variants[0];
    assert_eq!((&variant.prices, &variant.sku, &variant.kind), (&Field::Clear, &Field::Keep, &Field::Keep));
    let update = product("Handle,Title\nmug,Mug\n");
    assert_eq!((update.variants.len(), update.options, update.status), (0, Field::Keep, Field::Keep));
}

#[test]
fn stock_is_read_as_shopify_means_it() {
    let stock = |tracker: &str, quantity: &str, policy: &str| {
        variant(&one(&[
            ("Handle", "mug"),
            ("Title", "Mug"),
            ("Variant Inventory Tracker", tracker),
            ("Variant Inventory Qty", quantity),
            ("Variant Inventory Policy", policy),
        ]))
    };
    for (tracker, tracked) in [("", false), ("shopify", true), ("shipwire", true)] {
        assert_eq!(stock(tracker, "1", "deny").tracked, Field::Set(tracked));
    }
    assert_eq!(stock("shipwire", "1", "deny").metadata["shopify.inventory_tracker"], json!("shipwire"));
    for (quantity, on_hand) in [("7", Field::Set(7)), ("-3", Field::Set(0)), ("", Field::Clear), ("Not stocked", Field::Clear)] {
        assert_eq!(stock("shopify", quantity, "deny").on_hand, on_hand, "{quantity}");
    }
    for (policy, backorder) in
        [("deny", Backorder::None), ("continue", Backorder::Unlimited), ("TRUE", Backorder::Unlimited), ("no", Backorder::None)]
    {
        assert_eq!(stock("shopify", "1", policy).backorder, Field::Set(backorder), "{policy}");
    }
}

#[test]
fn gift_cards_and_what_is_not_shipped_keep_their_kind() {
    let text = "Handle,Title,Option1 Name,Option1 Value,Gift Card,Variant Requires Shipping\n\
        card,Card,Value,10,true,false\ncard,,,25,,false\nbook,Book,Title,Default Title,false,false\nmug,Mug,Title,Default Title,false,true\n";
    let kinds: Vec<_> = read(text).into_iter().flat_map(|read| read.expect("good").record.variants).map(|variant| variant.kind).collect();
    assert_eq!(kinds, [VariantKind::GiftCard, VariantKind::GiftCard, VariantKind::Digital, VariantKind::Physical].map(Field::Set));
}

#[test]
fn formula_escapes_come_off_text_and_numbers() {
    let record = product("Handle,Title,Variant SKU,Variant Inventory Qty\nmug,'=Mug,'-7,'-7\n");
    assert_eq!((record.title, record.variants[0].sku.clone(), record.variants[0].on_hand), (set("=Mug"), set("-7"), Field::Set(0)));
}

#[test]
fn a_bad_row_names_row_column_and_value_and_spoils_only_its_own_product() {
    let text = "Handle,Title,Option1 Name,Option1 Value,Variant Price,Variant Grams\n\
        a,A,Size,S,1,1\na,,,M,1.005,\"1\n2\"\na,,,,,5\nb,B,Title,Default Title,2,2\nc,,Title,Default Title,2,2\nd,D,Size,S,2,2\nd,,,S,2,2\ne,E,,x,1,1\n";
    let read = read(text);
    let bad = |index: usize| {
        let rejected: &Rejected = read[index].as_ref().expect_err("bad");
        (rejected.name.clone().unwrap_or_default(), rejected.errors.iter().map(ToString::to_string).collect::<Vec<_>>())
    };
    assert_eq!(
        bad(0),
        (
            "a".to_owned(),
            vec![
                "row 3, column Variant Price, value \"1.005\": not an amount in this currency".to_owned(),
                "row 3, column Variant Grams, value \"1\\n2\": is not a number of 0 or more".to_owned(),
                "row 5, column Option1 Value, value \"\": has no value for the option Size".to_owned(),
            ]
        )
    );
    assert!(read[1].is_ok());
    assert!(bad(2).1[0].contains("row 7, column Title") && bad(2).1[0].contains("rows of one product must follow each other"));
    assert!(bad(3).1[0].contains("row 9: cannot be told from another row"));
    assert!(bad(4).1[0].contains("row 10, column Option1 Value, value \"x\": has no option name"));
    assert_eq!(read.len(), 5);
}

#[test]
fn broken_rows_and_odd_cells_are_told() {
    let read =
        read("Handle,Title,Status,Image Src,Image Alt Text\na,A,sold,,\nb,B\nc,C,draft,,\nc,X,active,,\nc,,,,alone\nd,D,unlisted,,\n");
    assert!(read[0].as_ref().expect_err("bad").errors[0].to_string().contains("column Status, value \"sold\""));
    let ragged = read[1].as_ref().expect_err("bad");
    assert_eq!((ragged.name.as_deref(), ragged.errors[0].message.as_str()), (Some("b"), "has 2 cells, the header has 5"));
    let warnings =
        |index: usize| read[index].as_ref().expect("good").warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
    for part in [
        "row 5, column Title, value \"X\": differs from the first row",
        "row 6, column Image Alt Text",
        "row 6: has neither a variant nor a picture",
    ] {
        assert!(warnings(2).contains(part), "{part} in {}", warnings(2));
    }
    assert!(warnings(3).contains("is kept as metadata"));
    assert_eq!(read[3].as_ref().map(|read| read.record.status), Ok(Field::Set(ProductStatus::Active)));
}

#[test]
fn later_rows_keep_what_differs_in_columns_of_the_product() {
    let record = product("Handle,Title,Option1 Name,Option1 Value,Google Shopping / MPN\na,A,Size,S,one\na,,,M,two\na,,,L,one\na,,,XL,\n");
    let own: Vec<_> = record.variants.iter().map(|variant| variant.metadata.get("google.mpn").cloned()).collect();
    assert_eq!((record.metadata["google.mpn"].clone(), own), (json!("one"), vec![None, Some(json!("two")), None, None]));
}

#[test]
fn unknown_and_repeated_columns_are_reported_with_their_filled_cells() {
    let mut reader = reader("Handle,Title,Warehouse row,Title,,Vendor\na,A,7,x,,\na,,8,,,\nb,B,,,,\n");
    assert_eq!(reader.by_ref().filter(Result::is_ok).count(), 2);
    let report = reader.columns();
    let unmapped: Vec<_> = report.unmapped().map(|column| (column.header.as_str(), column.fate.clone(), column.filled)).collect();
    assert_eq!(
        unmapped,
        [
            ("Warehouse row", Fate::Unknown, 2),
            ("Title", Fate::Ignored { reason: "repeats an earlier column" }, 1),
            ("", Fate::Ignored { reason: "has no header" }, 0),
        ]
    );
    assert_eq!(report.columns[0].filled, 3);
}

#[test]
fn a_file_without_options_names_variants_by_sku() {
    let read = read("Handle,Title,Variant SKU,Variant Price\na,A,a-1,1\na,,a-2,2\nb,B,b-1,1\nb,,b-1,2\n");
    let update = &read[0].as_ref().expect("good").record;
    assert_eq!((update.options.clone(), update.variants.len()), (Field::Keep, 2));
    assert!(read[1].as_ref().expect_err("bad").errors[0].to_string().contains("row 5: cannot be told"));
}

#[test]
fn products_without_a_handle_are_one_row_each() {
    let read = read("Title,Price\nMug,1\nCup,2\n,3\n");
    assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, true, false]);
    assert_eq!(read[0].as_ref().map(|read| (read.record.slug.clone(), read.record.variants.len())), Ok((None, 1)));
}

/// Memory is bounded by construction: the reader owns one row ahead and the rows of the product in hand, nothing else.
#[test]
fn a_long_file_is_read_one_product_at_a_time() {
    struct Endless {
        row: u32,
        ready: Vec<u8>,
    }
    impl std::io::Read for Endless {
        fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
            if self.ready.is_empty() && self.row < 20_000 {
                let product = self.row / 4;
                self.ready =
                    format!("h{product},{},Size,{},9.99\n", if self.row.is_multiple_of(4) { "T" } else { "" }, self.row % 4).into_bytes();
                self.row += 1;
            }
            let count = self.ready.len().min(buffer.len());
            buffer[..count].copy_from_slice(&self.ready[..count]);
            self.ready.drain(..count);
            Ok(count)
        }
    }
    impl std::io::Seek for Endless {
        fn seek(&mut self, _: std::io::SeekFrom) -> std::io::Result<u64> {
            Err(std::io::Error::other("only forwards"))
        }
    }
    let header = b"Handle,Title,Option1 Name,Option1 Value,Variant Price\n".to_vec();
    let layout = crate::import::sheet::Layout { delimiter: b',', windows_lines: false };
    let names = crate::import::HeaderNames::default();
    let mut shopify = super::Shopify::open(Endless { row: 0, ready: header }, layout, &names, Currency::USD).expect("a header");
    let mut products = 0;
    while let Some(read) = shopify.next() {
        assert_eq!(read.expect("good").record.variants.len(), 4);
        assert!(shopify.next.iter().count() <= 1);
        products += 1;
    }
    assert_eq!(products, 5_000);
}

#[test]
fn a_product_without_end_is_left_out() {
    let rows: String = (0..6_000).map(|row| format!("a,,,{row}\n")).collect();
    let read = read(&format!("Handle,Title,Option1 Name,Option1 Value\na,A,Size,first\n{rows}b,B,Title,Default Title\n"));
    let rejected = read[0].as_ref().expect_err("too long");
    assert_eq!((rejected.rows.count, rejected.errors.len(), rejected.fatal), (6_001, 1, false));
    assert!(read[1].is_ok());
}
