//! Public answers are kept in memory, and nobody ever reads there what is true no more.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};

use accounts::api_keys::{self, CreateApiKey, KeyKind};
use accounts::permissions::{PermissionSet, Scopes};
use axum::body::Body;
use axum::http::{Request, Response};
use catalog::inventory::{self, MoveReason};
use catalog::variants::{PriceInput, VariantInput};
use chrono::TimeDelta;
use futures_util::future::try_join_all;
use gateway::{Gateway, OutBody};
use http_body_util::BodyExt;
use platform::cache::{CacheStats, Follower};
use platform::{Context, db, outbox};
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop, TestVariant, make_key, usd, variant};

/// A node of a test's own, with a memory of its own, on the database of the shop.
struct Node {
    context: Context,
    shop: api::Shop,
    gateway: Gateway,
}

impl Node {
    async fn start(shop: &TestShop) -> TestResult<Self> {
        let context = wiring::context((*shop.context().config).clone(), shop.context().clock.clone()).await?;
        let shop = wiring::shop(wiring::sales(context.clone()), wiring::accounts(context.clone()))?;
        let gateway = wiring::gateway(&shop);
        Ok(Self { context, shop, gateway })
    }

    /// The same process as the tests': what use cases write there is purged here at once.
    fn within(shop: &TestShop) -> TestResult<Self> {
        let inner = wiring::shop(shop.sales().clone(), shop.accounts().clone())?;
        Ok(Self { context: shop.context().clone(), gateway: wiring::gateway(&inner), shop: inner })
    }

    async fn answer(&self, path: &str) -> TestResult<Response<OutBody>> {
        Ok(self.gateway.answer(Request::get(path).body(Body::empty())?, None).await)
    }

    /// What is in the envelope of an anonymous read.
    async fn read(&self, path: &str) -> TestResult<Value> {
        let body = self.answer(path).await?.into_body().collect().await?.to_bytes();
        let mut answer: Value = serde_json::from_slice(&body)?;
        Ok(answer["data"].take())
    }

    /// How many statements an anonymous read costs.
    async fn statements(&self, path: &str) -> TestResult<u32> {
        let (answer, statements) = db::count_statements(self.answer(path)).await;
        assert_eq!(answer?.status(), 200, "{path}");
        Ok(statements)
    }

    fn stats(&self) -> CacheStats {
        self.shop.memory().map(gateway::Memory::stats).unwrap_or_default()
    }

    async fn close(self) {
        self.context.db.close().await;
    }
}

fn path_of(mug: &TestVariant) -> String {
    format!("/api/v1/products/{}", mug.product_id)
}

async fn rename(shop: &TestShop, mug: &TestVariant, title: &str, version: i64) -> TestResult<i64> {
    let changed = shop.patch(&path_of(mug)).version(version).json(json!({ "title": title })).await?.expect(200)?;
    changed.data()["version"].as_i64().ok_or_else(|| "no version".into())
}

/// Every route whose answers are public says what it shows: without that it would be made anew each time.
#[test_on_every_database]
async fn every_public_answer_costs_no_statement_the_second_time(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let product = path_of(&mug);
    let category = shop.post("/api/v1/categories").json(json!({ "name": "Mugs" })).await?.expect(201)?.text("id").to_owned();
    let channel = shop.get("/api/v1/channels").await?.data()[0]["id"].as_str().unwrap_or_default().to_owned();
    let picture = json!({ "url": "https://example.com/mug.jpg", "alt": "A mug" });
    let picture = shop.post(&format!("{product}/media")).json(picture).await?.expect(201)?.text("id").to_owned();
    let node = Node::within(&shop)?;
    for path in [
        product.clone(),
        "/api/v1/products?include=media,categories,variants&sort=title".to_owned(),
        format!("{product}/variants"),
        format!("{product}/variants/{}", mug.id),
        format!("{product}/media"),
        format!("{product}/media/{picture}"),
        "/api/v1/categories?include=product_count".to_owned(),
        format!("/api/v1/categories/{category}"),
        "/api/v1/category-tree".to_owned(),
        "/api/v1/channels".to_owned(),
        format!("/api/v1/channels/{channel}"),
    ] {
        let statements = (node.statements(&path).await?, node.statements(&path).await?);
        assert!(statements.0 > 0 && statements.1 == 0, "{path}: {statements:?}");
    }
    assert_eq!((node.stats().hits, node.stats().entries), (11, 11));
    Ok(())
}

/// A storefront's key sees what anybody sees, out of the same memory; whoever sees more does not, and a dead key opens nothing.
#[test_on_every_database]
async fn a_publishable_key_is_answered_from_memory_and_counted(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let (path, node) = (path_of(&mug), Node::within(&shop)?);
    let request = CreateApiKey { name: "page".to_owned(), kind: KeyKind::Publishable, scopes: Scopes::default(), expires_at: None };
    let storefront = api_keys::create(shop.context(), &shop.origin(), request, PermissionSet::all()).await?;
    let (token, reader) = (storefront.token.reveal(), make_key(&shop, &["products:read"]).await?);
    let ask = async |token: &str| {
        let request = Request::get(&path).header("authorization", format!("Bearer {token}")).body(Body::empty())?;
        let peer = SocketAddr::from(([192, 0, 2, 7], 4_711));
        let (answer, statements) = db::count_statements(node.gateway.answer(request, Some(peer))).await;
        let left = answer.headers().get("ratelimit").and_then(|left| left.to_str().ok()).unwrap_or_default().to_owned();
        TestResult::Ok((answer.status().as_u16(), statements, left))
    };
    for becomes_known in ["the key", "the answer"] {
        let (status, statements, _) = ask(token).await?;
        assert!(status == 200 && statements > 0, "{becomes_known}");
    }
    let (third, fourth) = (ask(token).await?, ask(token).await?);
    assert_eq!([(third.0, third.1), (fourth.0, fourth.1)], [(200, 0), (200, 0)]);
    assert!(!third.2.is_empty() && third.2 != fourth.2, "each is counted");
    assert!(node.statements(&path).await? == 0, "anybody reads the same answer");
    for _ in 0..2 {
        let (status, statements, _) = ask(&reader).await?;
        assert!(status == 200 && statements > 0, "who may see drafts is not answered from memory");
    }
    api_keys::revoke(shop.context(), &shop.origin(), storefront.key.id, None).await?;
    assert_eq!(ask(token).await?.0, 401);
    Ok(())
}

/// What somebody wrote they read, even where everybody is answered from memory.
#[test_on_every_database]
async fn whoever_writes_reads_it_at_once(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let (product, list) = (path_of(&mug), "/api/v1/products?sort=title");
    let node = Node::within(&shop)?;
    for round in 1..=3 {
        for path in [product.as_str(), list] {
            node.read(path).await?;
        }
        let title = format!("Mug {round}");
        rename(&shop, &mug, &title, round).await?;
        assert_eq!(node.read(&product).await?["title"], title.as_str());
        assert_eq!(node.read(list).await?[0]["title"], title.as_str());
        // A write that changes nothing else purges nothing else.
        let before = node.stats().misses;
        shop.post("/api/v1/carts").json(json!({})).await?.expect(201)?;
        node.read(&product).await?;
        assert_eq!(node.stats().misses, before);
    }
    Ok(())
}

/// Availability moves without anybody touching the product: by orders, their end, and deliveries.
#[test_on_every_database]
async fn what_a_page_says_of_stock_follows_every_order_and_delivery(shop: TestShop) -> TestResult {
    let input = VariantInput { low_stock_threshold: Some(Some(2)), ..variant("MUG-LOW", 1_250) };
    let made = shop.product("Mug").variant(input).create().await?;
    let variant_id = made.variants.first().ok_or("no variant")?.variant.id;
    let mug = TestVariant { id: variant_id.to_string(), variant_id, product_id: made.product.id };
    let (node, product) = (Node::within(&shop)?, path_of(&mug));
    let says = async || -> TestResult<String> {
        let (one, list) = (node.read(&product).await?, node.read("/api/v1/products").await?);
        let (one, list) = (one["availability"].as_str().unwrap_or_default().to_owned(), &list[0]["availability"]);
        // A list only says whether there is something to buy.
        Ok(if (one == "out") == (list == "out") { one } else { format!("{one}, but {list} in the list") })
    };
    let put = async |pieces| -> TestResult {
        let tx = shop.context().begin(&shop.origin()).await?;
        inventory::set_on_hand(&tx, MoveReason::Correction, &[(variant_id, None, pieces)]).await?;
        Ok(tx.commit().await?)
    };
    assert_eq!(says().await?, "out");
    put(4).await?;
    assert_eq!(says().await?, "in_stock");
    let order = shop.order(&mug.id, 2, "manual").await?;
    assert_eq!(says().await?, "low");
    let (cancel, version) = (format!("/api/v1/orders/{}/cancel", order.text("id")), order.data()["version"].as_i64().unwrap_or_default());
    shop.post(&cancel).version(version).idempotency("cancel").json(json!({})).await?.expect(200)?;
    assert_eq!(says().await?, "in_stock");
    shop.order(&mug.id, 4, "manual").await?;
    assert_eq!(says().await?, "out");
    put(5).await?;
    assert_eq!(says().await?, "low");
    Ok(())
}

/// Nobody writes when a price begins: the clock does it.
#[test_on_every_database]
async fn a_price_that_begins_is_told_when_it_begins(shop: TestShop) -> TestResult {
    let start = shop.now() + TimeDelta::seconds(10);
    let plain = |amount| PriceInput { amount: usd(amount), ..PriceInput::default() };
    let sale = PriceInput { starts_at: Some(start.to_rfc3339()), ..plain(900) };
    let input = VariantInput { price: None, prices: Some(vec![plain(1_250), sale]), ..variant("MUG-SALE", 1_250) };
    let product = shop.product("Mug").variant(input).create().await?.product.id;
    let (node, path) = (Node::within(&shop)?, format!("/api/v1/products/{product}"));
    let price = async || -> TestResult<Option<i64>> { Ok(node.read(&path).await?["price_min"]["amount"].as_i64()) };
    assert_eq!(price().await?, Some(1_250));
    shop.advance(TimeDelta::seconds(11));
    shop.settle().await?;
    assert_eq!(price().await?, Some(900));
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.repriced"]);
    Ok(())
}

/// Another process learns of a write from the events.
#[test_on_every_database]
async fn another_process_forgets_what_it_follows(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let (node, product) = (Node::start(&shop).await?, path_of(&mug));
    let mut follower = Follower::new(node.context.clone());
    follower.catch_up().await?;
    assert_eq!(node.read(&product).await?["title"], "Mug");
    rename(&shop, &mug, "Cup", 1).await?;
    while outbox::relay_once(shop.context()).await? > 0 {}
    while follower.catch_up().await? {}
    assert_eq!(node.read(&product).await?["title"], "Cup");
    // What happened is purged once: no more is loaded for it.
    let before = node.stats().misses;
    follower.catch_up().await?;
    node.read(&product).await?;
    assert_eq!(node.stats().misses, before);
    node.close().await;
    Ok(())
}

/// Writers and readers at once, in this process and in another: who has read a version never reads an older one, and who has
/// written one never reads the one before.
#[test_on_every_database]
async fn versions_only_ever_grow_for_whoever_reads_them(shop: TestShop) -> TestResult {
    const WRITES: i64 = 40;
    let mug = shop.mug(1_250, 5).await?;
    let product = path_of(&mug);
    let (here, there, is_over) = (Node::within(&shop)?, Node::start(&shop).await?, AtomicBool::new(false));
    let version =
        async |node: &Node| -> TestResult<i64> { node.read(&product).await?["version"].as_i64().ok_or_else(|| "no version".into()) };
    let write = async || -> TestResult {
        for number in 1..=WRITES {
            let written = rename(&shop, &mug, &format!("Mug {number}"), number).await?;
            assert!(version(&here).await? >= written, "{written} was written");
        }
        is_over.store(true, Ordering::Relaxed);
        Ok(())
    };
    let read = async |node: &Node| -> TestResult {
        let mut last = 0;
        while !is_over.load(Ordering::Relaxed) {
            let now = version(node).await?;
            assert!(now >= last, "{now} after {last}");
            last = now;
            tokio::task::yield_now().await;
        }
        Ok(())
    };
    let follow = async || -> TestResult {
        let mut follower = Follower::new(there.context.clone());
        while !is_over.load(Ordering::Relaxed) {
            outbox::relay_once(shop.context()).await?;
            follower.catch_up().await?;
            // On SQLite nothing here waits for anybody, and the writer shares the thread.
            tokio::task::yield_now().await;
        }
        while outbox::relay_once(shop.context()).await? > 0 {}
        while follower.catch_up().await? {}
        Ok(())
    };
    let readers = try_join_all([&here, &here, &here, &there, &there].map(read));
    tokio::try_join!(write(), readers, follow())?;
    assert_eq!((version(&here).await?, version(&there).await?), (WRITES + 1, WRITES + 1));
    there.close().await;
    Ok(())
}
