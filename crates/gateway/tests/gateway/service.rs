//! What every request gets: ids, headers, envelopes, limits, conditions, compression.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use gateway::{Cors, Gateway, GatewayRules};
use http::{Method, Request};
use kernel::SystemClock;

use crate::support::{MAY_ANSWER, NOW, TestResult, answer, ask, gateway, get_plain, get_with, router};

const ERRORS: [(&str, u16); 12] = [
    ("malformed", 400),
    ("unauthenticated", 401),
    ("forbidden", 403),
    ("not_found", 404),
    ("conflict", 409),
    ("rule", 422),
    ("version", 428),
    ("large", 413),
    ("media", 415),
    ("often", 429),
    ("unavailable", 503),
    ("internal", 500),
];

#[tokio::test]
async fn every_kind_of_error_has_its_status_and_the_one_envelope() {
    for (kind, status) in ERRORS {
        let reply = get_with(&format!("/api/v1/refuse?kind={kind}"), &[("x-request-id", "my-id")]).await;
        let error = &reply.json()["error"];
        assert_eq!(reply.status, status, "{kind}");
        assert_eq!(error["code"], if kind == "internal" { "internal" } else { "some_code" });
        assert_eq!((error["timestamp"].as_str(), error["request_id"].as_str()), (Some(NOW), Some("my-id")));
        assert_eq!((reply.header("content-type"), reply.header("cache-control")), ("application/json", "no-store"));
        assert!(error["details"].is_object() && error["message"].is_string(), "{kind}");
    }
}

#[tokio::test]
async fn a_conflict_brings_details_and_context_and_a_fault_brings_nothing() {
    let conflict = get_plain("/api/v1/refuse?kind=conflict").await.json();
    assert_eq!(conflict["error"]["context"]["version"], 7);
    assert_eq!(conflict["error"]["details"]["field"][0], "is wrong");

    for kind in ["internal", "unavailable", "not_found"] {
        let reply = get_plain(&format!("/api/v1/refuse?kind={kind}")).await;
        assert!(!String::from_utf8_lossy(&reply.bytes).contains("secret"), "{kind}");
        assert_eq!(reply.json()["error"]["details"], serde_json::json!({}));
        assert!(reply.json()["error"].get("context").is_none());
    }
    assert_eq!(get_plain("/api/v1/refuse?kind=not_found").await.json()["error"]["message"], "some code");
    assert_eq!(get_plain("/api/v1/refuse?kind=unavailable").await.header("retry-after"), "2");
    assert_eq!(get_plain("/api/v1/refuse?kind=often").await.header("retry-after"), "7");
    assert_eq!(get_plain("/api/v1/refuse?kind=unauthenticated").await.header("www-authenticate"), "Bearer");
}

#[tokio::test]
async fn a_panic_is_a_500_that_tells_nothing() {
    let reply = get_plain("/api/v1/panic").await;
    assert_eq!(reply.refusal(), (500, "internal".to_owned()));
    assert!(!String::from_utf8_lossy(&reply.bytes).contains("secret"));
    assert_eq!(reply.json()["error"]["request_id"], reply.header("x-request-id"));
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_503_unless_the_path_is_exempt() {
    // No time at all: whatever is not ready at once is late, and the exempt answer comes only after a late one was given up.
    let gateway = gateway(Duration::ZERO);
    let ask = |path: &'static str| answer(&gateway, Request::get(path).body(Body::empty()).expect("a request"));
    let give_up = async {
        let late = ask("/late").await;
        MAY_ANSWER.notify_one();
        late
    };
    let (untimed, late) = tokio::join!(ask("/untimed"), give_up);
    assert_eq!((late.refusal(), late.header("retry-after")), ((503, "request_timed_out".to_owned()), "1"));
    assert_eq!(untimed.status, 204);
}

#[tokio::test]
async fn routes_and_methods_that_do_not_exist_are_refused_in_the_envelope() {
    assert_eq!(get_plain("/nowhere").await.refusal(), (404, "route_not_found".to_owned()));
    let reply = ask(Method::PUT, "/api/v1/mugs", &[], Body::empty()).await;
    assert_eq!(reply.refusal(), (405, "method_not_allowed".to_owned()));
    assert_eq!(reply.header("allow"), "GET,HEAD,POST");
    assert_eq!(ask(Method::TRACE, "/api/v1/mugs", &[], Body::empty()).await.refusal(), (405, "method_not_allowed".to_owned()));
}

#[tokio::test]
async fn an_error_that_a_handler_wrote_itself_stays_as_it_is() {
    let reply = get_plain("/health").await;
    assert_eq!((reply.status, reply.json()), (503, serde_json::json!({ "status": "down" })));
}

#[tokio::test]
async fn security_headers_are_on_every_answer() {
    for path in ["/api/v1/mugs", "/nowhere", "/api/v1/panic", "/health"] {
        let reply = get_plain(path).await;
        let expected = [
            (
                "content-security-policy",
                "default-src 'none'; object-src 'none'; form-action 'none'; frame-ancestors 'none'; base-uri 'none'",
            ),
            ("x-content-type-options", "nosniff"),
            ("referrer-policy", "no-referrer"),
            ("x-frame-options", "DENY"),
            ("cross-origin-opener-policy", "same-origin"),
            ("cross-origin-resource-policy", "same-origin"),
        ];
        for (name, value) in expected {
            assert_eq!(reply.header(name), value, "{path}");
        }
        assert!(reply.header("strict-transport-security").starts_with("max-age=31536000"));
        assert!(reply.header("permissions-policy").contains("geolocation=()"));
        assert!(!reply.header("x-request-id").is_empty() && !reply.header("cache-control").is_empty());
    }
    assert_eq!(get_plain("/health").await.header("cache-control"), "no-store");
    let docs = get_plain("/docs/").await;
    let policy = docs.header("content-security-policy");
    assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
}

#[tokio::test]
async fn a_request_id_comes_back_and_a_strange_one_is_replaced() {
    assert_eq!(get_with("/health", &[("x-request-id", "abc")]).await.header("x-request-id"), "abc");
    let replaced = get_with("/health", &[("x-request-id", "two words")]).await;
    assert_eq!(replaced.header("x-request-id").len(), 36);
}

#[tokio::test]
async fn heads_that_are_too_long_are_refused() -> TestResult {
    let expected = (431, "request_head_too_large".to_owned());
    assert_eq!(get_plain(&format!("/api/v1/mugs?x={}", "y".repeat(8_192))).await.refusal(), expected);
    let names: Vec<String> = (0..90).map(|number| format!("x-{number}")).collect();
    let many: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "1")).collect();
    assert_eq!(get_with("/api/v1/mugs", &many).await.refusal(), expected);
    assert_eq!(get_with("/api/v1/mugs", &[("x-long", &"y".repeat(33_000))]).await.refusal(), expected);
    Ok(())
}

#[tokio::test]
async fn a_client_that_excludes_json_gets_406_below_the_api_only() {
    let html = [("accept", "text/html")];
    assert_eq!(get_with("/api/v1/mugs", &html).await.refusal(), (406, "not_acceptable".to_owned()));
    assert_eq!(get_with("/api/v1/mugs", &[("accept", "text/html, */*;q=0.1")]).await.status, 200);
    assert_eq!(get_with("/export.csv", &html).await.status, 200);
}

#[tokio::test]
async fn what_the_client_has_is_not_sent_again() {
    for path in ["/api/v1/mugs", "/api/v1/mugs/one"] {
        let full = get_plain(path).await;
        let tag = full.header("etag").to_owned();
        assert_eq!(full.status, 200);
        for given in [tag.clone(), format!("\"x\", W/{tag}"), "*".to_owned()] {
            for method in [Method::GET, Method::HEAD] {
                let known = ask(method, path, &[("if-none-match", &given)], Body::empty()).await;
                assert_eq!((known.status, known.bytes.len(), known.header("etag")), (304, 0, tag.as_str()), "{given}");
                assert_eq!((known.header("cache-control"), known.header("vary")), (full.header("cache-control"), full.header("vary")));
                assert_eq!(known.header("content-type"), "");
            }
        }
        assert_eq!(get_with(path, &[("if-none-match", "\"other\"")]).await.status, 200);
    }
}

#[tokio::test]
async fn head_is_get_without_the_body() {
    let (head, get) = (ask(Method::HEAD, "/api/v1/mugs", &[], Body::empty()).await, get_plain("/api/v1/mugs").await);
    assert_eq!((head.status, head.bytes.len()), (200, 0));
    assert_eq!(head.header("etag"), get.header("etag"));
    assert_eq!(head.header("content-length"), get.bytes.len().to_string());
    let refused = ask(Method::HEAD, "/nowhere", &[], Body::empty()).await;
    assert_eq!((refused.status, refused.bytes.len()), (404, 0));
}

#[tokio::test]
async fn long_texts_are_compressed_for_clients_that_can_read_it() {
    let plain = get_plain("/api/v1/long").await;
    assert_eq!(plain.header("content-encoding"), "");
    for (coding, magic) in [("gzip", &[0x1f, 0x8b][..]), ("zstd", &[0x28, 0xb5, 0x2f, 0xfd]), ("br", &[])] {
        let coded = get_with("/api/v1/long", &[("accept-encoding", coding)]).await;
        assert_eq!((coded.status, coded.header("content-encoding")), (200, coding));
        assert!(coded.bytes.starts_with(magic) && coded.bytes.len() < plain.bytes.len() / 4, "{coding}");
        assert_eq!(coded.header("vary"), "Authorization, Cookie, X-Cart-Token, Accept-Encoding, Tradewind-Version");
        assert_eq!(coded.header("etag"), format!("W/{}", plain.header("etag")));
        let known = get_with("/api/v1/long", &[("accept-encoding", coding), ("if-none-match", coded.header("etag"))]).await;
        assert_eq!(known.status, 304);
    }
    for accept in ["identity", "gzip;q=0", "deflate"] {
        assert_eq!(get_with("/api/v1/long", &[("accept-encoding", accept)]).await.header("content-encoding"), "", "{accept}");
    }
    assert_eq!(get_with("/api/v1/mugs", &[("accept-encoding", "gzip")]).await.header("content-encoding"), "", "too short");
}

/// A tiny shop whose answers scripts of one other site may read.
fn gateway_for(origins: &[&str]) -> Gateway {
    let origins: Vec<String> = origins.iter().map(|origin| (*origin).to_owned()).collect();
    let rules = GatewayRules { cors: Cors::new(&origins), by_https: false, ..GatewayRules::default() };
    Gateway::new(router(), rules, Arc::new(SystemClock))
}

#[tokio::test]
async fn scripts_of_listed_sites_may_ask_and_no_other() -> TestResult {
    const SITE: &str = "https://partner.example";
    let gateway = gateway_for(&[SITE]);
    let ask = async |method: Method, path: &str, origin: &str| {
        let request = Request::builder().method(method).uri(path).header("origin", origin).header("access-control-request-method", "PATCH");
        Ok::<_, http::Error>(answer(&gateway, request.body(Body::empty())?).await)
    };
    let preflight = ask(Method::OPTIONS, "/api/v1/mugs", SITE).await?;
    assert_eq!((preflight.status, preflight.header("access-control-allow-origin")), (204, SITE));
    assert!(preflight.header("access-control-allow-methods").contains("PATCH"));
    assert!(preflight.header("access-control-allow-headers").contains("Authorization"));
    for path in ["/api/v1/mugs", "/nowhere", "/api/v1/panic"] {
        let reply = ask(Method::GET, path, SITE).await?;
        assert_eq!(reply.header("access-control-allow-origin"), SITE, "{path}");
        assert!(reply.header("access-control-expose-headers").contains("ETag"), "{path}");
        assert!(reply.headers.get_all("vary").iter().any(|vary| vary == "Origin"), "{path}");
        assert_eq!(reply.header("access-control-allow-credentials"), "", "{path}");
    }
    for stranger in
        ["null", "https://evil.example", "https://partner.example.evil.example", "http://partner.example", "https://xpartner.example", "*"]
    {
        for method in [Method::OPTIONS, Method::GET] {
            let reply = ask(method, "/api/v1/mugs", stranger).await?;
            assert!(!reply.headers.keys().any(|name| name.as_str().starts_with("access-control")), "{stranger}");
        }
    }
    assert_eq!(get_with("/api/v1/mugs", &[("origin", SITE)]).await.header("access-control-allow-origin"), "", "an empty list");
    Ok(())
}

#[tokio::test]
async fn https_is_demanded_where_the_shop_is_reached_by_it() -> TestResult {
    let plain = answer(&gateway_for(&[]), Request::get("/health").body(Body::empty())?).await;
    assert_eq!(plain.header("strict-transport-security"), "");
    assert!(get_plain("/health").await.header("strict-transport-security").contains("includeSubDomains"));
    Ok(())
}
