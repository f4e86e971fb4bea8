//! Exchanges: the worth of goods pays for others once, and the difference is paid or goes back.

use futures_util::future::try_join_all;
use payments::payments::Outcome;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::me::somebody;
use crate::orders::{Placed, place};
use crate::returns::received_return;
use crate::support::{Reply, TestResult, TestShop, TestVariant, address};

const EXCHANGES: &str = "/api/v1/exchanges";

fn fresh() -> String {
    kernel::EventId::generate().to_string()
}

/// A draft of so many pots at this price, without shipping to pay: they are sent by a method that costs 5.00.
async fn draft(shop: &TestShop, pot: &TestVariant, quantity: i64) -> TestResult<String> {
    let method = shop.get("/api/v1/shipping-methods").await?.expect(200)?.text("0/id").to_owned();
    let body = json!({
        "email": "ada@example.com", "shipping_address": address(), "shipping_method_id": method,
        "lines": [{"variant_id": pot.id, "quantity": quantity}],
    });
    Ok(shop.post("/api/v1/draft-orders").json(body).await?.expect(201)?.text("id").to_owned())
}

/// One mug of the two, for 12.50, that came by a return.
async fn came(shop: &TestShop) -> TestResult<(Placed, Value)> {
    let (placed, id) = received_return(shop, 1).await?;
    Ok((placed, json!({ "return_id": id })))
}

/// One mug of the two, for 12.50, that has not left.
async fn kept(shop: &TestShop) -> TestResult<(Placed, Value)> {
    let placed = place(shop, "test").await?;
    let line = placed.read(shop).await?.text("lines/0/id").to_owned();
    let given = json!({"order_id": placed.id, "lines": [{"line_id": line, "quantity": 1}]});
    Ok((placed, given))
}

fn with(mut given: Value, draft: &str) -> Value {
    given["draft_id"] = json!(draft);
    given["payment_method"] = json!("test");
    given
}

async fn exchange(shop: &TestShop, key: &str, body: Value) -> TestResult<Reply> {
    shop.post(EXCHANGES).idempotency(key).json(body).await
}

async fn order(shop: &TestShop, id: &str) -> TestResult<Reply> {
    shop.get(&format!("/api/v1/orders/{id}")).await?.expect(200)
}

/// Of an order: where it and its money stand, what it costs, what came, what went back and what is due.
fn figures(order: &Reply) -> (String, [i64; 4]) {
    let totals = &order.data()["totals"];
    let cents = ["total", "captured", "refunded", "due"].map(|name| totals[name]["amount"].as_i64().unwrap_or(-1));
    (format!("{} {}", order.text("status"), order.text("payment_status")), cents)
}

/// What came, and what has not left, pays for a pot of 20.00 and its way: the customer pays the difference by the link.
#[test_on_every_database]
async fn goods_pay_for_dearer_ones_and_the_rest_is_due(shop: TestShop) -> TestResult {
    for (placed, given) in [came(&shop).await?, kept(&shop).await?] {
        let (pot, calls) = (shop.mug(2_000, 3).await?, shop.provider().calls().len());
        let body = with(given, &draft(&shop, &pot, 1).await?);
        let made = exchange(&shop, &fresh(), body).await?.expect(201)?;
        let told = (made.data()["value"]["amount"].as_i64(), made.data()["credited"]["amount"].as_i64());
        assert_eq!((told, made.data()["surplus_refund_id"].is_null()), ((Some(1_250), Some(1_250)), true));
        let new = order(&shop, made.text("new_order_id")).await?;
        assert_eq!((new.text("source"), figures(&new)), ("exchange", ("pending part_paid".to_owned(), [2_500, 1_250, 0, 1_250])));
        assert_eq!(shop.stock_of(&pot).await?, (3, 1));
        let old = placed.read(&shop).await?;
        assert_eq!(old.data()["totals"]["refunded"]["amount"], 1_250);
        assert_eq!(shop.provider().calls().len(), calls, "no money leaves the house");

        let link = shop.post(&format!("/api/v1/orders/{}/payment-link", new.text("id"))).json(json!({})).await?.expect(201)?;
        let token = link.text("url").split_once("#token=").map(|(_, token)| token.to_owned()).unwrap_or_default();
        let pay = shop.post(&format!("/api/v1/orders/{}/pay", new.text("id"))).cart(&token).idempotency(&fresh());
        let paid = pay.json(json!({})).await?.expect(201)?;
        assert_eq!(figures(&paid), ("confirmed paid".to_owned(), [2_500, 2_500, 0, 0]));
    }
    Ok(())
}

/// Goods that are worth more: the new order is paid at once, and the rest goes back to the card.
#[test_on_every_database]
async fn goods_pay_for_cheaper_ones_and_the_rest_goes_back(shop: TestShop) -> TestResult {
    let (placed, given) = kept(&shop).await?;
    let pot = shop.mug(200, 3).await?;
    let body = with(given, &draft(&shop, &pot, 1).await?);
    let made = exchange(&shop, "k", body.clone()).await?.expect(201)?;
    let again = exchange(&shop, "k", body).await?.expect(201)?;
    assert_eq!((made.bytes.clone(), again.header("idempotent-replayed")), (again.bytes.clone(), "true"));
    assert_eq!((made.data()["credited"]["amount"].as_i64(), made.data()["value"]["amount"].as_i64()), (Some(700), Some(1_250)));
    let new = order(&shop, made.text("new_order_id")).await?;
    assert_eq!(figures(&new), ("confirmed paid".to_owned(), [700, 700, 0, 0]));
    shop.settle().await?;
    let surplus = shop.get(&format!("/api/v1/refunds/{}", made.text("surplus_refund_id"))).await?.expect(200)?;
    assert_eq!((&surplus.data()["amount"]["amount"], surplus.text("status")), (&json!(550), "succeeded"));
    assert_eq!(figures(&placed.read(&shop).await?).1, [3_000, 3_000, 1_250, 0]);
    assert_eq!(shop.stock_of(&placed.mug).await?, (5, 1), "the mug that is given is called off");
    let shown = shop.get(&format!("{EXCHANGES}/{}", made.text("id"))).await?.expect(200)?;
    assert_eq!(shown.data(), made.data());
    let listed = shop.get(&format!("{EXCHANGES}?filter[order]={}", placed.id)).await?.expect(200)?;
    assert_eq!(listed.data(), &json!([made.data()]));
    Ok(())
}

/// A fee is kept, and the shipping that was paid may count.
#[test_on_every_database]
async fn a_fee_is_kept_and_shipping_may_count(shop: TestShop) -> TestResult {
    let (_, given) = came(&shop).await?;
    let mut body = with(given, &draft(&shop, &shop.mug(5_000, 3).await?, 1).await?);
    body["shipping"] = json!(true);
    body["fee"] = json!({"amount": 100, "currency": "USD"});
    let made = exchange(&shop, "k", body).await?.expect(201)?;
    assert_eq!(made.data()["credited"]["amount"], 1_650);
    Ok(())
}

/// What was exchanged is given once: by whatever number of requests, and together with a refund.
#[test_on_every_database]
async fn goods_are_exchanged_once(shop: TestShop) -> TestResult {
    let (placed, given) = came(&shop).await?;
    let pot = shop.mug(2_000, 50).await?;
    let mut bodies = Vec::new();
    for _ in 0..10 {
        bodies.push(with(given.clone(), &draft(&shop, &pot, 1).await?));
    }
    let keys: Vec<String> = bodies.iter().map(|_| fresh()).collect();
    let replies = try_join_all(bodies.iter().zip(&keys).map(|(body, key)| exchange(&shop, key, body.clone()))).await?;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    assert!(replies.iter().all(|reply| matches!((reply.status, reply.error_code()), (201, _) | (409, "return_not_refundable"))));
    assert_eq!(
        (shop.stock_of(&pot).await?, placed.read(&shop).await?.data()["totals"]["refunded"]["amount"].as_i64()),
        ((50, 1), Some(1_250))
    );
    Ok(())
}

/// Ten exchanges of the same two pieces that have not left: two are had, whatever the order.
#[test_on_every_database]
async fn pieces_that_have_not_left_are_exchanged_once(shop: TestShop) -> TestResult {
    let (placed, given) = kept(&shop).await?;
    let pot = shop.mug(2_000, 50).await?;
    let mut bodies = Vec::new();
    for _ in 0..10 {
        bodies.push(with(given.clone(), &draft(&shop, &pot, 1).await?));
    }
    let keys: Vec<String> = bodies.iter().map(|_| fresh()).collect();
    let replies = try_join_all(bodies.iter().zip(&keys).map(|(body, key)| exchange(&shop, key, body.clone()))).await?;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 2);
    assert!(replies.iter().all(|reply| matches!(reply.status, 201 | 422)));
    assert_eq!((shop.stock_of(&pot).await?, shop.stock_of(&placed.mug).await?), ((50, 2), (5, 0)));
    Ok(())
}

/// What cannot be had changes nothing: the return stays, the draft stays, no money moved.
#[test_on_every_database]
async fn an_exchange_is_all_or_nothing(shop: TestShop) -> TestResult {
    let (placed, given) = came(&shop).await?;
    let rare = shop.mug(2_000, 1).await?;
    let draft = draft(&shop, &rare, 2).await?;
    let refused = exchange(&shop, "k", with(given.clone(), &draft)).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "out_of_stock"));
    let back = shop.get(&format!("/api/v1/returns/{}", given["return_id"].as_str().unwrap_or_default())).await?.expect(200)?;
    assert_eq!((back.text("status"), placed.read(&shop).await?.data()["totals"]["refunded"]["amount"].as_i64()), ("received", Some(0)));
    assert_eq!(shop.get(&format!("/api/v1/draft-orders/{draft}")).await?.expect(200)?.text("status"), "draft");
    assert_eq!(shop.get("/api/v1/gift-cards").await?.data(), &json!([]));
    Ok(())
}

#[test_on_every_database]
async fn what_does_not_fit_is_refused(shop: TestShop) -> TestResult {
    let (_, given) = came(&shop).await?;
    let pot = shop.mug(2_000, 5).await?;
    let fine = draft(&shop, &pot, 1).await?;
    let (user, _) = somebody(&shop).await?;
    let theirs = shop.post("/api/v1/draft-orders").json(json!({"user_id": user})).await?.expect(201)?.text("id").to_owned();
    let field = |reply: &Reply, name: &str| reply.json["error"]["details"].get(name).is_some();
    let other = exchange(&shop, &fresh(), with(given.clone(), &theirs)).await?;
    assert_eq!((other.status, field(&other, "draft_id")), (422, true), "another customer's");
    for bad in [
        json!({}),
        json!({"order_id": kernel::OrderId::generate()}),
        json!({"return_id": given["return_id"], "order_id": kernel::OrderId::generate()}),
    ] {
        let refused = exchange(&shop, &fresh(), with(bad, &fine)).await?;
        assert_eq!((refused.status, field(&refused, "return_id")), (422, true));
    }
    let missing = json!({"return_id": kernel::ReturnId::generate()});
    assert_eq!(exchange(&shop, &fresh(), with(missing, &fine)).await?.error_code(), "return_not_found");
    let cart = shop.cart(&[(&pot.id, 1)]).await?;
    assert_eq!(exchange(&shop, &fresh(), with(given.clone(), &cart.id)).await?.error_code(), "cart_not_found", "no cart of a customer");
    let mut late = with(given.clone(), &fine);
    late["pays_within_hours"] = json!(0);
    assert!(field(&exchange(&shop, &fresh(), late).await?, "pays_within_hours"));
    shop.provider().will_answer(Outcome::Failed { code: "card_declined".to_owned() });
    let unpaid = place(&shop, "test").await?;
    let line = unpaid.read(&shop).await?.text("lines/0/id").to_owned();
    let unsold = json!({"order_id": unpaid.id, "lines": [{"line_id": line, "quantity": 1}]});
    assert_eq!(exchange(&shop, &fresh(), with(unsold, &fine)).await?.error_code(), "order_not_confirmed");
    Ok(())
}

/// The new order is not paid in time: its stock goes back, and the worth of the goods lies on its card again.
#[test_on_every_database]
async fn a_new_order_that_is_not_paid_leaves_the_worth_on_the_card(shop: TestShop) -> TestResult {
    let (_, given) = came(&shop).await?;
    let pot = shop.mug(2_000, 3).await?;
    let made = exchange(&shop, "k", with(given, &draft(&shop, &pot, 1).await?)).await?.expect(201)?;
    let new = order(&shop, made.text("new_order_id")).await?;
    let cancel =
        shop.post(&format!("/api/v1/orders/{}/cancel", new.text("id"))).idempotency("off").json(json!({"version": new.data()["version"]}));
    assert_eq!(cancel.await?.expect(200)?.text("status"), "cancelled");
    let card = shop.get(&format!("/api/v1/gift-cards/{}", made.text("gift_card_id"))).await?.expect(200)?;
    assert_eq!((&card.data()["balance"]["amount"], shop.stock_of(&pot).await?), (&json!(1_250), (3, 0)));
    Ok(())
}

/// One that paid for cheaper goods, for those who doubt.
pub(crate) async fn one_with_a_rest(shop: &TestShop) -> TestResult {
    let (_, given) = kept(shop).await?;
    let pot = shop.mug(200, 3).await?;
    exchange(shop, &fresh(), with(given, &draft(shop, &pot, 1).await?)).await?.expect(201).map(drop)
}
