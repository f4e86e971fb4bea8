//! Promotions: what they make of carts and orders, how often they are had, and how staff keep them.

mod carts;
mod limits;
mod staff;

use serde_json::{Value, json};

use crate::support::{Reply, TestCart, TestResult, TestShop};

const PATH: &str = "/api/v1/promotions";

fn usd(amount: i64) -> Value {
    json!({ "amount": amount, "currency": "USD" })
}

/// A tenth off everything, with what is different about it.
fn tenth(different: Value) -> Value {
    with(json!({ "name": "Tenth", "effect": { "kind": "percent_off", "rate_ppm": 100_000 } }), different)
}

fn with(mut body: Value, different: Value) -> Value {
    if let (Value::Object(body), Value::Object(different)) = (&mut body, different) {
        body.extend(different);
    }
    body
}

/// Makes a promotion; its id.
async fn promote(shop: &TestShop, body: Value) -> TestResult<String> {
    Ok(shop.post(PATH).json(body).await?.expect(201)?.text("id").to_owned())
}

/// A promotion by one code.
async fn promote_by_code(shop: &TestShop, body: Value, code: &str, uses_limit: Option<i64>) -> TestResult<String> {
    let id = promote(shop, with(body, json!({ "trigger": "code" }))).await?;
    let codes = json!({ "codes": [code], "uses_limit": uses_limit });
    shop.post(&format!("{PATH}/{id}/codes")).json(codes).await?.expect(201)?;
    Ok(id)
}

async fn enter(shop: &TestShop, cart: &TestCart, code: &str) -> TestResult<Reply> {
    shop.post(&format!("/api/v1/carts/{}/codes", cart.id)).cart(&cart.token).json(json!({ "code": code })).await
}

/// An order by a code of a promotion that every limit holds for.
pub(crate) async fn order_with_everything_limited(shop: &TestShop) -> TestResult<Reply> {
    let limits = json!({ "uses_limit": 1, "uses_per_customer": 1, "budget": usd(100) });
    promote_by_code(shop, tenth(limits), "ONE", Some(1)).await?;
    let mug = shop.mug(1_000, 1).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    enter(shop, &cart, "ONE").await?.expect(200)?;
    shop.checkout(&cart).await?.expect(201)
}

/// How often a promotion was had, and what it took off.
async fn had(shop: &TestShop, id: &str) -> TestResult<(i64, Option<i64>)> {
    let read = shop.get(&format!("{PATH}/{id}")).await?.expect(200)?;
    Ok((read.data()["uses"].as_i64().ok_or("no uses")?, read.data()["spent"]["amount"].as_i64()))
}

/// What the goods of a cart cost less, and why promotions do not hold.
async fn off(shop: &TestShop, cart: &TestCart) -> TestResult<(i64, Vec<String>)> {
    let read = shop.read(cart).await?.expect(200)?;
    let reasons = read.data()["promotions"]["passed_over"].as_array().ok_or("no promotions")?;
    let reasons = reasons.iter().filter_map(|passed| passed["reason"].as_str().map(str::to_owned)).collect();
    Ok((read.data()["totals"]["discount"]["amount"].as_i64().ok_or("no discount")?, reasons))
}
