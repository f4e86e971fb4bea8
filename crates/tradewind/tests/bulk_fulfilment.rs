//! Many orders leave at once: each for itself, and once.

use futures_util::future::join_all;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::support::{Reply, TestResult, TestShop};

const PATH: &str = "/api/v1/fulfilments/batch";

/// The statuses and codes of the answer.
fn results(reply: &Reply) -> Vec<(u64, &str)> {
    let result = |one: &'_ Value| one["status"].as_u64().unwrap_or(0);
    let all = reply.data()["results"].as_array().map(Vec::as_slice).unwrap_or_default();
    all.iter().map(|one| (result(one), one["error"]["code"].as_str().unwrap_or(""))).collect()
}

#[test_on_every_database]
async fn each_order_of_many_is_fulfilled_or_refused_for_itself(shop: TestShop) -> TestResult {
    let (first, unpaid, second) = (place(&shop, "test").await?, place(&shop, "manual").await?, place(&shop, "test").await?);
    let items = json!([
        {"order_id": first.id, "carrier": "DHL", "tracking_number": "1", "tracking_url": "https://carrier.example/1"},
        {"order_id": unpaid.id},
        {"order_id": first.id},
        {"order_id": kernel::OrderId::generate()},
        {"order_id": second.id, "tracking_url": "javascript:alert(1)"},
        {"order_id": second.id},
    ]);
    let done = shop.post(PATH).idempotency("m").json(json!({ "items": items })).await?.expect(200)?;
    let expected = [
        (201, ""),
        (409, "order_not_fulfillable"),
        (422, "validation_failed"),
        (404, "order_not_found"),
        (422, "validation_failed"),
        (422, "validation_failed"),
    ];
    assert_eq!(results(&done), expected);
    assert_eq!((&done.data()["succeeded"], &done.data()["failed"]), (&json!(1), &json!(5)));
    let order = first.read(&shop).await?;
    assert_eq!((order.text("status"), order.text("fulfilments/0/tracking_number")), ("completed", "1"));
    assert_eq!(second.read(&shop).await?.text("fulfilment_status"), "none");
    for (items, field) in
        [(json!([]), "items"), (json!(vec![json!({"order_id": first.id}); 501]), "items"), (json!([{"order_id": "x"}]), "items.0.order_id")]
    {
        let refused = shop.post(PATH).idempotency("n").json(json!({ "items": items })).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{field}");
        assert!(!refused.json["error"]["details"][field].is_null(), "{field}");
    }
    let other = shop.post(PATH).idempotency("m").json(json!({"items": [{"order_id": first.id}]})).await?.expect(200)?;
    assert_eq!(results(&other), [(422, "idempotency_key_reused")]);
    shop.settle().await?;
    Ok(())
}

/// A client that is cut off asks again, and ten do at once: each order leaves once, and each answer says so.
#[test_on_every_database]
async fn a_repetition_goes_on_where_the_first_one_ended(shop: TestShop) -> TestResult {
    let (sent, unpaid) = (place(&shop, "test").await?, place(&shop, "manual").await?);
    let body = json!({"items": [{"order_id": sent.id}, {"order_id": unpaid.id}]});
    let asked = join_all((0..10).map(|_| async { shop.post(PATH).idempotency("k").json(body.clone()).await })).await;
    for reply in asked {
        assert_eq!(results(&reply?.expect(200)?), [(201, ""), (409, "order_not_fulfillable")]);
    }
    unpaid.pay(&shop, 3_000).await?.expect(201)?;
    let again = shop.post(PATH).idempotency("k").json(body).await?.expect(200)?;
    assert_eq!(results(&again), [(201, ""), (201, "")]);
    for placed in [&sent, &unpaid] {
        assert_eq!(placed.read(&shop).await?.data()["fulfilments"].as_array().map(Vec::len), Some(1));
    }
    shop.settle().await?;
    Ok(())
}
