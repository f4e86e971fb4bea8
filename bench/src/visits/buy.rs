//! Filling a cart, and buying it: the six requests of a whole checkout.

use std::sync::Arc;

use anyhow::{Context, Result};

use crate::load::Visit;
use raw_client::{Answer, Connection, request};

const ADDRESS: &str = r#"{"email": "ada@example.com", "shipping_address": {"name": "Ada Lovelace", "line1": "12 Analytical Row",
"city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"}}"#;

/// Where each client is in its walk through the variants.
struct Walk {
    variants: Arc<[String]>,
    next: usize,
}

impl Walk {
    /// Neighbours of one client lie far apart, so that clients meet each other's rows as seldom as customers do.
    fn new(variants: Arc<[String]>, client: usize) -> Self {
        Self { variants, next: client * 97 }
    }

    fn variant(&mut self) -> &str {
        self.next = self.next.wrapping_add(1);
        self.variants.get(self.next % self.variants.len().max(1)).map_or("", String::as_str)
    }
}

/// A cart with one line: two requests.
pub(crate) struct FillCart(Walk);

impl FillCart {
    /// For one client.
    pub(crate) fn new(variants: Arc<[String]>, client: usize) -> Self {
        Self(Walk::new(variants, client))
    }
}

impl Visit for FillCart {
    async fn once(&mut self, connection: &mut Connection) -> Result<()> {
        fill(connection, self.0.variant()).await.map(drop)
    }
}

/// A whole checkout: cart, line, address, ways to ship, the choice of one, order.
pub(crate) struct Buy {
    walk: Walk,
    method: &'static str,
}

impl Buy {
    /// For one client.
    pub(crate) fn new(variants: Arc<[String]>, client: usize) -> Self {
        Self { walk: Walk::new(variants, client), method: "manual" }
    }

    /// The same, paid in another way.
    pub(crate) fn paying_by(self, method: &'static str) -> Self {
        Self { method, ..self }
    }
}

impl Visit for Buy {
    async fn once(&mut self, connection: &mut Connection) -> Result<()> {
        let cart = prepare(connection, self.walk.variant()).await?;
        cart.order(connection, self.method).await?.expect(201).map(drop)
    }
}

/// All of a checkout but the order: five requests.
pub(crate) async fn prepare(connection: &mut Connection, variant: &str) -> Result<Cart> {
    let cart = fill(connection, variant).await?;
    cart.change(connection, ADDRESS).await?;
    let methods = format!("GET /api/v1/carts/{}/shipping-methods HTTP/1.1\r\nhost: bench\r\nx-cart-token: {}\r\n\r\n", cart.id, cart.token);
    let answer = connection.ask(methods.as_bytes()).await?.expect(200)?;
    let method = answer.quoted(r#""id":""#).context("no way to ship")?;
    let choice = format!(r#"{{"shipping_method_id": "{method}"}}"#);
    cart.change(connection, &choice).await?;
    Ok(cart)
}

/// A cart that a client holds.
#[derive(Clone)]
pub(crate) struct Cart {
    id: String,
    token: String,
}

impl Cart {
    async fn change(&self, connection: &mut Connection, body: &str) -> Result<()> {
        let Self { id, token } = self;
        let asked = request("PATCH", &format!("/api/v1/carts/{id}"), &format!("x-cart-token: {token}\r\n"), body);
        connection.ask(&asked).await?.expect(200).map(drop)
    }

    /// Orders it, whatever the answer is.
    pub(crate) async fn order<'c>(&self, connection: &'c mut Connection, method: &str) -> Result<Answer<'c>> {
        self.post(connection, "/checkout", &format!(r#"{{"payment_method": "{method}"}}"#)).await
    }

    /// The key of a cart's order is the cart: it has one order.
    async fn post<'c>(&self, connection: &'c mut Connection, below: &str, body: &str) -> Result<Answer<'c>> {
        let Self { id, token } = self;
        let headers = format!("x-cart-token: {token}\r\nidempotency-key: {id}\r\n");
        let asked = request("POST", &format!("/api/v1/carts/{id}{below}"), &headers, body);
        connection.ask(&asked).await
    }
}

async fn fill(connection: &mut Connection, variant: &str) -> Result<Cart> {
    let answer = connection.ask(&request("POST", "/api/v1/carts", "", "{}")).await?.expect(201)?;
    let text = |before: &str| answer.quoted(before).map(str::to_owned);
    let cart = Cart { id: text(r#""id":""#).context("a cart without id")?, token: text(r#""token":""#).context("a cart without token")? };
    let line = format!(r#"{{"variant_id": "{variant}", "quantity": 1}}"#);
    cart.post(connection, "/lines", &line).await?.expect(201)?;
    Ok(cart)
}
