//! The front door: who comes in, what is served there, and that each rule of the data is asked for.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use serde_json::Value;
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop, make_key};

/// A key that was revoked, or is none, is a stranger's.
#[test_on_every_database]
async fn a_dead_key_opens_nothing(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["orders:read"]).await?;
    shop.get("/api/v1/orders").key(&key).await?.expect(200)?;
    for made in accounts::api_keys::all(shop.context().db.reader()).await? {
        accounts::api_keys::revoke(shop.context(), &shop.origin(), made.id, None).await?;
    }
    for token in [key.as_str(), "twk_nonsense", ""] {
        let refused = shop.get("/api/v1/orders").key(token).await?;
        assert_eq!(refused.status, 401, "{refused:?}");
    }
    Ok(())
}

/// What monitors ask, without a key.
#[test_on_every_database]
async fn health_and_build_are_public(shop: TestShop) -> TestResult {
    for path in ["/health", "/health/live", "/health/ready"] {
        assert_eq!(shop.get(path).anonymous().await?.expect(200)?.json["status"], "ok");
    }
    let info = shop.get("/system/info").anonymous().await?.expect(200)?;
    assert_eq!((info.text("version"), info.text("name")), (tradewind::VERSION, "Tradewind"));
    Ok(())
}

/// The documentation is served by the binary itself.
#[test_on_every_database]
async fn the_documentation_needs_no_other_server(shop: TestShop) -> TestResult {
    let page = shop.get("/docs/").anonymous().await?.expect(200)?;
    let html = String::from_utf8(page.bytes)?;
    assert!(html.contains("swagger") && !html.contains("https://"), "{html}");
    let document = shop.get("/openapi.json").anonymous().await?.expect(200)?;
    assert_eq!(document.json["openapi"], "3.1.0");
    assert!(html.contains("swagger-initializer.js"), "{html}");
    let start = String::from_utf8(shop.get("/docs/swagger-initializer.js").anonymous().await?.expect(200)?.bytes)?;
    assert!(start.contains("\"/openapi.json\""), "{start}");
    shop.get("/openapi.json").header("if-none-match", document.header("etag")).anonymous().await?.expect(304)?;
    assert_eq!(shop.get("/openapi.json?other=1").anonymous().await?.expect(400)?.json["error"]["code"], "unknown_parameter");
    let door = shop.get("/").anonymous().await?.expect(303)?;
    assert_eq!(door.header("location"), "/docs/");
    Ok(())
}

/// The configuration says how large a body may be, whether the client tells its length or not; what is large by nature has
/// a limit of its own.
#[test_on_every_database]
async fn a_body_is_as_large_as_configured(shop: TestShop) -> TestResult {
    let mut config = shop.context().config.as_ref().clone();
    config.server.max_body_bytes = 2_000;
    let context = platform::Context { config: Arc::new(config), ..shop.context().clone() };
    let gateway = wiring::gateway(&wiring::shop(sales::Sales { context, ..shop.sales().clone() }, shop.accounts().clone())?);
    let key = make_key(&shop, &["products:write"]).await?;
    for (path, bytes, status) in [
        ("/api/v1/products", 2_000, 422),
        ("/api/v1/products", 2_001, 413),
        ("/api/v1/products/batch", 2_001, 422),
        ("/api/v1/products/batch", 8 * 1_024 * 1_024 + 1, 413),
    ] {
        for announced in [true, false] {
            let mut body = r#"{"colour": "red"}"#.to_owned();
            body.extend(std::iter::repeat_n(' ', bytes - body.len()));
            let request = Request::post(path).header("authorization", format!("Bearer {key}")).header("content-type", "application/json");
            let request = if announced { request.header("content-length", bytes) } else { request };
            let answer = gateway.answer(request.body(Body::from(body))?, None).await;
            assert_eq!(answer.status(), status, "{bytes} bytes to {path}");
            let text = axum::body::to_bytes(Body::new(answer.into_body()), 10_000).await?;
            let code = serde_json::from_slice::<Value>(&text)?["error"]["code"].clone();
            assert_eq!(code, if status == 413 { "body_too_large" } else { "validation_failed" });
        }
    }
    Ok(())
}

/// A slice that writes down an invariant has it asked for by `doctor` and after every test.
#[test]
fn every_invariant_is_wired() {
    let crates = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let wired: BTreeSet<&str> = tradewind::wiring::invariants().iter().map(|invariant| invariant.code).collect();
    let mut found = 0;
    let mut folders = vec![crates.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = std::fs::read_to_string(&path).unwrap();
                let Some((_, list)) = text.split_once("pub const INVARIANTS: &[Invariant] = &[") else { continue };
                let list = list.split_once("\n];").or_else(|| list.split_once("}];")).map_or(list, |(list, _)| list);
                for code in list.split("code: \"").skip(1).filter_map(|rest| rest.split_once('"')) {
                    assert!(wired.contains(code.0), "{} of {} is not wired", code.0, path.display());
                    found += 1;
                }
            }
        }
    }
    assert!(found > 10, "{found}");
}
