//! What leaves the shop comes back the same.

use catalog::media::{self, MediaDetails, MediaInput, UploadMedia};
use kernel::ProductId;
use serde_json::Value;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, run, variant};

const SHOPIFY: &str = include_str!("import/files/shopify_current.csv");
const WOOCOMMERCE: &str = include_str!("import/files/woocommerce.csv");

/// Names and values that files trip over, two price lists' worth of prices, and a variant that is sold no more.
const ODD: &str = r#"{"slug":"odd-one","title":"\"Odd\", one;\ttwo","description":"a<br>\r\nb","status":"archived","tags":["=1+1","@x"],
"attributes":{"Größe":["1,5 m"]},"metadata":{"z":[1,{"b":null,"a":1.5}],"a":"ä","n":null},"categories":[["A > B","C"]],
"options":[{"name":"Größe","values":["L","S"]}],"variants":[{"sku":"-1","options":{"Größe":"L"},"backorder":{"limit":3},"tracked":true,
"prices":[{"min_quantity":5,"amount":{"amount":5,"currency":"USD"}},{"amount":{"amount":7,"currency":"USD"},
"starts_at":"2026-01-01T00:00:00.000001Z"}],"on_hand":2,"external_refs":[{"source":"erp","id":"L"}],"metadata":{"x":true}}],
"relations":{"upsell":[{"sku":"BOOK"}],"cross_sell":[{"slug":"bowl"},{"slug":"apron"}]},"external_button_text":"Go"}"#;

async fn fill(shop: &TestShop) -> TestResult {
    for (name, text, code) in [("a.csv", SHOPIFY, 0), ("b.csv", WOOCOMMERCE, 3), ("c.jsonl", &ODD.replace('\n', ""), 0)] {
        let path = shop.data_dir().join(name);
        std::fs::write(&path, text)?;
        shop.run(&["import", "products", &path.display().to_string()]).await?.expect(code)?;
    }
    Ok(())
}

/// From either database into a new embedded shop and out again: not a byte is another; back into the same shop: nothing
/// changes.
#[test_on_every_database]
async fn an_export_comes_back_as_the_same_bytes(shop: TestShop) -> TestResult {
    fill(&shop).await?;
    for format in ["jsonl", "shopify"] {
        let exported = shop.run(&["export", "products", "--format", format]).await?.expect(0)?;
        let folder = tempfile::tempdir()?;
        let (data_dir, file) = (folder.path().join("other"), folder.path().join("products"));
        std::fs::write(&file, &exported.stdout)?;
        let file = file.display().to_string();
        let imported = run(&data_dir, &["import", "products", &file, "--json"]).await?.expect(0)?.lines()?.remove(0);
        assert_eq!((imported["created"].as_u64(), imported["failed"].as_u64()), (Some(12), Some(0)), "{imported}");
        let second = run(&data_dir, &["export", "products", "--format", format]).await?.expect(0)?;
        assert!(second.stdout == exported.stdout, "{format}:\n{}\n{}", exported.stdout, second.stdout);
        run(&data_dir, &["import", "products", &file]).await?.expect(0)?;
    }
    let file = shop.data_dir().join("all.jsonl");
    let path = file.display().to_string();
    shop.run(&["export", "products", "-o", &path]).await?.expect(0)?;
    let same = shop.run(&["import", "products", &path, "--json"]).await?.expect(0)?.lines()?.remove(0);
    assert_eq!((same["unchanged"].as_u64(), same["warnings"].as_u64()), (Some(12), Some(0)), "{same}");
    Ok(())
}

/// No cell runs in a spreadsheet, and everything that a file cannot hold is said beside it.
#[test_on_every_database]
async fn what_is_not_in_the_file_is_said(shop: TestShop) -> TestResult {
    fill(&shop).await?;
    let csv = shop.run(&["export", "products", "--format", "shopify"]).await?.expect(0)?;
    assert!(csv.stdout.contains("'=SUM(A1)") && csv.stdout.contains("'-1") && !csv.stdout.contains(",=SUM"), "{}", csv.stdout);
    for lost in
        ["grouped products", "kinds service and external", "prices by list, quantity or time", "as in odd-one", "exported 12 products"]
    {
        assert!(csv.stderr.contains(lost), "{lost}: {}", csv.stderr);
    }

    let mug = shop.product("Mug").variant(variant("MUG", 100)).create().await?;
    let details = MediaDetails::parse(MediaInput::default())?;
    let content = include_bytes!("import/files/dot.png").to_vec();
    media::upload(shop.context(), &shop.origin(), UploadMedia { product_id: mug.product.id, content, details }).await?;
    let jsonl = shop.run(&["export", "products"]).await?.expect(0)?;
    assert!(jsonl.stderr.contains("pictures that lie in files of this shop (1 products, as in mug)"), "{}", jsonl.stderr);
    assert_eq!(jsonl.stdout.lines().count(), 13);
    let gone = shop.run(&["export", "products", "-o", "/no/such/folder/x.jsonl"]).await?.expect(2)?;
    assert!(gone.stdout.is_empty(), "{gone:?}");
    Ok(())
}

/// Every field that a line can have, in the words of the export.
const FULL: &str = r#"{"slug":"full","title":"Full","description":"<p>All</p>","status":"active","brand":"Acme","tags":["a","b"],
"seo":{"title":"S","description":"D"},"attributes":{"Care":["Wash","Dry"]},"metadata":{"a":{"b":[1,null,"x"]}},
"categories":[["One","Two"],["Three"]],"options":[{"name":"Size","values":["S","M"]}],
"variants":[{"sku":"F-S","barcode":"4006381333931","options":{"Size":"S"},"kind":"service","requires_shipping":false,"tracked":true,
"backorder":{"limit":5},"tax_class":"reduced","taxable":true,"prices":[{"amount":{"amount":500,"currency":"USD"},"compare_at":{"amount":900,"currency":"USD"}},
{"min_quantity":10,"amount":{"amount":400,"currency":"USD"},"starts_at":"2026-01-01T00:00:00Z","ends_at":"2027-01-01T00:00:00Z"}],
"cost":{"amount":100,"currency":"USD"},"weight_grams":10,"length_mm":20,"width_mm":30,"height_mm":40,"low_stock_threshold":2,"on_hand":7,
"media_url":"https://x.test/1.png","external_refs":[{"source":"erp","id":"F-S"}],"metadata":{"k":"v"}},
{"sku":"F-M","options":{"Size":"M"},"kind":"physical","requires_shipping":true,"tracked":false,"backorder":"unlimited","tax_class":null,"taxable":false,"prices":null}],
"media":[{"url":"https://x.test/1.png","alt":"One"},{"url":"https://x.test/2.png"}],
"relations":{"grouped":[{"slug":"other"}],"upsell":[{"slug":"other"}],"cross_sell":[{"slug":"other"}]},
"external_refs":[{"source":"erp","id":"FULL"}],"external_url":"https://x.test/","external_button_text":"Go"}"#;

/// What a line says is in the export, field by field, whatever the export adds.
#[test_on_every_database]
async fn every_field_of_a_line_comes_back(shop: TestShop) -> TestResult {
    let path = shop.data_dir().join("full.jsonl").display().to_string();
    std::fs::write(&path, format!("{}\n{{\"slug\":\"other\",\"title\":\"Other\"}}\n", FULL.replace('\n', "")))?;
    shop.run(&["import", "products", &path]).await?.expect(0)?;
    let exported = shop.run(&["export", "products"]).await?.expect(0)?.lines()?.remove(0);
    let mut missing = Vec::new();
    compare(&serde_json::from_str(&FULL.replace('\n', ""))?, &exported, "", &mut missing);
    assert!(missing.is_empty(), "{missing:#?}\n{exported}");
    Ok(())
}

/// Names the places where the first value has something that the second has not.
fn compare(wanted: &Value, found: &Value, path: &str, missing: &mut Vec<String>) {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(_)) => {
            let fields = wanted.iter().filter(|(_, value)| !value.is_null());
            fields.for_each(|(key, value)| compare(value, &found[key], &format!("{path}/{key}"), missing));
        }
        (Value::Array(list), Value::Array(others)) if list.len() == others.len() => {
            let pairs = list.iter().zip(others).enumerate();
            pairs.for_each(|(place, (wanted, found))| compare(wanted, found, &format!("{path}/{place}"), missing));
        }
        _ if wanted == found => {}
        _ => missing.push(format!("{path}: {wanted} is {found}")),
    }
}

/// A page costs the same few statements for one product and for many; one more where products point at others.
#[test_on_every_database]
async fn a_page_is_loaded_in_a_constant_number_of_statements(shop: TestShop) -> TestResult {
    shop.product("Tea").variant(variant("TEA", 100)).create().await?;
    let load =
        async |after: Option<ProductId>| platform::db::count_statements(catalog::export::page(shop.context().db.reader(), after)).await;
    let (one, few) = load(None).await;
    fill(&shop).await?;
    let (all, many) = load(None).await;
    assert_eq!((one?.len(), few), (1, 7));
    let all = all?;
    assert_eq!((all.len(), many), (13, 8));
    assert!(load(all.last().map(|last| last.id)).await.0?.is_empty());
    Ok(())
}
