//! Refused attempts: recorded, beside the request and not in its way.

use kernel::PageRequest;
use platform::audit::{self, AuditFilter, Outcome, Recorded};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Process, SOON, TestResult, TestShop, make_key};

/// The refused attempts, once there are so many.
async fn refused(shop: &TestShop, count: usize) -> TestResult<Vec<Recorded>> {
    let filter = AuditFilter { outcome: Some(Outcome::Refused), ..AuditFilter::default() };
    let wait = async {
        loop {
            let found = audit::list(shop.context().db.reader(), &filter, false, &PageRequest::first(100)).await?.items;
            if found.len() >= count {
                return TestResult::Ok(found);
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(SOON, wait).await?
}

#[test_on_every_database]
async fn who_was_refused_what_is_recorded(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["orders:read"]).await?;
    let process = Process::serve(&shop).await?;
    let client = reqwest::Client::builder().user_agent("burglar/1").build()?;
    let ask = async |path: &str, token: Option<&str>| {
        let request = client.get(format!("{}{path}", process.base));
        let request = token.into_iter().fold(request, |request, token| request.bearer_auth(token));
        TestResult::Ok(request.send().await?.status().as_u16())
    };
    assert_eq!(ask("/api/v1/orders", None).await?, 401);
    assert_eq!(ask("/api/v1/settings", Some(&key)).await?, 403);
    assert_eq!(ask("/api/v1/orders", Some("twk_otter-4f1c")).await?, 401);
    let found = refused(&shop, 2).await?;
    let told: Vec<(&str, &str)> = found.iter().map(|record| (record.action.as_str(), record.subject.as_str())).collect();
    assert_eq!(told, [("request.refused", "/api/v1/settings"), ("request.refused", "/api/v1/orders")]);
    assert!(found[0].actor.starts_with("key_") && found[1].actor == "anonymous", "{found:?}");
    assert_eq!((found[0].ip.map(|ip| ip.is_loopback()), found[0].user_agent.as_deref()), (Some(true), Some("burglar/1")));
    assert_eq!((&found[0].changes["status"]["after"], &found[1].changes["times"]["after"]), (&json!(403), &json!(1)));
    assert!(!format!("{found:?}").contains("otter-4f1c"));
    process.signal("TERM").await?;
    process.ended().await?;
    let verdict = shop.run(&["audit", "verify", "--json"]).await?.expect(0)?.lines()?;
    assert_eq!(verdict[0]["intact"], json!(true));
    Ok(())
}
