//! Columns that say something only together, every header of both dialects, and what is not taken but named.

use serde_json::{Value, json};

use super::columns::{CURRENT, recognise};
use super::tests::{FIELDS, METADATA, one, product, read};
use crate::import::Use;

/// (header of the current template, header of the classic one, cell): one row of these is a product with three options.
const TOGETHER: [(&str, &str, &str); 11] = [
    ("Title", "Title", "Coat"),
    ("Option1 name", "Option1 Name", "Size"),
    ("Option1 value", "Option1 Value", "S"),
    ("Option2 name", "Option2 Name", "Colour"),
    ("Option2 value", "Option2 Value", "Red"),
    ("Option3 name", "Option3 Name", "Lining"),
    ("Option3 value", "Option3 Value", "Silk"),
    ("Compare-at price", "Variant Compare At Price", "20"),
    ("Product image URL", "Image Src", "https://x.test/a.png"),
    ("Image position", "Image Position", "3"),
    ("Image alt text", "Image Alt Text", "The front"),
];

#[test]
fn columns_that_belong_together_are_read_in_both_dialects() {
    let current: Vec<_> = TOGETHER.iter().map(|(header, _, cell)| (*header, *cell)).chain([("Price", "15")]).collect();
    let classic: Vec<_> = TOGETHER.iter().map(|(_, header, cell)| (*header, *cell)).chain([("Variant Price", "15")]).collect();
    for cells in [current, classic] {
        let record = serde_json::to_value(product(&one(&cells))).expect("JSON");
        assert_eq!(record["media"], json!([{"url": "https://x.test/a.png", "position": 3, "alt": "The front"}]));
        assert_eq!(record["variants"][0]["options"], json!({"Size": "S", "Colour": "Red", "Lining": "Silk"}));
        assert_eq!(record["variants"][0]["prices"][0]["compare_at"], json!({"amount": 2000, "currency": "USD"}));
        let names: Vec<&Value> = record["options"].as_array().into_iter().flatten().map(|option| &option["name"]).collect();
        assert_eq!(names, ["Size", "Colour", "Lining"]);
    }
}

/// The classic export, column by column.
const CLASSIC: [&str; 54] = [
    "Handle",
    "Title",
    "Body (HTML)",
    "Vendor",
    "Product Category",
    "Type",
    "Tags",
    "Published",
    "Option1 Name",
    "Option1 Value",
    "Option1 Linked To",
    "Option2 Name",
    "Option2 Value",
    "Option2 Linked To",
    "Option3 Name",
    "Option3 Value",
    "Option3 Linked To",
    "Variant SKU",
    "Variant Grams",
    "Variant Inventory Tracker",
    "Variant Inventory Qty",
    "Variant Inventory Policy",
    "Variant Fulfillment Service",
    "Variant Price",
    "Variant Compare At Price",
    "Variant Requires Shipping",
    "Variant Taxable",
    "Variant Barcode",
    "Image Src",
    "Image Position",
    "Image Alt Text",
    "Gift Card",
    "SEO Title",
    "SEO Description",
    "Google Shopping / Google Product Category",
    "Google Shopping / Gender",
    "Google Shopping / Age Group",
    "Google Shopping / MPN",
    "Google Shopping / AdWords Grouping",
    "Google Shopping / AdWords Labels",
    "Google Shopping / Condition",
    "Google Shopping / Custom Product",
    "Google Shopping / Custom Label 0",
    "Google Shopping / Custom Label 1",
    "Google Shopping / Custom Label 2",
    "Google Shopping / Custom Label 3",
    "Google Shopping / Custom Label 4",
    "Variant Image",
    "Variant Weight Unit",
    "Variant Tax Code",
    "Cost per item",
    "Price / United States",
    "Compare At Price / EU",
    "Status",
];

#[test]
fn no_header_of_either_dialect_is_without_a_test() {
    for header in CURRENT.into_iter().chain(CLASSIC).chain(["Included / EU", "Compare-at price / EU"]) {
        assert!(!matches!(recognise(header), Use::Unknown | Use::Ignored(_)), "{header}");
        let fields = FIELDS.iter().flat_map(|(current, classic, ..)| [current, classic]);
        let metadata = METADATA.iter().flat_map(|(current, classic, _)| [current, classic]);
        let together = TOGETHER.iter().flat_map(|(current, classic, _)| [current, classic]);
        assert!(fields.chain(metadata).chain(together).any(|tested| *tested == header), "{header}");
    }
}

/// What a file says and the shop does not keep, with the message that names it.
#[test]
fn what_is_not_taken_is_named_with_row_column_and_value() {
    for (rows, told) in [
        ("a,A,1,,5,,", "row 2, column Image Position, value \"5\": describes no picture"),
        ("a,A,1,,,alone,", "row 2, column Image Alt Text, value \"alone\": describes no picture"),
        (
            "a,A,1,https://x.test/1,1,,\na,,,https://x.test/1,2,again,",
            "row 3, column Image Src, value \"https://x.test/1\": is the picture of row 2",
        ),
        ("a,A,1,https://x.test/1,1,,\na,,,https://x.test/2,2,,T9", "row 3, column Variant Tax Code, value \"T9\": is not taken"),
    ] {
        let text = format!("Handle,Title,Variant Price,Image Src,Image Position,Image Alt Text,Variant Tax Code\n{rows}\n");
        let read = read(&text).remove(0).expect("good");
        let warnings: Vec<String> = read.warnings.iter().map(ToString::to_string).collect();
        assert!(warnings.iter().any(|warning| warning.starts_with(told)), "{told}: {warnings:?}");
    }
}

#[test]
fn errors_of_variants_and_pictures_know_their_own_rows() {
    let text = "Handle,Title,Option1 Name,Option1 Value,Image Src,Image Position\n\
        a,A,Size,S,https://x.test/2,2\na,,,M,https://x.test/1,1\na,,,,https://x.test/3,3\n";
    let read = read(text).remove(0).expect("good");
    assert_eq!([read.line_of("title"), read.line_of("variants.1.sku"), read.line_of("variants.9")], [2, 3, 2]);
    assert_eq!(["media.0.url", "media.1.url", "media.2.url"].map(|path| read.line_of(path)), [3, 2, 4]);
}
