//! Paying an order that stands: after a card was declined, or by another method than first.

use chrono::TimeDelta;
use futures_util::future::try_join_all;
use payments::payments::Outcome;
use platform::db::{execute, fetch_scalar};
use platform::values;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::me::somebody;
use crate::support::{Reply, TestCart, TestResult, TestShop, TestVariant};

/// An order of a guest for 30.00, whose first payment came to this.
struct Unpaid {
    mug: TestVariant,
    cart: TestCart,
    id: String,
}

impl Unpaid {
    async fn after(shop: &TestShop, outcome: Outcome) -> TestResult<Self> {
        shop.provider().will_answer(outcome);
        let mug = shop.mug(1_250, 5).await?;
        let cart = shop.cart(&[(&mug.id, 2)]).await?;
        let id = shop.pay(&cart, "test", "first").await?.expect(201)?.text("id").to_owned();
        Ok(Self { mug, cart, id })
    }

    async fn pay(&self, shop: &TestShop, key: &str, body: Value) -> TestResult<Reply> {
        shop.post(&self.path()).cart(&self.cart.token).idempotency(key).json(body).await
    }

    fn path(&self) -> String {
        format!("/api/v1/orders/{}/pay", self.id)
    }

    async fn read(&self, shop: &TestShop) -> TestResult<Reply> {
        shop.get(&format!("/api/v1/orders/{}", self.id)).await?.expect(200)
    }

    /// Where order, money and each payment stand.
    async fn states(&self, shop: &TestShop) -> TestResult<Vec<String>> {
        let order = self.read(shop).await?;
        let payments = order.data()["payments"].as_array().cloned().unwrap_or_default();
        let of = |payment: &Value| {
            format!("{} {}", payment["provider"].as_str().unwrap_or_default(), payment["status"].as_str().unwrap_or_default())
        };
        let states = [order.text("status").to_owned(), order.text("payment_status").to_owned()];
        Ok(states.into_iter().chain(payments.iter().map(of)).collect())
    }
}

fn declined() -> Outcome {
    Outcome::Failed { code: "card_declined".to_owned() }
}

fn asks_the_customer(reference: &str) -> Outcome {
    Outcome::NeedsCustomer { reference: reference.to_owned(), next_action: json!({"type": "redirect", "url": "https://pay.example/1"}) }
}

#[test_on_every_database]
async fn another_try_pays_the_order(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, declined()).await?;
    assert_eq!(order.states(&shop).await?, ["pending", "unpaid", "test failed"]);
    shop.provider().will_answer(declined());
    assert_eq!(order.pay(&shop, "second", json!({})).await?.expect(201)?.text("payment/status"), "failed");
    let paid = order.pay(&shop, "third", json!({})).await?.expect(201)?;
    let again = order.pay(&shop, "third", json!({})).await?.expect(201)?;
    assert_eq!((&paid.bytes, again.header("idempotent-replayed")), (&again.bytes, "true"));
    assert_eq!(order.states(&shop).await?, ["confirmed", "paid", "test failed", "test failed", "test captured"]);
    let more = order.pay(&shop, "fourth", json!({})).await?;
    assert_eq!((more.status, more.error_code()), (409, "order_not_payable"));
    assert_eq!(shop.provider().calls().len(), 3);
    Ok(())
}

/// The money may have moved: nothing more is asked for until the provider has said so.
#[test_on_every_database]
async fn an_answer_that_is_missing_is_waited_for(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, Outcome::Unknown).await?;
    for method in ["test", "manual"] {
        let busy = order.pay(&shop, method, json!({"payment_method": method})).await?;
        assert_eq!((busy.status, busy.error_code()), (409, "payment_busy"));
    }
    shop.provider().will_tell(declined());
    shop.advance(TimeDelta::minutes(1));
    shop.settle().await?;
    order.pay(&shop, "test", json!({})).await?.expect(201)?;
    assert_eq!(order.states(&shop).await?, ["confirmed", "paid", "test failed", "test captured"]);
    Ok(())
}

#[test_on_every_database]
async fn a_payment_that_waits_is_answered_again_and_given_up_for_another_method(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, asks_the_customer("theirs")).await?;
    let same = order.pay(&shop, "same", json!({})).await?.expect(201)?;
    assert_eq!(same.text("payment/next_action/url"), "https://pay.example/1");
    assert_eq!((order.states(&shop).await?, shop.provider().calls().len()), (words(&["pending", "unpaid", "test awaiting_customer"]), 1));
    let other = order.pay(&shop, "other", json!({"payment_method": "manual"})).await?.expect(201)?;
    assert_eq!(other.text("payment/provider"), "manual");
    assert_eq!(order.states(&shop).await?, ["pending", "unpaid", "test voided", "manual created"]);

    // The customer paid on the provider's page all the same: that is the order's money, and nobody waits for a transfer.
    shop.provider().will_tell(Outcome::succeeded("theirs".to_owned()));
    shop.advance(TimeDelta::minutes(1));
    shop.settle().await?;
    assert_eq!(order.states(&shop).await?, ["confirmed", "paid", "test captured", "manual voided"]);
    Ok(())
}

/// Both are paid: the money that came second goes back.
#[test_on_every_database]
async fn an_order_that_is_paid_by_both_methods_keeps_one(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, asks_the_customer("theirs")).await?;
    order.pay(&shop, "other", json!({"payment_method": "manual"})).await?.expect(201)?;
    let paid = json!({"amount": {"amount": 3_000, "currency": "USD"}});
    shop.post(&format!("/api/v1/orders/{}/payments", order.id)).idempotency("bank").json(paid).await?.expect(201)?;
    shop.provider().will_tell(Outcome::succeeded("theirs".to_owned()));
    shop.advance(TimeDelta::minutes(1));
    shop.settle().await?;
    let read = order.read(&shop).await?;
    assert_eq!((read.text("status"), read.text("payment_status")), ("confirmed", "paid"));
    let kept = |at: &str| {
        read.data()["payments"]
            .as_array()
            .into_iter()
            .flatten()
            .filter(|one| one["provider"] == at)
            .map(|one| one["captured"]["amount"].as_i64().unwrap_or(0) - one["refunded"]["amount"].as_i64().unwrap_or(0))
            .sum::<i64>()
    };
    assert_eq!((kept("test"), kept("manual")), (0, 3_000));
    Ok(())
}

#[test_on_every_database]
async fn an_order_is_paid_by_whoever_placed_it(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, declined()).await?;
    let stranger = shop.cart(&[(&order.mug.id, 1)]).await?;
    let ((user, owner), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let post = || shop.post(&order.path()).idempotency("k").json(json!({}));
    for refused in [post().cart(&stranger.token).await?, post().key(&eve).await?, post().key(&owner).await?] {
        assert_eq!((refused.status, refused.error_code()), (404, "order_not_found"));
    }
    assert_eq!(post().anonymous().await?.status, 401);
    let unknown = shop.post(&format!("/api/v1/orders/{}/pay", kernel::OrderId::generate())).cart(&order.cart.token);
    assert_eq!(unknown.idempotency("k").json(json!({})).await?.error_code(), "order_not_found");
    let method = order.pay(&shop, "k", json!({"payment_method": "shells"})).await?;
    assert_eq!((method.status, method.error_code()), (422, "payment_method_unavailable"));

    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "UPDATE orders SET user_id = $1", values![user]).await?;
    tx.commit().await?;
    post().key(&owner).await?.expect(201)?;
    assert_eq!(order.states(&shop).await?, ["confirmed", "paid", "test failed", "test captured"]);
    Ok(())
}

/// Twenty who press the button at once: one payment is opened.
#[test_on_every_database]
async fn many_who_pay_at_once_pay_once(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, declined()).await?;
    let keys: Vec<String> = (0..20).map(|number| format!("key-{number}")).collect();
    let replies = try_join_all(keys.iter().map(|key| order.pay(&shop, key, json!({})))).await?;
    let paid = replies.iter().filter(|reply| reply.status == 201).count();
    assert!(
        replies.iter().all(|reply| matches!((reply.status, reply.error_code()), (201, _) | (409, "payment_busy" | "order_not_payable")))
    );
    assert_eq!((paid, order.states(&shop).await?), (1, words(&["confirmed", "paid", "test failed", "test captured"])));
    Ok(())
}

/// The order waits for the new try, its stock with it; both end when that time is over.
#[test_on_every_database]
async fn a_new_try_has_its_time_and_then_the_stock_goes_back(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, declined()).await?;
    let patience = TimeDelta::minutes(shop.context().config.orders.expire_test_minutes);
    shop.advance(patience - TimeDelta::minutes(1));
    shop.provider().will_answer(asks_the_customer("second"));
    order.pay(&shop, "second", json!({})).await?.expect(201)?;
    shop.advance(TimeDelta::minutes(2));
    shop.provider().will_tell(asks_the_customer("second"));
    shop.settle().await?;
    assert_eq!(order.states(&shop).await?, ["pending", "unpaid", "test failed", "test awaiting_customer"]);
    shop.provider().will_tell(declined());
    for _ in 0..2 {
        shop.advance(patience);
        shop.settle().await?;
    }
    assert_eq!(order.read(&shop).await?.text("status"), "expired");
    assert_eq!(shop.stock_of(&order.mug).await?, (5, 0));
    let late = order.pay(&shop, "late", json!({})).await?;
    assert_eq!((late.status, late.error_code()), (409, "order_not_payable"));
    Ok(())
}

#[test_on_every_database]
async fn nobody_tries_for_ever(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, declined()).await?;
    for number in 1..20 {
        shop.provider().will_answer(declined());
        order.pay(&shop, &format!("try-{number}"), json!({})).await?.expect(201)?;
    }
    let more = order.pay(&shop, "more", json!({})).await?;
    assert_eq!((more.status, more.error_code()), (409, "too_many_payments"));
    Ok(())
}

/// Cash at the door: goods leave first, so the order is confirmed by the choice.
#[test_on_every_database]
async fn an_order_that_ships_before_payment_goes_on(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| config.payments.methods.push("cash_on_delivery".to_owned()))?;
    let order = Unpaid::after(&shop, asks_the_customer("theirs")).await?;
    order.pay(&shop, "door", json!({"payment_method": "cash_on_delivery"})).await?.expect(201)?;
    assert_eq!(order.states(&shop).await?, ["confirmed", "unpaid", "test voided", "cash_on_delivery created"]);
    Ok(())
}

/// What is held for goods that have left is taken: nothing that leaves later would have it taken.
#[test_on_every_database]
async fn money_that_is_held_for_what_has_left_is_taken(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| config.payments.methods.push("cash_on_delivery".to_owned()))?;
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let id = shop.pay(&cart, "cash_on_delivery", "first").await?.expect(201)?.text("id").to_owned();
    shop.post(&format!("/api/v1/orders/{id}/fulfilments")).idempotency("sent").json(json!({})).await?.expect(201)?;
    let order = Unpaid { mug, cart, id };
    shop.provider().will_hold();
    order.pay(&shop, "card", json!({"payment_method": "test"})).await?.expect(201)?;
    shop.settle().await?;
    assert_eq!(order.states(&shop).await?, ["completed", "paid", "cash_on_delivery voided", "test captured"]);
    Ok(())
}

/// What was given back of an order that is not sold yet is to be paid again.
#[test_on_every_database]
async fn what_went_back_before_the_order_was_sold_is_due_again(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, declined()).await?;
    let part = json!({"amount": {"amount": 1_000, "currency": "USD"}});
    shop.post(&format!("/api/v1/orders/{}/payments", order.id)).idempotency("bank").json(part.clone()).await?.expect(201)?;
    let back = json!({"order_id": order.id, "amount": part["amount"], "reason": "requested"});
    shop.post("/api/v1/refunds").idempotency("back").json(back).await?.expect(201)?;
    shop.settle().await?;
    shop.advance(TimeDelta::seconds(1));
    let paid = order.pay(&shop, "again", json!({})).await?.expect(201)?;
    assert_eq!((paid.text("status"), &paid.data()["payment"]["amount"]["amount"]), ("confirmed", &json!(3_000)));
    Ok(())
}

/// A word about the first payment is no answer to who pays by the second: that is given when its own provider has spoken.
#[test_on_every_database]
async fn a_word_about_another_payment_answers_nothing(shop: TestShop) -> TestResult {
    let order = Unpaid::after(&shop, asks_the_customer("theirs")).await?;
    order.pay(&shop, "manual", json!({"payment_method": "manual"})).await?.expect(201)?;
    shop.provider().will_answer(asks_the_customer("second"));
    order.pay(&shop, "card", json!({"payment_method": "test"})).await?.expect(201)?;
    let again = order.pay(&shop, "card", json!({"payment_method": "test"})).await?.expect(201)?;
    assert_eq!(again.text("payment/next_action/url"), "https://pay.example/1");
    let count = "SELECT CAST(COUNT(*) AS BIGINT) FROM idempotency_keys WHERE subject_id IN (SELECT id FROM payments)";
    assert_eq!(fetch_scalar::<i64>(shop.context().db.reader(), count, vec![]).await?, Some(2));
    Ok(())
}

fn words(words: &[&str]) -> Vec<String> {
    words.iter().map(ToString::to_string).collect()
}
