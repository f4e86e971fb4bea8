//! Money that staff give back: for pieces, for shipping, or an amount; once, and never more than came.

use chrono::TimeDelta;
use futures_util::future::join_all;
use payments::payments::{OperationKind, Outcome};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::{Placed, place};
use crate::support::{Reply, TestResult, TestShop};

/// Asks for a refund of an order; `lines` are `[quantity, restock]` of its lines in order.
pub(crate) async fn give_back(shop: &TestShop, placed: &Placed, mut body: Value) -> TestResult<Reply> {
    let order = placed.read(shop).await?;
    let id = |place: usize| order.text(&format!("lines/{place}/id")).to_owned();
    let lines = body["lines"].as_array().cloned().unwrap_or_default();
    let named = lines.iter().enumerate().map(|(place, line)| json!({"line_id": id(place), "quantity": line[0], "restock": line[1]}));
    body["lines"] = named.collect();
    body["order_id"] = json!(placed.id);
    if body["reason"].is_null() {
        body["reason"] = json!("requested");
    }
    shop.post("/api/v1/refunds").idempotency(&kernel::EventId::generate().to_string()).json(body).await
}

fn usd(minor: i64) -> Value {
    json!({"amount": minor, "currency": "USD"})
}

async fn read(shop: &TestShop, refund: &Reply) -> TestResult<Reply> {
    shop.get(&format!("/api/v1/refunds/{}", refund.text("id"))).await?.expect(200)
}

/// What came and what of it went back, and the line's pieces that are paid back, called off, and came back.
async fn figures(shop: &TestShop, placed: &Placed) -> TestResult<(Vec<i64>, Vec<i64>)> {
    let order = placed.read(shop).await?;
    let (totals, line) = (&order.data()["totals"], &order.data()["lines"][0]);
    let money = ["captured", "refunded"].map(|name| totals[name]["amount"].as_i64().unwrap_or(-1)).to_vec();
    let pieces = ["refunded", "cancelled", "returned"].map(|name| line[format!("quantity_{name}")].as_i64().unwrap_or(-1)).to_vec();
    Ok((money, pieces))
}

#[test_on_every_database]
async fn pieces_and_shipping_are_paid_back_at_what_they_cost(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    let body = json!({"order_id": placed.id, "reason": "defective", "note": "a crack",
        "lines": [{"line_id": placed.read(&shop).await?.text("lines/0/id"), "quantity": 1, "restock": true}]});
    let ask = || shop.post("/api/v1/refunds").idempotency("r").json(body.clone());
    let ordered = ask().await?.expect(201)?;
    assert_eq!((ordered.text("status"), ordered.text("reason"), ordered.text("note")), ("pending", "defective", "a crack"));
    assert_eq!((&ordered.data()["amount"]["amount"], ordered.text("parts/0/status")), (&json!(1_250), "pending"));
    shop.settle().await?;
    assert_eq!(ask().await?.expect(201)?.bytes, ordered.bytes, "the answer is kept");
    let done = read(&shop, &ordered).await?;
    assert_eq!((done.text("status"), done.text("parts/0/status"), done.text("parts/0/provider")), ("succeeded", "succeeded", "test"));
    assert_eq!(figures(&shop, &placed).await?, (vec![3_000, 1_250], vec![1, 1, 0]));
    assert_eq!((placed.read(&shop).await?.text("payment_status"), shop.stock_of(&placed.mug).await?), ("part_refunded", (5, 1)));

    let rest = give_back(&shop, &placed, json!({"lines": [[1, false]], "shipping": usd(500)})).await?.expect(201)?;
    assert_eq!((&rest.data()["amount"]["amount"], &rest.data()["shipping"]["amount"]), (&json!(1_750), &json!(500)));
    shop.settle().await?;
    assert_eq!(figures(&shop, &placed).await?, (vec![3_000, 3_000], vec![2, 1, 0]));
    assert_eq!(placed.read(&shop).await?.text("payment_status"), "refunded");
    let nothing = give_back(&shop, &placed, json!({"amount": usd(1)})).await?;
    assert_eq!((nothing.status, nothing.error_code()), (409, "nothing_to_refund"));
    let listed = shop.get(&format!("/api/v1/refunds?filter[order]={}", placed.id)).await?.expect(200)?;
    assert_eq!(["0/id", "1/id"].map(|path| listed.text(path)), [rest.text("id"), ordered.text("id")]);
    let told = shop.events_of("order").await?;
    assert_eq!(told.iter().filter(|name| *name == "order.refund_ordered").count(), 2);
    Ok(())
}

#[test_on_every_database]
async fn what_does_not_fit_the_order_is_refused_and_changes_nothing(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    for (body, status, code) in [
        (json!({}), 422, "validation_failed"),
        (json!({"amount": usd(0)}), 422, "validation_failed"),
        (json!({"amount": usd(-1)}), 422, "validation_failed"),
        (json!({"amount": usd(3_001)}), 422, "refund_exceeds_captured"),
        (json!({"amount": {"amount": 1, "currency": "EUR"}}), 422, "currency_mismatch"),
        (json!({"lines": [[3, false]]}), 422, "validation_failed"),
        (json!({"lines": [[0, false]]}), 422, "validation_failed"),
        (json!({"shipping": usd(501)}), 422, "validation_failed"),
        (json!({"shipping": {"amount": 1, "currency": "EUR"}}), 422, "validation_failed"),
        (json!({"amount": usd(1), "reason": "because"}), 422, "validation_failed"),
        (json!({"amount": usd(1), "note": "x".repeat(501)}), 422, "validation_failed"),
    ] {
        let refused = give_back(&shop, &placed, body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (status, code), "{body}");
    }
    let path = "/api/v1/refunds";
    let stranger = json!({"order_id": kernel::OrderId::generate(), "amount": usd(1), "reason": "other"});
    let unknown = shop.post(path).idempotency("1").json(stranger).await?;
    assert_eq!((unknown.status, unknown.error_code()), (404, "order_not_found"));
    let foreign = json!({"order_id": placed.id, "reason": "other", "lines": [{"line_id": kernel::OrderLineId::generate(), "quantity": 1}]});
    let refused = shop.post(path).idempotency("2").json(foreign).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"));
    assert_eq!(figures(&shop, &placed).await?, (vec![3_000, 0], vec![0, 0, 0]));
    assert!(shop.provider().calls().iter().all(|call| call.kind != OperationKind::Refund));

    let pending = place(&shop, "manual").await?;
    pending.pay(&shop, 1_000).await?.expect(201)?;
    let early = give_back(&shop, &pending, json!({"lines": [[1, true]]})).await?;
    assert_eq!((early.status, early.error_code()), (409, "order_not_confirmed"));
    give_back(&shop, &pending, json!({"amount": usd(1_000)})).await?.expect(201)?;
    shop.settle().await?;
    pending.cancel(&shop).await?.expect(200)?;
    Ok(())
}

/// What a provider refuses is not paid back, and can be asked for again.
#[test_on_every_database]
async fn a_refund_that_is_refused_gives_its_pieces_back(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    shop.provider().will_answer(Outcome::Failed { code: "expired_card".to_owned() });
    let refused = give_back(&shop, &placed, json!({"lines": [[2, false]]})).await?.expect(201)?;
    assert_eq!(figures(&shop, &placed).await?.1, [2, 0, 0]);
    shop.settle().await?;
    let refused = read(&shop, &refused).await?;
    assert_eq!((refused.text("status"), refused.text("parts/0/error_code")), ("failed", "expired_card"));
    assert_eq!(figures(&shop, &placed).await?, (vec![3_000, 0], vec![0, 0, 0]));
    give_back(&shop, &placed, json!({"lines": [[2, false]]})).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(figures(&shop, &placed).await?, (vec![3_000, 2_500], vec![2, 0, 0]));
    Ok(())
}

/// The answer is lost: the money counts as gone, the provider is asked what became of it, and never told to pay again.
#[test_on_every_database]
async fn a_refund_whose_answer_is_lost_is_asked_about(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    shop.provider().will_answer(Outcome::Unknown);
    let unclear = give_back(&shop, &placed, json!({"amount": usd(2_000)})).await?.expect(201)?;
    // The job that asks is not done: it asks again.
    let _ = shop.settle().await;
    assert_eq!(read(&shop, &unclear).await?.text("parts/0/status"), "unknown");
    let more = give_back(&shop, &placed, json!({"amount": usd(1_001)})).await?;
    assert_eq!((more.status, more.error_code()), (422, "refund_exceeds_captured"));
    shop.advance(TimeDelta::hours(1));
    shop.settle().await?;
    assert_eq!(read(&shop, &unclear).await?.text("status"), "succeeded");
    assert_eq!(figures(&shop, &placed).await?.0, [3_000, 2_000]);
    assert_eq!(shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Refund).count(), 1);
    Ok(())
}

/// Pieces that have left lie in stock again, at most as many as left.
#[test_on_every_database]
async fn pieces_that_came_back_are_sold_again(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    placed.fulfil(&shop, json!({})).await?.expect(201)?;
    assert_eq!(shop.stock_of(&placed.mug).await?, (3, 0));
    give_back(&shop, &placed, json!({"lines": [[1, true]], "reason": "returned"})).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(shop.stock_of(&placed.mug).await?, (4, 0));
    assert_eq!(figures(&shop, &placed).await?, (vec![3_000, 1_250], vec![1, 0, 1]));
    assert_eq!(placed.read(&shop).await?.text("status"), "completed");
    Ok(())
}

/// What was paid in parts is given back from the newest part first.
#[test_on_every_database]
async fn a_refund_is_taken_from_several_payments(shop: TestShop) -> TestResult {
    let placed = place(&shop, "manual").await?;
    placed.pay(&shop, 1_000).await?.expect(201)?;
    placed.pay(&shop, 2_000).await?.expect(201)?;
    let refund = give_back(&shop, &placed, json!({"amount": usd(2_500)})).await?.expect(201)?;
    let parts: Vec<i64> =
        refund.data()["parts"].as_array().ok_or("parts")?.iter().filter_map(|part| part["amount"]["amount"].as_i64()).collect();
    assert_eq!(parts, [2_000, 500]);
    shop.settle().await?;
    assert_eq!(figures(&shop, &placed).await?.0, [3_000, 2_500]);
    Ok(())
}

/// Twenty members of staff at once: what goes back is what came, to the cent.
#[test_on_every_database]
async fn many_refunds_at_once_never_exceed_what_came(shop: TestShop) -> TestResult {
    let placed = place(&shop, "test").await?;
    let asked = join_all((0..20).map(|_| give_back(&shop, &placed, json!({"amount": usd(200)})))).await;
    let answers = asked.into_iter().collect::<TestResult<Vec<Reply>>>()?;
    assert_eq!(answers.iter().filter(|answer| answer.status == 201).count(), 15);
    for refused in answers.iter().filter(|answer| answer.status != 201) {
        assert!(
            matches!((refused.status, refused.error_code()), (409, "nothing_to_refund")),
            "{} {}",
            refused.status,
            refused.error_code()
        );
    }
    shop.settle().await?;
    assert_eq!(figures(&shop, &placed).await?.0, [3_000, 3_000]);
    assert_eq!(shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Refund).count(), 15);
    Ok(())
}
