//! Files that are taken from an address: each content once, never more than is bearable, and without telling where.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use notify::sync::{ImportFiles, SyncRun, SyncState, import};
use platform::config::{Config, SyncPlace};
use serde_json::json;
use test_macro::test_on_every_database;
use tokio::net::TcpListener;
use tokio_util::sync::{CancellationToken, DropGuard};

use super::enqueue;
use crate::support::{TestResult, TestShop, traces_of, variant};

const MIB: usize = 1_024 * 1_024;

/// What lies under a path: a status, a kind, a content.
type Shelf = BTreeMap<String, (StatusCode, &'static str, String)>;

/// What was asked for, and how.
type Questions = Vec<(String, HeaderMap)>;

/// Somebody else's server with files. The one whose `ETag` is known is answered with 304.
struct Store {
    shelf: Arc<Mutex<Shelf>>,
    asked: Arc<Mutex<Questions>>,
    sent: Arc<AtomicUsize>,
    base: String,
    _stop: DropGuard,
}

impl Store {
    async fn open() -> TestResult<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let base = format!("http://{}", listener.local_addr()?);
        let (shelf, asked, sent) = (Arc::<Mutex<Shelf>>::default(), Arc::<Mutex<Questions>>::default(), Arc::<AtomicUsize>::default());
        let (lying, noted, counted) = (shelf.clone(), asked.clone(), sent.clone());
        let give = async move |uri: Uri, headers: HeaderMap| -> Response {
            let known = headers.get(header::IF_NONE_MATCH).and_then(|tag| tag.to_str().ok()).map(str::to_owned);
            noted.lock().unwrap().push((uri.to_string(), headers));
            let Some((status, kind, text)) = lying.lock().unwrap().get(uri.path()).cloned() else {
                return StatusCode::NOT_FOUND.into_response();
            };
            if kind == "endless" {
                return endless(counted.clone());
            }
            let tag = text.bytes().fold(7_u64, |tag, byte| tag.wrapping_mul(31).wrapping_add(byte.into()));
            let tag = format!("\"{tag}\"");
            if known.as_ref() == Some(&tag) {
                return StatusCode::NOT_MODIFIED.into_response();
            }
            (status, [(header::CONTENT_TYPE, kind.to_owned()), (header::ETAG, tag)], text).into_response()
        };
        let stop = CancellationToken::new();
        let serve = axum::serve(listener, Router::new().fallback(give)).with_graceful_shutdown(stop.clone().cancelled_owned());
        tokio::spawn(async move { serve.await });
        Ok(Self { shelf, asked, sent, base, _stop: stop.drop_guard() })
    }

    fn put(&self, path: &str, status: u16, kind: &'static str, text: &str) {
        let status = StatusCode::from_u16(status).unwrap();
        self.shelf.lock().unwrap().insert(path.to_owned(), (status, kind, text.to_owned()));
    }

    fn asked(&self) -> Questions {
        std::mem::take(&mut self.asked.lock().unwrap())
    }

    /// The same shop, which may reach this machine and takes from these paths.
    fn taken_by(&self, shop: &TestShop, paths: &[&str]) -> TestResult<TestShop> {
        let places = paths.iter().map(|path| SyncPlace::parse(&format!("{}{path}", self.base)));
        let source = places.filter_map(Result::transpose).collect::<Result<Vec<_>, _>>()?;
        shop.configured(move |config: &mut Config| {
            config.webhooks.allow_private = vec!["127.0.0.0/8".parse().expect("a range")];
            (config.sync.import.source, config.sync.import.authorization) = (source, "Bearer hidden-word".into());
        })
    }
}

/// A table that never ends, of no announced length.
fn endless(sent: Arc<AtomicUsize>) -> Response {
    let line = Bytes::from(vec![b'a'; MIB]);
    let lines = std::iter::repeat_with(move || {
        sent.fetch_add(MIB, Ordering::Relaxed);
        Ok::<_, Infallible>(line.clone())
    });
    Body::from_stream(futures_util::stream::iter(lines)).into_response()
}

async fn on_hand(shop: &TestShop) -> TestResult<Option<i64>> {
    let levels = shop.get("/api/v1/stock-levels?filter[sku]=A-1").await?.expect(200)?;
    Ok(levels.data()[0]["on_hand"].as_i64())
}

fn said(runs: &[SyncRun]) -> Vec<(&str, SyncState, i64, i64)> {
    runs.iter().map(|run| (run.file.as_str(), run.state, run.row_count, run.changed_count)).collect()
}

#[test_on_every_database]
async fn a_content_is_taken_from_an_address_once(shop: TestShop) -> TestResult {
    let store = Store::open().await?;
    let shop = store.taken_by(&shop, &["/erp/stock.csv?token=hidden-token", "/erp/prices.jsonl"])?;
    shop.product("Mug").variant(variant("A-1", 1_000)).create().await?;
    store.put("/erp/stock.csv", 200, "text/csv", "sku,quantity\nA-1,7\n");
    store.put("/erp/prices.jsonl", 200, "application/x-ndjson", "{\"sku\":\"A-1\",\"price\":\"12.50\"}\n");
    enqueue(&shop, ImportFiles::KIND).await?;
    let listed = shop.get("/api/v1/syncs?sort=created_at").await?.expect(200)?;
    let files: Vec<_> =
        listed.data().as_array().into_iter().flatten().map(|run| json!([run["file"], run["state"], run["changed"]])).collect();
    assert_eq!(files, [json!(["stock.csv", "done", 1]), json!(["prices.jsonl", "done", 1])]);
    assert_eq!(on_hand(&shop).await?, Some(7));
    let first = store.asked();
    let [(stock, headers), (prices, _)] = first.as_slice() else { return Err(format!("{first:?}").into()) };
    assert_eq!((stock.as_str(), prices.as_str()), ("/erp/stock.csv?token=hidden-token", "/erp/prices.jsonl"));
    assert!(headers.get(header::IF_NONE_MATCH).is_none() && headers.get(header::RANGE).is_none());
    assert_eq!(headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok()), Some("Bearer hidden-word"));

    // The server says that it is the same; then that it is another, which it is not; then it is another.
    assert_eq!(import(shop.notify()).await?, []);
    let again = store.asked();
    assert_eq!((again.len(), again[0].1.get(header::IF_NONE_MATCH).is_some()), (2, true));
    store.put("/erp/stock.csv", 200, "text/csv", "sku,quantity\nA-1,70\n");
    assert_eq!(said(&import(shop.notify()).await?), [("stock.csv", SyncState::Done, 1, 1)]);
    store.put("/erp/stock.csv", 200, "text/csv", "sku,quantity\nA-1,7\n");
    assert_eq!(said(&import(shop.notify()).await?), [("stock.csv", SyncState::Done, 1, 1)], "figures may come back");
    assert_eq!((import(shop.notify()).await?, on_hand(&shop).await?), (vec![], Some(7)));
    store.put("/erp/stock.csv", 200, "text/csv", "sku,quantity\nA-1,700\n");
    assert_eq!(said(&import(shop.notify()).await?), [("stock.csv", SyncState::Done, 1, 1)]);
    assert_eq!(on_hand(&shop).await?, Some(700));
    assert_eq!(traces_of(&shop, &["hidden-token", "hidden-word"]).await?, Vec::<String>::new());
    let metrics = String::from_utf8(shop.get("/metrics").anonymous().await?.expect(200)?.bytes)?;
    assert!(metrics.contains(r#"tradewind_outside_questions_total{system="sync_import",outcome="answered"}"#), "{metrics}");
    Ok(())
}

/// What a server says of a content is believed only where its rows are all dealt with: a run that was cut off goes on.
#[test_on_every_database]
async fn a_content_that_was_cut_off_is_fetched_again(shop: TestShop) -> TestResult {
    let store = Store::open().await?;
    let shop = store.taken_by(&shop, &["/stock.csv"])?;
    shop.product("Mug").variant(variant("A-1", 1_000)).create().await?;
    let rows = "A-1,1,add\n".repeat(40);
    store.put("/stock.csv", 200, "text/csv", &format!("sku,quantity,mode\n{rows}"));
    for moment in 0..20_u32 {
        let process = shop.clone();
        let task = tokio::spawn(async move { import(process.notify()).await.map(drop) });
        for _ in 0..moment * 40 {
            tokio::task::yield_now().await;
        }
        task.abort();
        let _ = task.await;
    }
    import(shop.notify()).await?;
    shop.settle().await?;
    let listed = shop.get("/api/v1/syncs").await?.expect(200)?;
    assert_eq!((listed.data()[0]["state"].as_str(), listed.data()[0]["rows"].as_i64()), (Some("done"), Some(40)));
    assert_eq!(on_hand(&shop).await?, Some(40));
    Ok(())
}

/// A source that gives nothing is told of by its host alone, and keeps the others from nothing.
#[test_on_every_database]
async fn what_is_no_file_is_a_failed_try_and_the_others_are_taken(shop: TestShop) -> TestResult {
    let store = Store::open().await?;
    shop.product("Mug").variant(variant("A-1", 1_000)).create().await?;
    let wrong = "/hidden-path/stock.csv?token=hidden";
    for (number, (status, kind, why)) in [
        (500, "text/csv", "it answered 500"),
        (302, "text/csv", "302"),
        (204, "text/csv", "204"),
        (200, "text/html; charset=utf-8", "page"),
    ]
    .into_iter()
    .enumerate()
    {
        store.put("/hidden-path/stock.csv", status, kind, "sku,quantity\nA-1,5\n");
        store.put("/stock-good.csv", 200, "text/csv", &format!("sku,quantity\nA-1,{}\n", 100 + number));
        let both = store.taken_by(&shop, &[wrong, "/stock-good.csv"])?;
        let failed = import(both.notify()).await.err().ok_or("it was taken")?.to_string();
        assert!(failed.starts_with("127.0.0.1: ") && failed.contains(why) && !failed.contains("hidden"), "{failed}");
        assert_eq!(on_hand(&shop).await?, Some(100 + i64::try_from(number)?));
    }
    // As a job, it is tried again, and takes the file when it is there.
    let alone = store.taken_by(&shop, &[wrong])?;
    enqueue(&alone, ImportFiles::KIND).await?;
    assert_eq!(on_hand(&shop).await?, Some(103));
    store.put("/hidden-path/stock.csv", 200, "text/csv", "sku,quantity\nA-1,5\n");
    shop.advance(chrono::TimeDelta::seconds(7));
    alone.settle().await?;
    assert_eq!(on_hand(&shop).await?, Some(5));
    // A content that is no table is refused as that of a folder is: once, and in the list.
    store.put("/hidden-path/stock.csv", 200, "text/csv", "sku,colour\nA-1,red\n");
    let runs = import(alone.notify()).await?;
    assert!(said(&runs) == [("stock.csv", SyncState::Refused, 0, 0)] && runs[0].problems[0].contains("colour"), "{runs:?}");
    assert_eq!(import(alone.notify()).await?, []);
    Ok(())
}

#[test_on_every_database]
async fn a_file_that_never_ends_is_read_no_further_than_is_bearable(shop: TestShop) -> TestResult {
    let store = Store::open().await?;
    store.put("/stock.csv", 200, "endless", "");
    let shop = store.taken_by(&shop, &["/stock.csv"])?;
    let failed = import(shop.notify()).await.err().ok_or("it was taken")?.to_string();
    assert_eq!(failed, format!("127.0.0.1: the answer has more than {} bytes", 64 * MIB));
    // What is on its way lies in the buffers of both sides.
    assert!((64 * MIB..96 * MIB).contains(&store.sent.load(Ordering::Relaxed)));
    assert_eq!(shop.get("/api/v1/syncs").await?.expect(200)?.data(), &json!([]));
    Ok(())
}

/// In production nothing is taken from the house: nobody is even connected to.
#[test_on_every_database]
async fn nothing_is_taken_from_the_house(shop: TestShop) -> TestResult {
    let store = Store::open().await?;
    store.put("/stock.csv", 200, "text/csv", "sku,quantity\nA-1,5\n");
    for base in [store.base.clone(), store.base.replace("127.0.0.1", "localhost")] {
        let source = SyncPlace::parse(&format!("{base}/stock.csv"))?;
        let strict = shop.configured(move |config: &mut Config| {
            (config.mode, config.sync.import.source) = (platform::config::Mode::Production, source.into_iter().collect());
        })?;
        let refused = import(strict.notify()).await.err().ok_or("it was taken")?.to_string();
        assert!(refused.contains("not one of the public internet"), "{refused}");
    }
    assert!(store.asked().is_empty());
    Ok(())
}
