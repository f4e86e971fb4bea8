//! From an empty cart to an order, over HTTP.

use chrono::TimeDelta;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, address};

/// The whole way, with every figure worked out by hand: two mugs at 12.50, shipping at 5.00, no tax rate for Illinois.
#[test_on_every_database]
async fn a_cart_becomes_an_order_with_its_stock_held(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let before = shop.read(&cart).await?.expect(200)?;
    let placed = shop.checkout(&cart).await?.expect(201)?;

    assert_eq!(before.data()["totals"]["total"]["amount"], 3_000);
    let totals = &placed.data()["totals"];
    assert_eq!(
        (&totals["subtotal"]["amount"], &totals["shipping"]["amount"], &totals["total"]["amount"]),
        (&json!(2_500), &json!(500), &json!(3_000))
    );
    assert_eq!((placed.text("status"), placed.text("payment_status"), placed.text("fulfilment_status")), ("pending", "unpaid", "none"));
    assert_eq!((placed.text("payment/status"), placed.text("payment/provider")), ("created", "manual"));
    assert_eq!(placed.text("shipping_address/name"), "Ada Lovelace");
    assert_eq!(shop.stock_of(&mug).await?, (10, 2));
    assert_eq!(shop.events_of("order").await?, ["order.placed"]);
    assert_eq!(shop.events_of("payment").await?, ["payment.created"]);

    let number = placed.data()["number"].as_i64().unwrap_or(0);
    assert!(number > 1_000);
    let by_number = shop.get(&format!("/api/v1/orders/{number}")).await?.expect(200)?;
    assert_eq!(by_number.data(), placed.data());
    Ok(())
}

/// Two tabs press "Pay" together: one order, one event, and the loser is told why.
#[test_on_every_database]
async fn a_cart_becomes_at_most_one_order(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let (first, second) = tokio::join!(shop.checkout(&cart), shop.checkout(&cart));
    let (first, second) = (first?, second?);
    let (won, lost) = if first.status == 201 { (first, second) } else { (second, first) };

    assert_eq!(won.status, 201);
    assert_eq!((lost.status, lost.error_code()), (409, "order_already_placed"));
    assert_eq!(shop.events_of("order").await?, ["order.placed"]);
    assert_eq!(shop.stock_of(&mug).await?, (10, 2));
    let late = shop.add(&cart, &mug.id, 1).await?;
    assert_eq!((late.status, late.error_code()), (409, "order_already_placed"));
    Ok(())
}

#[test_on_every_database]
async fn a_key_stands_for_one_request_only(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    shop.pay(&cart, "manual", "key").await?.expect(201)?;
    let other = shop.pay(&cart, "test", "key").await?;
    assert_eq!((other.status, other.error_code()), (422, "idempotency_key_reused"));
    let path = format!("/api/v1/carts/{}/checkout", cart.id);
    let none = shop.post(&path).cart(&cart.token).json(json!({"payment_method": "manual"})).await?;
    assert_eq!((none.status, none.error_code()), (400, "idempotency_key_missing"));
    Ok(())
}

/// Each line fits alone; both together do not.
#[test_on_every_database]
async fn two_lines_of_one_variant_cannot_oversell(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 3).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let engraved = json!({"variant_id": mug.id, "quantity": 2, "custom_options": {"Engraving": "Ada"}});
    let lines = shop.post(&format!("/api/v1/carts/{}/lines", cart.id)).cart(&cart.token).json(engraved).await?.expect(201)?;
    assert_eq!(lines.data()["lines"].as_array().map(Vec::len), Some(2));
    let refused = shop.checkout(&cart).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "out_of_stock"));
    let short = &refused.json["error"]["context"]["lines"];
    assert_eq!((short.as_array().map(Vec::len), &short[0]["available"]), (Some(1), &json!(1)));
    assert_eq!(shop.stock_of(&mug).await?, (3, 0));
    Ok(())
}

#[test_on_every_database]
async fn a_cart_that_is_not_ready_says_everything_that_it_lacks(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 3).await?;
    let cart = shop.empty_cart().await?;
    let empty = shop.checkout(&cart).await?;
    assert_eq!((empty.status, empty.error_code()), (422, "cart_empty"));
    shop.add(&cart, &mug.id, 1).await?.expect(201)?;
    let holes = shop.checkout(&cart).await?;
    assert_eq!((holes.status, holes.error_code()), (422, "cart_incomplete"));
    let named: Vec<&String> = holes.json["error"]["details"].as_object().ok_or("no details")?.keys().collect();
    assert_eq!(named, ["email", "shipping_address"]);
    shop.edit(&cart, json!({"email": "ada@example.com", "shipping_address": address()})).await?.expect(200)?;
    let unshipped = shop.checkout(&cart).await?;
    assert!(unshipped.json["error"]["details"]["shipping_method_id"].is_array());
    let unknown = shop.pay(&cart, "bitcoin", "k").await?;
    assert_eq!(unknown.status, 422);
    Ok(())
}

/// The customer saw 30.00; by the time they press the button it is 42.50.
#[test_on_every_database]
async fn an_order_is_refused_where_the_customer_saw_another_cart(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let seen = shop.read(&cart).await?.expect(200)?.header("etag").to_owned();
    shop.add(&cart, &mug.id, 1).await?.expect(201)?;
    let path = format!("/api/v1/carts/{}/checkout", cart.id);
    let order = |version: String| json!({"payment_method": "manual", "cart_version": version});
    let refused = shop.post(&path).cart(&cart.token).idempotency("1").json(order(seen)).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "cart_changed"));
    assert_eq!(refused.json["error"]["context"]["totals"]["total"]["amount"], 4_250);
    let now = shop.read(&cart).await?.expect(200)?.header("etag").to_owned();
    shop.post(&path).cart(&cart.token).idempotency("2").json(order(now)).await?.expect(201)?;
    Ok(())
}

#[test_on_every_database]
async fn a_cart_opens_to_its_own_token_only(shop: TestShop) -> TestResult {
    let (mine, other) = (shop.empty_cart().await?, shop.empty_cart().await?);
    let path = format!("/api/v1/carts/{}", mine.id);
    let without = shop.get(&path).anonymous().await?;
    assert_eq!(without.status, 401);
    let strangers = shop.get(&path).cart(&other.token).await?;
    let missing = shop.get("/api/v1/carts/cart_01h455vb4pex5vsknk084sn02q").cart(&other.token).await?;
    let garbled = shop.get("/api/v1/carts/nonsense").cart(&other.token).await?;
    let same = |reply: &crate::support::Reply| {
        let mut error = reply.json["error"].clone();
        error["timestamp"] = Value::Null;
        error["request_id"] = Value::Null;
        (reply.status, error)
    };
    assert_eq!((strangers.status, strangers.error_code()), (404, "cart_not_found"));
    assert_eq!(same(&strangers), same(&missing));
    assert_eq!(same(&strangers), same(&garbled));
    Ok(())
}

#[test_on_every_database]
async fn bad_input_is_refused_by_field_and_changes_nothing(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.empty_cart().await?;
    let path = format!("/api/v1/carts/{}/lines", cart.id);
    for (body, field) in [
        (json!({"variant_id": mug.id, "quantity": 0}), "quantity"),
        (json!({"variant_id": mug.id, "quantity": -1}), "quantity"),
        (json!({"variant_id": mug.id, "quantity": 1_000_000_000}), "quantity"),
        (json!({"variant_id": mug.id, "quantity": "two"}), "quantity"),
        (json!({"variant_id": mug.id, "quantity": 1.5}), "quantity"),
        (json!({"variant_id": "prod_x", "quantity": 1}), "variant_id"),
        (json!({"variant_id": "var_01h455vb4pex5vsknk084sn02q", "quantity": 1}), "variant_id"),
        (json!({"variant_id": mug.id, "quantity": 1, "unit_price": {"amount": 1, "currency": "USD"}}), "unit_price"),
    ] {
        let refused = shop.post(&path).cart(&cart.token).json(body.clone()).await?;
        assert_eq!(refused.status, 422, "{body}");
        assert!(
            refused.json["error"]["details"].as_object().is_some_and(|details| details.contains_key(field)),
            "{body}: {}",
            refused.json
        );
    }
    let totals = shop.edit(&cart, json!({"total": 1})).await?;
    assert_eq!(totals.status, 422);
    let currency = shop.post("/api/v1/carts").anonymous().json(json!({"currency": "EUR"})).await?;
    assert_eq!((currency.status, currency.error_code()), (422, "currency_mismatch"));
    let nowhere = shop.edit(&cart, json!({"shipping_address": {"name": "A", "line1": "B", "city": "C", "country": "XX"}})).await?;
    assert!(nowhere.json["error"]["details"]["shipping_address.country"].is_array(), "{}", nowhere.json);
    let broken = shop.post(&path).cart(&cart.token).raw(b"{\"quantity\":\xff}".to_vec()).await?;
    assert_eq!((broken.status, broken.error_code()), (400, "malformed_body"));
    assert_eq!(shop.read(&cart).await?.expect(200)?.data()["version"], 1);
    Ok(())
}

/// Nobody pays: after a week the pieces are for sale again, and paying is too late.
#[test_on_every_database]
async fn an_unpaid_order_gives_its_stock_back(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 2).await?;
    let placed = shop.order(&mug.id, 2, "manual").await?;
    shop.advance(TimeDelta::days(7) - TimeDelta::minutes(1));
    shop.settle().await?;
    assert_eq!(shop.stock_of(&mug).await?, (2, 2));
    shop.advance(TimeDelta::minutes(2));
    shop.settle().await?;
    let order = shop.get(&format!("/api/v1/orders/{}", placed.text("id"))).await?.expect(200)?;
    assert_eq!((order.text("status"), order.text("payment/status")), ("expired", "expired"));
    assert_eq!(shop.stock_of(&mug).await?, (2, 0));
    let late = json!({"amount": {"amount": 3_000, "currency": "USD"}});
    let refused = shop.post(&format!("/api/v1/orders/{}/payments", placed.text("id"))).idempotency("p").json(late).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "order_not_payable"));
    Ok(())
}

/// The order is read by the holder of the cart that it came of, and by nobody else's token.
#[test_on_every_database]
async fn the_holder_of_a_cart_reads_its_order(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 2).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let placed = shop.checkout(&cart).await?.expect(201)?;
    let path = format!("/api/v1/orders/{}", placed.text("id"));
    let own = shop.get(&path).cart(&cart.token).await?.expect(200)?;
    assert_eq!(own.data(), placed.data());
    let other = shop.empty_cart().await?;
    let strangers = shop.get(&path).cart(&other.token).await?;
    assert_eq!((strangers.status, strangers.error_code()), (404, "order_not_found"));
    Ok(())
}
