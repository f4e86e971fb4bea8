//! Webhooks, as whoever is told sees them and as staff who look after them do.

mod failing;
mod keeping;
mod telling;

use serde_json::{Value, json};

pub(crate) use telling::is_from;

use crate::support::{Receiver, Reply, TestResult, TestShop};

pub(crate) const PATH: &str = "/api/v1/webhooks";

/// A shop whose webhooks may reach this machine.
pub(crate) fn reaching(shop: &TestShop) -> TestResult<TestShop> {
    shop.configured(|config| config.webhooks.allow_private = vec!["127.0.0.0/8".parse().expect("a range")])
}

pub(crate) async fn endpoint(shop: &TestShop, receiver: &Receiver, events: &[&str]) -> TestResult<Reply> {
    shop.post(PATH).json(json!({"url": format!("{}/hooks", receiver.base()), "events": events})).await?.expect(201)
}

/// An event at hand: a group of customers comes into being.
async fn happen(shop: &TestShop, name: &str) -> TestResult<Reply> {
    shop.post("/api/v1/customer-groups").json(json!({"name": name})).await?.expect(201)
}

async fn deliveries(shop: &TestShop, endpoint: &Reply) -> TestResult<Vec<Value>> {
    let list = shop.get(&format!("{PATH}/{}/deliveries?sort=created_at", endpoint.text("id"))).await?.expect(200)?;
    Ok(list.data().as_array().cloned().unwrap_or_default())
}
