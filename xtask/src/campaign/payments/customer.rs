//! A customer who buys, pays at the provider, comes back or does not, and sometimes gets money back; whoever has no answer asks again.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use local_stripe::{Stripe, signature};
use serde_json::{Value, json};

use super::super::client::{Client, Reply};
use super::super::random::Random;
use super::super::shop::Shop;

/// What the provider signs with.
pub(super) const WEBHOOK_SECRET: &str = "whsec_campaign";
/// The key of a request that died is in use for five minutes.
const PATIENCE: Duration = Duration::from_secs(400);
/// Nobody is helped by knocking at a closed door all the time.
const AFTER_FAILURE: Duration = Duration::from_millis(100);
/// A card that is taken, and one that is declined.
const GOOD_CARD: &str = "pm_card_visa";
const BAD_CARD: &str = "pm_card_chargeCustomerFail";
/// One of so many customers is declined and goes away, one pays and never comes back, one gets money back.
const DECLINED: u64 = 20;
const SILENT: u64 = 20;
const REFUNDED: u64 = 3;

const ADDRESS: &str = r#"{"email": "ada@example.com", "shipping_address": {"name": "Ada Lovelace", "line1": "12 Analytical Row",
"city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"}}"#;

/// What customers, staff and the provider have in common.
pub(super) struct Place {
    /// The provider.
    pub(super) stripe: Arc<Stripe>,
    address: SocketAddr,
    key: String,
    variants: Vec<String>,
}

/// What a visit came to.
pub(super) struct Bought {
    /// The payment.
    pub(super) payment: String,
    /// Whether the customer agreed to it and their card was taken.
    pub(super) is_paid: bool,
}

/// Somebody who buys.
pub(super) struct Customer {
    place: Arc<Place>,
    client: Client,
    random: Random,
}

impl Place {
    pub(super) fn of(shop: &Shop, stripe: Arc<Stripe>) -> Self {
        Self { stripe, address: shop.address, key: shop.key.clone(), variants: shop.variants.clone() }
    }

    fn staff(&self) -> String {
        format!("authorization: Bearer {}\r\n", self.key)
    }

    /// What staff read.
    pub(super) async fn read(&self, path: &str) -> Result<Value> {
        let reply = insist(&mut Client::new(self.address), ("GET", path), (&self.staff(), ""), &[200]).await?;
        reply.json().with_context(|| format!("{path} is no JSON"))
    }

    /// The operations that wait for a clear answer.
    pub(super) async fn unsettled(&self) -> Result<Vec<String>> {
        let books = self.read("/api/v1/payments/reconciliation").await?;
        let open = books.pointer("/data/unsettled").and_then(Value::as_array).context("no books")?;
        Ok(open.iter().map(ToString::to_string).collect())
    }
}

impl Customer {
    pub(super) fn new(place: Arc<Place>, random: Random) -> Self {
        let client = Client::new(place.address);
        Self { place, client, random }
    }

    /// One visit, from an empty cart to money that is taken or not.
    pub(super) async fn visit(&mut self) -> Result<Bought> {
        let (order, payment) = self.order().await?;
        let intent = self.intent_of(&order).await?;
        if self.is_one_of(DECLINED) {
            ensure!(self.place.stripe.pay(&intent, BAD_CARD).await? == 402, "{intent}: a bad card was taken");
            return Ok(Bought { payment, is_paid: false });
        }
        let status = self.place.stripe.pay(&intent, GOOD_CARD).await?;
        ensure!(status == 200, "{intent}: a good card was refused with {status}");
        if !self.is_one_of(SILENT) {
            self.tell(&payment).await?;
            if self.is_one_of(REFUNDED) {
                self.get_back(&payment).await?;
            }
        }
        Ok(Bought { payment, is_paid: true })
    }

    fn is_one_of(&mut self, many: u64) -> bool {
        self.random.between(1, many) == 1
    }

    async fn ask(&mut self, (method, path): (&str, &str), (headers, body): (&str, &str), expected: &[u16]) -> Result<Value> {
        let reply = insist(&mut self.client, (method, path), (headers, body), expected).await?;
        Ok(reply.json().unwrap_or_default())
    }

    /// A whole checkout; the ids of the order and of its payment.
    async fn order(&mut self) -> Result<(String, String)> {
        let cart = self.ask(("POST", "/api/v1/carts"), ("", "{}"), &[201]).await?;
        let (id, token) = (text(&cart, "/data/id")?, text(&cart, "/data/token")?);
        let choice = usize::try_from(self.random.next() % 1_000_000).unwrap_or(0) % self.place.variants.len().max(1);
        let variant = self.place.variants.get(choice).context("there is nothing to buy")?;
        let line = json!({ "variant_id": variant, "quantity": self.random.between(1, 3) }).to_string();
        let (path, opens) = (format!("/api/v1/carts/{id}"), format!("x-cart-token: {token}\r\n"));
        let once = format!("{opens}idempotency-key: {id}\r\n");
        self.ask(("POST", &format!("{path}/lines")), (&once, &line), &[201]).await?;
        self.ask(("PATCH", &path), (&opens, ADDRESS), &[200]).await?;
        let methods = self.ask(("GET", &format!("{path}/shipping-methods")), (&opens, ""), &[200]).await?;
        let chosen = json!({ "shipping_method_id": text(&methods, "/data/0/id")? }).to_string();
        self.ask(("PATCH", &path), (&opens, &chosen), &[200]).await?;
        let placed = self.ask(("POST", &format!("{path}/checkout")), (&once, r#"{"payment_method": "stripe"}"#), &[201]).await?;
        Ok((text(&placed, "/data/id")?, text(&placed, "/data/payment/id")?))
    }

    /// What the customer is to agree to; it comes later where the provider's answer was lost.
    async fn intent_of(&mut self, order: &str) -> Result<String> {
        let (begin, staff) = (Instant::now(), self.place.staff());
        while begin.elapsed() < PATIENCE {
            let read = self.ask(("GET", &format!("/api/v1/orders/{order}")), (&staff, ""), &[200]).await?;
            let secret = read.pointer("/data/payment/next_action/client_secret").and_then(Value::as_str);
            if let Some((intent, _)) = secret.and_then(|secret| secret.split_once("_secret_")) {
                return Ok(intent.to_owned());
            }
            tokio::time::sleep(AFTER_FAILURE).await;
        }
        bail!("{order}: nothing to agree to")
    }

    /// The shop hears of it: from the customer who is back, from the provider, from both at once, and more than once.
    async fn tell(&mut self, payment: &str) -> Result<()> {
        let choice = self.random.between(1, 4);
        let (mut one, mut other) = (Client::new(self.place.address), Client::new(self.place.address));
        let staff = self.place.staff();
        let settle = format!("/api/v1/payments/{payment}/settle");
        let event = json!({ "id": format!("evt_{payment}"), "type": "payment_intent.succeeded",
            "data": { "object": { "metadata": { "payment_id": payment } } } });
        let event = event.to_string();
        let now = i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())?;
        let signed = format!("stripe-signature: {}\r\n", signature(WEBHOOK_SECRET, now, &event));
        let back = insist(&mut one, ("POST", &settle), (&staff, "{}"), &[200]);
        let message = insist(&mut other, ("POST", "/webhooks/stripe"), (&signed, &event), &[204]);
        match choice {
            1 => back.await.map(drop),
            2 => message.await.map(drop),
            _ => {
                let again = insist(&mut self.client, ("POST", "/webhooks/stripe"), (&signed, &event), &[204]);
                tokio::try_join!(back, message, again).map(drop)
            }
        }
    }

    /// Staff give back a part, and sometimes one more: never more than came.
    async fn get_back(&mut self, payment: &str) -> Result<()> {
        let staff = self.place.staff();
        let captured = self.captured(payment).await?;
        for turn in 0..self.random.between(1, 2) {
            let (amount, key) = (self.random.between(1, captured), format!("{staff}idempotency-key: {payment}-{turn}\r\n"));
            let body = json!({ "amount": { "amount": amount, "currency": "USD" }, "reason": "goodwill" }).to_string();
            self.ask(("POST", &format!("/api/v1/payments/{payment}/refund")), (&key, &body), &[201, 409, 422]).await?;
        }
        Ok(())
    }

    /// What came, once it has come.
    async fn captured(&mut self, payment: &str) -> Result<u64> {
        let (begin, staff) = (Instant::now(), self.place.staff());
        while begin.elapsed() < PATIENCE {
            let read = self.ask(("GET", &format!("/api/v1/payments/{payment}")), (&staff, ""), &[200]).await?;
            match read.pointer("/data/captured/amount").and_then(Value::as_u64) {
                Some(0) | None => tokio::time::sleep(AFTER_FAILURE).await,
                Some(captured) => return Ok(captured),
            }
        }
        bail!("{payment} was paid, and nobody noticed")
    }
}

/// The text that must be there.
fn text(answer: &Value, path: &str) -> Result<String> {
    Ok(answer.pointer(path).and_then(Value::as_str).with_context(|| format!("no {path} in {answer}"))?.to_owned())
}

/// Asks until there is an answer: the shop may be dead, a part away, or another request under this key at work.
async fn insist(client: &mut Client, (method, path): (&str, &str), (headers, body): (&str, &str), expected: &[u16]) -> Result<Reply> {
    let begin = Instant::now();
    loop {
        match client.ask(method, path, headers, body).await {
            Ok(reply) if expected.contains(&reply.status) && !is_in_use(&reply) => return Ok(reply),
            Ok(reply) if reply.status != 503 && !is_in_use(&reply) => bail!("{method} {path}: {}", reply.told()),
            Ok(reply) if begin.elapsed() > PATIENCE => bail!("{method} {path} all the time: {}", reply.told()),
            Err(error) if begin.elapsed() > PATIENCE => return Err(error.context(format!("{method} {path}"))),
            Ok(_) | Err(_) => tokio::time::sleep(AFTER_FAILURE).await,
        }
    }
}

fn is_in_use(reply: &Reply) -> bool {
    let code = reply.json().and_then(|said| Some(said.pointer("/error/code")?.as_str()? == "idempotency_key_in_use"));
    reply.status == 409 && code == Some(true)
}
