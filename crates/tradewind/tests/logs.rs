//! The latest lines of the log, read over the API.

use serde_json::Value;
use test_macro::test_on_every_database;

use crate::support::{Process, SOON, TestResult, TestShop, make_key};

/// The lines that pass these filters, once there are some: the log is written a moment after the answer.
async fn lines(process: &Process, key: &str, filters: &str) -> TestResult<Vec<Value>> {
    let client = reqwest::Client::new();
    let wait = async {
        loop {
            let answer = client.get(format!("{}/api/v1/logs?{filters}", process.base)).bearer_auth(key).send().await?;
            assert_eq!(answer.status(), 200, "{}", answer.text().await?);
            let mut body: Value = answer.json().await?;
            if let Value::Array(found) = body["data"].take()
                && !found.is_empty()
            {
                return TestResult::Ok(found);
            }
        }
    };
    tokio::time::timeout(SOON, wait).await?
}

#[test_on_every_database]
async fn what_became_of_a_request_is_found_by_its_id(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["security:read"]).await?;
    let process = Process::serve(&shop).await?;
    let missing = reqwest::get(format!("{}/api/v1/products/no-such-thing", process.base)).await?;
    let id = missing.headers()["x-request-id"].to_str()?;
    let found = lines(&process, &key, &format!("filter[request_id]={id}")).await?;
    assert_eq!(found.len(), 1, "{found:?}");
    assert_eq!((found[0]["level"].as_str(), found[0]["fields"]["http.status"].as_u64()), (Some("info"), Some(404)));
    assert_eq!(found[0]["fields"]["error.code"].as_str(), Some("product_not_found"));
    let requests = lines(&process, &key, "filter[target]=gateway::request&filter[text]=no-such-thing&sort=created_at&per_page=1").await?;
    assert_eq!(requests, found);
    let none = reqwest::Client::new().get(format!("{}/api/v1/logs?filter[level]=error", process.base)).bearer_auth(&key).send().await?;
    assert_eq!(none.json::<Value>().await?["data"], Value::Array(Vec::new()));
    Ok(())
}

#[test_on_every_database]
async fn the_log_holds_no_credential(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["security:read"]).await?;
    let process = Process::serve(&shop).await?;
    let client = reqwest::Client::new();
    client.get(format!("{}/api/v1/orders?filter[text]=otter-4f1c", process.base)).bearer_auth("twk_otter-4f1c").send().await?;
    client.get(format!("{}/api/v1/settings", process.base)).bearer_auth(&key).send().await?;
    let found = lines(&process, &key, "filter[text]=/api/v1/settings").await?;
    let all = lines(&process, &key, "per_page=100").await?;
    assert_eq!(found.len(), 1, "{found:?}");
    let told = Value::Array(all).to_string();
    assert!(told.contains("/api/v1/orders") && !told.contains("otter-4f1c") && !told.contains(&key), "{told}");
    Ok(())
}
