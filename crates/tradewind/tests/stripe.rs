//! Money by Stripe: asked of `localstripe`, which nobody here wrote, and of a page to pay on, which that one does not have.

mod books;
mod hosted;
mod hosted_server;
mod intents;
mod losing;
mod messages;
mod official;
mod shapes;

use std::path::PathBuf;

use ::payments::payments::{self, Payment};
use kernel::PaymentId;
use local_stripe::{SECRET_KEY, Stripe, signature};
use platform::config::{Config, StripeCheckout};
use serde_json::json;

use crate::support::{Ask, Reply, TestResult, TestShop, run_on_postgres, run_on_sqlite};

/// What Stripe signs with.
const WEBHOOK_SECRET: &str = "whsec_otter";
/// A card that is taken, and one that is declined when it is charged.
const GOOD_CARD: &str = "pm_card_visa";
const BAD_CARD: &str = "pm_card_chargeCustomerFail";

/// The folder of the Python that has a Stripe and Stripe's own client.
fn programs() -> PathBuf {
    std::env::var_os("TRADEWIND_TEST_STRIPE_PROGRAMS").map(PathBuf::from).expect("cargo xtask test says where it is")
}

/// Runs a body on both databases, with a Stripe of its own each time.
fn by_stripe_alone<B, R>(name: &'static str, body: B) -> TestResult
where
    B: Fn(TestShop, Stripe) -> R,
    R: Future<Output = TestResult>,
{
    let programs = programs();
    run_on_sqlite(name, async |shop| body(shop, Stripe::start(&programs).await?).await)?;
    run_on_postgres(name, async |shop| body(shop, Stripe::start(&programs).await?).await)
}

/// A shop that takes money by a Stripe at this address, on pages of its own.
fn taking(shop: &TestShop, api_url: &str, change: impl FnOnce(&mut Config)) -> TestResult<TestShop> {
    shop.configured(|config| {
        config.payments.methods = ["manual", "stripe", "test"].map(str::to_owned).to_vec();
        config.payments.stripe.api_url = api_url.to_owned();
        config.payments.stripe.secret_key = SECRET_KEY.into();
        config.payments.stripe.webhook_secret = WEBHOOK_SECRET.into();
        config.payments.stripe.checkout = StripeCheckout::Embedded;
        change(config);
    })
}

/// An order of two mugs, 30.00 in all, that is to be paid by Stripe.
struct Buying {
    order: String,
    payment: PaymentId,
}

impl Buying {
    async fn begin(shop: &TestShop) -> TestResult<(Self, Reply)> {
        let mug = shop.mug(1_250, 5).await?;
        let placed = shop.order(&mug.id, 2, "stripe").await?;
        let buying = Self { order: placed.text("id").to_owned(), payment: placed.text("payment/id").parse()? };
        Ok((buying, placed))
    }

    async fn read(&self, shop: &TestShop) -> TestResult<Reply> {
        shop.get(&format!("/api/v1/orders/{}", self.order)).await?.expect(200)
    }

    async fn payment(&self, shop: &TestShop) -> TestResult<Payment> {
        Ok(payments::find(shop.context().db.reader(), self.payment).await?.ok_or("no payment")?.payment)
    }

    /// Stripe's name for it.
    async fn reference(&self, shop: &TestShop) -> TestResult<String> {
        Ok(self.payment(shop).await?.provider_reference.ok_or("no name yet")?)
    }

    /// The states of order, money and payment.
    async fn states(&self, shop: &TestShop) -> TestResult<[String; 3]> {
        let order = self.read(shop).await?;
        Ok(["status", "payment_status", "payment/status"].map(|path| order.text(path).to_owned()))
    }

    /// Stripe's message that something happened to it.
    fn message(&self, shop: &TestShop) -> Ask {
        message(shop, &json!({"metadata": {"payment_id": self.payment}}), 0)
    }
}

/// A signed message about an object.
fn message(shop: &TestShop, object: &serde_json::Value, late_s: i64) -> Ask {
    signed(shop, json!({"id": "evt_1", "type": "payment_intent.succeeded", "data": {"object": object}}).to_string(), late_s)
}

/// Signed bytes.
fn signed(shop: &TestShop, body: String, late_s: i64) -> Ask {
    let time = shop.now().timestamp() - late_s;
    shop.post("/webhooks/stripe").anonymous().header("stripe-signature", signature(WEBHOOK_SECRET, time, &body)).raw(body)
}
