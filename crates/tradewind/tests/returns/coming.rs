//! From the approval to the money: in parts, by state, and to the cent.

use payments::payments::{OperationKind, Outcome};
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

/// Two are asked back, one may come, one comes broken: its money goes back, and nothing lies in stock again.
#[test_on_every_database]
async fn a_return_goes_its_whole_way(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let id = question(&shop, &placed, 2).await?.idempotency("q").await?.expect(201)?.text("id").to_owned();
    let line = line_of(&shop, &placed).await?;
    let approval = json!({"lines": [{"line_id": line, "quantity": 2}], "instructions": "By post."});
    let ok = act(&shop, &id, "approve", approval).await?.expect(200)?;
    assert_eq!((ok.text("status"), ok.text("instructions")), ("approved", "By post."));
    let before = placed.read(&shop).await?.data()["version"].as_i64();
    let some = act(&shop, &id, "receive", came(&shop, &placed, 1, true).await?).await?.expect(200)?;
    assert_eq!((some.text("status"), figures(&shop, &placed).await?), ("part_received", [1, 1, 0, 0]));
    assert!(placed.read(&shop).await?.data()["version"].as_i64() > before, "the order shows it");
    assert_eq!(shop.stock_of(&placed.mug).await?, (4, 0), "it is for sale again");
    let broken = json!({"lines": [{"line_id": line, "quantity": 1, "condition": "damaged"}]});
    let all = act(&shop, &id, "receive", broken).await?.expect(200)?;
    assert_eq!((all.text("status"), all.data()["lines"][0]["quantity_damaged"].as_i64()), ("received", Some(1)));
    assert_eq!((figures(&shop, &placed).await?, shop.stock_of(&placed.mug).await?), ([2, 0, 0, 0], (4, 0)));

    let body = json!({"shipping": true, "fee": {"amount": 300, "currency": "USD"}, "note": "scratched"});
    let done = act(&shop, &id, "refund", body).await?.expect(200)?;
    shop.settle().await?;
    let refund = shop.get(&format!("/api/v1/refunds/{}", done.text("refund_id"))).await?.expect(200)?;
    assert_eq!((done.text("status"), refund.text("status"), refund.text("reason")), ("refunded", "succeeded", "returned"));
    assert_eq!(refund.data()["amount"]["amount"], json!(2_700), "25.00 and 5.00 for the way, less 3.00");
    assert_eq!((figures(&shop, &placed).await?, shop.stock_of(&placed.mug).await?), ([2, 0, 2, 2_700], (4, 0)), "stock moved once");
    let order = placed.read(&shop).await?;
    assert_eq!(
        (order.text("status"), order.text("payment_status"), order.text("fulfilment_status")),
        ("completed", "part_refunded", "fulfilled")
    );
    let told = ["return.requested", "return.approved", "return.received", "return.received", "return.refunded"];
    assert_eq!(shop.events_of("return").await?, told);
    let timeline = shop.get(&format!("/api/v1/orders/{}/timeline", placed.id)).await?.expect(200)?;
    let kinds = timeline.data().as_array().into_iter().flatten().filter_map(|entry| entry["kind"].as_str());
    assert_eq!(kinds.filter(|kind| kind.starts_with("return.")).count(), 5);
    Ok(())
}

/// Every command in every state: what is not listed here as allowed is 409 and changes nothing.
#[test_on_every_database]
async fn what_a_return_forbids_is_refused_and_changes_nothing(shop: TestShop) -> TestResult {
    let allowed = [
        ("requested", "approve"),
        ("requested", "reject"),
        ("requested", "cancel"),
        ("approved", "receive"),
        ("approved", "cancel"),
        ("part_received", "receive"),
        ("part_received", "refund"),
        ("part_received", "close"),
        ("received", "refund"),
        ("received", "close"),
    ];
    let codes = [
        ("approve", "return_not_approvable"),
        ("reject", "return_not_rejectable"),
        ("receive", "return_not_receivable"),
        ("refund", "return_not_refundable"),
        ("close", "return_not_closable"),
        ("cancel", "return_not_cancellable"),
    ];
    for state in sales::returns::ReturnStatus::WORDS {
        for (command, code) in codes {
            let placed = sent(&shop).await?;
            let id = in_state(&shop, &placed, state).await?;
            let path = format!("{RETURNS}/{id}");
            let before = shop.get(&path).await?.expect(200)?;
            let body = match command {
                "reject" => json!({"reason": "no"}),
                "receive" => came(&shop, &placed, 1, false).await?,
                _ => json!({}),
            };
            let reply = act(&shop, &id, command, body).await?;
            if allowed.contains(&(*state, command)) {
                assert_eq!(reply.status, 200, "{command} of {state}: {}", reply.json);
            } else {
                assert_eq!((reply.status, reply.error_code()), (409, code), "{command} of {state}");
                assert_eq!(shop.get(&path).await?.expect(200)?.bytes, before.bytes, "{command} of {state}");
            }
        }
    }
    shop.settle().await?;
    Ok(())
}

/// A return of two mugs in this state.
async fn in_state(shop: &TestShop, placed: &Placed, state: &str) -> TestResult<String> {
    let (one, body) = (came(shop, placed, 1, false).await?, json!({}));
    let asked = async || TestResult::Ok(question(shop, placed, 2).await?.idempotency(&fresh()).await?.expect(201)?.text("id").to_owned());
    let (id, steps) = match state {
        "requested" => (asked().await?, vec![]),
        "rejected" => (asked().await?, vec![("reject", json!({"reason": "no"}))]),
        "cancelled" => (asked().await?, vec![("cancel", body)]),
        "approved" => (approved(shop, placed, 2).await?, vec![]),
        "part_received" => (approved(shop, placed, 2).await?, vec![("receive", one)]),
        "received" => (received(shop, placed, 2).await?, vec![]),
        "refunded" => (received(shop, placed, 2).await?, vec![("refund", body)]),
        "closed" => (received(shop, placed, 2).await?, vec![("close", body)]),
        other => return Err(format!("no state {other}").into()),
    };
    for (command, body) in steps {
        act(shop, &id, command, body).await?.expect(200)?;
    }
    assert_eq!(shop.get(&format!("{RETURNS}/{id}")).await?.expect(200)?.text("status"), state);
    Ok(id)
}

#[test_on_every_database]
async fn what_does_not_fit_the_return_is_refused(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let (id, line) = (approved(&shop, &placed, 2).await?, line_of(&shop, &placed).await?);
    let one = |quantity: i64, condition: &str, restock: bool| json!({"line_id": line, "quantity": quantity, "condition": condition, "restock": restock});
    let nowhere = json!({"lines": [one(1, "good", true)], "location_id": kernel::StockLocationId::generate()});
    for (command, body, field) in [
        ("receive", json!({"lines": []}), "lines"),
        ("receive", json!({"lines": [one(3, "good", true)]}), "lines.0.quantity"),
        ("receive", json!({"lines": [one(1, "good", true), one(2, "good", true)]}), "lines.1.quantity"),
        ("receive", json!({"lines": [one(1, "damaged", true)]}), "lines.0.restock"),
        ("receive", json!({"lines": [one(1, "wet", true)]}), "lines.0.condition"),
        ("receive", nowhere, "location_id"),
    ] {
        let refused = act(&shop, &id, command, body).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{field}");
        assert!(!refused.json["error"]["details"][field].is_null(), "{field}: {}", refused.json);
    }
    assert_eq!((figures(&shop, &placed).await?, shop.stock_of(&placed.mug).await?), ([0, 2, 0, 0], (3, 0)));
    act(&shop, &id, "receive", came(&shop, &placed, 1, true).await?).await?.expect(200)?;
    for (body, field) in [
        (json!({"fee": {"amount": 1_250, "currency": "USD"}}), "fee"),
        (json!({"fee": {"amount": -1, "currency": "USD"}}), "fee.amount"),
        (json!({"fee": {"amount": 1, "currency": "EUR"}}), "fee"),
        (json!({"to": "pocket"}), "to"),
        (json!({"to": "store_credit"}), "to"),
    ] {
        let refused = act(&shop, &id, "refund", body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(!refused.json["error"]["details"][field].is_null(), "{body}: {}", refused.json);
    }
    let path = format!("{RETURNS}/{id}");
    let script = shop.patch(&path).version(2).json(json!({"label_url": "javascript:alert(1)"})).await?;
    assert_eq!((script.status, script.error_code()), (422, "validation_failed"));
    let stale = shop.patch(&path).version(1).json(json!({"tracking_number": "1"})).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "version_conflict"));
    // One came: the other is not waited for any more, and stays with its buyer.
    act(&shop, &id, "refund", json!({})).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(figures(&shop, &placed).await?, [1, 0, 1, 1_250]);
    question(&shop, &placed, 1).await?.idempotency("again").await?.expect(201)?;
    Ok(())
}

/// A provider refuses: nothing is paid back, and the refund can be ordered again.
#[test_on_every_database]
async fn a_return_whose_refund_is_refused_is_refunded_again(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let id = received(&shop, &placed, 2).await?;
    shop.provider().will_answer(Outcome::Failed { code: "expired_card".to_owned() });
    let first = act(&shop, &id, "refund", json!({})).await?.expect(200)?;
    let early = act(&shop, &id, "refund", json!({})).await?;
    assert_eq!((early.status, early.error_code()), (409, "return_not_refundable"), "the first one is under way");
    shop.settle().await?;
    assert_eq!(figures(&shop, &placed).await?, [2, 0, 0, 0]);
    let by_hand = crate::refunds::give_back(&shop, &placed, json!({"lines": [[1, false]]})).await?;
    assert_eq!(by_hand.status, 422, "the pieces are paid back with their return");
    let second = act(&shop, &id, "refund", json!({})).await?.expect(200)?;
    assert_ne!(first.text("refund_id"), second.text("refund_id"));
    shop.settle().await?;
    assert_eq!((figures(&shop, &placed).await?, shop.stock_of(&placed.mug).await?), ([2, 0, 2, 2_500], (5, 0)));
    let third = act(&shop, &id, "refund", json!({})).await?;
    assert_eq!((third.status, third.error_code()), (409, "return_not_refundable"));
    Ok(())
}

/// What was closed without money can still be paid back by hand, and is not laid in stock once more.
#[test_on_every_database]
async fn what_was_closed_can_be_paid_back_by_hand(shop: TestShop) -> TestResult {
    let placed = sent(&shop).await?;
    let id = received(&shop, &placed, 2).await?;
    act(&shop, &id, "close", json!({})).await?.expect(200)?;
    let restocked = crate::refunds::give_back(&shop, &placed, json!({"lines": [[2, true]]})).await?;
    assert_eq!(restocked.status, 422, "they lie there already");
    crate::refunds::give_back(&shop, &placed, json!({"lines": [[2, false]]})).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!((figures(&shop, &placed).await?, shop.stock_of(&placed.mug).await?), ([2, 0, 2, 2_500], (5, 0)));
    assert_eq!(shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Refund).count(), 1);
    Ok(())
}
