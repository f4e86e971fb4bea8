//! Files as they should not be: what is wrong is told by row, column and value, what is good comes, and nothing half.

use serde_json::Value;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

const HEADER: &str = "Handle,Title,Option1 Name,Option1 Value,Variant SKU,Variant Price,Variant Inventory Tracker,Variant Inventory Qty\n";

/// A file, and what becomes of it. A `#` in it stands for a name that no other file has.
struct Case {
    name: &'static str,
    text: String,
    encode: fn(String) -> Vec<u8>,
    code: i32,
    /// The titles that come.
    titles: &'static [&'static str],
    /// How `row column value: message` begins, of every message.
    told: &'static [&'static str],
}

fn case(name: &'static str, rows: &str, code: i32, titles: &'static [&'static str], told: &'static [&'static str]) -> Case {
    Case { name, text: format!("{HEADER}{rows}"), encode: String::into_bytes, code, titles, told }
}

#[test_on_every_database]
async fn encodings_are_read_or_refused(shop: TestShop) -> TestResult {
    let windows = |text: String| format!("\u{feff}{text}").replace('\n', "\r\n").into_bytes();
    let latin = |text: String| text.chars().map(|letter| letter as u8).collect();
    let wide = |text: String| format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let cases = [
        Case { encode: windows, ..case("BOM", "#a,A,,,,1,,\n#b,\"B \"\"b\"\",\nb\",,,,1,,\n", 0, &["A", "B \"b\", b"], &[]) },
        Case {
            encode: latin,
            ..case("Latin 1", "#a,Caf\u{e9},,,,1,,\n#b,B,,,,1,,\n", 3, &["B"], &["2 Title Caf\u{fffd}: is not UTF-8 text"])
        },
        Case { encode: wide, ..case("UTF-16", "#a,A,,,,1,,\n", 2, &[], &[]) },
        Case { text: String::new(), ..case("empty", "", 2, &[], &[]) },
        case("a header alone", "", 0, &[], &[]),
    ];
    hold(&shop, cases).await
}

#[test_on_every_database]
async fn broken_rows_spoil_their_product_alone(shop: TestShop) -> TestResult {
    let huge = format!("#a,A,,,,1,,\n#b,\"{}\",,,,1,,\n#c,C,,,,1,,\n", "x\n".repeat(3_000_000));
    let cases = [
        case(
            "handles far apart",
            "#a,A,Size,S,,1,,\n#b,B,,,,1,,\n#a,,,M,,1,,\n#c,C,,,,1,,\n",
            3,
            &["A", "B", "C"],
            &["4 Title : is empty in the first row of a product", "4 Option1 Value M: has no option name"],
        ),
        case(
            "too few and too many cells",
            "#a,A,Size,S,,1,,\n#a,,,M\n#b,B,,,,1,,\n#c,C,,,,1,,,,x\n",
            3,
            &["B"],
            &["3 - -: has 4 cells, the header has 8", "5 - -: has 10 cells, the header has 8"],
        ),
        case(
            "a quote that is not closed",
            "#a,A,,,,1,,\n#b,\"B,,,,1,,\n#c,C,,,,1,,\n",
            3,
            &["A"],
            &["3 - -: has 2 cells, the header has 8, and it ends in line 5: is a closing quote missing?"],
        ),
        case("a cell of megabytes", &huge, 3, &["A", "C"], &["3 Title x"]),
        case("formulas", "#a,'=1+1,,,'-#,1,,\n", 0, &["=1+1"], &[]),
    ];
    hold(&shop, cases).await
}

#[test_on_every_database]
async fn bad_values_are_told_where_they_stand(shop: TestShop) -> TestResult {
    let cases = [
        case(
            "a SKU of two products",
            "#a,A,,,#X,1,,\n#b,B,,,#X,1,,\n#c,C,Size,S,#Y,1,,\n#c,,,M,#Y,1,,\n#d,D,,,#Z,1,,\n",
            3,
            &["A", "D"],
            &["3 Variant SKU #X: is the SKU of another product, too, in row 2", "5 Variant SKU #Y: #Y is the SKU of another variant"],
        ),
        case(
            "numbers that are none",
            "#a,A,,,,abc,,\n#b,B,,,,1.234,,\n#c,C,,,,-1,,\n#d,D,,,,1,shopify,1.5\n#e,E,,,,\"1,000.00\",,\n#f,F,Size,S,,1,,\n#f,,,M,,x,,\n#g,G,,,,7,,\n",
            3,
            &["G"],
            &[
                "2 Variant Price abc: not an amount",
                "3 Variant Price 1.234: not an amount",
                "4 Variant Price -1: the amount is out of range",
                "5 Variant Inventory Qty 1.5: is not a whole number",
                "6 Variant Price 1,000.00: not an amount",
                "8 Variant Price x: not an amount",
            ],
        ),
        case(
            "more pieces than any shelf holds",
            "#a,A,,,,1,shopify,1000000000\n#b,B,Size,S,,1,shopify,1\n#b,,,M,,1,shopify,1000000001\n#c,C,,,,1,shopify,10000000000\n",
            3,
            &["A"],
            &["4 Variant Inventory Qty 1000000001: must be between 0 and 1000000000", "5 Variant Inventory Qty 10000000000: must be"],
        ),
    ];
    hold(&shop, cases).await
}

/// Imports the files one after the other into one shop.
async fn hold(shop: &TestShop, cases: impl IntoIterator<Item = Case>) -> TestResult {
    for (number, Case { name, text, encode, code, titles, told }) in cases.into_iter().enumerate() {
        let own = |text: &str| text.replace('#', &format!("case{number}-"));
        let path = |name: &str| shop.data_dir().join(format!("{number}-{name}")).display().to_string();
        std::fs::write(path("file.csv"), encode(own(&text)))?;
        let before = export(shop).await?;
        shop.run(&["import", "products", &path("file.csv"), "--errors", &path("errors.jsonl")]).await?.expect(code)?;

        let lines = std::fs::read_to_string(path("errors.jsonl")).unwrap_or_default();
        let messages = lines.lines().map(|line| Ok(message(&serde_json::from_str(line)?))).collect::<TestResult<Vec<_>>>()?;
        assert_eq!(messages.len(), told.len(), "{name}: {messages:?}");
        assert!(messages.iter().zip(told).all(|(message, told)| message.starts_with(&own(told))), "{name}: {messages:?}");
        let after = export(shop).await?;
        let new: Vec<String> = after.iter().filter(|product| !before.contains(product)).map(|product| shown(&product["title"])).collect();
        assert_eq!(new, titles, "{name}");
        assert_eq!(after.len(), before.len() + titles.len(), "{name}");
    }
    Ok(())
}

fn message(note: &Value) -> String {
    format!("{} {} {}: {}", note["row"], shown(&note["column"]), shown(&note["value"]), shown(&note["message"]))
}

fn shown(value: &Value) -> String {
    value.as_str().unwrap_or("-").to_owned()
}

async fn export(shop: &TestShop) -> TestResult<Vec<Value>> {
    shop.run(&["export", "products"]).await?.expect(0)?.lines()
}
