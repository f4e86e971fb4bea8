//! A client that buys: carts, whole checkouts with either way to pay, cancellations; each answer goes into the journal.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use raw_client::{Answer, Connection, request};

use super::journal::{Cart, Checkout, Journal, Order};
use super::random::Random;

/// The shop's own limit for a request is 30 s; an answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(35);

const ADDRESS: &str = r#"{"email": "ada@example.com", "shipping_address": {"name": "Ada Lovelace", "line1": "12 Analytical Row",
"city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"}}"#;

/// What clients know of the shop.
#[derive(Debug, Clone)]
pub(super) struct Place {
    /// Where it listens.
    pub(super) address: SocketAddr,
    /// The credential of staff.
    pub(super) key: String,
    /// What can be bought.
    pub(super) variants: Arc<[String]>,
}

/// One client on one connection.
pub(super) struct Client {
    place: Place,
    journal: Journal,
    random: Random,
    connection: Option<Connection>,
}

/// A status and a body that outlive the connection's buffer.
#[derive(Debug)]
pub(super) struct Reply {
    /// The status.
    pub(super) status: u16,
    /// The body.
    pub(super) body: Vec<u8>,
    /// It was given before, and is given again.
    pub(super) is_replay: bool,
}

impl Client {
    /// A client with its own stream of choices.
    pub(super) fn new(place: Place, journal: Journal, random: Random) -> Self {
        Self { place, journal, random, connection: None }
    }

    /// Sends a request; an error is a connection that broke.
    pub(super) async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Reply> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.place.address).await?,
        };
        let asked = request(method, path, headers, body);
        let reply =
            tokio::time::timeout(PATIENCE, connection.ask(&asked)).await.context("no answer in time")?.map(|answer| Reply::of(&answer))?;
        self.connection = Some(connection);
        Ok(reply)
    }

    /// The headers of staff.
    pub(super) fn staff(&self) -> String {
        format!("authorization: Bearer {}\r\n", self.place.key)
    }

    /// One customer's visit. An error is a connection that broke or a part that is away; what else is wrong goes into the journal.
    pub(super) async fn visit(&mut self) -> Result<()> {
        let cart = self.fill().await?;
        self.journal.open().carts.push(cart.clone());
        // Some customers never come back.
        if self.random.between(1, 10) == 1 {
            return Ok(());
        }
        self.prepare(&cart).await?;
        let method = if self.random.between(1, 3) == 1 { "manual" } else { "test" };
        let checkout = Checkout { cart, method, asked: Instant::now(), told_to_wait: false };
        {
            let mut seen = self.journal.open();
            seen.carts.retain(|cart| cart.id != checkout.cart.id);
            seen.unanswered.push(checkout.clone());
        }
        let reply = self.order(&checkout).await?;
        let body = reply.expect(201, &self.journal, "a checkout")?;
        let id = quoted(&body, r#""id":""#).context("an order without an id")?;
        {
            let mut seen = self.journal.open();
            seen.unanswered.retain(|other| other.cart.id != checkout.cart.id);
            seen.orders.push(Order { checkout, id: id.clone(), body, cancelled: false });
        }
        if method == "manual" && self.random.between(1, 2) == 1 {
            self.cancel(&id).await?;
        }
        Ok(())
    }

    /// Asks for the checkout, under its key.
    pub(super) async fn order(&mut self, checkout: &Checkout) -> Result<Reply> {
        let Cart { id, token } = &checkout.cart;
        let headers = format!("x-cart-token: {token}\r\nidempotency-key: {id}\r\n");
        let body = format!(r#"{{"payment_method": "{}"}}"#, checkout.method);
        self.ask("POST", &format!("/api/v1/carts/{id}/checkout"), &headers, &body).await
    }

    /// A cart with one line.
    async fn fill(&mut self) -> Result<Cart> {
        let body = self.ask("POST", "/api/v1/carts", "", "{}").await?.expect(201, &self.journal, "a new cart")?;
        let text = |before: &str| quoted(&body, before).context("a cart without id or token");
        let cart = Cart { id: text(r#""id":""#)?, token: text(r#""token":""#)? };
        let choice = usize::try_from(self.random.next() % 1_000_000).unwrap_or(0) % self.place.variants.len().max(1);
        let variant = self.place.variants.get(choice).map_or("", String::as_str);
        let line = format!(r#"{{"variant_id": "{variant}", "quantity": 1}}"#);
        let headers = format!("x-cart-token: {}\r\nidempotency-key: {}\r\n", cart.token, cart.id);
        self.ask("POST", &format!("/api/v1/carts/{}/lines", cart.id), &headers, &line).await?.expect(201, &self.journal, "a new line")?;
        Ok(cart)
    }

    /// An address and a way to ship.
    async fn prepare(&mut self, cart: &Cart) -> Result<()> {
        let (path, headers) = (format!("/api/v1/carts/{}", cart.id), format!("x-cart-token: {}\r\n", cart.token));
        self.ask("PATCH", &path, &headers, ADDRESS).await?.expect(200, &self.journal, "an address")?;
        let methods =
            self.ask("GET", &format!("{path}/shipping-methods"), &headers, "").await?.expect(200, &self.journal, "ways to ship")?;
        let method = quoted(&methods, r#""id":""#).context("no way to ship")?;
        let choice = format!(r#"{{"shipping_method_id": "{method}"}}"#);
        self.ask("PATCH", &path, &headers, &choice).await?.expect(200, &self.journal, "a choice").map(drop)
    }

    /// Staff call the order off, unless it expires before.
    async fn cancel(&mut self, id: &str) -> Result<()> {
        let headers = format!("{}idempotency-key: cancel-{id}\r\nif-match: \"1\"\r\n", self.staff());
        let reply = self.ask("POST", &format!("/api/v1/orders/{id}/cancel"), &headers, "{}").await?;
        if reply.status == 409 {
            return Ok(());
        }
        reply.expect(200, &self.journal, "a cancellation")?;
        let mut seen = self.journal.open();
        if let Some(order) = seen.orders.iter_mut().find(|order| order.id == id) {
            order.cancelled = true;
        }
        Ok(())
    }
}

impl Reply {
    fn of(answer: &Answer<'_>) -> Self {
        let is_replay = answer.header("idempotent-replayed") == Some("true");
        Self { status: answer.status, body: answer.body.to_vec(), is_replay }
    }

    /// The body, where it is this status. "Not now" is counted; anything else is wrong.
    fn expect(self, status: u16, journal: &Journal, what: &str) -> Result<Vec<u8>> {
        if self.status == status {
            return Ok(self.body);
        }
        let told = format!("{what}: {}", self.told());
        if self.is_not_now() {
            journal.open().refused += 1;
        } else {
            journal.open().wrong.push(told.clone());
        }
        bail!(told)
    }

    /// A part is away, or the first request under this key is still at work.
    pub(super) fn is_not_now(&self) -> bool {
        self.status == 503 || self.is_in_use()
    }

    /// The first request under this key is still at work.
    pub(super) fn is_in_use(&self) -> bool {
        self.status == 409 && quoted(&self.body, r#""code":""#).as_deref() == Some("idempotency_key_in_use")
    }

    /// The answer, short.
    pub(super) fn told(&self) -> String {
        let body = String::from_utf8_lossy(self.body.get(..200).unwrap_or(&self.body)).into_owned();
        format!("{} {body}", self.status)
    }
}

/// The text between `before` and the next quote.
pub(super) fn quoted(body: &[u8], before: &str) -> Option<String> {
    let text = std::str::from_utf8(body).ok()?;
    let (_, rest) = text.split_once(before)?;
    rest.split_once('"').map(|(value, _)| value.to_owned())
}
