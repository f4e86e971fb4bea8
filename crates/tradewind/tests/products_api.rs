//! Products over HTTP.

mod batching;
mod moving;
mod reading;
mod related;
mod varying;
mod writing;

use serde_json::{Value, json};

use crate::support::{Reply, TestResult, TestShop};

/// An amount in the test shop's currency.
fn usd(amount: i64) -> Value {
    json!({"amount": amount, "currency": "USD"})
}

/// An active product with one variant.
fn body(title: &str, sku: &str, amount: i64) -> Value {
    json!({"title": title, "status": "active", "variants": [{"sku": sku, "price": usd(amount)}]})
}

/// Makes a product.
async fn create(shop: &TestShop, body: Value) -> TestResult<Reply> {
    shop.post("/api/v1/products").json(body).await?.expect(201)
}

/// Where a product or the like is that was just made.
fn address(reply: &Reply) -> String {
    reply.header("location").to_owned()
}

/// The members of the error's details.
fn fields(reply: &Reply) -> Vec<&str> {
    reply.json["error"]["details"].as_object().into_iter().flatten().map(|(field, _)| field.as_str()).collect()
}
