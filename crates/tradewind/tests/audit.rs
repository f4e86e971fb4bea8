//! The audit log: what staff do is in it, what it says stays, and whoever alters it past the shop is found out.

mod refusals;
mod sealing;
mod tampering;

use chrono::TimeDelta;
use kernel::PageRequest;
use platform::audit::{self, AuditFilter, Recorded};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

/// Everything in the log, the oldest first.
async fn all(shop: &TestShop) -> TestResult<Vec<Recorded>> {
    Ok(audit::list(shop.context().db.reader(), &AuditFilter::default(), false, &PageRequest::first(100)).await?.items)
}

#[test_on_every_database]
async fn what_staff_do_is_recorded_with_what_differs(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_200, 5).await?;
    let path = format!("/api/v1/products/{}", mug.product_id);
    let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().ok_or("a version")?;
    let changed = shop.patch(&path).version(version).header("User-Agent", "till/7").json(json!({"title": "Cup"})).await?.expect(200)?;
    let list = shop.get(&format!("/api/v1/audit-log?filter[subject]={}", mug.product_id)).await?.expect(200)?;
    let rows = list.data().as_array().ok_or("rows")?;
    assert_eq!((&rows[0]["action"], &rows[1]["action"]), (&json!("product.updated"), &json!("product.created")));
    assert_eq!(rows[0]["changes"]["title"], json!({"before": "Mug", "after": "Cup"}));
    assert_eq!((&rows[0]["outcome"], &rows[0]["user_agent"], &rows[0]["seal"]), (&json!("done"), &json!("till/7"), &json!(null)));
    assert_eq!(rows[0]["request_id"], json!(changed.header("x-request-id")));
    assert!(rows[0]["actor"].as_str().is_some_and(|actor| actor.starts_with("key_")) && rows[1]["actor"] == "cli", "{rows:?}");
    Ok(())
}

/// Each use case of staff that there is leaves its record, and customers leave none.
#[test_on_every_database]
async fn each_write_of_staff_leaves_a_record_and_a_customer_none(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_200, 5).await?;
    let order = shop.order(&mug.id, 1, "manual").await?;
    let records = all(&shop).await?;
    let before = records.len();
    let of_customers = |action: &str| action.starts_with("cart.") || action.starts_with("order.");
    assert!(!records.iter().any(|record| of_customers(&record.action)), "carts and orders have histories of their own: {records:?}");
    let order = format!("/api/v1/orders/{}", order.text("order.id").to_owned() + order.text("id"));
    shop.post(&format!("{order}/notes")).json(json!({"body": "Call Ada at home"})).await?.expect(201)?;
    let rate = json!({"name": "VAT", "country": "DE", "rate": "19"});
    let _ = shop.post("/api/v1/tax-rates").json(rate).await?;
    shop.put("/api/v1/settings/shop.support_email").json(json!({"value": "ada@example.com"})).await?.expect(200)?;
    shop.post("/api/v1/categories").json(json!({"name": "Mugs"})).await?.expect(201)?;
    let records = all(&shop).await?;
    let acts: Vec<&str> = records[before..].iter().map(|record| record.action.as_str()).collect();
    for act in ["order.noted", "setting.changed", "category.created"] {
        assert!(acts.contains(&act), "{act}: {acts:?}");
    }
    let told = records.iter().map(|record| record.changes.to_string()).collect::<String>();
    assert!(!told.contains("ada@example.com") && !told.contains("Call Ada"), "{told}");
    Ok(())
}

#[test_on_every_database]
async fn the_list_is_narrowed_and_walked(shop: TestShop) -> TestResult {
    for name in ["A", "B", "C"] {
        shop.post("/api/v1/categories").json(json!({"name": name})).await?.expect(201)?;
        shop.advance(TimeDelta::hours(1));
    }
    let actions = async |query: &str| {
        let reply = shop.get(&format!("/api/v1/audit-log?{query}")).await?.expect(200)?;
        let names = reply.data().as_array().into_iter().flatten();
        let names: Vec<String> = names.map(|row| row["changes"]["name"]["after"].as_str().unwrap_or_default().to_owned()).collect();
        TestResult::Ok((names.concat(), reply))
    };
    assert_eq!(actions("filter[action]=category.created").await?.0, "CBA");
    assert_eq!(actions("filter[action]=category.created&sort=occurred_at").await?.0, "ABC");
    assert_eq!(actions("filter[action]=category.deleted").await?.0, "");
    assert_eq!(actions("filter[outcome]=refused").await?.0, "");
    assert_eq!(actions("filter[occurred_at][gte]=2026-03-02T10:00:00Z&filter[action]=category.created").await?.0, "CB");
    let (first, reply) = actions("filter[action]=category.created&limit=2").await?;
    let next = reply.json["meta"]["next_cursor"].as_str().ok_or("a cursor")?.to_owned();
    let (rest, _) = actions(&format!("filter[action]=category.created&limit=2&after={next}")).await?;
    assert_eq!((first.as_str(), rest.as_str()), ("CB", "A"));
    assert_eq!(shop.get("/api/v1/audit-log?after=otter").await?.status, 400);
    Ok(())
}

#[test_on_every_database]
async fn who_may_not_read_it_does_not(shop: TestShop) -> TestResult {
    let other = crate::support::make_key(&shop, &["orders:read"]).await?;
    assert_eq!(shop.get("/api/v1/audit-log").key(&other).await?.status, 403);
    assert_eq!(shop.get("/api/v1/audit-log").anonymous().await?.status, 401);
    let reader = crate::support::make_key(&shop, &["audit:read"]).await?;
    shop.get("/api/v1/audit-log").key(&reader).await?.expect(200)?;
    Ok(())
}
