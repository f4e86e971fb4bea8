//! Many figures at once: each row is done once, whoever dies and whoever works beside, and what cannot be done is told.

use std::fmt::Write as _;

use catalog::stock_imports;
use kernel::StockImportId;
use platform::db::{self, FromQueryResult};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Ask, Reply, TestResult, TestShop, make_key, variant};

const PATH: &str = "/api/v1/stock-imports";

/// Variants with the SKUs `S-0`, `S-1` and so on, each with so many pieces on the shelf.
async fn shelves(shop: &TestShop, count: usize, on_hand: i64) -> TestResult {
    for number in 0..count {
        let mug = shop.product("Mug").variant(variant(&format!("S-{number}"), 1_000)).create().await?;
        let id = mug.variants.first().ok_or("a variant")?.variant.id;
        let tx = shop.context().begin(&shop.origin()).await?;
        catalog::inventory::set_on_hand(&tx, catalog::inventory::MoveReason::Initial, &[(id, None, on_hand)]).await?;
        tx.commit().await?;
    }
    Ok(())
}

fn import(shop: &TestShop, key: &str) -> Ask {
    shop.post(PATH).idempotency(key)
}

fn csv(shop: &TestShop, key: &str, text: impl Into<String>) -> Ask {
    import(shop, key).header("content-type", "text/csv").raw(text.into())
}

async fn read(shop: &TestShop, made: &Reply) -> TestResult<Reply> {
    shop.get(&format!("{PATH}/{}", made.text("id"))).await?.expect(200)
}

/// Rows, changed, unchanged, refused.
fn counts(import: &Reply) -> [i64; 4] {
    ["rows", "changed", "unchanged", "refused"].map(|name| import.data()[name].as_i64().unwrap_or(-1))
}

#[derive(FromQueryResult)]
struct OnHand {
    sku: String,
    on_hand: i64,
}

/// What lies on all shelves, by SKU.
async fn on_hand(shop: &TestShop) -> TestResult<Vec<(String, i64)>> {
    const SELECT: &str =
        "SELECT v.sku, CAST(SUM(l.on_hand) AS BIGINT) AS on_hand FROM stock_levels l JOIN variants v ON v.id = l.variant_id
        WHERE v.sku LIKE 'S-%' GROUP BY v.sku ORDER BY v.sku";
    let rows: Vec<OnHand> = db::fetch_all(shop.context().db.reader(), SELECT, vec![]).await?;
    Ok(rows.into_iter().map(|row| (row.sku, row.on_hand)).collect())
}

fn named(figures: &[i64]) -> Vec<(String, i64)> {
    figures.iter().enumerate().map(|(number, on_hand)| (format!("S-{number}"), *on_hand)).collect()
}

/// All three forms, rows that set and rows that add, what is right already, and everything that a row can be refused for.
#[test_on_every_database]
async fn rows_are_done_or_refused_each_for_itself_in_every_form(shop: TestShop) -> TestResult {
    shelves(&shop, 4, 10).await?;
    let rows = json!([
        {"sku": "S-0", "quantity": 7},
        {"sku": "S-1", "quantity": -4, "mode": "add", "reason": "damaged", "location": "main"},
        {"sku": "S-2", "quantity": 10, "mode": "set", "location": null},
        {"sku": "S-3", "quantity": -11, "mode": "add"},
        {"sku": "S-9", "quantity": 1},
        {"sku": "S-3", "quantity": 1, "location": "moon"},
        {"sku": "S-3", "quantity": -1},
        {"sku": "S-3", "quantity": 2, "mode": "add"},
        {"sku": "S-3", "quantity": 3, "mode": "add"},
    ]);
    let made = import(&shop, "json").json(json!({"rows": rows})).await?.expect(202)?;
    assert_eq!((made.text("state"), counts(&made)), ("waiting", [9, 0, 0, 1]), "{made:?}");
    let again = import(&shop, "json").json(json!({"rows": rows})).await?.expect(202)?;
    assert_eq!((&again.bytes, again.header("idempotent-replayed")), (&made.bytes, "true"));
    shop.settle().await?;
    let done = read(&shop, &made).await?;
    assert_eq!((done.text("state"), counts(&done)), ("done", [9, 4, 1, 4]), "{done:?}");
    assert_eq!(on_hand(&shop).await?, named(&[7, 6, 10, 15]));
    let refused = shop.get(done.text("refusals_url")).await?.expect(200)?;
    let table = String::from_utf8(refused.bytes.to_vec())?;
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!(lines[0], "line,sku,location,message");
    assert!(lines[1].starts_with("4,S-3,,only 10 lie there"), "{table}");
    assert!(lines[2].starts_with("5,S-9,,there is no variant") && lines[3].starts_with("6,S-3,moon,there is no stock location"), "{table}");
    assert!(lines[4].starts_with("7,S-3,,quantity must be between 0") && lines.len() == 5, "{table}");
    // The moves are those of whoever sent the list, for the reason that the row gives.
    let moves = shop.get("/api/v1/stock-moves?per_page=100").await?.expect(200)?;
    let broken = moves.data().as_array().into_iter().flatten().find(|entry| entry["reason"] == "damaged").ok_or("a move")?.clone();
    assert_eq!((&broken["sku"], &broken["delta"], &broken["created_by"]), (&json!("S-1"), &json!(-4), &made.data()["created_by"]));

    let made = csv(&shop, "csv", "SKU;Quantity;Mode\nS-0;1;add\n\nS-1\n'S-2;x;set\n").await?.expect(202)?;
    shop.settle().await?;
    assert_eq!(counts(&read(&shop, &made).await?), [3, 1, 0, 2]);
    let lines =
        import(&shop, "lines").header("content-type", "application/x-ndjson").raw("{\"sku\":\"S-0\",\"quantity\":0}\n{\"sku\":1}\n");
    let made = lines.await?.expect(202)?;
    shop.settle().await?;
    assert_eq!(counts(&read(&shop, &made).await?), [2, 1, 0, 1]);
    assert_eq!(on_hand(&shop).await?, named(&[0, 6, 10, 15]));
    let listed = shop.get(PATH).await?.expect(200)?;
    assert_eq!(listed.data().as_array().map(Vec::len), Some(3));
    Ok(())
}

#[test_on_every_database]
async fn what_is_promised_stays_and_the_default_location_may_be_named(shop: TestShop) -> TestResult {
    shelves(&shop, 2, 10).await?;
    let sold = shop.get("/api/v1/stock-levels?filter[sku]=S-0").await?.expect(200)?.data()[0]["variant_id"].clone();
    shop.checkout(&shop.cart(&[(sold.as_str().unwrap_or_default(), 6)]).await?).await?.expect(201)?;
    let text = "sku,location,quantity,mode\nS-0,,5,set\nS-1,,1,add\nS-1,main,1,add\nS-1,,1,add\nS-0,main,6,set\n";
    let made = csv(&shop, "promised", text).await?.expect(202)?;
    shop.settle().await?;
    let done = read(&shop, &made).await?;
    assert_eq!(counts(&done), [5, 4, 0, 1], "{done:?}");
    assert_eq!(on_hand(&shop).await?, named(&[6, 13]));
    let refused = shop.get(done.text("refusals_url")).await?.expect(200)?;
    assert!(String::from_utf8(refused.bytes.to_vec())?.contains("6 of the 10 that lie there are promised"));
    Ok(())
}

/// Lines are ended in three ways, and a file that mixes them has rows of the same line: each is told of.
#[test_on_every_database]
async fn refused_rows_of_one_line_are_all_kept(shop: TestShop) -> TestResult {
    shelves(&shop, 1, 10).await?;
    let files = ["sku,quantity\rS-8,1\rS-9,x\rS-0,3\rS-7,2\r", "sku,quantity\nS-8,1\r\nS-9,x\r\nS-0,4\nS-7,2\r\n"];
    for (key, file, left) in [("old", files[0], 3), ("mixed", files[1], 4)] {
        let made = csv(&shop, key, file).await?.expect(202)?;
        shop.settle().await?;
        let done = read(&shop, &made).await?;
        assert_eq!((done.text("state"), counts(&done), on_hand(&shop).await?), ("done", [4, 1, 0, 3], named(&[left])), "{key}: {done:?}");
        let refused = shop.get(done.text("refusals_url")).await?.expect(200)?;
        let table = String::from_utf8(refused.bytes.to_vec())?;
        assert!(table.lines().count() == 4 && ["S-7", "S-8", "S-9"].iter().all(|sku| table.contains(sku)), "{key}: {table}");
    }
    Ok(())
}

/// The process dies at any moment, several times, while others work on the same list: each row is added once.
#[test_on_every_database]
async fn each_row_is_done_once_whoever_dies_and_whoever_works_beside(shop: TestShop) -> TestResult {
    shelves(&shop, 6, 0).await?;
    let mut text = "sku,quantity,mode,reason\n".to_owned();
    for row in 0..600 {
        let reason = if row % 97 == 0 { "received" } else { "imported" };
        writeln!(text, "S-{},{},add,{reason}", row % 7, 1 + row % 3)?;
    }
    let made = csv(&shop, "kill", text).await?.expect(202)?;
    let id: StockImportId = made.text("id").parse()?;
    let expected: Vec<i64> = (0..6).map(|sku| (0..600).filter(|row| row % 7 == sku).map(|row| 1 + row % 3).sum()).collect();
    // A worker that is dropped at a moment of its own each time, as a process is killed.
    for moment in 0..25_u32 {
        let worker = shop.clone();
        let task = tokio::spawn(async move { stock_imports::work_piece(worker.context(), id).await.map(drop) });
        for _ in 0..moment * 7 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
    }
    let half = read(&shop, &made).await?;
    assert_eq!(half.text("state"), "waiting", "{half:?}");
    // The job itself, and two that go on with the same list.
    let (first, second, job) = tokio::join!(work(&shop, id), work(&shop, id), shop.settle());
    first?;
    second?;
    job?;
    let done = read(&shop, &made).await?;
    let refused = (0..600).filter(|row| row % 7 == 6).count() as i64;
    assert_eq!((done.text("state"), counts(&done)), ("done", [600, 600 - refused, 0, refused]));
    assert_eq!(on_hand(&shop).await?, named(&expected));
    let chunks = "SELECT CAST(COUNT(*) AS BIGINT) FROM stock_import_chunks";
    assert_eq!(db::fetch_scalar::<i64>(shop.context().db.reader(), chunks, vec![]).await?, Some(0));
    Ok(())
}

async fn work(shop: &TestShop, id: StockImportId) -> TestResult {
    while stock_imports::work_piece(shop.context(), id).await?.is_some() {}
    Ok(())
}

/// What is called off stays as far as it came, by its own route as by that of its job, which may be brought back.
#[test_on_every_database]
async fn an_import_is_called_off_where_it_stands(shop: TestShop) -> TestResult {
    shelves(&shop, 3, 0).await?;
    let text = "sku,quantity,mode\nS-0,1,add\nS-0,1,add\nS-1,1,add\nS-2,1,add\nS-2,1,add\n";
    let made = csv(&shop, "off", text).await?.expect(202)?;
    let id: StockImportId = made.text("id").parse()?;
    let piece = stock_imports::work_piece(shop.context(), id).await?.ok_or("a piece")?;
    assert_eq!(piece.done_count(), 1);
    let cancel = format!("{PATH}/{id}/cancel");
    let cancelled = shop.post(&cancel).await?.expect(200)?;
    assert_eq!((cancelled.text("state"), &cancelled.data()["done"]), ("cancelled", &json!(1)));
    let over = shop.post(&cancel).await?;
    assert_eq!((over.status, over.error_code()), (409, "stock_import_over"));
    shop.settle().await?;
    assert_eq!(on_hand(&shop).await?, named(&[1, 0, 0]));

    let made = csv(&shop, "by-job", text).await?.expect(202)?;
    let job = format!("/api/v1/jobs/{}", made.text("job_id"));
    shop.post(&format!("{job}/cancel")).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(read(&shop, &made).await?.text("state"), "cancelled");
    shop.post(&format!("{job}/retry")).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!((read(&shop, &made).await?.text("state"), on_hand(&shop).await?), ("done", named(&[3, 1, 2])));
    let done = shop.get(&job).await?.expect(200)?;
    assert_eq!((done.text("state"), &done.data()["progress"]["done"]), ("completed", &json!(5)));
    Ok(())
}

#[test_on_every_database]
async fn what_is_no_list_is_refused_and_old_imports_go(shop: TestShop) -> TestResult {
    for (text, part) in [("", "empty"), ("sku\nA\n", "quantity is missing"), ("sku,quantity,colour\nA,1,red\n", "\"colour\" is not known")]
    {
        let refused = csv(&shop, "bad", text).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{text}");
        assert!(refused.json["error"]["details"]["rows"][0].as_str().unwrap_or_default().contains(part), "{refused:?}");
    }
    let many = csv(&shop, "many", format!("sku,quantity\n{}", "A,1\n".repeat(100_001))).await?;
    assert_eq!((many.status, many.error_code()), (422, "validation_failed"));
    for body in [json!({"rows": []}), json!({"rows": [{"sku": "A"}]}), json!([])] {
        assert_eq!(import(&shop, "bad").json(body).await?.error_code(), "validation_failed");
    }
    assert_eq!(import(&shop, "xml").header("content-type", "text/xml").raw("<rows/>").await?.status, 415);
    assert_eq!(shop.post(PATH).json(json!({"rows": []})).await?.error_code(), "idempotency_key_missing");
    let key = make_key(&shop, &["stock:read"]).await?;
    assert_eq!(csv(&shop, "read", "sku,quantity\nA,1\n").key(&key).await?.status, 403);
    for path in ["", "/refusals"] {
        let missing = shop.get(&format!("{PATH}/{}{path}", StockImportId::generate())).await?;
        assert_eq!((missing.status, missing.error_code()), (404, "stock_import_not_found"));
    }
    let made = csv(&shop, "old", "sku,quantity\nA,1\n").await?.expect(202)?;
    shop.settle().await?;
    shop.advance(chrono::TimeDelta::days(31));
    shop.sweep(stock_imports::SWEEP).await?;
    assert_eq!(shop.get(&format!("{PATH}/{}", made.text("id"))).await?.status, 404);
    Ok(())
}

/// The same by the command line, which waits for no worker, and a program that reads what became of it.
#[test_on_every_database]
async fn a_file_is_imported_at_the_command_line(shop: TestShop) -> TestResult {
    shelves(&shop, 2, 5).await?;
    let file = shop.data_dir().join("stock.jsonl");
    std::fs::write(&file, "{\"sku\":\"S-0\",\"quantity\":8}\n{\"sku\":\"S-7\",\"quantity\":1}\n{\"sku\":\"S-1\",\"quantity\":5}\n")?;
    let path = file.display().to_string();
    let told = shop.run(&["--json", "import", "stock", &path]).await?.expect(3)?.lines()?.remove(0);
    assert_eq!((&told["rows"], &told["changed"], &told["unchanged"], &told["refused"]), (&json!(3), &json!(1), &json!(1), &json!(1)));
    assert_eq!((&told["refusals"][0]["line"], &told["refusals"][0]["sku"]), (&json!(2), &json!("S-7")));
    assert_eq!(on_hand(&shop).await?, named(&[8, 5]));
    std::fs::write(&file, "sku;quantity\nS-0;9\n")?;
    shop.run(&["import", "stock", &path]).await?.expect(0)?;
    shop.run(&["import", "stock", "nowhere.csv"]).await?.expect(2)?;
    shop.settle().await?;
    assert_eq!(on_hand(&shop).await?, named(&[9, 5]));
    Ok(())
}
