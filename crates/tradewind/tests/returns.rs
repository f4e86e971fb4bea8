//! Returns: what left comes back once, is paid back once at what it cost, and lies in stock again once.

mod asking;
mod coming;
mod races;

use serde_json::{Value, json};

use crate::orders::{Placed, place};
use crate::support::{Ask, Reply, TestResult, TestShop};

const RETURNS: &str = "/api/v1/returns";

fn fresh() -> String {
    kernel::EventId::generate().to_string()
}

/// Two mugs for 25.00 that were paid and have left, 5.00 for the way.
async fn sent(shop: &TestShop) -> TestResult<Placed> {
    let placed = place(shop, "test").await?;
    placed.fulfil(shop, json!({})).await?.expect(201)?;
    Ok(placed)
}

async fn line_of(shop: &TestShop, placed: &Placed) -> TestResult<String> {
    Ok(placed.read(shop).await?.text("lines/0/id").to_owned())
}

/// The question for so many pieces of the order's first line; whoever asks, and under which key, is said by the caller.
async fn question(shop: &TestShop, placed: &Placed, quantity: i64) -> TestResult<Ask> {
    let line = json!({"line_id": line_of(shop, placed).await?, "quantity": quantity, "reason": "too_small", "note": "for my thumb"});
    Ok(shop.post(RETURNS).json(json!({"order_id": placed.id, "lines": [line], "note": "please"})))
}

/// A return that staff opened and approved at once.
async fn approved(shop: &TestShop, placed: &Placed, quantity: i64) -> TestResult<String> {
    let line = json!({"line_id": line_of(shop, placed).await?, "quantity": quantity, "reason": "defective"});
    let body = json!({"order_id": placed.id, "lines": [line], "approved": true});
    Ok(shop.post(RETURNS).idempotency(&fresh()).json(body).await?.expect(201)?.text("id").to_owned())
}

/// A command on a return, under a key of its own.
async fn act(shop: &TestShop, id: &str, what: &str, body: Value) -> TestResult<Reply> {
    shop.post(&format!("{RETURNS}/{id}/{what}")).idempotency(&fresh()).json(body).await
}

/// So many pieces of the order's first line came, and are sold again or not.
async fn came(shop: &TestShop, placed: &Placed, quantity: i64, restock: bool) -> TestResult<Value> {
    let line = json!({"line_id": line_of(shop, placed).await?, "quantity": quantity, "condition": "good", "restock": restock});
    Ok(json!({ "lines": [line] }))
}

/// A return of so many mugs of which all came and lie in stock again.
async fn received(shop: &TestShop, placed: &Placed, quantity: i64) -> TestResult<String> {
    let id = approved(shop, placed, quantity).await?;
    act(shop, &id, "receive", came(shop, placed, quantity, true).await?).await?.expect(200)?;
    Ok(id)
}

/// Of the order's first line: pieces that came back, that are waited for, and that are paid back; and the cents that went back.
async fn figures(shop: &TestShop, placed: &Placed) -> TestResult<[i64; 4]> {
    let order = placed.read(shop).await?;
    let line = &order.data()["lines"][0];
    let [returned, coming, refunded] =
        ["returned", "coming_back", "refunded"].map(|name| line[format!("quantity_{name}")].as_i64().unwrap_or(-1));
    Ok([returned, coming, refunded, order.data()["totals"]["refunded"]["amount"].as_i64().unwrap_or(-1)])
}

/// Sets a setting of returns that has this version; 0 where it was never set.
async fn set(shop: &TestShop, name: &str, version: i64, value: Value) -> TestResult {
    let ask = shop.put(&format!("/api/v1/settings/returns.{name}")).json(json!({ "value": value }));
    let ask = if version > 0 { ask.version(version) } else { ask };
    ask.await?.expect(200).map(drop)
}

/// Orders with a return that is approved, one that came, and one that is paid back.
pub(crate) async fn in_every_state(shop: &TestShop) -> TestResult {
    approved(shop, &sent(shop).await?, 1).await?;
    received(shop, &sent(shop).await?, 1).await?;
    let id = received(shop, &sent(shop).await?, 1).await?;
    act(shop, &id, "refund", json!({})).await?.expect(200).map(drop)
}

/// An order of two mugs, and a return of so many of them of which all came.
pub(crate) async fn received_return(shop: &TestShop, quantity: i64) -> TestResult<(Placed, String)> {
    let placed = sent(shop).await?;
    let id = received(shop, &placed, quantity).await?;
    Ok((placed, id))
}
