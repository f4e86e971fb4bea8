//! Events as they happen: all of them, once, in order, whatever happens to the connection.

use serde_json::json;
use test_macro::test_on_every_database;

use super::door::Door;
use super::{PATH, lasting, relayed, relaying, ring};
use crate::support::{TestResult, TestShop, make_key};

#[test_on_every_database]
async fn whoever_comes_back_misses_nothing_and_reads_nothing_twice(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    relayed(&shop).await?;
    let door = Door::open(&shop).await?;
    let relay = relaying(&shop);
    let mut reader = door.read(PATH, &key, None).await?;
    let start = reader.next().await?.ok_or("it has an opening")?;
    assert!(start.retry.is_some_and(|retry| retry >= 1_000) && start.event.is_none());
    let writer = tokio::spawn({
        let context = shop.context().clone();
        async move {
            for round in 0..150 {
                ring(&context, 1 + round % 5).await?;
            }
            TestResult::Ok(())
        }
    });
    let (mut read, mut last) = (Vec::new(), start.id);
    for round in 0..20 {
        for _ in 0..(round % 7) {
            last = reader.event().await?.id;
            read.push(last);
        }
        drop(reader);
        reader = door.read(PATH, &key, Some(last)).await?;
    }
    writer.await??;
    while read.len() < 450 {
        read.push(reader.event().await?.id);
    }
    drop(relay);
    let all = platform::events::since(shop.context().db.reader(), start.id, 10_000).await?;
    assert_eq!(read, all.iter().map(|event| event.seq).collect::<Vec<_>>());
    drop(reader);
    door.has_open(0).await
}

/// The same JSON, and only what was asked for.
#[test_on_every_database]
async fn an_event_is_sent_as_the_list_has_it(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    let door = Door::open(&shop).await?;
    let mut ours = door.read(&format!("{PATH}?filter[type]=customer_group.*,order.placed"), &key, None).await?;
    let made = shop.post("/api/v1/customer-groups").json(json!({"name": "Friends"})).await?.expect(201)?;
    let mut of_it = door.read(&format!("{PATH}?filter[aggregate_id]={}&after=0", made.text("id")), &key, None).await?;
    ring(shop.context(), 3).await?;
    shop.post("/api/v1/customer-groups").json(json!({"name": "Family"})).await?.expect(201)?;
    relayed(&shop).await?;
    let list = shop.get("/api/v1/events?sort=seq&filter[type]=customer_group.created").await?.expect(200)?;
    for row in list.data().as_array().ok_or("a list")? {
        let sent = ours.event().await?;
        assert_eq!((Some(sent.id), &sent.data), (row["seq"].as_i64(), row));
        assert_eq!(sent.event.as_deref(), row["type"].as_str());
    }
    assert_eq!(of_it.event().await?.data, list.data()[0]);
    // Last-Event-ID outranks what the address says: browsers come back to the address they were given.
    let mut back = door.read(&format!("{PATH}?filter[type]=customer_group.*&after=0"), &key, list.data()[0]["seq"].as_i64()).await?;
    assert_eq!(back.event().await?.data, list.data()[1]);
    Ok(())
}

#[test_on_every_database]
async fn what_cannot_be_streamed_is_an_ordinary_refusal(shop: TestShop) -> TestResult {
    for (query, header, status, code) in [
        ("after=9000000000", "", 422, "event_not_yet"),
        ("after=-1", "", 400, "invalid_query"),
        ("after=x", "", 400, "invalid_query"),
        ("limit=1", "", 400, "unknown_parameter"),
        ("filter[type]=order.flown", "", 422, "validation_failed"),
        ("filter[aggregate_id]=x", "", 422, "validation_failed"),
        ("", "x", 400, "invalid_query"),
        ("", "-1", 400, "invalid_query"),
        ("", "9000000000", 422, "event_not_yet"),
    ] {
        let ask = shop.get(&format!("{PATH}?{query}"));
        let refused = if header.is_empty() { ask.await? } else { ask.header("last-event-id", header).await? };
        assert_eq!((refused.status, refused.error_code()), (status, code), "{query} {header}");
        assert_eq!(refused.header("content-type"), "application/json");
    }
    let fine = shop.get(PATH).header("accept", "text/event-stream").header("accept-encoding", "gzip, br").await?.expect(200)?;
    assert_eq!((fine.header("content-type"), fine.header("cache-control")), ("text/event-stream", "no-store"));
    assert_eq!((fine.header("content-encoding"), fine.header("x-accel-buffering")), ("", "no"));
    assert!(!fine.header("x-request-id").is_empty() && !fine.header("ratelimit").is_empty());
    Ok(())
}
