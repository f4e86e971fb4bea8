//! What a monitor is told, and who is told nothing.

use platform::Context;
use serde_json::json;
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop};

fn value(text: &str, name: &str) -> Option<f64> {
    text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' ')?.parse().ok())
}

#[test_on_every_database]
async fn the_process_counts_requests_memory_work_and_itself(shop: TestShop) -> TestResult {
    for _ in 0..3 {
        shop.get("/api/v1/products").anonymous().await?.expect(200)?;
    }
    shop.get("/api/v1/products/none").anonymous().await?.expect(404)?;
    // One fact waits, from now on for two seconds.
    shop.post("/api/v1/categories").json(json!({ "name": "Mugs" })).await?.expect(201)?;
    shop.advance(chrono::TimeDelta::seconds(2));
    let reply = shop.get("/metrics").anonymous().await?.expect(200)?;
    assert_eq!(reply.header("content-type"), "text/plain; version=0.0.4; charset=utf-8");
    let text = String::from_utf8(reply.bytes)?;
    for (name, expected) in [
        (r#"tradewind_http_requests_total{route="/api/v1/products",method="GET",status="2xx"}"#, 3.0),
        (r#"tradewind_http_requests_total{route="/api/v1/products/{product_id}",method="GET",status="4xx"}"#, 1.0),
        (r#"tradewind_http_request_duration_seconds_count{route="/api/v1/products",method="GET"}"#, 3.0),
        ("tradewind_http_requests_in_flight", 1.0),
        ("tradewind_cache_hits_total", 2.0),
        ("tradewind_cache_entries", 1.0),
        ("tradewind_database_up", 1.0),
        ("tradewind_database_waiting", 0.0),
        ("tradewind_outbox_facts", 2.0),
        ("tradewind_outbox_lag_seconds", 2.0),
        (r#"tradewind_jobs{queue="money",state="discarded"}"#, 0.0),
        (r#"tradewind_jobs_lag_seconds{queue="bulk"}"#, 0.0),
        (r#"tradewind_job_queue_paused{queue="default"}"#, 0.0),
        (r#"tradewind_outside_up{system="webhooks"}"#, 1.0),
        ("tradewind_log_dropped_lines_total", 0.0),
    ] {
        assert_eq!(value(&text, name), Some(expected), "{name}\n{text}");
    }
    assert!(value(&text, "process_resident_memory_bytes").is_some_and(|bytes| bytes > 1e6));
    // Every metric is introduced once, and every line is one or the other.
    let introduced: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")?.split(' ').next()).collect();
    let distinct: std::collections::HashSet<&&str> = introduced.iter().collect();
    assert_eq!(distinct.len(), introduced.len());
    assert!(text.lines().all(|line| line.starts_with("# ") || introduced.iter().any(|name| line.starts_with(name))), "{text}");
    Ok(())
}

#[test_on_every_database]
async fn others_are_told_nothing_unless_the_shop_says_so(shop: TestShop) -> TestResult {
    let ask = async |from: &str, header: &str, context: &Context| -> TestResult<u16> {
        let gateway = wiring::gateway(&wiring::shop(wiring::sales(context.clone()), wiring::accounts(context.clone()))?);
        let request = axum::http::Request::get("/metrics").header(header, "192.0.2.1").body(axum::body::Body::empty())?;
        Ok(gateway.answer(request, Some(from.parse()?)).await.status().as_u16())
    };
    let (closed, mut open) = (shop.context(), shop.context().clone());
    let mut config = (*open.config).clone();
    config.metrics.public = true;
    open.config = config.into();
    for (from, header, status) in [
        ("127.0.0.1:1", "x-other", 200),
        ("[::ffff:127.0.0.1]:1", "x-other", 200),
        ("192.0.2.7:1", "x-other", 404),
        ("127.0.0.1:1", "x-forwarded-for", 404),
        ("[::1]:1", "forwarded", 404),
    ] {
        assert_eq!((ask(from, header, closed).await?, ask(from, header, &open).await?), (status, 200), "{from} {header}");
    }
    Ok(())
}
