//! Money and orders: what a provider says, what staff record, and what becomes of money that nobody may keep.

use chrono::TimeDelta;
use payments::payments::{OperationKind, Outcome};
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop};

async fn read(shop: &TestShop, order: &Reply) -> TestResult<Reply> {
    shop.get(&format!("/api/v1/orders/{}", order.text("id"))).await?.expect(200)
}

fn succeeded() -> Outcome {
    Outcome::succeeded(kernel::EventId::generate().to_string())
}

#[test_on_every_database]
async fn a_provider_that_says_yes_confirms_the_order(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let placed = shop.order(&mug.id, 2, "test").await?;
    assert_eq!((placed.text("status"), placed.text("payment_status"), placed.text("payment/status")), ("confirmed", "paid", "captured"));
    assert!(placed.data()["expires_at"].is_null());
    assert_eq!(shop.events_of("order").await?, ["order.placed", "order.confirmed", "order.payment_changed"]);
    let payment = ["payment.created", "payment.operation_started", "payment.processing", "payment.operation_succeeded", "payment.captured"];
    assert_eq!(shop.events_of("payment").await?, payment);
    shop.advance(TimeDelta::days(1));
    shop.settle().await?;
    assert_eq!((read(&shop, &placed).await?.text("status"), shop.stock_of(&mug).await?), ("confirmed", (5, 2)));
    Ok(())
}

#[test_on_every_database]
async fn a_provider_that_says_no_leaves_an_unpaid_order_that_expires(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.provider().will_answer(Outcome::Failed { code: "card_declined".to_owned() });
    let placed = shop.order(&mug.id, 2, "test").await?;
    assert_eq!(
        (placed.text("status"), placed.text("payment/status"), placed.text("payment/error_code")),
        ("pending", "failed", "card_declined")
    );
    shop.advance(TimeDelta::minutes(31));
    shop.settle().await?;
    assert_eq!((read(&shop, &placed).await?.text("status"), shop.stock_of(&mug).await?), ("expired", (5, 0)));
    Ok(())
}

/// The answer is lost on its way: nobody charges again, the reconciler asks.
#[test_on_every_database]
async fn a_lost_answer_is_asked_for_and_never_charged_again(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.provider().will_answer(Outcome::Unknown);
    let placed = shop.order(&mug.id, 1, "test").await?;
    assert_eq!((placed.text("status"), placed.text("payment/status")), ("pending", "unknown"));
    shop.advance(TimeDelta::minutes(31));
    shop.provider().will_tell(Outcome::Unknown);
    let _ = shop.settle().await;
    assert_eq!(read(&shop, &placed).await?.text("status"), "pending", "an order whose payment is unclear does not expire");
    for _ in 0..2 {
        shop.advance(TimeDelta::hours(1));
        shop.settle().await?;
    }
    let order = read(&shop, &placed).await?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "paid"));
    assert_eq!(shop.provider().calls().len(), 1);
    Ok(())
}

/// The order expired, its pieces may be sold already, and then the money comes after all.
#[test_on_every_database]
async fn money_that_comes_too_late_goes_back(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.provider().will_answer(Outcome::Failed { code: "card_declined".to_owned() });
    let placed = shop.order(&mug.id, 1, "test").await?;
    shop.advance(TimeDelta::minutes(31));
    shop.settle().await?;
    let operation = shop.provider().calls()[0].clone();
    // The provider corrects itself: the operation that it refused went through. Ours has ended, so its word changes nothing.
    sales::settlement::settle(shop.sales(), &shop.origin(), operation.operation_id, &succeeded()).await?;
    assert_eq!(read(&shop, &placed).await?.text("payment_status"), "unpaid");
    assert_eq!(shop.provider().calls().len(), 1);
    Ok(())
}

/// Money was on its way when the order was cancelled by hand in the provider's silence; every cent goes back once.
#[test_on_every_database]
async fn a_payment_beyond_the_total_is_refunded_once(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    shop.provider().will_answer(Outcome::Unknown);
    let placed = shop.order(&mug.id, 2, "test").await?;
    let by_hand = json!({"amount": {"amount": 3_000, "currency": "USD"}, "note": "bank transfer"});
    let paid = shop.post(&format!("/api/v1/orders/{}/payments", placed.text("id"))).idempotency("p").json(by_hand).await?.expect(201)?;
    assert_eq!((paid.text("status"), paid.text("payment_status")), ("confirmed", "paid"));
    // The reconciler learns that the card was charged, too: that money is one too many.
    shop.advance(TimeDelta::minutes(2));
    shop.settle().await?;
    let order = read(&shop, &placed).await?;
    assert_eq!(
        (order.text("payment_status"), &order.data()["totals"]["captured"]["amount"], &order.data()["totals"]["refunded"]["amount"]),
        ("paid", &json!(6_000), &json!(3_000))
    );
    let refunds: Vec<_> = shop.provider().calls().into_iter().filter(|call| call.kind == OperationKind::Refund).collect();
    assert_eq!((refunds.len(), refunds[0].amount.minor()), (1, 3_000));
    Ok(())
}

#[test_on_every_database]
async fn staff_record_money_in_parts_and_never_too_much(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let placed = shop.order(&mug.id, 2, "manual").await?;
    let path = format!("/api/v1/orders/{}/payments", placed.text("id"));
    let money = |minor: i64| json!({"amount": {"amount": minor, "currency": "USD"}});
    let part = shop.post(&path).idempotency("1").json(money(1_000)).await?.expect(201)?;
    assert_eq!(
        (part.text("status"), part.text("payment_status"), &part.data()["totals"]["due"]["amount"]),
        ("pending", "part_paid", &json!(2_000))
    );
    let too_much = shop.post(&path).idempotency("2").json(money(2_001)).await?;
    assert_eq!((too_much.status, too_much.error_code()), (422, "payment_exceeds_due"));
    let foreign = shop.post(&path).idempotency("3").json(json!({"amount": {"amount": 5, "currency": "EUR"}})).await?;
    assert_eq!((foreign.status, foreign.error_code()), (422, "currency_mismatch"));
    let nothing = shop.post(&path).idempotency("4").json(money(0)).await?;
    assert_eq!(nothing.status, 422);
    let rest = shop.post(&path).idempotency("5").json(money(2_000)).await?.expect(201)?;
    assert_eq!((rest.text("status"), rest.text("payment_status")), ("confirmed", "paid"));
    let again = shop.post(&path).idempotency("5").json(money(2_000)).await?.expect(201)?;
    assert_eq!(again.bytes, rest.bytes);
    shop.advance(TimeDelta::days(8));
    shop.settle().await?;
    assert_eq!(read(&shop, &placed).await?.text("status"), "confirmed");
    Ok(())
}
