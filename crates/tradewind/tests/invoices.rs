//! Invoices and credit notes: issued once, numbered without gaps, right to the cent, and shown to whoever may read the order.

mod crediting;
mod issuing;
mod numbering;
pub(crate) mod paper;
mod reading;

use serde_json::{Value, json};

use crate::orders::Placed;
use crate::support::{Reply, TestResult, TestShop};

/// Says who sells: from now on orders are invoiced.
pub(crate) async fn seller(shop: &TestShop) -> TestResult {
    let place = json!({"name": "Grace Hopper", "company": "Mugs & More GmbH", "line1": "Ring 1", "city": "Berlin", "postal_code": "10115", "country": "DE"});
    set(shop, "seller", json!({"address": place, "vat_id": "DE136695976", "registration": "HRB 4711, Berlin"})).await
}

/// Gives a setting of invoices its first value.
async fn set(shop: &TestShop, name: &str, value: Value) -> TestResult {
    shop.put(&format!("/api/v1/settings/invoices.{name}")).json(json!({ "value": value })).await?.expect(200).map(drop)
}

/// Who sells is known, and invoices are issued by hand.
async fn by_hand(shop: &TestShop) -> TestResult {
    set(shop, "issue", json!("by_hand")).await?;
    seller(shop).await
}

/// Asks for the invoice of an order, under a key of its own.
async fn issue(shop: &TestShop, order_id: &str) -> TestResult<Reply> {
    let path = format!("/api/v1/orders/{order_id}/invoices");
    shop.post(&path).idempotency(&kernel::EventId::generate().to_string()).json(json!({})).await
}

/// The documents of an order, whole, the oldest first.
async fn documents(shop: &TestShop, order_id: &str) -> TestResult<Vec<Value>> {
    let listed = shop.get(&format!("/api/v1/orders/{order_id}/invoices")).await?.expect(200)?;
    let mut documents = Vec::new();
    for id in listed.data().as_array().ok_or("no list")?.iter().filter_map(|document| document["id"].as_str()) {
        documents.push(shop.get(&format!("/api/v1/invoices/{id}")).await?.expect(200)?.data().clone());
    }
    Ok(documents)
}

/// Net, tax and gross of a document or one of its lines.
fn sums(of: &Value) -> [i64; 3] {
    ["net", "tax", "gross"].map(|name| of[name]["amount"].as_i64().unwrap_or(i64::MIN))
}

/// Two rates for where the orders of tests go: 8.25 % in all, on goods and shipping.
async fn taxes(shop: &TestShop) -> TestResult {
    for (name, region, rate_ppm) in [("State tax", "IL", 62_500), ("City tax", "IL", 20_000)] {
        let rate = json!({"name": name, "country": "US", "region": region, "rate_ppm": rate_ppm, "shipping_taxed": true});
        shop.post("/api/v1/tax-rates").json(rate).await?.expect(201)?;
    }
    Ok(())
}

/// Three mugs for 9.99, and what it costs to send them.
async fn three_mugs(shop: &TestShop) -> TestResult<Placed> {
    let mug = shop.mug(999, 10).await?;
    let id = shop.order(&mug.id, 3, "test").await?.text("id").to_owned();
    Ok(Placed { mug, id })
}
