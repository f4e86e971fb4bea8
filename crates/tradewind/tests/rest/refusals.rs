//! Refusals that the document promises of more than one route, asked for on each of them.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::*;

/// Asks for each and compares status and code.
async fn refuses(shop: &TestShop, cases: Vec<(Method, String, Value, u16, &str)>) -> TestResult {
    for (method, path, body, status, code) in cases {
        let reply = shop.ask(method.clone(), &path).version(1).json(body.clone()).await?;
        assert_eq!((reply.status, reply.error_code()), (status, code), "{method} {path} {body}: {reply:?}");
    }
    Ok(())
}

fn usd(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

fn sold(title: &str, sku: &str) -> Value {
    json!({
        "title": title, "slug": title, "status": "active", "external_refs": [{ "source": "woo", "id": sku }],
        "variants": [{ "sku": sku, "price": usd(100), "external_refs": [{ "source": "woo", "id": sku }] }],
    })
}

/// Names that are taken are taken whichever way a product or variant comes to them.
#[test_on_every_database]
async fn a_name_is_taken_whoever_asks_for_it(shop: TestShop) -> TestResult {
    shop.post("/api/v1/products").json(sold("mug", "MUG")).await?.expect(201)?;
    let tea = shop.post("/api/v1/products").json(sold("tea", "TEA")).await?.expect(201)?;
    let (path, variant) = (tea.header("location").to_owned(), tea.text("variants/0/id").to_owned());
    let of_mug = json!([{ "source": "woo", "id": "MUG" }]);
    let with = |member: &str, value: Value| {
        let mut whole = sold("tea", "TEA");
        whole[member] = value;
        whole
    };
    let variants = json!([{ "id": variant, "sku": "MUG", "price": usd(100) }]);
    refuses(
        &shop,
        vec![
            (Method::POST, "/api/v1/products".to_owned(), json!({ "title": "x", "external_refs": of_mug }), 409, "external_ref_taken"),
            (Method::PUT, path.clone(), with("external_refs", of_mug.clone()), 409, "external_ref_taken"),
            (Method::PUT, path.clone(), with("slug", "mug".into()), 409, "slug_taken"),
            (Method::PUT, path.clone(), with("variants", variants.clone()), 409, "sku_taken"),
            (Method::PATCH, path.clone(), json!({ "external_refs": of_mug }), 409, "external_ref_taken"),
            (Method::PATCH, path.clone(), json!({ "variants": variants }), 409, "sku_taken"),
            (Method::PATCH, format!("{path}/variants/{variant}"), json!({ "sku": "MUG" }), 409, "sku_taken"),
            (Method::PATCH, format!("{path}/variants/{variant}"), json!({ "external_refs": of_mug }), 409, "external_ref_taken"),
        ],
    )
    .await
}

/// What is for sale has a price.
#[test_on_every_database]
async fn a_product_without_a_price_is_not_for_sale(shop: TestShop) -> TestResult {
    let draft = shop.post("/api/v1/products").json(json!({ "title": "Idea", "variants": [{ "sku": "IDEA" }] })).await?.expect(201)?;
    let path = draft.header("location").to_owned();
    let whole = json!({ "title": "Idea", "status": "active", "variants": [{ "sku": "IDEA" }] });
    refuses(
        &shop,
        vec![
            (Method::PATCH, path.clone(), json!({ "status": "active" }), 422, "product_not_sellable"),
            (Method::PUT, path, whole, 422, "product_not_sellable"),
        ],
    )
    .await
}

/// A tree has a bottom, and no branch hangs under itself.
#[test_on_every_database]
async fn a_category_cannot_hang_anywhere(shop: TestShop) -> TestResult {
    let make = async |name: String, parent: Option<String>| {
        shop.post("/api/v1/categories").json(json!({ "name": name, "parent_id": parent })).await
    };
    let mut last = make("root".to_owned(), None).await?.expect(201)?;
    let root = last.clone();
    let deep = loop {
        let next = make(format!("below {}", last.text("name")), Some(last.text("id").to_owned())).await?;
        if next.status != 201 {
            break next;
        }
        last = next;
    };
    assert_eq!((deep.status, deep.error_code()), (422, "category_too_deep"));
    let loose = make("loose".to_owned(), None).await?.expect(201)?;
    let path = |reply: &Reply| reply.header("location").to_owned();
    let under = |reply: &Reply| json!({ "name": "x", "parent_id": reply.text("id") });
    refuses(
        &shop,
        vec![
            (Method::PUT, path(&loose), under(&last), 422, "category_too_deep"),
            (Method::PATCH, path(&loose), under(&last), 422, "category_too_deep"),
            (Method::PUT, path(&root), under(&last), 422, "category_cycle"),
        ],
    )
    .await
}

/// Amounts do not change their currency, whole or in part.
#[test_on_every_database]
async fn a_currency_stays_when_the_whole_is_replaced(shop: TestShop) -> TestResult {
    shop.post("/api/v1/products").json(sold("mug", "MUG")).await?.expect(201)?;
    let first = async |path: &str| -> TestResult<String> {
        Ok(format!("{path}/{}", shop.get(path).await?.expect(200)?.data()[0]["id"].as_str().ok_or("no id")?))
    };
    let channel = json!({ "name": "x", "currency": "EUR", "tax_display": "included", "time_zone": "UTC", "locale": "en" });
    let list = json!({ "name": "x", "currency": "EUR", "tax_included": true });
    refuses(
        &shop,
        vec![
            (Method::PUT, first("/api/v1/channels").await?, channel, 409, "currency_in_use"),
            (Method::PUT, first("/api/v1/price-lists").await?, list, 409, "currency_in_use"),
        ],
    )
    .await
}

/// What is promised from a place keeps it open, and an ordered cart is not a cart any more.
#[test_on_every_database]
async fn an_order_holds_what_it_was_promised(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let unknown = shop.pay(&cart, "cheque", "first").await?;
    assert_eq!((unknown.status, unknown.error_code()), (422, "payment_method_unavailable"));
    shop.checkout(&cart).await?.expect(201)?;
    let late = shop.edit(&cart, json!({ "email": "late@example.com" })).await?;
    assert_eq!((late.status, late.error_code()), (409, "order_already_placed"));

    let location = shop.get("/api/v1/stock-locations").await?.expect(200)?.data()[0].clone();
    let (path, version) = (format!("/api/v1/stock-locations/{}", location["id"].as_str().ok_or("no id")?), &location["version"]);
    for (method, body) in [
        (Method::PATCH, json!({ "active": false, "version": version })),
        (Method::PUT, json!({ "name": "x", "active": false, "version": version })),
    ] {
        let kept = shop.ask(method, &path).json(body).await?;
        assert_eq!((kept.status, kept.error_code()), (409, "location_in_use"), "{kept:?}");
    }
    Ok(())
}

/// Another request under a key is refused by every command of an order.
#[test_on_every_database]
async fn a_key_of_an_order_stands_for_one_request(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 5).await?;
    let order = shop.order(&mug.id, 2, "manual").await?.text("id").to_owned();
    let ask = async |verb: &str, body: Value| shop.post(&format!("/api/v1/orders/{order}/{verb}")).idempotency(verb).json(body).await;
    let reused = |reply: Reply| assert_eq!((reply.status, reply.error_code()), (422, "idempotency_key_reused"), "{reply:?}");
    ask("payments", json!({ "amount": usd(3_000) })).await?.expect(201)?;
    reused(ask("payments", json!({ "amount": usd(2_000) })).await?);
    let line = shop.get(&format!("/api/v1/orders/{order}")).await?.text("lines/0/id").to_owned();
    ask("fulfilments", json!({ "lines": [{ "line_id": line, "quantity": 1 }] })).await?.expect(201)?;
    reused(ask("fulfilments", json!({})).await?);
    shop.settle().await
}
