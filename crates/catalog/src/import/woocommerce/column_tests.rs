//! Every header of the export has a test, and what is not taken is named.

use super::columns::recognise;
use super::tests::{FIELDS, one, read, warnings};
use crate::import::Use;

/// Columns that say something only together with others, by the test that reads them.
const TOGETHER: [(&str, &str); 17] = [
    ("Date sale price starts", "a_sale_is_a_price_with_a_comparison_or_with_a_time"),
    ("Date sale price ends", "a_sale_is_a_price_with_a_comparison_or_with_a_time"),
    ("Sale price", "a_sale_is_a_price_with_a_comparison_or_with_a_time"),
    ("In stock?", "stock_is_never_more_than_the_shop_has"),
    ("Stock", "stock_is_never_more_than_the_shop_has"),
    ("Backorders allowed?", "stock_is_never_more_than_the_shop_has"),
    ("Parent", "a_product_gets_all_its_variations_however_far_away"),
    ("Grouped products", "grouped_products_have_relations_and_no_variants"),
    ("Attribute 1 name", "a_product_gets_all_its_variations_however_far_away"),
    ("Attribute 1 value(s)", "a_product_gets_all_its_variations_however_far_away"),
    ("Attribute 1 global", "a_product_gets_all_its_variations_however_far_away"),
    ("Attribute 1 default", "a_product_gets_all_its_variations_however_far_away"),
    ("Attribute 1 visible", "an_attribute_keeps_its_flags"),
    ("Download 1 ID", "downloads_are_kept_with_their_names"),
    ("Download 1 name", "downloads_are_kept_with_their_names"),
    ("Download 1 URL", "downloads_are_kept_with_their_names"),
    ("Meta: _wpcom_is_markdown", "every_column_is_read_into_its_field_or_kept_as_metadata"),
];

/// The built-in exporter, column by column.
const ALL: [&str; 42] = [
    "ID",
    "Type",
    "SKU",
    "GTIN, UPC, EAN, or ISBN",
    "Name",
    "Published",
    "Is featured?",
    "Visibility in catalog",
    "Short description",
    "Description",
    "Date sale price starts",
    "Date sale price ends",
    "Tax status",
    "Tax class",
    "In stock?",
    "Stock",
    "Low stock amount",
    "Backorders allowed?",
    "Sold individually?",
    "Weight (kg)",
    "Length (cm)",
    "Width (in)",
    "Height (m)",
    "Allow customer reviews?",
    "Purchase note",
    "Sale price",
    "Regular price",
    "Categories",
    "Tags",
    "Shipping class",
    "Images",
    "Download limit",
    "Download expiry days",
    "Parent",
    "Grouped products",
    "Upsells",
    "Cross-sells",
    "External URL",
    "Button text",
    "Position",
    "Cost of goods",
    "Brands",
];

#[test]
fn no_header_of_the_export_is_without_a_test() {
    let numbered = TOGETHER.iter().map(|(header, _)| *header);
    for header in ALL.into_iter().chain(numbered) {
        assert!(!matches!(recognise(header), Use::Unknown | Use::Ignored(_)), "{header}");
        let together = || TOGETHER.iter().any(|(tested, _)| *tested == header);
        assert!(FIELDS.iter().any(|(tested, ..)| *tested == header) || together(), "{header}");
    }
}

#[test]
fn an_attribute_keeps_its_flags() {
    let cells = [("Attribute 1 name", "Care"), ("Attribute 1 value(s)", "Wash"), ("Attribute 1 visible", "0")];
    let record = read(&one(&cells)).remove(0).expect("good").record;
    assert_eq!(record.metadata["woocommerce.attributes"], serde_json::json!({"Care": {"visible": false}}));
}

/// (cells of a simple, grouped, external or variable product, what is told of one of them).
const NOT_TAKEN: [(&[(&str, &str)], &str); 16] = [
    (&[("Type", "simple"), ("Parent", "SET")], "column Parent, value \"SET\""),
    (&[("Regular price", "5"), ("Date sale price starts", "2026-01-01")], "column Date sale price starts, value \"2026-01-01\""),
    (&[("Regular price", "5"), ("Sale price", "5"), ("Date sale price ends", "2026-01-01")], "column Date sale price ends"),
    (&[("Stock", "0"), ("In stock?", "1"), ("Backorders allowed?", "0")], "column In stock?, value \"1\": contradicts"),
    (&[("Stock", "5"), ("In stock?", "backorder"), ("Backorders allowed?", "0")], "column In stock?, value \"backorder\": contradicts"),
    (&[("Attribute 1 name", "Care"), ("Attribute 1 value(s)", "")], "column Attribute 1 name, value \"Care\": has no value"),
    (&[("Attribute 1 name", ""), ("Attribute 1 visible", "1")], "column Attribute 1 visible, value \"1\": has no attribute name"),
    (&[("Images", "https://x.test/1, https://x.test/1")], "column Images"),
    (&[("Type", "grouped"), ("Regular price", "5")], "column Regular price, value \"5\": is not taken: a group"),
    (&[("Type", "grouped"), ("Weight (kg)", "5")], "column Weight (kg), value \"5\": is not taken: a group"),
    (&[("Type", "grouped"), ("Tax status", "none")], "column Tax status, value \"none\": is not taken: a group"),
    (&[("Type", "grouped"), ("Tax class", "zero")], "column Tax class, value \"zero\": is not taken: a group"),
    (&[("Type", "variable"), ("Low stock amount", "2")], "column Low stock amount, value \"2\": is not taken: each variation"),
    (&[("Type", "variable"), ("Backorders allowed?", "notify")], "column Backorders allowed?, value \"notify\": is not taken"),
    (&[("Type", "variable"), ("In stock?", "0")], "column In stock?, value \"0\": is not taken: each variation"),
    (&[("Type", "variable"), ("Date sale price ends", "2026-01-01")], "column Date sale price ends, value \"2026-01-01\": is not taken"),
];

#[test]
fn what_is_not_taken_from_a_product_is_named() {
    for (cells, told) in NOT_TAKEN {
        let read = read(&one(cells)).remove(0);
        assert!(warnings(&read).contains(told), "{told}: {}", warnings(&read));
    }
    let kept = read(&one(&[("Type", "grouped"), ("GTIN, UPC, EAN, or ISBN", "4006381333931")])).remove(0).expect("good");
    assert_eq!(kept.record.metadata["woocommerce.gtin"], serde_json::json!("4006381333931"));
}

const PAIR: &str = "ID,Type,Name,Published,Is featured?,Visibility in catalog,Tags,Parent,Attribute 1 name,Attribute 1 value(s),\
    Attribute 1 visible,Attribute 1 global,Attribute 1 default\n1,variable,Tee,1,0,visible,,,Size,\"S, M\",1,1,S\n";

#[test]
fn what_is_not_taken_from_a_variation_is_named() {
    for (row, told) in [
        ("2,variation,Tee - S,1,0,hidden,,id:1,Size,S,,1,", "row 3, column Visibility in catalog, value \"hidden\""),
        ("2,variation,Tee - S,1,0,visible,new,id:1,Size,S,,1,", "row 3, column Tags, value \"new\""),
        ("2,variation,Tee - S,1,0,visible,,id:1,Size,S,,0,", "row 3, column Attribute 1 global, value \"0\": is not what the product says"),
        (
            "2,variation,Tee - S,1,0,visible,,id:1,Size,S,,1,M",
            "row 3, column Attribute 1 default, value \"M\": is not what the product says",
        ),
        ("2,variation,Tee - S,-1,0,visible,,id:1,Size,S,,1,", "row 3, column Published, value \"-1\": is not taken"),
    ] {
        let read = read(&format!("{PAIR}{row}\n")).remove(0);
        assert!(warnings(&read).contains(told), "{told}: {}", warnings(&read));
    }
    let quiet = read(&format!("{PAIR}2,variation,Tee - S,1,1,visible,,id:1,Size,S,,1,\n")).remove(0);
    assert_eq!(warnings(&quiet), "");
    assert_eq!(quiet.expect("good").record.variants[0].metadata["woocommerce.featured"], serde_json::json!("1"));
    let odd = read(&format!("{PAIR}2,variation,Tee - S,maybe,0,visible,,id:1,Size,S,,1,\n")).remove(0).expect_err("bad");
    assert!(odd.errors[0].to_string().starts_with("row 3, column Published, value \"maybe\": must be 1"), "{:?}", odd.errors);
}
