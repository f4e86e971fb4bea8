//! A cart that is ready to be ordered, and its checkout.

use serde_json::{Value, json};

use super::{Reply, TestResult, TestShop};

/// How often a client comes back that is told to.
const MOST_TRIES: usize = 20;

/// A cart and what opens it.
#[derive(Debug, Clone)]
pub(crate) struct TestCart {
    pub(crate) id: String,
    pub(crate) token: String,
}

/// An address that every rule accepts.
pub(crate) fn address() -> Value {
    json!({"name": "Ada Lovelace", "line1": "12 Analytical Row", "city": "Springfield", "region": "IL", "postal_code": "62701", "country": "US"})
}

impl TestShop {
    /// An empty cart.
    pub(crate) async fn empty_cart(&self) -> TestResult<TestCart> {
        let created = self.post("/api/v1/carts").anonymous().json(json!({})).await?.expect(201)?;
        Ok(TestCart { id: created.text("id").to_owned(), token: created.text("token").to_owned() })
    }

    /// A cart with these lines (variant and quantity), an address, an e-mail address and the first way of shipping.
    pub(crate) async fn cart(&self, lines: &[(&str, i64)]) -> TestResult<TestCart> {
        let cart = self.empty_cart().await?;
        for (variant, quantity) in lines {
            self.add(&cart, variant, *quantity).await?.expect(201)?;
        }
        let said = json!({"email": "ada@example.com", "shipping_address": address()});
        self.edit(&cart, said).await?.expect(200)?;
        let methods = self.get(&format!("/api/v1/carts/{}/shipping-methods", cart.id)).cart(&cart.token).await?.expect(200)?;
        if let Some(method) = methods.data()[0]["id"].as_str() {
            self.edit(&cart, json!({"shipping_method_id": method})).await?.expect(200)?;
        }
        Ok(cart)
    }

    /// Puts a variant into a cart.
    pub(crate) async fn add(&self, cart: &TestCart, variant: &str, quantity: i64) -> TestResult<Reply> {
        let line = json!({"variant_id": variant, "quantity": quantity});
        self.post(&format!("/api/v1/carts/{}/lines", cart.id)).cart(&cart.token).json(line).await
    }

    /// Changes what a cart says.
    pub(crate) async fn edit(&self, cart: &TestCart, change: Value) -> TestResult<Reply> {
        self.patch(&format!("/api/v1/carts/{}", cart.id)).cart(&cart.token).json(change).await
    }

    /// Reads a cart.
    pub(crate) async fn read(&self, cart: &TestCart) -> TestResult<Reply> {
        self.get(&format!("/api/v1/carts/{}", cart.id)).cart(&cart.token).await
    }

    /// Orders a cart with manual payment, under a key of its own.
    pub(crate) async fn checkout(&self, cart: &TestCart) -> TestResult<Reply> {
        self.pay(cart, "manual", &kernel::EventId::generate().to_string()).await
    }

    /// Orders a cart by this method, under this key.
    pub(crate) async fn pay(&self, cart: &TestCart, method: &str, key: &str) -> TestResult<Reply> {
        let path = format!("/api/v1/carts/{}/checkout", cart.id);
        self.post(&path).cart(&cart.token).idempotency(key).json(json!({"payment_method": method})).await
    }

    /// Orders a cart as a client does that is told to come back: the same request under the same key while the answer is 503.
    pub(crate) async fn insist(&self, cart: &TestCart, method: &str, key: &str) -> TestResult<Reply> {
        for _ in 0..MOST_TRIES {
            let reply = self.pay(cart, method, key).await?;
            if reply.status != 503 {
                return Ok(reply);
            }
            assert_eq!((reply.error_code(), reply.header("retry-after").is_empty()), ("database_unavailable", false));
        }
        Err(format!("the shop is not available after {MOST_TRIES} tries").into())
    }

    /// An order of one variant, as the checkout answered it.
    pub(crate) async fn order(&self, variant: &str, quantity: i64, method: &str) -> TestResult<Reply> {
        let cart = self.cart(&[(variant, quantity)]).await?;
        self.pay(&cart, method, "once").await?.expect(201)
    }
}
