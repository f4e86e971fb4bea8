//! Payments by the hand of staff: taking what a provider holds, letting go of it, giving it back.

use payments::payments::{OperationKind, Outcome};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::{Placed, place};
use crate::support::{Reply, TestResult, TestShop};

async fn payment_of(shop: &TestShop, placed: &Placed) -> TestResult<Reply> {
    let order = placed.read(shop).await?;
    shop.get(&format!("/api/v1/payments/{}", order.text("payment/id"))).await?.expect(200)
}

async fn act(shop: &TestShop, payment: &Reply, what: &str, body: Value) -> TestResult<Reply> {
    let path = format!("/api/v1/payments/{}/{what}", payment.text("id"));
    shop.post(&path).idempotency(&kernel::EventId::generate().to_string()).json(body).await
}

fn usd(minor: i64) -> Value {
    json!({"amount": {"amount": minor, "currency": "USD"}})
}

#[test_on_every_database]
async fn what_a_provider_holds_is_taken_once(shop: TestShop) -> TestResult {
    shop.provider().will_hold();
    let placed = place(&shop, "test").await?;
    let order = placed.read(&shop).await?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "authorised"));
    let held = payment_of(&shop, &placed).await?;
    assert_eq!((held.text("status"), &held.data()["authorised"]["amount"]), ("authorised", &json!(3_000)));
    assert_eq!((held.text("order_id"), held.text("operations/0/kind")), (placed.id.as_str(), "authorise"));
    for body in [usd(0), usd(3_001), json!({"amount": {"amount": 1, "currency": "EUR"}})] {
        let refused = act(&shop, &held, "capture", body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
    }
    let ordered = act(&shop, &held, "capture", json!({})).await?.expect(200)?;
    assert_eq!(
        (ordered.text("status"), ordered.text("operations/1/kind"), ordered.text("operations/1/status")),
        ("authorised", "capture", "pending")
    );
    for what in ["capture", "void"] {
        let busy = act(&shop, &held, what, json!({})).await?;
        assert_eq!((busy.status, busy.error_code()), (409, "payment_busy"));
    }
    shop.settle().await?;
    let taken = payment_of(&shop, &placed).await?;
    assert_eq!(
        (taken.text("status"), &taken.data()["captured"]["amount"], &taken.data()["authorised"]["amount"]),
        ("captured", &json!(3_000), &json!(0))
    );
    assert_eq!(placed.read(&shop).await?.text("payment_status"), "paid");
    let again = act(&shop, &held, "capture", json!({})).await?;
    assert_eq!((again.status, again.error_code()), (409, "payment_not_capturable"));
    let late = act(&shop, &held, "void", json!({})).await?;
    assert_eq!((late.status, late.error_code()), (409, "payment_not_voidable"));
    assert_eq!(shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Capture).count(), 1);
    Ok(())
}

#[test_on_every_database]
async fn what_is_held_is_let_go_and_what_waits_ends(shop: TestShop) -> TestResult {
    shop.provider().will_hold();
    let placed = place(&shop, "test").await?;
    let held = payment_of(&shop, &placed).await?;
    act(&shop, &held, "void", json!({})).await?.expect(200)?;
    shop.settle().await?;
    let free = payment_of(&shop, &placed).await?;
    assert_eq!((free.text("status"), &free.data()["authorised"]["amount"]), ("voided", &json!(0)));

    let waiting = place(&shop, "manual").await?;
    let ended = act(&shop, &payment_of(&shop, &waiting).await?, "void", json!({})).await?.expect(200)?;
    assert_eq!(ended.text("status"), "voided");
    waiting.pay(&shop, 3_000).await?.expect(201)?;
    assert_eq!(waiting.read(&shop).await?.text("status"), "confirmed");
    let unknown = shop.post(&format!("/api/v1/payments/{}/void", kernel::PaymentId::generate())).idempotency("u").json(json!({})).await?;
    assert_eq!((unknown.status, unknown.error_code()), (404, "payment_not_found"));
    Ok(())
}

#[test_on_every_database]
async fn what_is_taken_in_part_lets_go_of_the_rest(shop: TestShop) -> TestResult {
    shop.provider().will_hold();
    let placed = place(&shop, "test").await?;
    let held = payment_of(&shop, &placed).await?;
    act(&shop, &held, "capture", usd(2_000)).await?.expect(200)?;
    shop.settle().await?;
    let order = placed.read(&shop).await?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "part_paid"));
    assert_eq!(payment_of(&shop, &placed).await?.data()["authorised"]["amount"], json!(0));
    placed.pay(&shop, 1_000).await?.expect(201)?;
    assert_eq!(placed.read(&shop).await?.text("payment_status"), "paid");
    Ok(())
}

/// Goods that leave are paid for.
#[test_on_every_database]
async fn money_that_is_held_is_taken_when_the_first_parcel_leaves(shop: TestShop) -> TestResult {
    shop.provider().will_hold();
    let placed = place(&shop, "test").await?;
    let line = placed.read(&shop).await?.text("lines/0/id").to_owned();
    for _ in 0..2 {
        placed.fulfil(&shop, json!({"lines": [{"line_id": line, "quantity": 1}]})).await?.expect(201)?;
    }
    shop.settle().await?;
    let order = placed.read(&shop).await?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("completed", "paid"));
    assert_eq!(shop.provider().calls().iter().filter(|call| call.kind == OperationKind::Capture).count(), 1);
    Ok(())
}

#[test_on_every_database]
async fn money_of_one_payment_goes_back(shop: TestShop) -> TestResult {
    let placed = place(&shop, "manual").await?;
    placed.pay(&shop, 1_000).await?.expect(201)?;
    placed.pay(&shop, 2_000).await?.expect(201)?;
    let all =
        shop.get(&format!("/api/v1/payments?filter[order]={}&filter[status]=captured&sort=created_at", placed.id)).await?.expect(200)?;
    let amounts: Vec<i64> = all.data().as_array().ok_or("data")?.iter().filter_map(|one| one["captured"]["amount"].as_i64()).collect();
    assert_eq!(amounts, [1_000, 2_000]);
    let first = shop.get(&format!("/api/v1/payments/{}", all.text("0/id"))).await?.expect(200)?;
    let with_reason = |mut body: Value| {
        body["reason"] = json!("goodwill");
        body
    };
    let too_much = act(&shop, &first, "refund", with_reason(usd(1_001))).await?;
    assert_eq!((too_much.status, too_much.error_code()), (422, "refund_exceeds_captured"));
    act(&shop, &first, "refund", with_reason(usd(400))).await?.expect(201)?;
    let rest = act(&shop, &first, "refund", with_reason(json!({}))).await?.expect(201)?;
    assert_eq!((&rest.data()["amount"]["amount"], rest.data()["lines"].as_array().map(Vec::len)), (&json!(600), Some(0)));
    let nothing = act(&shop, &first, "refund", with_reason(json!({}))).await?;
    assert_eq!((nothing.status, nothing.error_code()), (409, "nothing_to_refund"));
    shop.settle().await?;
    assert_eq!(placed.read(&shop).await?.data()["totals"]["refunded"]["amount"], json!(1_000));
    Ok(())
}

/// Staff find the payments that need them.
#[test_on_every_database]
async fn payments_are_listed_by_their_state(shop: TestShop) -> TestResult {
    let paid = place(&shop, "test").await?;
    shop.provider().will_answer(Outcome::Unknown);
    let unclear = place(&shop, "test").await?;
    let listed = async |filter: &str| -> TestResult<Vec<String>> {
        let reply = shop.get(&format!("/api/v1/payments?{filter}")).await?.expect(200)?;
        let orders = reply.data().as_array().ok_or("data")?.iter().filter_map(|one| one["order_id"].as_str().map(str::to_owned));
        Ok(orders.collect())
    };
    assert_eq!(listed("").await?, [unclear.id.clone(), paid.id.clone()]);
    assert_eq!(listed("filter[status]=unknown,voided").await?, [unclear.id.as_str()]);
    assert_eq!(listed("filter[status]=captured,unknown&sort=created_at").await?, [paid.id.clone(), unclear.id]);
    assert_eq!(listed("filter[status]=disputed").await?, Vec::<String>::new());
    assert_eq!(shop.get("/api/v1/payments?filter[order]=nonsense").await?.status, 422);
    Ok(())
}

/// The customer is back before the provider's message: whoever says so, the provider's word counts, once.
#[test_on_every_database]
async fn a_customer_who_is_back_has_the_provider_asked(shop: TestShop) -> TestResult {
    let next_action = json!({"type": "redirect", "url": "https://pay.example/1"});
    shop.provider().will_answer(Outcome::NeedsCustomer { reference: "session-1".to_owned(), next_action: next_action.clone() });
    let placed = place(&shop, "test").await?;
    let waiting = payment_of(&shop, &placed).await?;
    assert_eq!((waiting.text("status"), &waiting.data()["next_action"]), ("awaiting_customer", &next_action));
    let path = format!("/api/v1/payments/{}/settle", waiting.text("id"));
    let back = || shop.post(&path).anonymous();
    shop.provider().will_tell(Outcome::Unknown);
    assert_eq!(back().await?.expect(200)?.text("status"), "awaiting_customer", "nothing is known yet");
    let paid = back().await?.expect(200)?;
    assert_eq!(paid.data(), &json!({"id": waiting.text("id"), "status": "captured"}), "a stranger learns no more");
    assert_eq!(back().await?.expect(200)?.text("status"), "captured");
    assert_eq!(placed.read(&shop).await?.text("payment_status"), "paid");
    let unknown = shop.post(&format!("/api/v1/payments/{}/settle", kernel::PaymentId::generate())).await?;
    assert_eq!((unknown.status, unknown.error_code()), (404, "payment_not_found"));
    Ok(())
}

/// Goods leave before the money comes: confirmed at once, never expired, and done when staff write down what the carrier brought.
#[test_on_every_database]
async fn cash_on_delivery_ships_first_and_is_paid_by_hand(shop: TestShop) -> TestResult {
    let methods = ["bank_transfer", "cash_on_delivery"].map(str::to_owned).to_vec();
    let shop = shop.configured(|config| config.payments.methods = methods)?;
    let placed = crate::orders::place(&shop, "cash_on_delivery").await?;
    let order = placed.read(&shop).await?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "unpaid"));
    shop.advance(chrono::TimeDelta::days(30));
    shop.settle().await?;
    placed.fulfil(&shop, serde_json::json!({})).await?.expect(201)?;
    let paid = placed.pay(&shop, 3_000).await?.expect(201)?;
    assert_eq!(
        (paid.text("status"), paid.text("payments/0/provider"), paid.text("payments/0/status")),
        ("completed", "cash_on_delivery", "captured")
    );
    let balances = shop.get("/api/v1/ledger/balances").await?.expect(200)?;
    assert_eq!((balances.text("0/account"), balances.data()[0]["amount"]["amount"].as_i64()), ("cash:cash_on_delivery", Some(3_000)));

    let transfer = crate::orders::place(&shop, "bank_transfer").await?;
    assert_eq!(transfer.read(&shop).await?.text("status"), "pending");
    assert_eq!(transfer.pay(&shop, 3_000).await?.expect(201)?.text("status"), "confirmed");
    Ok(())
}
