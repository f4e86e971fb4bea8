//! Staff who make, change and remove endpoints.

use chrono::TimeDelta;
use platform::db::fetch_scalar;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{PATH, endpoint, happen, reaching};
use crate::support::{Receiver, TestResult, TestShop, make_key};

#[test_on_every_database]
async fn an_endpoint_lives_over_http(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["order.*"]).await?;
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("{PATH}/{}", made.text("id")));
    assert_eq!((made.text("state"), &made.data()["version"], &made.data()["in_order"]), ("enabled", &json!(1), &json!(false)));
    let changes = json!({"description": "ERP", "events": ["order.placed", "stock.*"], "in_order": true});
    let changed = shop.patch(&path).version(1).json(changes).await?.expect(200)?;
    assert_eq!((changed.text("description"), &changed.data()["events"]), ("ERP", &json!(["order.placed", "stock.*"])));
    assert_eq!(shop.patch(&path).version(1).json(json!({"enabled": false})).await?.error_code(), "version_conflict");
    assert_eq!(shop.patch(&path).json(json!({"enabled": false})).await?.error_code(), "version_required");
    let ended = shop.patch(&path).version(2).json(json!({"enabled": false, "description": null})).await?.expect(200)?;
    assert_eq!((ended.text("state"), ended.text("disabled_because"), &ended.data()["description"]), ("disabled", "owner", &Value::Null));
    assert_eq!(shop.get(PATH).await?.expect(200)?.data()[0]["id"], made.data()["id"]);
    shop.delete(&path).version(3).await?.expect(204)?;
    for gone in [shop.get(&path).await?, shop.get(&format!("{path}/deliveries")).await?, shop.post(&format!("{path}/test")).await?] {
        assert_eq!((gone.status, gone.error_code()), (404, "webhook_not_found"));
    }
    assert_eq!(shop.get(PATH).await?.expect(200)?.data(), &json!([]));
    let told = shop.events_of("webhook_endpoint").await?;
    let names = ["created", "changed", "disabled", "deleted"].map(|name| format!("webhook_endpoint.{name}"));
    assert_eq!(told, names);
    Ok(())
}

#[test_on_every_database]
async fn an_endpoint_that_could_not_be_told_is_refused(shop: TestShop) -> TestResult {
    for (body, field) in [
        (json!({"url": "https://example.com/", "events": []}), "events"),
        (json!({"url": "https://example.com/", "events": ["order.flown"]}), "events"),
        (json!({"url": "example.com", "events": ["*"]}), "url"),
        (json!({"url": "https://ada:secret@example.com/", "events": ["*"]}), "url"),
        (json!({"url": "https://example.com/", "events": ["*"], "description": "a\nb"}), "description"),
    ] {
        let refused = shop.post(PATH).json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{body}: {refused:?}");
    }
    Ok(())
}

/// What is removed is told nothing more, and what was sent to it is not shown.
#[test_on_every_database]
async fn a_removed_endpoint_is_told_nothing(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let made = endpoint(&shop, &receiver, &["customer_group.created"]).await?;
    receiver.will_answer([500]);
    happen(&shop, "One").await?;
    shop.settle().await?;
    let delivery = super::deliveries(&shop, &made).await?.remove(0);
    shop.delete(&format!("{PATH}/{}", made.text("id"))).version(1).await?.expect(204)?;
    receiver.take();
    happen(&shop, "Two").await?;
    shop.advance(TimeDelta::hours(1));
    shop.settle().await?;
    assert!(receiver.take().is_empty());
    let path = format!("{PATH}/deliveries/{}", delivery["id"].as_str().unwrap_or_default());
    assert_eq!(shop.get(&path).await?.error_code(), "webhook_delivery_not_found");
    assert_eq!(shop.post(&format!("{path}/redeliver")).await?.error_code(), "webhook_delivery_not_found");
    Ok(())
}

#[test_on_every_database]
async fn the_events_are_read_in_order_and_by_what_they_are(shop: TestShop) -> TestResult {
    for name in ["A", "B", "C"] {
        happen(&shop, name).await?;
    }
    shop.settle().await?;
    let list = async |query: &str| TestResult::Ok(shop.get(&format!("/api/v1/events?{query}")).await?.expect(200)?);
    let groups = list("filter[type]=customer_group.created&sort=seq").await?;
    let seqs: Vec<_> = groups.data().as_array().into_iter().flatten().filter_map(|event| event["seq"].as_i64()).collect();
    assert!(seqs.len() == 3 && seqs.is_sorted(), "{seqs:?}");
    // By cursor, one at a time, from the first: nothing twice, nothing left out.
    let (mut walked, mut place) = (Vec::new(), String::new());
    loop {
        let page = list(&format!("filter[type]=customer_group.created&sort=seq&limit=1{place}")).await?;
        walked.extend(page.data()[0]["seq"].as_i64());
        match page.json["meta"]["next_cursor"].as_str() {
            Some(next) => place = format!("&after={next}"),
            None => break,
        }
    }
    assert_eq!(walked, seqs);
    assert_eq!(
        list(&format!("filter[seq][gt]={}&filter[type]=customer_group.created", seqs[1])).await?.data().as_array().map(Vec::len),
        Some(1)
    );
    assert_eq!(list("filter[occurred_at][lt]=2026-03-02T09:30:00Z").await?.data(), &json!([]));
    assert_eq!(shop.get("/api/v1/events?filter[aggregate_id]=nonsense").await?.status, 422);
    let key = make_key(&shop, &["orders:read"]).await?;
    assert_eq!(shop.get("/api/v1/events").key(&key).await?.status, 403);
    Ok(())
}

/// What is long over is forgotten, and nothing else is: what waits for somebody who is told no more is given up first.
#[test_on_every_database]
async fn what_is_long_over_is_forgotten(shop: TestShop) -> TestResult {
    let (shop, receiver) = (reaching(&shop)?, Receiver::start().await?);
    let (stays, goes) =
        (endpoint(&shop, &receiver, &["customer_group.created"]).await?, endpoint(&shop, &receiver, &["customer_group.created"]).await?);
    receiver.will_answer([500, 500]);
    happen(&shop, "One").await?;
    shop.settle().await?;
    let path = format!("{PATH}/{}", stays.text("id"));
    shop.patch(&path).version(1).json(json!({"enabled": false})).await?.expect(200)?;
    shop.delete(&format!("{PATH}/{}", goes.text("id"))).version(1).await?.expect(204)?;
    shop.sweep(notify::webhooks::SWEEP).await?;
    assert_eq!(super::deliveries(&shop, &stays).await?[0]["state"], "exhausted");
    assert_eq!((rows(&shop, "webhook_endpoints").await?, rows(&shop, "webhook_attempts").await?), (1, 1));
    shop.advance(TimeDelta::days(90));
    shop.sweep(notify::webhooks::SWEEP).await?;
    assert_eq!(rows(&shop, "webhook_deliveries").await?, 1);
    shop.advance(TimeDelta::seconds(1));
    shop.sweep(notify::webhooks::SWEEP).await?;
    assert_eq!((rows(&shop, "webhook_deliveries").await?, rows(&shop, "webhook_attempts").await?), (0, 0));
    assert_eq!(rows(&shop, "webhook_endpoints").await?, 1, "the shop itself removes none");
    Ok(())
}

async fn rows(shop: &TestShop, table: &str) -> TestResult<i64> {
    let sql = format!("SELECT CAST(COUNT(*) AS BIGINT) FROM {table}");
    Ok(fetch_scalar(shop.context().db.reader(), &sql, vec![]).await?.unwrap_or(0))
}
