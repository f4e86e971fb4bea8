//! Draft orders: staff write an order for a customer, at prices of their own, and the customer pays it by a link.

use chrono::TimeDelta;
use futures_util::future::try_join_all;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::mail::{content, mails_of};
use crate::me::somebody;
use crate::support::{Reply, TestResult, TestShop, TestVariant, address};

const DRAFTS: &str = "/api/v1/draft-orders";

/// Two mugs at an agreed price and one as listed, 2.00 off, sent to Ada.
async fn draft(shop: &TestShop, agreed: &TestVariant, listed: &TestVariant) -> TestResult<Value> {
    let method = shop.get("/api/v1/shipping-methods").await?.expect(200)?.text("0/id").to_owned();
    Ok(json!({
        "email": "ada@example.com", "shipping_address": address(), "shipping_method_id": method,
        "discount": {"amount": {"amount": 200, "currency": "USD"}, "label": "Trade fair"},
        "lines": [
            {"variant_id": agreed.id, "quantity": 2, "unit_price": {"amount": 1_000, "currency": "USD"}},
            {"variant_id": listed.id, "quantity": 1},
        ],
    }))
}

async fn place(shop: &TestShop, id: &str, key: &str, body: Value) -> TestResult<Reply> {
    shop.post(&format!("{DRAFTS}/{id}/place")).idempotency(key).json(body).await
}

async fn link(shop: &TestShop, order: &str, send: bool) -> TestResult<Reply> {
    shop.post(&format!("/api/v1/orders/{order}/payment-link")).json(json!({ "send": send })).await
}

fn token_of(link: &str) -> &str {
    link.split_once("#token=").map_or("", |(_, token)| token)
}

fn cents(reply: &Reply, pointer: &str) -> i64 {
    reply.data().pointer(pointer).and_then(|money| money["amount"].as_i64()).unwrap_or(-1)
}

#[test_on_every_database]
async fn a_draft_is_priced_as_agreed_placed_and_paid_by_its_link(shop: TestShop) -> TestResult {
    let (agreed, listed) = (shop.mug(1_250, 5).await?, shop.mug(1_250, 5).await?);
    let body = draft(&shop, &agreed, &listed).await?;
    let begun = shop.post(DRAFTS).json(body).await?.expect(201)?;
    let id = begun.text("id");
    let told = (begun.text("status"), cents(&begun, "/totals/subtotal"), cents(&begun, "/totals/discount"), cents(&begun, "/totals/total"));
    assert_eq!(told, ("draft", 3_250, 200, 3_550));
    assert_eq!((&begun.data()["lines"][0]["price_agreed"], &begun.data()["lines"][1]["price_agreed"]), (&json!(true), &json!(false)));
    assert_eq!(shop.stock_of(&agreed).await?, (5, 0), "a draft holds no stock");

    let seen = begun.header("etag").trim_matches('"').to_owned();
    let body = json!({"payment_method": "test", "cart_version": seen});
    let order = place(&shop, id, "place", body.clone()).await?.expect(201)?;
    let again = place(&shop, id, "place", body).await?.expect(201)?;
    assert_eq!(order.bytes, again.bytes);
    let told = (order.text("source"), order.text("status"), order.text("payment_method"), cents(&order, "/totals/due"));
    assert_eq!(told, ("draft", "pending", "test", 3_550));
    assert!(order.data()["payment"].is_null() && shop.provider().calls().is_empty(), "the customer is asked, not staff");
    assert_eq!((shop.stock_of(&agreed).await?, shop.stock_of(&listed).await?), ((5, 2), (5, 1)));

    let order_id = order.text("id");
    let made = link(&shop, order_id, true).await?.expect(201)?;
    assert_eq!(made.text("url"), link(&shop, order_id, false).await?.expect(201)?.text("url"), "it is the same each time");
    assert_eq!(made.text("expires_at"), order.text("expires_at"));
    shop.settle().await?;
    let letters = mails_of(&shop, "payment_request").await?;
    let letter = content(&shop, letters.first().ok_or("no letter")?).await?;
    assert!(letters.len() == 1 && letter.contains(made.text("url")) && letter.contains("$35.50"), "{letter}");

    let token = token_of(made.text("url"));
    let path = format!("/api/v1/orders/{order_id}");
    assert_eq!(shop.get(&path).cart(token).await?.expect(200)?.text("number"), order.text("number"));
    let paid = shop.post(&format!("{path}/pay")).cart(token).idempotency("pay").json(json!({})).await?.expect(201)?;
    assert_eq!((paid.text("status"), paid.text("payment_status")), ("confirmed", "paid"));
    let late = link(&shop, order_id, false).await?;
    assert_eq!((late.status, late.error_code()), (409, "order_not_payable"));
    assert_eq!(shop.get(&format!("{DRAFTS}/{id}")).await?.error_code(), "cart_not_found", "it is a draft no more");
    Ok(())
}

/// What waits for its money waits a week unless staff say otherwise, and gives its stock back then.
#[test_on_every_database]
async fn a_placed_draft_waits_as_long_as_staff_say(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    for (hours, waits) in [(None, TimeDelta::hours(168)), (Some(2), TimeDelta::hours(2))] {
        let begun = shop.post(DRAFTS).json(draft(&shop, &mug, &shop.mug(1_250, 5).await?).await?).await?.expect(201)?;
        let mut body = json!({"payment_method": "test"});
        body["pays_within_hours"] = json!(hours);
        let order = place(&shop, begun.text("id"), begun.text("id"), body).await?.expect(201)?;
        let read = async || shop.get(&format!("/api/v1/orders/{}", order.text("id"))).await?.expect(200);
        shop.advance(waits - TimeDelta::seconds(1));
        shop.settle().await?;
        assert_eq!((read().await?.text("status"), shop.stock_of(&mug).await?), ("pending", (5, 2)));
        shop.advance(TimeDelta::seconds(2));
        shop.settle().await?;
        assert_eq!((read().await?.text("status"), shop.stock_of(&mug).await?), ("expired", (5, 0)));
        assert_eq!(link(&shop, order.text("id"), true).await?.error_code(), "order_not_payable");
    }
    Ok(())
}

/// Where money comes without a provider, staff write it down as for any order.
#[test_on_every_database]
async fn a_draft_that_is_paid_by_transfer_waits_for_the_bank(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let begun = shop.post(DRAFTS).json(draft(&shop, &mug, &shop.mug(1_250, 5).await?).await?).await?.expect(201)?;
    let order = place(&shop, begun.text("id"), "k", json!({"payment_method": "manual"})).await?.expect(201)?;
    assert_eq!((order.text("payment/provider"), order.text("payment/status")), ("manual", "created"));
    let came = json!({"amount": {"amount": 3_550, "currency": "USD"}});
    let path = format!("/api/v1/orders/{}/payments", order.text("id"));
    assert_eq!(shop.post(&path).idempotency("bank").json(came).await?.expect(201)?.text("status"), "confirmed");
    Ok(())
}

/// Neither its customer nor anybody who guesses opens a draft as a cart; staff open no customer's cart as a draft.
#[test_on_every_database]
async fn a_draft_is_opened_by_staff_alone(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let (user, owner) = somebody(&shop).await?;
    let mut body = draft(&shop, &mug, &shop.mug(1_250, 5).await?).await?;
    body["user_id"] = json!(user);
    let begun = shop.post(DRAFTS).json(body.clone()).await?.expect(201)?;
    assert_eq!(begun.text("user_id"), user.to_string());
    let cart = format!("/api/v1/carts/{}", begun.text("id"));
    assert_eq!(shop.get(&cart).key(&owner).await?.error_code(), "cart_not_found");
    assert_eq!(shop.get(&cart).cart("tok_0").await?.error_code(), "cart_not_found");
    assert_eq!(shop.get("/api/v1/me/cart").key(&owner).await?.status, 404, "it is not their cart");
    let theirs = shop.cart(&[(&mug.id, 1)]).await?;
    let path = format!("{DRAFTS}/{}", theirs.id);
    assert_eq!(shop.get(&path).await?.error_code(), "cart_not_found");
    assert_eq!(shop.put(&path).version(1).json(body).await?.error_code(), "cart_not_found");
    assert_eq!(shop.delete(&path).version(1).await?.error_code(), "cart_not_found");
    assert_eq!(place(&shop, &theirs.id, "k", json!({"payment_method": "test"})).await?.error_code(), "cart_not_found");
    let listed = shop.get(&format!("{DRAFTS}?filter[user_id]={user}")).await?.expect(200)?;
    assert_eq!((listed.data().as_array().map(Vec::len), &listed.data()[0]["line_count"]), (Some(1), &json!(2)));
    assert_eq!(shop.get(&format!("{DRAFTS}?filter[user_id]={}", kernel::UserId::generate())).await?.data(), &json!([]));
    Ok(())
}

#[test_on_every_database]
async fn a_draft_is_written_anew_and_thrown_away_by_its_version(shop: TestShop) -> TestResult {
    let (mug, other) = (shop.mug(1_250, 5).await?, shop.mug(700, 5).await?);
    let body = draft(&shop, &mug, &other).await?;
    let begun = shop.post(DRAFTS).json(body.clone()).await?.expect(201)?;
    let path = format!("{DRAFTS}/{}", begun.text("id"));
    let fewer = json!({"email": "eve@example.com", "lines": [{"variant_id": other.id, "quantity": 3}]});
    assert_eq!(shop.put(&path).json(fewer.clone()).await?.error_code(), "version_required");
    let written = shop.put(&path).version(1).json(fewer.clone()).await?.expect(200)?;
    let told = (written.text("email"), cents(&written, "/totals/total"), written.data()["staff_discount"].is_null());
    assert_eq!((told, written.data()["lines"].as_array().map(Vec::len)), (("eve@example.com", 2_100, true), Some(1)));
    let late = shop.put(&path).version(1).json(body).await?;
    assert_eq!((late.status, late.error_code(), &late.json["error"]["context"]["current_version"]), (409, "version_conflict", &json!(2)));
    let unready = place(&shop, begun.text("id"), "k", json!({"payment_method": "test"})).await?;
    assert_eq!((unready.status, unready.error_code()), (422, "cart_incomplete"));
    assert_eq!(shop.delete(&path).version(1).await?.error_code(), "version_conflict");
    assert_eq!(shop.delete(&path).version(2).await?.status, 204);
    assert_eq!(shop.get(&path).await?.status, 404);
    Ok(())
}

#[test_on_every_database]
async fn a_draft_that_does_not_fit_is_refused_by_field(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let line = |price: Value| json!({"variant_id": mug.id, "quantity": 1, "unit_price": price});
    let usd = |amount: i64| json!({"amount": amount, "currency": "USD"});
    for (body, field) in [
        (json!({"lines": [{"variant_id": kernel::VariantId::generate(), "quantity": 1}]}), "lines.0.variant_id"),
        (json!({"lines": [line(json!({"amount": 100, "currency": "EUR"}))]}), "lines.0.unit_price"),
        (json!({"lines": [line(json!({"amount": -1, "currency": "USD"}))]}), "lines.0.unit_price.amount"),
        (json!({"lines": [{"variant_id": mug.id, "quantity": 0}]}), "lines.0.quantity"),
        (json!({"lines": [line(usd(1)), line(usd(2))]}), "lines.1.variant_id"),
        (json!({"discount": {"amount": usd(0), "label": "x"}}), "discount.amount"),
        (json!({"discount": {"amount": usd(1), "label": " "}}), "discount.label"),
        (json!({"codes": ["NOBODY"]}), "codes.0"),
        (json!({"user_id": kernel::UserId::generate()}), "user_id"),
        (json!({"email": "nobody"}), "email"),
        (json!({"channel": "moon"}), "channel"),
        (json!({"shipping_method_id": kernel::ShippingMethodId::generate()}), "shipping_method_id"),
    ] {
        let refused = shop.post(DRAFTS).json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{field}: {}", refused.json);
    }
    assert_eq!(shop.get(DRAFTS).await?.data(), &json!([]));
    let begun = shop.post(DRAFTS).json(json!({"lines": [line(usd(1))]})).await?.expect(201)?;
    for hours in [0, 2_161] {
        let body = json!({"payment_method": "test", "pays_within_hours": hours});
        let refused = place(&shop, begun.text("id"), "k", body).await?;
        assert_eq!((refused.status, refused.json["error"]["details"].get("pays_within_hours").is_some()), (422, true));
    }
    Ok(())
}

/// A price that was agreed on stands: promotions make other lines cheaper, and what staff take off is never more than the lines cost.
#[test_on_every_database]
async fn promotions_leave_an_agreed_price_alone(shop: TestShop) -> TestResult {
    let (agreed, listed) = (shop.mug(1_250, 5).await?, shop.mug(1_250, 5).await?);
    let tenth = json!({"name": "Tenth", "effect": {"kind": "percent_off", "rate_ppm": 100_000}});
    shop.post("/api/v1/promotions").json(tenth).await?.expect(201)?;
    let mut body = draft(&shop, &agreed, &listed).await?;
    body["discount"] = json!({"amount": {"amount": 1_000_000, "currency": "USD"}, "label": "Gratis"});
    let begun = shop.post(DRAFTS).json(draft(&shop, &agreed, &listed).await?).await?.expect(201)?;
    let line = |place: usize| cents(&begun, &format!("/lines/{place}/total"));
    assert_eq!((cents(&begun, "/totals/discount"), cents(&begun, "/totals/total"), line(0) + line(1)), (325, 3_425, 2_925));
    let free = shop.post(DRAFTS).json(body).await?.expect(201)?;
    assert_eq!((cents(&free, "/totals/discount"), cents(&free, "/totals/total")), (3_250, 500));
    Ok(())
}

/// Twenty who place it at once: one order.
#[test_on_every_database]
async fn many_who_place_a_draft_at_once_make_one_order(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let begun = shop.post(DRAFTS).json(draft(&shop, &mug, &shop.mug(1_250, 5).await?).await?).await?.expect(201)?;
    let keys: Vec<String> = (0..20).map(|number| format!("key-{number}")).collect();
    let tries = keys.iter().map(|key| place(&shop, begun.text("id"), key, json!({"payment_method": "test"})));
    let replies = try_join_all(tries).await?;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1);
    assert!(replies.iter().all(|reply| matches!((reply.status, reply.error_code()), (201, _) | (404, "cart_not_found"))));
    assert_eq!(shop.stock_of(&mug).await?, (5, 2));
    Ok(())
}

/// Whoever knows the link of an address that the order has no more cannot pay by it; an order without debts has no link.
#[test_on_every_database]
async fn a_link_belongs_to_an_order_of_which_something_is_due(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let order = shop.pay(&cart, "manual", "k").await?.expect(201)?;
    let made = link(&shop, order.text("id"), false).await?.expect(201)?;
    let path = format!("/api/v1/orders/{}", order.text("id"));
    for token in [token_of(made.text("url")), &cart.token] {
        shop.get(&path).cart(token).await?.expect(200)?;
    }
    let other = shop.pay(&shop.cart(&[(&mug.id, 1)]).await?, "manual", "other").await?.expect(201)?;
    let stranger = shop.get(&format!("/api/v1/orders/{}", other.text("id"))).cart(token_of(made.text("url"))).await?;
    assert_eq!(stranger.error_code(), "order_not_found");
    let unknown = link(&shop, &kernel::OrderId::generate().to_string(), true).await?;
    assert_eq!((unknown.status, unknown.error_code()), (404, "order_not_found"));
    Ok(())
}
