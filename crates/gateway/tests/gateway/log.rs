//! What the log tells of a request, and what it keeps to itself.

use std::cell::RefCell;
use std::sync::Once;

use platform::config::LogFormat;
use platform::telemetry::LogLayer;
use serde_json::Value;
use tracing_subscriber::prelude::*;

use crate::support::get_with;

thread_local! {
    /// What this thread has logged; a test runs on one thread of its own.
    static LOGGED: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// One subscriber for the whole process: one for each thread would race with the other threads for what is enabled.
fn start() {
    static INSTALL: Once = Once::new();
    INSTALL.call_once(|| {
        let take = |line: &[u8]| LOGGED.with_borrow_mut(|logged| logged.extend_from_slice(line));
        tracing_subscriber::registry().with(LogLayer::new("info".parse().expect("a filter"), LogFormat::Json, take)).init();
    });
    LOGGED.take();
}

fn lines() -> Vec<Value> {
    let bytes = LOGGED.take();
    bytes
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| serde_json::from_slice(line).unwrap_or_default())
        .collect()
}

#[tokio::test]
async fn a_request_is_one_line_without_its_query() {
    start();
    get_with("/api/v1/mugs?filter[brand]=me@example.com", &[("x-request-id", "r-1"), ("authorization", "Bearer twk_all")]).await;
    let lines = lines();
    let [line] = lines.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&line["http.method"], &line["http.path"], &line["http.status"]), (&"GET".into(), &"/api/v1/mugs".into(), &200.into()));
    assert_eq!((&line["http.route"], &line["request.id"]), (&"/api/v1/mugs".into(), &"r-1".into()));
    assert_eq!(line["message"], "GET /api/v1/mugs 200");
    assert!(line["actor"].as_str().is_some_and(|actor| actor.starts_with("key_")) && line["duration_us"].is_u64());
    let text = line.to_string();
    assert!(!text.contains("example.com") && !text.contains("twk_"), "{text}");
}

#[tokio::test]
async fn a_fault_is_logged_once_with_its_cause_and_the_request_id() {
    start();
    get_with("/api/v1/refuse?kind=internal", &[("x-request-id", "r-2")]).await;
    let lines = lines();
    let causes: Vec<&Value> = lines.iter().filter(|line| line["message"].as_str().is_some_and(|text| text.contains("secret"))).collect();
    let [cause] = causes.as_slice() else { panic!("{lines:?}") };
    assert_eq!((&cause["level"], &cause["request.id"], &cause["error.code"]), (&"ERROR".into(), &"r-2".into(), &"internal".into()));
    assert_eq!(lines.len(), 2);
}
