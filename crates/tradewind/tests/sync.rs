//! Data sync: what lies in the folder is what the shop has, nothing is left out by whoever dies, and nothing is taken twice.

mod taking;
mod telling;

use std::collections::BTreeMap;
use std::path::Path;

use platform::config::{Config, SyncPlace};
use platform::db;
use platform::jobs::{self, NewJob};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, variant};

/// The same shop with both folders.
fn with_folders(shop: &TestShop) -> TestResult<TestShop> {
    let folder = |name: &str| SyncPlace::Folder(shop.data_dir().join(name));
    std::fs::create_dir_all(shop.data_dir().join("in"))?;
    let (out, into) = (Some(folder("out")), vec![folder("in")]);
    shop.configured(move |config: &mut Config| (config.sync.export.target, config.sync.import.source) = (out, into))
}

/// Lines by what kind of thing they are of, and which.
type Lines = BTreeMap<(String, String), Value>;

/// Each line that lies in the folder, the last of each thing, and the names of the files.
fn told(shop: &TestShop) -> TestResult<(Lines, Vec<String>)> {
    let (mut lines, mut names) = (BTreeMap::new(), Vec::new());
    let Ok(entries) = std::fs::read_dir(shop.data_dir().join("out")) else { return Ok((lines, names)) };
    let mut paths: Vec<_> = entries.map(|entry| entry.map(|entry| entry.path())).collect::<Result<_, _>>()?;
    paths.sort_by_key(|path| first_of(path));
    for path in paths {
        names.push(path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned());
        for line in std::fs::read_to_string(path)?.lines() {
            let line: Value = serde_json::from_str(line)?;
            let word = |name: &str| line[name].as_str().unwrap_or_default().to_owned();
            lines.insert((word("kind"), word("id")), line.clone());
        }
    }
    Ok((lines, names))
}

fn first_of(path: &Path) -> i64 {
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
    name.split('-').nth(1).and_then(|number| number.parse().ok()).unwrap_or_default()
}

/// Has the job done that the time-table makes.
async fn enqueue(shop: &TestShop, kind: jobs::JobKind) -> TestResult {
    let tx = shop.context().begin(&shop.origin()).await?;
    jobs::enqueue(&tx, NewJob::new(kind, Value::Null, tx.now())).await?;
    tx.commit().await?;
    shop.settle().await
}

#[test_on_every_database]
async fn what_lies_in_the_folder_is_what_the_shop_has(shop: TestShop) -> TestResult {
    let shop = with_folders(&shop)?;
    let (mug, plate) = (shop.mug(1_250, 10).await?, shop.mug(300, 5).await?);
    let order = shop.order(&mug.id, 2, "test").await?;
    shop.settle().await?;
    enqueue(&shop, notify::sync::ExportChanges::KIND).await?;

    let (lines, names) = told(&shop)?;
    assert!(names.len() == 1 && names[0].starts_with("changes-1-") && names[0].ends_with(".jsonl"), "{names:?}");
    let exported = catalog::export::page(shop.context().db.reader(), None).await?;
    assert_eq!(exported.len(), 2);
    for product in exported {
        let id = product.id.to_string();
        assert_eq!(lines[&("product".to_owned(), id.clone())]["product"], serde_json::to_value(&product.record)?);
        let prices = &lines[&("prices".to_owned(), id)]["variants"][0];
        assert_eq!(prices["prices"], serde_json::to_value(&product.record.variants[0].prices)?);
    }
    for variant in [&mug, &plate] {
        let line = &lines[&("stock".to_owned(), variant.id.clone())];
        let level = shop.get(&format!("/api/v1/stock-levels?filter[variant]={}", variant.id)).await?.expect(200)?.data()[0].clone();
        assert_eq!(line["levels"], json!([{"location": level["location_code"], "on_hand": level["on_hand"]}]));
    }
    let line = &lines[&("order".to_owned(), order.text("id").to_owned())];
    assert_eq!((&line["status"], &line["lines"][0]["gross_minor"]), (&json!("confirmed"), &json!(2_500)));
    assert_eq!((&line["lines"][0]["variant_id"], &line["lines"][0]["quantity"]), (&json!(mug.id), &json!(2)));
    let whole = std::fs::read_to_string(shop.data_dir().join("out").join(&names[0]))?;
    assert!(!whole.contains("ada@") && !whole.contains("Lovelace"), "who placed it is nobody else's business");

    // Nothing changed: no file. One thing changed: that thing alone. A product that is gone is told as removed.
    enqueue(&shop, notify::sync::ExportChanges::KIND).await?;
    assert_eq!(told(&shop)?.1, names);
    let path = format!("/api/v1/products/{}", plate.product_id);
    let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().ok_or("a version")?;
    shop.patch(&path).version(version).json(json!({"title": "Plate"})).await?.expect(200)?;
    let draft = shop.product("Bowl").variant(variant("BOWL", 100)).create().await?;
    let gone = format!("/api/v1/products/{}", draft.product.id);
    shop.delete(&gone).version(draft.product.version).await?.expect(204)?;
    shop.settle().await?;
    enqueue(&shop, notify::sync::ExportChanges::KIND).await?;
    let (lines, names) = told(&shop)?;
    assert_eq!(names.len(), 2);
    assert_eq!(lines[&("product".to_owned(), plate.product_id.to_string())]["product"]["title"], "Plate");
    assert_eq!(lines[&("product".to_owned(), draft.product.id.to_string())]["removed"], true);
    let listed = shop.get("/api/v1/syncs").await?.expect(200)?;
    assert_eq!((&listed.data()[0]["file"], &listed.data()[0]["direction"]), (&json!(names[1]), &json!("export")));
    Ok(())
}

/// The file is there and the cursor has not moved: that is what a process leaves that dies in between.
#[test_on_every_database]
async fn whoever_dies_before_the_cursor_moves_has_the_same_told_again(shop: TestShop) -> TestResult {
    let shop = with_folders(&shop)?;
    shop.mug(1_250, 10).await?;
    shop.settle().await?;
    notify::sync::export(shop.notify()).await?;
    let before = told(&shop)?;
    let tx = shop.context().begin(&shop.origin()).await?;
    db::execute(&tx, "DELETE FROM sync_cursors", vec![]).await?;
    tx.commit().await?;
    let again = notify::sync::export(shop.notify()).await?;
    assert_eq!((again.len(), told(&shop)?), (1, before));
    // Two that write at once move the cursor once.
    shop.mug(300, 1).await?;
    shop.settle().await?;
    let (first, second) = tokio::join!(notify::sync::export(shop.notify()), notify::sync::export(shop.notify()));
    assert_eq!(first?.len() + second?.len(), 1);
    Ok(())
}

#[test_on_every_database]
async fn a_content_is_taken_once_and_files_in_the_order_of_their_names(shop: TestShop) -> TestResult {
    let shop = with_folders(&shop)?;
    for sku in ["A-1", "A-2"] {
        shop.product("Mug").variant(variant(sku, 1_000)).create().await?;
    }
    let file = |name: &str, text: &str| std::fs::write(shop.data_dir().join("in").join(name), text);
    file("stock-2.csv", "sku,quantity\nA-1,7\nA-9,1\n")?;
    file("stock-1.jsonl", "{\"sku\":\"A-1\",\"quantity\":5}\n{\"sku\":\"A-2\",\"quantity\":4,\"mode\":\"add\"}\n")?;
    file("prices.csv", "SKU;Price;compare_at;currency\nA-1;12.50;15;USD\nA-2;x;;\nA-9;1;;\nA-2;10;;EUR\n")?;
    file("stock-3.csv", "sku,colour\nA-1,red\n")?;
    file("orders.csv", "sku,quantity\nA-1,1\n")?;
    enqueue(&shop, notify::sync::ImportFiles::KIND).await?;
    let told = shop.get("/api/v1/syncs?sort=created_at").await?.expect(200)?;
    let runs: Vec<Value> = told.data().as_array().cloned().unwrap_or_default();
    let said = |run: &Value| json!([run["file"], run["state"], run["rows"], run["changed"], run["refused"]]);
    assert_eq!(
        runs.iter().map(said).collect::<Vec<_>>(),
        [
            json!(["prices.csv", "done", 4, 1, 3]),
            json!(["stock-1.jsonl", "done", 2, 2, 0]),
            json!(["stock-2.csv", "done", 2, 1, 1]),
            json!(["stock-3.csv", "refused", 0, 0, 0]),
        ]
    );
    assert!(runs[3]["problems"][0].as_str().unwrap_or_default().contains("colour"), "{:?}", runs[3]);
    let state = async || -> TestResult<Value> {
        let levels = shop.get("/api/v1/stock-levels?filter[sku]=A-").await?.expect(200)?;
        let level = |row: &Value| json!([row["sku"], row["on_hand"], row["version"]]);
        let mut levels: Vec<Value> = levels.data().as_array().into_iter().flatten().map(level).collect();
        levels.sort_by_key(ToString::to_string);
        let products = catalog::export::page(shop.context().db.reader(), None).await?;
        let prices: Vec<Value> = products.iter().map(|product| json!(product.record.variants[0].prices)).collect();
        Ok(json!([levels, prices]))
    };
    let after = state().await?;
    assert_eq!((&after[0][0][1], &after[0][1][1]), (&json!(7), &json!(4)));
    assert_eq!(after[1][0][0]["amount"], json!({"amount": 1_250, "currency": "USD"}));
    assert_eq!(after[1][0][0]["compare_at"], json!({"amount": 1_500, "currency": "USD"}));
    // Again, and the same content under another name: nothing.
    file("stock-9.jsonl", "{\"sku\":\"A-1\",\"quantity\":5}\n{\"sku\":\"A-2\",\"quantity\":4,\"mode\":\"add\"}\n")?;
    assert_eq!(notify::sync::import(shop.notify()).await?, []);
    assert_eq!(state().await?, after);
    // Under a name that has had another content since it is taken, whoever had it first.
    file("stock-9.jsonl", "{\"sku\":\"A-1\",\"quantity\":6}\n")?;
    assert_eq!(notify::sync::import(shop.notify()).await?.len(), 1);
    file("stock-9.jsonl", "{\"sku\":\"A-1\",\"quantity\":5}\n{\"sku\":\"A-2\",\"quantity\":4,\"mode\":\"add\"}\n")?;
    assert_eq!(notify::sync::import(shop.notify()).await?.len(), 1);
    assert_eq!(notify::sync::import(shop.notify()).await?, []);
    let after = state().await?;
    assert_eq!((&after[0][0][1], &after[0][1][1]), (&json!(5), &json!(8)));
    Ok(())
}

/// A process dies at any moment of a file; the next run goes on where it was.
#[test_on_every_database]
async fn a_run_that_was_cut_off_goes_on(shop: TestShop) -> TestResult {
    use std::fmt::Write as _;
    let shop = with_folders(&shop)?;
    for number in 0..4 {
        shop.product("Mug").variant(variant(&format!("A-{number}"), 1_000)).create().await?;
    }
    let (mut prices, mut stock) = ("sku,price\n".to_owned(), "sku,quantity,mode\n".to_owned());
    for row in 0..40 {
        writeln!(prices, "A-{},{}", row % 4, 10 + row / 4)?;
        writeln!(stock, "A-{},1,add", row % 4)?;
    }
    std::fs::write(shop.data_dir().join("in/prices.csv"), prices)?;
    std::fs::write(shop.data_dir().join("in/stock.csv"), stock)?;
    for moment in 0..20_u32 {
        let process = shop.clone();
        let task = tokio::spawn(async move { notify::sync::import(process.notify()).await.map(drop) });
        for _ in 0..moment * 40 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
    }
    notify::sync::import(shop.notify()).await?;
    shop.settle().await?;
    let runs = shop.get("/api/v1/syncs").await?.expect(200)?;
    for run in runs.data().as_array().into_iter().flatten() {
        assert_eq!((&run["state"], &run["rows"], &run["refused"]), (&json!("done"), &json!(40), &json!(0)), "{run}");
    }
    let levels = shop.get("/api/v1/stock-levels?filter[sku]=A-").await?.expect(200)?;
    let on_hand: Vec<i64> = levels.data().as_array().into_iter().flatten().filter_map(|row| row["on_hand"].as_i64()).collect();
    assert_eq!(on_hand, [10; 4]);
    for product in catalog::export::page(shop.context().db.reader(), None).await? {
        assert_eq!(json!(product.record.variants[0].prices)[0]["amount"]["amount"], 1_900);
    }
    Ok(())
}

#[test_on_every_database]
async fn without_a_folder_nothing_is_told_or_taken(shop: TestShop) -> TestResult {
    let refused = shop.run(&["sync", "export"]).await?;
    assert!(refused.expect(5)?.stderr.contains("sync.export.target"));
    assert_eq!(
        notify::sync::import(shop.notify()).await.map_err(|error| error.to_string()),
        Err("it is not configured; set sync.import.source".into())
    );
    let kinds = |shop: &TestShop| tradewind::wiring::schedules(&shop.context().config).map(|all| all.len());
    assert_eq!(kinds(&with_folders(&shop)?)?, kinds(&shop)? + 2);
    shop.run(&["sync", "list"]).await?.expect(0)?;
    Ok(())
}
