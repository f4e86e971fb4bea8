//! Price lists for some: whose carts have their prices, and how staff keep them.

use catalog::variants::{PriceInput, VariantInput};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::rest::{refuses_deletions_of_no_or_another_version, refuses_edits_of_no_or_another_version};
use crate::support::{Reply, TestCart, TestResult, TestShop, usd, variant};

const PATH: &str = "/api/v1/price-lists";

/// A list in dollars without tax, as the default channel's, with what is different about it.
async fn list(shop: &TestShop, code: &str, different: Value) -> TestResult<Reply> {
    let mut body = json!({ "code": code, "name": code, "currency": "USD", "tax_included": false });
    if let (Value::Object(body), Value::Object(different)) = (&mut body, different) {
        body.extend(different);
    }
    shop.post(PATH).json(body).await
}

/// A mug at 10.00 for everybody, and at these prices in lists: list, from how many pieces, amount.
async fn mug(shop: &TestShop, prices: &[(&str, i64, i64)]) -> TestResult<String> {
    let plain = |amount| PriceInput { amount: usd(amount), ..PriceInput::default() };
    let in_list = |(list, from, amount): &(&str, i64, i64)| PriceInput {
        price_list_id: Some((*list).to_owned()),
        min_quantity: Some(*from),
        ..plain(*amount)
    };
    let prices = [plain(1_000)].into_iter().chain(prices.iter().map(in_list)).collect();
    let made = shop
        .product("Mug")
        .variant(VariantInput { price: None, prices: Some(prices), tracked: Some(false), ..variant("MUG", 0) })
        .create()
        .await?;
    Ok(made.variants.first().ok_or("no variant")?.variant.id.to_string())
}

/// What a piece costs in a new cart with so many.
async fn unit(shop: &TestShop, variant: &str, quantity: i64) -> TestResult<i64> {
    let cart = shop.empty_cart().await?;
    let filled = shop.add(&cart, variant, quantity).await?.expect(201)?;
    filled.data()["lines"][0]["unit_price"]["amount"].as_i64().ok_or_else(|| "no price".into())
}

/// Somebody with an account, and what opens it.
async fn dealer(shop: &TestShop, group: &str) -> TestResult<String> {
    let account = json!({ "email": "grace@example.com", "password": "correct horse battery staple", "name": "Grace Hopper" });
    let registered = shop.post("/api/v1/auth/register").anonymous().json(account).await?.expect(201)?;
    shop.settle().await?;
    let customers = shop.get("/api/v1/customers").await?.expect(200)?;
    let is_theirs = |customer: &&Value| customer["user_id"].as_str() == Some(registered.text("user/id"));
    let customer = customers.data().as_array().and_then(|all| all.iter().find(is_theirs)).ok_or("no customer")?;
    let path = format!("/api/v1/customers/{}", customer["id"].as_str().unwrap_or_default());
    let version = customer["version"].as_i64().unwrap_or(0);
    shop.patch(&path).version(version).json(json!({ "group_id": group })).await?.expect(200)?;
    Ok(registered.text("access_token").to_owned())
}

/// Dealers pay less, and less again for ten; what their list has no price for costs them what it costs everybody.
#[test_on_every_database]
async fn a_group_has_its_prices_and_nobody_else_does(shop: TestShop) -> TestResult {
    let group = shop.post("/api/v1/customer-groups").json(json!({ "name": "Dealers" })).await?.expect(201)?.text("id").to_owned();
    let list = list(&shop, "dealers", json!({ "customer_group_ids": [group] })).await?.expect(201)?.text("id").to_owned();
    let mug = mug(&shop, &[(&list, 2, 800), (&list, 10, 700)]).await?;
    let token = dealer(&shop, &group).await?;
    let own = shop.post("/api/v1/carts").key(&token).json(json!({})).await?.expect(201)?;
    let lines = format!("/api/v1/carts/{}/lines", own.text("id"));
    let filled = shop.post(&lines).key(&token).json(json!({ "variant_id": mug, "quantity": 1 })).await?.expect(201)?;
    let line = filled.text("lines/0/id").to_owned();
    for (quantity, expected) in [(1, 1_000), (2, 800), (9, 800), (10, 700)] {
        let changed = shop.patch(&format!("{lines}/{line}")).key(&token).json(json!({ "quantity": quantity })).await?.expect(200)?;
        assert_eq!(changed.data()["lines"][0]["unit_price"]["amount"], expected, "{quantity} pieces");
        assert_eq!(unit(&shop, &mug, quantity).await?, 1_000, "a guest");
    }
    let said = json!({ "email": "grace@example.com", "shipping_address": crate::support::address() });
    let path = format!("/api/v1/carts/{}", own.text("id"));
    shop.patch(&path).key(&token).json(said).await?.expect(200)?;
    let methods = shop.get(&format!("{path}/shipping-methods")).key(&token).await?.expect(200)?;
    shop.patch(&path).key(&token).json(json!({ "shipping_method_id": methods.data()[0]["id"] })).await?.expect(200)?;
    let body = json!({ "payment_method": "manual" });
    let tags = format!("/api/v1/prices?variant_ids={mug}");
    let theirs = shop.get(&tags).key(&token).await?.expect(200)?;
    let steps: Vec<(i64, i64)> = theirs.data()[0]["steps"]
        .as_array()
        .ok_or("no steps")?
        .iter()
        .map(|step| (step["min_quantity"].as_i64().unwrap_or(0), step["price"]["amount"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(steps, [(1, 1_000), (2, 800), (10, 700)]);
    assert_eq!(shop.get(&tags).anonymous().await?.expect(200)?.data()[0]["steps"].as_array().map(Vec::len), Some(1));
    let order = shop.post(&format!("{path}/checkout")).key(&token).idempotency("once").json(body).await?.expect(201)?;
    assert_eq!(
        (&order.data()["totals"]["subtotal"]["amount"], &order.data()["lines"][0]["unit_price"]["amount"]),
        (&json!(7_000), &json!(700))
    );
    Ok(())
}

/// The first list by priority that has a price has the say; one that does not hold has none.
#[test_on_every_database]
async fn lists_go_by_priority_while_they_hold(shop: TestShop) -> TestResult {
    let sale = json!({ "priority": 1, "starts_at": "2026-03-02T10:00:00Z", "ends_at": "2026-03-02T11:00:00Z" });
    let sale = list(&shop, "sale", sale).await?.expect(201)?;
    let outlet = list(&shop, "outlet", json!({ "priority": 2, "active": false })).await?.expect(201)?;
    let with_tax = list(&shop, "with-tax", json!({ "tax_included": true })).await?.expect(201)?;
    let mug = mug(&shop, &[(sale.text("id"), 1, 500), (outlet.text("id"), 1, 900), (with_tax.text("id"), 1, 1)]).await?;
    assert_eq!(unit(&shop, &mug, 1).await?, 1_000, "prices with tax are none of a channel without");
    let outlet = format!("{PATH}/{}", outlet.text("id"));
    shop.patch(&outlet).version(1).json(json!({ "active": true })).await?.expect(200)?;
    assert_eq!(unit(&shop, &mug, 1).await?, 900);
    shop.advance(TimeDelta::minutes(30));
    assert_eq!(unit(&shop, &mug, 1).await?, 500, "from ten o'clock on");
    shop.patch(&outlet).version(2).json(json!({ "priority": 0 })).await?.expect(200)?;
    assert_eq!(unit(&shop, &mug, 1).await?, 900);
    shop.patch(&outlet).version(3).json(json!({ "channel_ids": [kernel::ChannelId::generate()] })).await?.expect(200)?;
    assert_eq!(unit(&shop, &mug, 1).await?, 500);
    shop.advance(TimeDelta::hours(1));
    assert_eq!(unit(&shop, &mug, 1).await?, 1_000, "until eleven");
    Ok(())
}

#[test_on_every_database]
async fn a_price_list_lives_over_http(shop: TestShop) -> TestResult {
    let group = kernel::CustomerGroupId::generate();
    let made = list(&shop, "dealers", json!({ "priority": 3, "customer_group_ids": [group], "ends_at": "2026-04-01T00:00:00Z" })).await?;
    let made = made.expect(201)?;
    let path = made.header("location").to_owned();
    let expected = json!({
        "id": made.text("id"), "version": 1, "code": "dealers", "name": "dealers", "currency": "USD", "tax_included": false,
        "active": true, "priority": 3, "channel_ids": [], "customer_group_ids": [group], "starts_at": null, "ends_at": "2026-04-01T00:00:00Z",
        "derives_from": null, "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!((made.data(), shop.get(&path).await?.expect(200)?.data()), (&expected, &expected));
    let taken = list(&shop, "dealers", json!({})).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "price_list_code_taken"));
    let bad = json!({ "code": "No Code", "currency": "XXX", "starts_at": "2026-05-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z" });
    let refused = list(&shop, "x", bad).await?;
    let fields: Vec<&String> = refused.json["error"]["details"].as_object().ok_or("no details")?.keys().collect();
    assert_eq!((refused.status, fields), (422, vec![&"code".to_owned(), &"currency".to_owned(), &"ends_at".to_owned()]));
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({ "name": "Other" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;

    mug(&shop, &[(made.text("id"), 1, 500)]).await?;
    let used = shop.delete(&path).version(1).await?;
    assert_eq!((used.status, used.error_code()), (409, "price_list_in_use"));
    let empty = list(&shop, "empty", json!({})).await?.expect(201)?.header("location").to_owned();
    shop.delete(&empty).version(1).await?.expect(204)?;
    assert_eq!(shop.get(&empty).await?.error_code(), "price_list_not_found");
    Ok(())
}

/// What everybody pays is for everybody, always: the list of a channel has no terms, and stays.
#[test_on_every_database]
async fn the_list_of_a_channel_is_for_everybody(shop: TestShop) -> TestResult {
    let lists = shop.get(PATH).await?.expect(200)?;
    let path = format!("{PATH}/{}", lists.text("0/id"));
    for terms in [json!({ "active": false }), json!({ "ends_at": "2026-04-01T00:00:00Z" })] {
        let refused = shop.patch(&path).version(1).json(terms).await?;
        assert_eq!((refused.status, refused.error_code()), (409, "price_list_of_channel"));
    }
    shop.patch(&path).version(1).json(json!({ "name": "Everybody", "priority": 0 })).await?.expect(200)?;
    let kept = shop.delete(&path).version(2).await?;
    assert_eq!((kept.status, kept.error_code()), (409, "price_list_in_use"));
    let cart: TestCart = shop.empty_cart().await?;
    shop.read(&cart).await?.expect(200)?;
    Ok(())
}

/// Raised for five days and then reduced: the lowest price of the thirty days before is that of before it was raised. A program reads it,
/// and nobody needs to be anybody for that.
#[test_on_every_database]
async fn the_lowest_price_of_thirty_days_is_kept_and_shown(shop: TestShop) -> TestResult {
    let product = shop.product("Mug").variant(variant("MUG", 900)).create().await?;
    let id = product.variants.first().ok_or("no variant")?.variant.id.to_string();
    let path = format!("/api/v1/products/{}/variants/{id}", product.product.id);
    let tag = async || -> TestResult<Value> {
        let tags = shop.get(&format!("/api/v1/prices?variant_ids={id}")).anonymous().await?.expect(200)?;
        Ok(tags.data()[0].clone())
    };
    let change = async |prices: Value| -> TestResult {
        let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
        shop.patch(&path).version(version).json(json!({ "prices": prices })).await?.expect(200)?;
        Ok(())
    };
    let dollars = |amount: i64| json!({ "amount": amount, "currency": "USD" });
    let first = tag().await?;
    assert_eq!(
        (&first["price"]["amount"], &first["lowest_price_30_days"], &first["since"]),
        (&json!(900), &json!(null), &json!("2026-03-02T09:30:00Z"))
    );

    shop.advance(TimeDelta::days(10));
    change(json!([{ "amount": dollars(1_200) }])).await?;
    let raised = tag().await?;
    assert_eq!((&raised["price"]["amount"], &raised["lowest_price_30_days"]["amount"]), (&json!(1_200), &json!(900)));

    shop.advance(TimeDelta::days(5));
    let sale = json!({ "amount": dollars(1_000), "compare_at": dollars(1_200), "starts_at": shop.now().to_rfc3339() });
    change(json!([{ "amount": dollars(1_200) }, sale])).await?;
    let reduced = tag().await?;
    assert_eq!((&reduced["price"]["amount"], &reduced["compare_at_price"]["amount"]), (&json!(1_000), &json!(1_200)));
    assert_eq!((&reduced["lowest_price_30_days"]["amount"], &reduced["since"]), (&json!(900), &json!("2026-03-17T09:30:00Z")));

    shop.advance(TimeDelta::days(40));
    change(json!([{ "amount": dollars(1_200) }, with_end(sale, shop.now() + TimeDelta::days(1)), { "amount": dollars(700), "min_quantity": 5 }])).await?;
    let still = tag().await?;
    assert_eq!(
        (&still["since"], &still["lowest_price_30_days"]["amount"]),
        (&json!("2026-03-17T09:30:00Z"), &json!(900)),
        "a price that stays keeps its age"
    );
    assert_eq!((&still["steps"][1]["min_quantity"], &still["steps"][1]["price"]["amount"]), (&json!(5), &json!(700)));
    shop.advance(TimeDelta::days(2));
    let after = tag().await?;
    assert_eq!(
        (&after["price"]["amount"], &after["since"]),
        (&json!(1_200), &json!("2026-03-12T09:30:00Z")),
        "the price that was there all along"
    );

    let bad = shop.get("/api/v1/prices?variant_ids=nonsense").anonymous().await?;
    assert_eq!((bad.status, bad.json["error"]["details"]["variant_ids.0"].is_array()), (422, true));
    let none = shop.get(&format!("/api/v1/prices?variant_ids={}", kernel::VariantId::generate())).anonymous().await?.expect(200)?;
    assert_eq!(none.data(), &json!([]));
    Ok(())
}

/// A sale in a list of its own counts as long as it lasted, however it was ended, and not a day longer.
#[test_on_every_database]
async fn what_a_list_charged_is_remembered_when_it_holds_no_more(shop: TestShop) -> TestResult {
    let days = |days: i64| (shop.now() + TimeDelta::days(days)).to_rfc3339();
    let ended = list(&shop, "ended", json!({ "priority": 1, "starts_at": days(5), "ends_at": days(10) })).await?.expect(201)?;
    let held = list(&shop, "held-back", json!({ "priority": 2, "starts_at": days(12) })).await?.expect(201)?;
    let mug = mug(&shop, &[(ended.text("id"), 1, 700), (held.text("id"), 1, 600)]).await?;
    let tag = async || -> TestResult<Value> {
        Ok(shop.get(&format!("/api/v1/prices?variant_ids={mug}")).anonymous().await?.expect(200)?.data()[0].clone())
    };
    shop.advance(TimeDelta::days(6));
    let sale = tag().await?;
    assert_eq!((&sale["price"]["amount"], &sale["since"]), (&json!(700), &json!("2026-03-07T09:30:00Z")), "since its list holds");
    assert_eq!(sale["lowest_price_30_days"]["amount"], 1_000);
    shop.advance(TimeDelta::days(8));
    let second = tag().await?;
    assert_eq!((&second["price"]["amount"], &second["lowest_price_30_days"]["amount"]), (&json!(600), &json!(700)));
    shop.patch(held.header("location")).version(1).json(json!({ "active": false })).await?.expect(200)?;
    shop.advance(TimeDelta::days(1));
    assert_eq!(tag().await?["price"]["amount"], 1_000);
    let third = json!({ "priority": 0, "starts_at": (shop.now() + TimeDelta::days(1)).to_rfc3339() });
    let third = list(&shop, "third", third).await?.expect(201)?;
    let product = shop.get("/api/v1/products?include=variants").await?.expect(200)?;
    let path = format!("/api/v1/products/{}/variants/{mug}", product.text("0/id"));
    let prices = json!([
        { "amount": usd_of(1_000) },
        { "amount": usd_of(700), "price_list_id": ended.text("id") },
        { "amount": usd_of(600), "price_list_id": held.text("id") },
        { "amount": usd_of(900), "price_list_id": third.text("id") },
    ]);
    shop.patch(&path).version(1).json(json!({ "prices": prices })).await?.expect(200)?;
    shop.advance(TimeDelta::days(2));
    let now = tag().await?;
    assert_eq!((&now["price"]["amount"], &now["lowest_price_30_days"]["amount"]), (&json!(900), &json!(600)));
    Ok(())
}

fn usd_of(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn with_end(mut price: Value, end: kernel::Timestamp) -> Value {
    price["ends_at"] = json!(end.to_rfc3339());
    price
}
