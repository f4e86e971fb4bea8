//! What staff do with orders, and what the states forbid.

use chrono::TimeDelta;
use payments::payments::Outcome;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop, TestVariant};

pub(crate) struct Placed {
    pub(crate) mug: TestVariant,
    pub(crate) id: String,
}

impl Placed {
    pub(crate) async fn read(&self, shop: &TestShop) -> TestResult<Reply> {
        shop.get(&format!("/api/v1/orders/{}", self.id)).await?.expect(200)
    }

    pub(crate) async fn cancel(&self, shop: &TestShop) -> TestResult<Reply> {
        let version = self.read(shop).await?.data()["version"].as_i64().unwrap_or(0);
        let path = format!("/api/v1/orders/{}/cancel", self.id);
        shop.post(&path)
            .idempotency(&kernel::EventId::generate().to_string())
            .version(version)
            .json(json!({"reason": "changed their mind"}))
            .await
    }

    pub(crate) async fn fulfil(&self, shop: &TestShop, body: Value) -> TestResult<Reply> {
        let path = format!("/api/v1/orders/{}/fulfilments", self.id);
        shop.post(&path).idempotency(&kernel::EventId::generate().to_string()).json(body).await
    }

    pub(crate) async fn pay(&self, shop: &TestShop, minor: i64) -> TestResult<Reply> {
        let path = format!("/api/v1/orders/{}/payments", self.id);
        let body = json!({"amount": {"amount": minor, "currency": "USD"}});
        shop.post(&path).idempotency(&kernel::EventId::generate().to_string()).json(body).await
    }
}

/// Two mugs for 25.00, 5.00 to send them, by this method.
pub(crate) async fn place(shop: &TestShop, method: &str) -> TestResult<Placed> {
    let mug = shop.mug(1_250, 5).await?;
    let placed = shop.order(&mug.id, 2, method).await?;
    Ok(Placed { mug, id: placed.text("id").to_owned() })
}

/// Every state that this release can reach, by what its commands see: status, money and parcels.
const STATES: [&str; 10] =
    ["pending", "declined", "unclear", "part_paid", "free", "confirmed", "part_fulfilled", "completed", "cancelled", "expired"];

/// An order in one of [`STATES`].
async fn in_state(shop: &TestShop, state: &str) -> TestResult<Placed> {
    if state == "free" {
        let mug = shop.gift(5).await?;
        let id = shop.order(&mug.id, 2, "manual").await?.text("id").to_owned();
        return Ok(Placed { mug, id });
    }
    let answers = [("declined", Outcome::Failed { code: "card_declined".to_owned() }), ("unclear", Outcome::Unknown)];
    if let Some((_, answer)) = answers.into_iter().find(|(name, _)| *name == state) {
        shop.provider().will_answer(answer);
        return place(shop, "test").await;
    }
    let placed = place(shop, "manual").await?;
    match state {
        "pending" => {}
        "part_paid" => drop(placed.pay(shop, 1_000).await?.expect(201)?),
        "confirmed" => drop(placed.pay(shop, 3_000).await?.expect(201)?),
        "part_fulfilled" => {
            placed.pay(shop, 3_000).await?.expect(201)?;
            let line = placed.read(shop).await?.text("lines/0/id").to_owned();
            placed.fulfil(shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
        }
        "completed" => {
            placed.pay(shop, 3_000).await?.expect(201)?;
            placed.fulfil(shop, json!({})).await?.expect(201)?;
        }
        "cancelled" => drop(placed.cancel(shop).await?.expect(200)?),
        "expired" => {
            // Twice: an order whose payment is unclear is asked about first, and looked at again later.
            for pause in [TimeDelta::days(8), TimeDelta::minutes(1)] {
                shop.advance(pause);
                shop.settle().await?;
            }
        }
        other => return Err(format!("no state {other}").into()),
    }
    Ok(placed)
}

/// Every command in every state: what is not listed here as allowed is 409 and changes nothing.
#[test_on_every_database]
async fn what_the_states_forbid_is_refused_and_changes_nothing(shop: TestShop) -> TestResult {
    let allowed = [
        ("pending", "cancel"),
        ("pending", "pay"),
        ("declined", "cancel"),
        ("declined", "pay"),
        ("unclear", "pay"),
        ("part_paid", "pay"),
        ("free", "cancel"),
        ("free", "fulfil"),
        ("confirmed", "fulfil"),
        ("part_fulfilled", "fulfil"),
    ];
    let refusals = [
        ("pending", "fulfil", "order_not_fulfillable"),
        ("declined", "fulfil", "order_not_fulfillable"),
        ("unclear", "cancel", "order_has_payment"),
        ("unclear", "fulfil", "order_not_fulfillable"),
        ("free", "pay", "order_not_payable"),
        ("part_paid", "cancel", "order_has_payment"),
        ("part_paid", "fulfil", "order_not_fulfillable"),
        ("confirmed", "cancel", "order_has_payment"),
        ("confirmed", "pay", "order_not_payable"),
        ("part_fulfilled", "cancel", "order_has_fulfilments"),
        ("part_fulfilled", "pay", "order_not_payable"),
        ("completed", "cancel", "order_not_cancellable"),
        ("completed", "pay", "order_not_payable"),
        ("completed", "fulfil", "order_not_fulfillable"),
        ("cancelled", "cancel", "order_not_cancellable"),
        ("cancelled", "pay", "order_not_payable"),
        ("cancelled", "fulfil", "order_not_fulfillable"),
        ("expired", "cancel", "order_not_cancellable"),
        ("expired", "pay", "order_not_payable"),
        ("expired", "fulfil", "order_not_fulfillable"),
    ];
    assert_eq!(allowed.len() + refusals.len(), STATES.len() * 3, "every pair is listed");
    for (state, command, code) in refusals {
        let placed = in_state(&shop, state).await?;
        let (before, stock) = (placed.read(&shop).await?, shop.stock_of(&placed.mug).await?);
        let refused = match command {
            "cancel" => placed.cancel(&shop).await?,
            "pay" => placed.pay(&shop, 1).await?,
            _ => placed.fulfil(&shop, json!({})).await?,
        };
        assert_eq!((refused.status, refused.error_code()), (409, code), "{command} in {state}");
        assert_eq!(placed.read(&shop).await?.bytes, before.bytes, "{command} in {state}");
        assert_eq!(shop.stock_of(&placed.mug).await?, stock);
    }
    for (state, command) in allowed {
        let placed = in_state(&shop, state).await?;
        let done = match command {
            "cancel" => placed.cancel(&shop).await?,
            "pay" => placed.pay(&shop, 1).await?,
            _ => placed.fulfil(&shop, json!({})).await?,
        };
        assert!(done.status < 300, "{command} in {state}: {}", done.json);
    }
    Ok(())
}

/// Notes, tags and what is learned of a parcel: no state forbids them, and none of them changes the state.
#[test_on_every_database]
async fn what_no_state_forbids_is_taken_in_every_state(shop: TestShop) -> TestResult {
    for state in STATES {
        let placed = in_state(&shop, state).await?;
        let (before, stock) = (placed.read(&shop).await?, shop.stock_of(&placed.mug).await?);
        let path = format!("/api/v1/orders/{}", placed.id);
        shop.post(&format!("{path}/notes")).json(json!({"body": "call back"})).await?.expect(201)?;
        let version = placed.read(&shop).await?.data()["version"].as_i64().unwrap_or(0);
        shop.patch(&path).version(version).json(json!({"tags": ["seen"]})).await?.expect(200)?;
        let arrived = json!({"delivered_at": "2026-03-05T10:00:00Z"});
        let parcel = before.text("fulfilments/0/id").to_owned();
        if parcel.is_empty() {
            let none = shop.patch(&format!("{path}/fulfilments/ful_01h455vb4pex5vsknk084sn02q")).version(1).json(arrived).await?;
            assert_eq!((none.status, none.error_code()), (404, "fulfilment_not_found"), "{state}");
        } else {
            shop.patch(&format!("{path}/fulfilments/{parcel}")).version(1).json(arrived).await?.expect(200)?;
        }
        let after = placed.read(&shop).await?;
        for word in ["status", "payment_status"] {
            assert_eq!(after.text(word), before.text(word), "{state}");
        }
        assert_eq!((&after.data()["totals"], shop.stock_of(&placed.mug).await?), (&before.data()["totals"], stock), "{state}");
    }
    Ok(())
}

#[test_on_every_database]
async fn a_cancelled_order_gives_its_stock_back_and_calls_its_payment_off(shop: TestShop) -> TestResult {
    let placed = place(&shop, "manual").await?;
    let cancelled = placed.cancel(&shop).await?.expect(200)?;
    assert_eq!(
        (cancelled.text("status"), cancelled.text("cancel_reason"), cancelled.text("payment/status")),
        ("cancelled", "changed their mind", "voided")
    );
    assert_eq!(cancelled.data()["lines"][0]["quantity_cancelled"], 2);
    assert_eq!(shop.stock_of(&placed.mug).await?, (5, 0));
    let path = format!("/api/v1/orders/{}/cancel", placed.id);
    let unversioned = shop.post(&path).idempotency("a").json(json!({})).await?;
    assert_eq!((unversioned.status, unversioned.error_code()), (428, "version_required"));
    let stale = shop.post(&path).idempotency("b").version(1).json(json!({})).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "version_conflict"));
    assert_eq!(stale.json["error"]["context"]["current_version"], cancelled.data()["version"]);
    Ok(())
}

/// One parcel now, one later: counters, stock and states follow each piece.
#[test_on_every_database]
async fn an_order_is_fulfilled_in_parts_and_completed_by_the_last(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    let line = placed.read(&shop).await?.text("lines/0/id").to_owned();
    let pieces = |quantity: i64| json!({"lines": [{"line_id": line, "quantity": quantity}], "tracking_number": "TRACK-1"});
    let part = placed.fulfil(&shop, pieces(1)).await?.expect(201)?;
    assert_eq!(
        (part.text("status"), part.text("fulfilment_status"), part.text("fulfilments/0/tracking_number")),
        ("confirmed", "part", "TRACK-1")
    );
    assert_eq!(shop.stock_of(&placed.mug).await?, (4, 1));
    let too_many = placed.fulfil(&shop, pieces(2)).await?;
    assert_eq!(too_many.status, 422);
    assert!(too_many.json["error"]["details"]["lines.0.quantity"].is_array());
    let whole = placed.fulfil(&shop, json!({})).await?.expect(201)?;
    assert_eq!((whole.text("status"), whole.text("fulfilment_status")), ("completed", "fulfilled"));
    assert_eq!(shop.stock_of(&placed.mug).await?, (3, 0));
    for place in 0..2 {
        let parcel = whole.text(&format!("fulfilments/{place}/id")).to_owned();
        let path = format!("/api/v1/orders/{}/fulfilments/{parcel}", placed.id);
        shop.patch(&path).version(1).json(json!({"delivered_at": "2026-03-05T10:00:00Z"})).await?.expect(200)?;
    }
    let delivered = placed.read(&shop).await?;
    assert_eq!((delivered.text("status"), delivered.text("fulfilment_status")), ("completed", "delivered"));
    Ok(())
}

/// The same button pressed twenty times ships one parcel.
#[test_on_every_database]
async fn a_parcel_is_written_down_once_per_key(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    let line = placed.read(&shop).await?.text("lines/0/id").to_owned();
    let path = format!("/api/v1/orders/{}/fulfilments", placed.id);
    let body = json!({"lines": [{"line_id": line, "quantity": 1}]});
    let replies =
        futures_util::future::join_all((0..20).map(|_| async { shop.post(&path).idempotency("ship").json(body.clone()).await })).await;
    let replies = replies.into_iter().collect::<TestResult<Vec<_>>>()?;
    assert!(replies.iter().all(|reply| reply.status == 201 && reply.bytes == replies[0].bytes));
    assert_eq!(shop.stock_of(&placed.mug).await?, (4, 1));
    Ok(())
}

#[test_on_every_database]
async fn tags_notes_and_timeline_tell_staff_the_story(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    let order = placed.read(&shop).await?;
    let version = order.data()["version"].as_i64().unwrap_or(0);
    let path = format!("/api/v1/orders/{}", placed.id);
    let tagged =
        shop.patch(&path).version(version).json(json!({"tags": ["Gift", "gift", "VIP"], "metadata": {"erp": 7}})).await?.expect(200)?;
    assert_eq!((&tagged.data()["tags"], &tagged.data()["metadata"]), (&json!(["Gift", "VIP"]), &json!({"erp": 7})));
    shop.post(&format!("{path}/notes")).json(json!({"body": "call before delivery"})).await?.expect(201)?;
    let card = shop.post(&format!("{path}/notes")).json(json!({"body": "card 4242 4242 4242 4242"})).await?;
    assert_eq!(card.status, 422);
    let timeline = shop.get(&format!("{path}/timeline")).await?.expect(200)?;
    let kinds: Vec<&str> = timeline.data().as_array().ok_or("no list")?.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    for kind in ["order.placed", "payment.captured", "order.confirmed", "order.updated", "note"] {
        assert!(kinds.contains(&kind), "{kind} in {kinds:?}");
    }
    Ok(())
}

#[test_on_every_database]
async fn staff_find_orders_by_state_tag_money_time_and_words(shop: TestShop) -> TestResult {
    let (paid, open) = (place(&shop, "test").await?, place(&shop, "manual").await?);
    let version = paid.read(&shop).await?.data()["version"].as_i64().unwrap_or(0);
    shop.patch(&format!("/api/v1/orders/{}", paid.id)).version(version).json(json!({"tags": ["VIP"]})).await?.expect(200)?;
    let number = open.read(&shop).await?.data()["number"].to_string();
    for (query, expected) in [
        ("", vec![&open, &paid]),
        ("sort=placed_at", vec![&paid, &open]),
        ("filter[status]=confirmed", vec![&paid]),
        ("filter[status]=pending,confirmed", vec![&open, &paid]),
        ("filter[payment_status]=unpaid", vec![&open]),
        ("filter[fulfilment_status]=none", vec![&open, &paid]),
        ("filter[tag]=vip", vec![&paid]),
        ("filter[total][gte]=3001", vec![]),
        ("filter[total][lte]=3000", vec![&open, &paid]),
        ("filter[placed_at][gte]=2026-03-03T00:00:00Z", vec![]),
        ("filter[customer]=ADA@example.com", vec![&open, &paid]),
        ("filter[customer]=bob@example.com", vec![]),
        ("filter[text]=lovelace", vec![&open, &paid]),
        (&format!("filter[text]={number}"), vec![&open]),
        ("limit=1", vec![&open]),
    ] {
        let found = shop.get(&format!("/api/v1/orders?{query}")).await?.expect(200)?;
        let ids: Vec<&str> = found.data().as_array().ok_or("no list")?.iter().filter_map(|order| order["id"].as_str()).collect();
        assert_eq!(ids, expected.iter().map(|placed| placed.id.as_str()).collect::<Vec<_>>(), "{query}");
    }
    let first = shop.get("/api/v1/orders?limit=1").await?.expect(200)?;
    let cursor = first.json["meta"]["next_cursor"].as_str().ok_or("no cursor")?.to_owned();
    let second = shop.get(&format!("/api/v1/orders?limit=1&after={cursor}")).await?.expect(200)?;
    assert_eq!((second.text("0/id"), &second.json["meta"]["has_next"]), (paid.id.as_str(), &json!(false)));
    Ok(())
}
