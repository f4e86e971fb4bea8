//! One of everything: what a demo shop has, and the orders that a visitor makes, by the names of the contract's parameters.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

use super::client::Client;
use super::shop::Shop;

/// Orders in the shop; some of them are called off and packed by whoever has the right.
const ORDERS: usize = 4;
/// Nothing sells out.
const PIECES: u32 = 1_000_000;
/// Values of a parameter; a list of all would be tried by nobody.
const VALUES: usize = 3;

const VISITOR: &str = r#"{"email": "ada@example.com", "shipping_address": {"name": "Ada Lovelace", "line1": "12 Analytical Row",
"city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"}}"#;

/// Parameters whose values a list tells: where it is, and how a row calls it.
const LISTS: [(&str, &str, &str); 9] = [
    ("category_id", "/api/v1/categories", "id"),
    ("channel_id", "/api/v1/channels", "id"),
    ("collection_id", "/api/v1/collections", "id"),
    ("price_list_id", "/api/v1/price-lists", "id"),
    ("shipping_method_id", "/api/v1/shipping-methods", "id"),
    ("stock_location_id", "/api/v1/stock-locations", "id"),
    ("tax_rate_id", "/api/v1/tax-rates", "id"),
    ("tax_zone_id", "/api/v1/tax-zones", "id"),
    ("key", "/api/v1/settings", "key"),
];

/// Values that exist, by the name of a parameter or of a field that takes them.
#[derive(Debug, Default)]
pub(crate) struct Exhibits {
    /// The values.
    pub(crate) values: BTreeMap<String, Vec<String>>,
    /// What opens the cart among them.
    pub(crate) cart_token: String,
}

impl Exhibits {
    fn add(&mut self, name: &str, value: &str) {
        let values = self.values.entry(name.to_owned()).or_default();
        if values.len() < VALUES {
            values.push(value.to_owned());
        }
    }

    /// The first value of this name.
    pub(crate) fn first(&self, name: &str) -> Option<&str> {
        self.values.get(name)?.first().map(String::as_str)
    }
}

/// Looks the shop over, and buys.
pub(crate) async fn gather(shop: &Shop) -> Result<Exhibits> {
    let (mut client, mut all) = (Client::new(shop.address), Exhibits::default());
    let staff = format!("authorization: Bearer {}\r\n", shop.key);
    for (name, path, field) in LISTS {
        let list = client.expect(200, "GET", path, (&staff, "")).await?;
        for row in rows(&list) {
            all.add(name, text(row, &format!("/{field}"))?);
        }
    }
    let list =
        client.expect(200, "GET", "/api/v1/products?filter[in_stock]=true&per_page=100&include=variants,media", (&staff, "")).await?;
    let whole = rows(&list).find(|product| product.pointer("/variants/0").is_some() && product.pointer("/media/0").is_some());
    let product = whole.context("no product has a variant and a picture")?;
    all.add("product_id", text(product, "/id")?);
    all.add("variant_id", text(product, "/variants/0/id")?);
    all.add("media_id", text(product, "/media/0/id")?);
    all.add("file_key", text(product, "/media/0/url")?.rsplit('/').next().unwrap_or_default());
    let variant = shop.variants.first().context("nothing can be bought")?;
    let received = format!(r#"{{"reason": "received", "items": [{{"variant_id": "{variant}", "delta": {PIECES}}}]}}"#);
    let headers = format!("{staff}idempotency-key: received-{variant}\r\n");
    client.expect(201, "POST", "/api/v1/stock-adjustments", (&headers, &received)).await?;
    for number in 0..ORDERS {
        let (cart, token) = fill(&mut client, variant).await?;
        let headers = format!("x-cart-token: {token}\r\nidempotency-key: exhibit-{number}\r\n");
        let order = client.expect(201, "POST", &format!("/api/v1/carts/{cart}/checkout"), (&headers, PAY)).await?;
        let (order, line) = (text(&order, "/data/id")?, text(&order, "/data/lines/0/id")?);
        all.add("order_id", order);
        all.add("order_line_id", line);
        if number == 0 {
            let path = format!("/api/v1/orders/{order}");
            let headers = format!("{staff}idempotency-key: {order}\r\n");
            client.expect(201, "POST", &format!("{path}/fulfilments"), (&headers, "{}")).await?;
            let order = client.expect(200, "GET", &path, (&staff, "")).await?;
            all.add("fulfilment_id", text(&order, "/data/fulfilments/0/id")?);
        }
    }
    let (cart, token) = fill(&mut client, variant).await?;
    let holder = format!("x-cart-token: {token}\r\n");
    let open = client.expect(200, "GET", &format!("/api/v1/carts/{cart}"), (&holder, "")).await?;
    all.add("cart_id", &cart);
    all.add("line_id", text(&open, "/data/lines/0/id")?);
    all.cart_token = token;
    Ok(all)
}

const PAY: &str = r#"{"payment_method": "test"}"#;

/// A cart that could be ordered: its id and its token.
async fn fill(client: &mut Client, variant: &str) -> Result<(String, String)> {
    let made = client.expect(201, "POST", "/api/v1/carts", ("", "{}")).await?;
    let (id, token) = (text(&made, "/data/id")?.to_owned(), text(&made, "/data/token")?.to_owned());
    let (path, headers) = (format!("/api/v1/carts/{id}"), format!("x-cart-token: {token}\r\n"));
    let line = format!(r#"{{"variant_id": "{variant}", "quantity": 1}}"#);
    client.expect(201, "POST", &format!("{path}/lines"), (&headers, &line)).await?;
    client.expect(200, "PATCH", &path, (&headers, VISITOR)).await?;
    let methods = client.expect(200, "GET", &format!("{path}/shipping-methods"), (&headers, "")).await?;
    let choice = format!(r#"{{"shipping_method_id": "{}"}}"#, text(&methods, "/data/0/id")?);
    client.expect(200, "PATCH", &path, (&headers, &choice)).await?;
    Ok((id, token))
}

fn rows(list: &Value) -> impl Iterator<Item = &Value> {
    list.get("data").and_then(Value::as_array).into_iter().flatten()
}

/// The text at a pointer.
fn text<'a>(value: &'a Value, at: &str) -> Result<&'a str> {
    let found = value.pointer(at);
    found.and_then(Value::as_str).with_context(|| format!("no text at {at} of {value}"))
}
