//! Every column, every value the facts name, variations far from their product, and bad rows.

use std::io::Cursor;

use kernel::Currency;
use serde_json::{Value, json};

use crate::import::{
    Amount, Backorder, ExternalRef, Fate, Field, Format, HeaderNames, ProductReader, ProductRecord, ReadOptions, Reference, Rejected,
    SourcedRecord, VariantRecord, open,
};
use crate::products::ProductStatus;
use crate::variants::VariantKind;

fn reader(text: &str) -> ProductReader<Cursor<String>> {
    let options = ReadOptions { format: Some(Format::WooCommerce), ..ReadOptions::new(Currency::USD) };
    open(Cursor::new(text.to_owned()), &options).expect("a known header")
}

pub(super) fn read(text: &str) -> Vec<Result<SourcedRecord, Rejected>> {
    reader(text).collect()
}

/// A file of one simple product, each cell under its header.
pub(super) fn one(cells: &[(&str, &str)]) -> String {
    let all: Vec<_> =
        [("ID", "741"), ("Name", "Mug")].iter().filter(|(header, _)| cells.iter().all(|(own, _)| own != header)).chain(cells).collect();
    let line = |part: fn(&(&str, &str)) -> String| all.iter().map(|cell| part(cell)).collect::<Vec<_>>().join(",");
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let cells = all.iter().map(|(_, cell)| quoted(cell)).collect::<Vec<_>>().join(",");
    format!("{}\n{cells}\n", line(|(header, _)| format!("\"{header}\"")))
}

fn product(cells: &[(&str, &str)]) -> ProductRecord {
    read(&one(cells)).remove(0).expect("a good product").record
}

fn variant(cells: &[(&str, &str)]) -> VariantRecord {
    product(cells).variants.remove(0)
}

fn errors(rejected: &Result<SourcedRecord, Rejected>) -> Vec<String> {
    rejected.as_ref().expect_err("bad").errors.iter().map(ToString::to_string).collect()
}

pub(super) fn warnings(read: &Result<SourcedRecord, Rejected>) -> String {
    read.as_ref().expect("good").warnings.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

fn usd(minor: i64) -> Amount {
    Amount::new(minor, Currency::USD).expect("a price")
}

/// (header, cell, field of the record, its value): all columns that are fields by themselves.
pub(super) const FIELDS: [(&str, &str, &str, &str); 45] = [
    ("ID", "7", "/external_refs", r#"[{"source":"woocommerce","id":"7"}]"#),
    ("Type", "simple, downloadable, virtual", "/variants/0/kind", r#""digital""#),
    ("Type", "simple, virtual", "/variants/0/requires_shipping", "false"),
    ("Type", "external", "/variants/0/kind", r#""external""#),
    ("Type", "external", "/metadata/woocommerce.type", r#""external""#),
    ("SKU", "MUG-1", "/variants/0/sku", r#""MUG-1""#),
    ("GTIN, UPC, EAN, or ISBN", "4006381333931", "/variants/0/barcode", r#""4006381333931""#),
    ("Name", "Mug", "/title", r#""Mug""#),
    ("Published", "1", "/status", r#""active""#),
    ("Published", "'-1", "/status", r#""draft""#),
    ("Published", "0", "/metadata/woocommerce.published", r#""private""#),
    ("Published", "2", "/metadata/woocommerce.published", r#""pending""#),
    ("Is featured?", "1", "/metadata/woocommerce.featured", r#""1""#),
    ("Visibility in catalog", "search", "/metadata/woocommerce.visibility", r#""search""#),
    ("Short description", r"a\nb", "/metadata/woocommerce.short_description", r#""a\nb""#),
    ("Description", r"<p>\n</p>", "/description", r#""<p>\n</p>""#),
    ("Tax status", "none", "/variants/0/taxable", "false"),
    ("Tax status", "shipping", "/variants/0/metadata/woocommerce.tax_status", r#""shipping""#),
    ("Tax class", "Reduced rate", "/variants/0/tax_class", r#""reduced-rate""#),
    ("Low stock amount", "3", "/variants/0/low_stock_threshold", "3"),
    ("Sold individually?", "1", "/metadata/woocommerce.sold_individually", r#""1""#),
    ("Weight (kg)", "1.5", "/variants/0/weight_grams", "1500"),
    ("Weight (lbs)", "2", "/variants/0/weight_grams", "907"),
    ("Weight (oz)", "2", "/variants/0/weight_grams", "57"),
    ("Weight (g)", "2", "/variants/0/weight_grams", "2"),
    ("Length (cm)", "1,5", "/variants/0/length_mm", "15"),
    ("Width (in)", "2", "/variants/0/width_mm", "51"),
    ("Height (m)", "0.2", "/variants/0/height_mm", "200"),
    ("Length (mm)", "7", "/variants/0/length_mm", "7"),
    ("Allow customer reviews?", "0", "/metadata/woocommerce.reviews_allowed", r#""0""#),
    ("Purchase note", "Thanks", "/metadata/woocommerce.purchase_note", r#""Thanks""#),
    ("Regular price", "12,50", "/variants/0/prices/0/amount", r#"{"amount":1250,"currency":"USD"}"#),
    ("Categories", r"Clothing > Tees, Gifts\, small", "/categories", r#"[["Clothing","Tees"],["Gifts, small"]]"#),
    ("Tags", r"a, b\, c", "/tags", r#"["a","b, c"]"#),
    ("Brands", "Potter", "/brand", r#""Potter""#),
    ("Shipping class", "bulky", "/metadata/woocommerce.shipping_class", r#""bulky""#),
    ("Images", "https://x.test/1.png, https://x.test/2.png", "/media/1", r#"{"url":"https://x.test/2.png","position":2}"#),
    ("Download limit", "3", "/metadata/woocommerce.download_limit", r#""3""#),
    ("Download expiry days", "30", "/metadata/woocommerce.download_expiry_days", r#""30""#),
    ("Upsells", "MUG-2, id:9", "/relations/upsell", r#"[{"sku":"MUG-2"},{"external":{"source":"woocommerce","id":"9"}}]"#),
    ("Cross-sells", "id:9", "/relations/cross_sell", r#"[{"external":{"source":"woocommerce","id":"9"}}]"#),
    ("External URL", "https://x.test/", "/external_url", r#""https://x.test/""#),
    ("Button text", "Buy there", "/external_button_text", r#""Buy there""#),
    ("Position", "4", "/metadata/woocommerce.position", r#""4""#),
    ("Cost of goods", "3.2", "/variants/0/cost", r#"{"amount":320,"currency":"USD"}"#),
];

#[test]
fn every_column_is_read_into_its_field_or_kept_as_metadata() {
    for (header, cell, field, value) in FIELDS {
        let mut reader = reader(&one(&[(header, cell)]));
        let record = serde_json::to_value(reader.next().expect("a product").expect("good").record).expect("JSON");
        let value: Value = serde_json::from_str(value).expect("JSON");
        let found = field
            .split_once("metadata/")
            .map_or_else(|| record.pointer(field), |(owner, key)| record.pointer(&format!("{owner}metadata"))?.get(key));
        assert_eq!(found, Some(&value), "{header}");
        assert_eq!(reader.columns().unmapped().count(), 0, "{header}");
    }
    let meta = product(&[("Meta: _Custom Key", "x"), ("Meta: other", "")]).metadata;
    assert_eq!((&meta["woocommerce.meta._Custom Key"], &meta["woocommerce.meta.other"]), (&json!("x"), &Value::Null));
}

#[test]
fn values_that_say_nothing_are_not_kept() {
    let record = product(&[
        ("Is featured?", "0"),
        ("Visibility in catalog", "visible"),
        ("Sold individually?", "0"),
        ("Allow customer reviews?", "1"),
        ("Position", "0"),
        ("Type", "simple"),
    ]);
    assert!(record.metadata.values().all(Value::is_null), "{:?}", record.metadata);
}

#[test]
fn stock_is_never_more_than_the_shop_has() {
    let stock = |available: &str, stock: &str, backorders: &str| {
        let variant = variant(&[("In stock?", available), ("Stock", stock), ("Backorders allowed?", backorders)]);
        (variant.tracked, variant.on_hand, variant.backorder)
    };
    let (yes, no) = (Field::Set(true), Field::Set(false));
    let (none, any) = (Field::Set(Backorder::None), Field::Set(Backorder::Unlimited));
    assert_eq!(stock("1", "5", "0"), (yes, Field::Set(5), none));
    assert_eq!(stock("1", "5", "1"), (yes, Field::Set(5), any));
    assert_eq!(stock("1", "", "0"), (no, Field::Clear, none));
    assert_eq!(stock("0", "", "0"), (yes, Field::Set(0), none));
    assert_eq!(stock("backorder", "", "0"), (yes, Field::Set(0), any));
    assert_eq!(stock("backorder", "-2", "notify"), (yes, Field::Set(0), any));
    assert_eq!(stock("1", "parent", "0"), (yes, Field::Keep, none));
    assert_eq!(variant(&[("Backorders allowed?", "notify")]).metadata["woocommerce.backorders"], json!("notify"));
    assert_eq!(variant(&[("In stock?", "0")]).on_hand, Field::Set(0));
}

#[test]
fn a_sale_is_a_price_with_a_comparison_or_with_a_time() {
    let prices = |regular: &str, sale: &str, from: &str, to: &str| {
        let cells = [("Regular price", regular), ("Sale price", sale), ("Date sale price starts", from), ("Date sale price ends", to)];
        let prices = variant(&cells).prices;
        let moment = |at: Option<chrono::DateTime<chrono::Utc>>| at.map(|at| at.to_rfc3339()).unwrap_or_default();
        let row = |price: &crate::import::PriceRecord| (price.amount, price.compare_at, moment(price.starts_at), moment(price.ends_at));
        prices.get().map(|prices| prices.iter().map(row).collect::<Vec<_>>())
    };
    let plain = |minor: i64, compare_at: Option<i64>| (usd(minor), compare_at.map(usd), String::new(), String::new());
    assert_eq!(prices("", "", "", ""), None);
    assert_eq!(prices("20", "", "", ""), Some(vec![plain(2_000, None)]));
    assert_eq!(prices("20", "18", "", ""), Some(vec![plain(1_800, Some(2_000))]));
    assert_eq!(prices("20", "20", "", ""), Some(vec![plain(2_000, None)]));
    let window = (usd(1_800), Some(usd(2_000)), "2025-01-01T00:00:00+00:00".to_owned(), "2025-02-01T00:00:00+00:00".to_owned());
    assert_eq!(prices("20", "18", "2025-01-01", "2025-01-31"), Some(vec![plain(2_000, None), window]));
    let open_end = (usd(1_800), Some(usd(2_000)), "2025-01-01T12:30:00+00:00".to_owned(), String::new());
    assert_eq!(prices("20", "18", "2025-01-01 12:30:00", ""), Some(vec![plain(2_000, None), open_end]));
    let backwards = one(&[
        ("Regular price", "20"),
        ("Sale price", "18"),
        ("Date sale price starts", "2025-02-01"),
        ("Date sale price ends", "2025-01-01"),
    ]);
    assert!(errors(&read(&backwards)[0])[0].contains("Date sale price ends"));
}

const SHOP: &str = "ID,Type,SKU,Name,Published,Stock,Weight (kg),Tax class,Parent,Grouped products,Images,Position,Attribute 1 name,Attribute 1 value(s),Attribute 1 global,Attribute 1 default,Attribute 2 name,Attribute 2 value(s),Attribute 3 name,Attribute 3 value(s)\r\n\
    1,variable,tee,Tee,1,,0.2,reduced,,,,0,Colour,\"Blue, Red\",1,Red,Size,\"S, M\",Care,\"Wash, \"\"dry\"\"\"\r\n\
    5,grouped,set,Set,1,,,,,\"tee, id:9\",,0,,,,,,,,\r\n\
    2,variation,tee-red,Tee - Red,1,5,,parent,tee,,\"https://x.test/r.png, https://x.test/s.png\",1,colour,Red,1,,size,S,,\r\n\
    7,variation,other-1,Other,1,1,,,id:70,,,1,Size,S,,,,,,\r\n\
    3,variation,tee-blue,Tee - Blue,0,7,0.3,zero,id:1,,,2,Colour,Blue,1,,Size,,,\r\n\
    8,variation,other-2,Other,1,2,,,id:70,,,2,Size,M,,,,,,\r\n\
    9,simple,cap,Cap,1,,,,,,,0,,,,,,,,\r\n";

#[test]
fn a_product_gets_all_its_variations_however_far_away() {
    let read = read(SHOP);
    let tee = read[0].as_ref().expect("good");
    assert_eq!((tee.rows.first_row, tee.rows.last_row, tee.rows.count), (2, 6, 3));
    assert_eq!(tee.record.external_refs, [ExternalRef::new("woocommerce", "1"), ExternalRef::new("woocommerce.sku", "tee")]);
    let record = serde_json::to_value(&tee.record).expect("JSON");
    assert_eq!(record["options"], json!([{"name": "Colour", "values": ["Blue", "Red"]}, {"name": "Size", "values": ["S", "M", "Any"]}]));
    assert_eq!(record["attributes"], json!({"Care": ["Wash", "\"dry\""]}));
    assert_eq!(record["metadata"]["woocommerce.attributes"], json!({"Colour": {"global": true, "default": "Red"}}));
    let [red, blue] = tee.record.variants.as_slice() else { panic!("two variants") };
    assert_eq!(
        (red.sku.get().map(String::as_str), red.position, red.weight_grams, red.tax_class.get().map(String::as_str)),
        (Some("tee-red"), Some(1), Field::Set(200), Some("reduced"))
    );
    assert_eq!(
        (red.options["Colour"].as_str(), red.options["Size"].as_str(), red.media_url.get().map(String::as_str)),
        ("Red", "S", Some("https://x.test/r.png"))
    );
    assert_eq!(
        (red.external_refs.as_slice(), &red.metadata["woocommerce.name"]),
        ([ExternalRef::new("woocommerce", "2")].as_slice(), &json!("Tee - Red"))
    );
    assert_eq!(
        (blue.weight_grams, blue.tax_class.get().map(String::as_str), blue.options["Size"].as_str()),
        (Field::Set(300), Some("zero"), "Any")
    );
    assert!(warnings(&read[0]).contains("row 4, column Images") && warnings(&read[0]).contains("row 6: fits any Size"));
}

#[test]
fn a_variation_that_is_switched_off_cannot_be_bought() {
    let read = read(SHOP);
    let blue = &read[0].as_ref().expect("good").record.variants[1];
    assert_eq!((blue.tracked, blue.on_hand, blue.backorder), (Field::Set(true), Field::Set(0), Field::Set(Backorder::None)));
    assert_eq!(blue.metadata["woocommerce.stock"], json!("7"));
}

#[test]
fn grouped_products_have_relations_and_no_variants() {
    let read = read(SHOP);
    let set = &read[1].as_ref().expect("good").record;
    let cap = Reference::External(ExternalRef::new("woocommerce", "9"));
    assert_eq!(set.relations.grouped, Field::Set(vec![Reference::Sku("tee".to_owned()), cap]));
    assert_eq!((set.variants.len(), &set.metadata["woocommerce.type"]), (0, &json!("grouped")));
    assert_eq!(set.external_refs[1], ExternalRef::new("woocommerce.sku", "set"));
}

#[test]
fn variations_of_products_outside_the_file_come_together_with_the_name_of_their_product() {
    let read = read(SHOP);
    assert_eq!(read.len(), 4);
    let other = read[2].as_ref().expect("good");
    assert_eq!(other.variants_of, Some(Reference::External(ExternalRef::new("woocommerce", "70"))));
    assert_eq!((other.rows.first_row, other.rows.last_row, other.rows.count, other.record.options.clone()), (5, 7, 2, Field::Keep));
    assert_eq!(other.record.variants.iter().map(|variant| variant.options["Size"].as_str()).collect::<Vec<_>>(), ["S", "M"]);
    assert_eq!(read[3].as_ref().map(|read| (read.rows.first_row, read.variants_of.clone())), Ok((8, None)));
}

#[test]
fn a_bad_variation_spoils_its_product_and_no_other() {
    let read = read(&SHOP.replace("Tee - Blue,0,7,0.3", "Tee - Blue,0,7,heavy").replace("Cap,1", "Cap,yes"));
    assert_eq!(errors(&read[0]), ["row 6, column Weight (kg), value \"heavy\": is not a number of 0 or more"]);
    assert_eq!(read[0].as_ref().expect_err("bad").name.as_deref(), Some("woocommerce:1"));
    assert_eq!(read.iter().map(Result::is_ok).collect::<Vec<_>>(), [false, true, true, false]);
    assert!(errors(&read[3])[0].starts_with("row 8, column Published, value \"yes\": must be 1"));
}

#[test]
fn a_broken_variation_row_spoils_its_product_too() {
    let read = read(&SHOP.replace("2,variation,tee-red,Tee - Red,1,5,,parent,tee", "2,variation,tee-red,Tee - Red,1,5,,parent,tee,1,2,3"));
    assert_eq!(errors(&read[0]), ["row 4: has 23 cells, the header has 20"]);
    assert_eq!(read.iter().filter(|read| read.is_ok()).count(), 3);
}

#[test]
fn variations_without_a_product_and_twins_are_errors() {
    let twins = SHOP.replace("Colour,Blue,1,,Size,,,", "Colour,Red,1,,Size,S,,");
    assert_eq!(
        errors(&read(&twins)[0]),
        ["row 6: cannot be told from another variation: its attribute values (or ID and SKU, without attributes) are the same"]
    );
    let lost = read("ID,Type,Name,Parent\n1,variation,Tee,\n2,simple,,\n");
    assert!(errors(&lost[0])[0].contains("row 2: is a variation that does not name its product"));
    assert_eq!(errors(&lost[1]), ["row 3, column Name, value \"\": is empty"]);
}

#[test]
fn a_file_without_attributes_leaves_options_and_attributes_alone() {
    let read = read(
        "ID,Type,SKU,Name,Parent,Regular price\n1,variable,p,P,,\n2,variation,a,A,p,5\n3,variation,b,B,p,6\n4,simple,c,C,,7\n5,variable,q,Q,,\n6,variation,d,D,q,5\n6,variation,d,D,q,5\n",
    );
    let update = &read[0].as_ref().expect("good").record;
    assert_eq!((update.options.clone(), update.variants.len(), update.metadata.get("woocommerce.attributes")), (Field::Keep, 2, None));
    assert_eq!(read[1].as_ref().expect("good").record.options, Field::Keep);
    assert!(errors(&read[2])[0].contains("row 8: cannot be told"));
}

#[test]
fn an_attribute_that_all_variations_leave_open_is_no_option() {
    let header = "ID,Type,Name,Parent,Attribute 1 name,Attribute 1 value(s),Attribute 2 name,Attribute 2 value(s)\n";
    let read = read(&format!("{header}1,variable,P,,Colour,Red,Size,\"S, M\"\n2,variation,A,id:1,Colour,Red,Size,\n"));
    let record = serde_json::to_value(&read[0].as_ref().expect("good").record).expect("JSON");
    assert_eq!(record["options"], json!([{"name": "Colour", "values": ["Red"]}]));
    assert_eq!((&record["attributes"], &record["variants"][0]["options"]), (&json!({"Size": ["S", "M"]}), &json!({"Colour": "Red"})));
    assert!(warnings(&read[0]).contains("row 3: fits any Size"));
}

#[test]
fn types_of_plugins_and_hidden_products_are_told() {
    let told = read(&one(&[("Type", "bundle"), ("Visibility in catalog", "hidden"), ("Brands", "A, B"), ("Published", "1")]));
    for part in ["column Type, value \"bundle\"", "column Visibility in catalog", "column Brands"] {
        assert!(warnings(&told[0]).contains(part), "{part}");
    }
    let record = &told[0].as_ref().expect("good").record;
    assert_eq!((record.status, record.metadata["woocommerce.type"].clone()), (Field::Set(ProductStatus::Active), json!("bundle")));
    assert_eq!(
        (record.variants[0].kind, record.metadata["woocommerce.brands"].clone()),
        (Field::Set(VariantKind::Physical), json!("A, B"))
    );
    let alone = read("ID,Type,Name,Regular price\n1,variable,Tee,5\n");
    assert!(warnings(&alone[0]).contains("without variations") && warnings(&alone[0]).contains("column Regular price"));
}

#[test]
fn downloads_are_kept_with_their_names() {
    let cells = [
        ("Download 1 ID", "a"),
        ("Download 1 name", "Album"),
        ("Download 1 URL", "https://x.test/a"),
        ("Download 2 name", ""),
        ("Download 3 URL", "https://x.test/c"),
    ];
    let kept = json!([{"id": "a", "name": "Album", "url": "https://x.test/a"}, {"id": "", "name": "", "url": "https://x.test/c"}]);
    assert_eq!(product(&cells).metadata["woocommerce.downloads"], kept);
}

#[test]
fn headers_in_another_language_are_read_by_a_mapping() {
    let pairs = [("Typ", "Type"), ("Artikelnummer", "SKU"), ("Gewicht (kg)", "Weight (kg)"), ("Regulärer Preis", "Regular price")];
    let headers = HeaderNames::new(pairs.map(|(header, known)| (header.to_owned(), known.to_owned())));
    let text = "ID;Typ;Artikelnummer;Name;GEWICHT (kg);Regulärer Preis;Lagerplatz\n1;simple;mug;Becher;0,4;12,50;A7\n".to_owned();
    let mut reader = open(Cursor::new(text), &ReadOptions { headers, ..ReadOptions::new(Currency::EUR) }).expect("mapped");
    let record = reader.next().expect("a product").expect("good").record;
    assert_eq!((record.variants[0].weight_grams, record.variants[0].sku.get().map(String::as_str)), (Field::Set(400), Some("mug")));
    let report = reader.columns();
    assert_eq!(report.columns[4].fate, Fate::Mapped { field: "variants.weight_grams" });
    assert_eq!(report.unmapped().map(|column| column.header.as_str()).collect::<Vec<_>>(), ["Lagerplatz"]);
}

/// Memory is bounded by construction: beside the product in hand only the places of variations that are still to come.
#[test]
fn a_long_file_with_all_its_variations_at_the_end_is_read_product_by_product() {
    let mut text = "ID,Type,SKU,Name,Parent,Attribute 1 name,Attribute 1 value(s)\n".to_owned();
    for product in 0..5_000 {
        text.push_str(&format!("{product},variable,p{product},Product {product},,Size,\"S, M, L\"\n"));
    }
    for (number, size) in ["S", "M", "L"].iter().enumerate() {
        for product in 0..5_000 {
            let parent = if number == 1 { format!("id:{product}") } else { format!("p{product}") };
            text.push_str(&format!(
                "{},variation,p{product}-{size},Product {product} - {size},{parent},Size,{size}\n",
                10_000 + product * 3 + number
            ));
        }
    }
    let mut reader = reader(&text);
    let mut products = 0;
    for read in reader.by_ref() {
        let read = read.expect("good");
        assert_eq!((read.record.variants.len(), read.rows.count), (3, 4));
        products += 1;
    }
    assert_eq!(products, 5_000);
    assert_eq!(reader.columns().columns[0].filled, 20_000);
}

#[test]
fn a_file_that_cannot_be_read_to_its_end_is_refused_before_anything_is_imported() {
    let text = format!("ID,Type,Name\n1,variable,Tee\n2,simple,\"Cap{}", "\nx".repeat(3_000_000));
    let error = open(Cursor::new(text), &ReadOptions::new(Currency::USD)).expect_err("refused").to_string();
    assert!(error.contains("row 3") && error.contains("closing quote"), "{error}");
}
