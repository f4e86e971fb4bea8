//! Public answers from memory: the same answers as the router's, until what they show is changed.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRef, State};
use axum::routing::get;
use futures_util::future::join_all;
use gateway::{Anyone, Authenticator, Fixed, Gateway, GatewayRules, Memory, One, Problem};
use http::{Method, Request};
use kernel::SystemClock;
use platform::cache::{Purges, Tag};
use platform::outbox::Fact;
use serde_json::json;

use crate::support::{Keys, Reply, TestResult, answer};

#[derive(serde::Serialize, utoipa::ToSchema)]
struct MugChanged;

impl Fact for MugChanged {
    type Subject = kernel::ProductTag;
    const AGGREGATE: &'static str = "mug";
    const NAMES: &'static [(&'static str, &'static str)] = &[];

    fn name(&self) -> &'static str {
        "mug.changed"
    }

    fn aggregate_id(&self) -> uuid::Uuid {
        uuid::Uuid::nil()
    }
}

/// How often the router was asked.
#[derive(Clone, FromRef)]
struct Shelf {
    keys: Arc<dyn Authenticator>,
    asked: Arc<AtomicUsize>,
}

struct Shop {
    gateway: Gateway,
    asked: Arc<AtomicUsize>,
}

async fn mug(State(shelf): State<Shelf>, caller: Anyone) -> One<serde_json::Value> {
    shelf.asked.fetch_add(1, Ordering::Relaxed);
    tokio::task::yield_now().await;
    One::versioned(json!({ "id": "mug_1", "text": "mug ".repeat(1_000) }), 7).cache(caller.cache(60)).shows([Tag::every::<MugChanged>()])
}

async fn untagged(State(shelf): State<Shelf>, caller: Anyone) -> One<u8> {
    shelf.asked.fetch_add(1, Ordering::Relaxed);
    One::plain(1).cache(caller.cache(60))
}

async fn fixed(State(shelf): State<Shelf>) -> Result<Fixed, Problem> {
    shelf.asked.fetch_add(1, Ordering::Relaxed);
    Fixed::new(&json!({ "openapi": "3.1.0", "paths": "/mug ".repeat(1_000) }))
}

async fn missing(State(shelf): State<Shelf>) -> Problem {
    shelf.asked.fetch_add(1, Ordering::Relaxed);
    Problem::not_found("mug_not_found")
}

fn shop() -> Shop {
    let asked = Arc::new(AtomicUsize::new(0));
    let shelf = Shelf { keys: Arc::new(Keys), asked: Arc::clone(&asked) };
    let router = axum::Router::new()
        .route("/api/v1/mug", get(mug))
        .route("/api/v1/untagged", get(untagged))
        .route("/api/v1/missing", get(missing))
        .route("/openapi.json", get(fixed))
        .route("/mug", get(mug))
        .with_state(shelf);
    let memory = Memory::new(Purges::new(&["mug"]), 1_000_000, Duration::from_secs(60));
    let gateway = Gateway::new(router, GatewayRules::default(), Arc::new(SystemClock)).remembering(Some(memory));
    Shop { gateway, asked }
}

impl Shop {
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)]) -> Reply {
        let request =
            headers.iter().fold(Request::builder().method(method).uri(path), |request, (name, value)| request.header(*name, *value));
        answer(&self.gateway, request.body(Body::empty()).expect("a request")).await
    }

    async fn get(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        self.ask(Method::GET, path, headers).await
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::Relaxed)
    }
}

/// Everything but the id of the request and the moment.
fn comparable(reply: &Reply) -> (u16, Vec<(String, String)>, Vec<u8>) {
    let headers = reply.headers.iter().filter(|(name, _)| *name != "x-request-id");
    let mut headers: Vec<_> = headers.map(|(name, value)| (name.to_string(), format!("{value:?}"))).collect();
    headers.sort();
    (reply.status, headers, reply.bytes.clone())
}

#[tokio::test]
async fn an_answer_from_memory_is_the_routers_own() {
    let (shop, fresh) = (shop(), |method: Method, headers: Vec<(&'static str, String)>| async move {
        // A key makes it private; this is a shop without anything in memory.
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let shop = shop();
        let gateway = shop.gateway.remembering(None);
        Shop { gateway, asked: shop.asked }.ask(method, "/api/v1/mug", &headers).await
    });
    let tag = shop.get("/api/v1/mug", &[]).await.header("etag").to_owned();
    let asks: [(Method, Vec<(&'static str, String)>); 6] = [
        (Method::GET, vec![]),
        (Method::HEAD, vec![]),
        (Method::GET, vec![("if-none-match", tag.clone())]),
        (Method::GET, vec![("if-none-match", format!("W/{tag}, \"x\"")), ("accept-encoding", "gzip".to_owned())]),
        (Method::GET, vec![("if-none-match", "\"x\"".to_owned())]),
        (Method::GET, vec![("accept-encoding", "gzip, br".to_owned())]),
    ];
    for (method, headers) in asks {
        let expected = fresh(method.clone(), headers.clone()).await;
        let borrowed: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        for round in 0..2 {
            let given = shop.ask(method.clone(), "/api/v1/mug", &borrowed).await;
            assert_eq!(comparable(&given), comparable(&expected), "{method} {headers:?} {round}");
            assert_eq!(given.header("x-request-id").len(), 36);
        }
    }
    assert_eq!(shop.get("/api/v1/mug", &[("accept", "text/html")]).await.status, 406);
    assert_eq!(shop.asked(), 1);
}

#[tokio::test]
async fn only_what_is_public_and_says_what_it_shows_is_kept() {
    let shop = shop();
    for (path, headers) in [
        ("/api/v1/mug", &[("authorization", "Bearer twk_all")][..]),
        ("/api/v1/mug", &[("cookie", "a=b")]),
        ("/api/v1/mug", &[("x-cart-token", "t")]),
        ("/api/v1/untagged", &[]),
        ("/api/v1/missing", &[]),
        ("/mug", &[]),
    ] {
        let before = shop.asked();
        shop.get(path, headers).await;
        shop.get(path, headers).await;
        assert_eq!(shop.asked() - before, 2, "{path} {headers:?}");
    }
    let private = shop.get("/api/v1/mug", &[("authorization", "Bearer twk_all")]).await;
    assert_eq!(private.header("cache-control"), "private, no-cache");
}

#[tokio::test]
async fn a_bad_credential_is_refused_even_where_anybody_is_answered_from_memory() {
    let shop = shop();
    shop.get("/api/v1/mug", &[]).await;
    assert_eq!(shop.get("/api/v1/mug", &[("authorization", "Bearer twk_none")]).await.status, 401);
}

#[tokio::test]
async fn many_who_ask_the_same_at_once_ask_the_router_once() -> TestResult {
    let shop = shop();
    let replies = join_all((0..50).map(|_| shop.get("/api/v1/mug", &[]))).await;
    assert!(replies.iter().all(|reply| reply.status == 200));
    assert_eq!(shop.asked(), 1);
    let refused = join_all((0..50).map(|_| shop.get("/api/v1/missing", &[]))).await;
    assert!(refused.iter().all(|reply| reply.refusal() == (404, "mug_not_found".to_owned())));
    Ok(())
}

#[tokio::test]
async fn a_fixed_document_is_coded_once_and_known_by_its_tag() {
    let shop = shop();
    let plain = shop.get("/openapi.json", &[]).await;
    assert_eq!((plain.status, plain.header("cache-control")), (200, "public, max-age=300"));
    for _ in 0..2 {
        let coded = shop.get("/openapi.json", &[("accept-encoding", "gzip")]).await;
        assert_eq!(coded.header("content-encoding"), "gzip");
        assert!(coded.bytes.len() < plain.bytes.len() / 10);
    }
    assert_eq!(shop.get("/openapi.json", &[("if-none-match", plain.header("etag"))]).await.status, 304);
    assert_eq!(shop.asked(), 1);
}
