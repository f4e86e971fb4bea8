//! Requests as Stripe itself describes them: `stripe-mock` knows its API from the description that Stripe generates, and refuses what is not in it.

use std::path::PathBuf;

use ::payments::payments::OperationKind;
use ::payments::providers::{Call, Provider as _, Stripe};
use kernel::{Currency, Money, OperationId, OrderId, PaymentId, Timestamp};
use local_stripe::SECRET_KEY;
use platform::config::{Flags, StripeCapture, StripeCheckout, load};

use crate::support::TestResult;

/// Everything that is ever asked for.
const ASKED: [&str; 12] = [
    "GET /v1/charges",
    "GET /v1/checkout/sessions",
    "GET /v1/checkout/sessions/{id}",
    "GET /v1/payment_intents",
    "GET /v1/payment_intents/{id}",
    "GET /v1/refunds",
    "POST /v1/checkout/sessions",
    "POST /v1/checkout/sessions/{id}/expire",
    "POST /v1/payment_intents",
    "POST /v1/payment_intents/{id}/cancel",
    "POST /v1/payment_intents/{id}/capture",
    "POST /v1/refunds",
];

fn call(kind: OperationKind, provider_reference: Option<&str>, amount: Money) -> Call {
    Call {
        operation_id: OperationId::generate(),
        payment_id: PaymentId::generate(),
        reference_id: OrderId::generate().uuid(),
        kind,
        amount,
        provider_reference: provider_reference.map(str::to_owned),
        asked_at: Timestamp::default(),
    }
}

#[tokio::test]
#[ignore = "needs stripe-mock"]
async fn every_request_is_one_that_stripe_describes_by_mock() -> TestResult {
    use OperationKind::{Authorise, Capture, Refund, Void};
    let program = std::env::var_os("TRADEWIND_TEST_STRIPE_MOCK").map(PathBuf::from).expect("cargo xtask test says where it is");
    let stripe = local_stripe::Stripe::mock(&program).await?;
    // What the mock answers is always the same; it counts as an answer where it speaks of the money that was asked for.
    let intent = stripe.read("/v1/payment_intents/pi_1").await?;
    let currency: Currency = intent["currency"].as_str().unwrap_or_default().to_uppercase().parse()?;
    let call = |kind, reference| call(kind, reference, Money::new(intent["amount"].as_i64().unwrap_or_default(), currency));
    let mut config = load(&Flags::default())?.config;
    config.payments.stripe.api_url = stripe.base().to_owned();
    config.payments.stripe.secret_key = SECRET_KEY.into();
    for (checkout, capture, reference) in
        [(StripeCheckout::Embedded, StripeCapture::AtOnce, "pi_1"), (StripeCheckout::Hosted, StripeCapture::AtFulfilment, "cs_test_1")]
    {
        (config.payments.stripe.checkout, config.payments.stripe.capture) = (checkout, capture);
        let provider = Stripe::of(&config);
        for kind in [Authorise, Capture] {
            provider.execute(&call(kind, None)).await;
            provider.give_up(&call(kind, None)).await;
            provider.give_up(&call(kind, Some(reference))).await;
            provider.knows(&call(kind, Some(reference))).await?;
        }
        for kind in [Capture, Void, Refund] {
            provider.execute(&call(kind, Some("pi_1"))).await;
            provider.query(&call(kind, Some("pi_1"))).await;
        }
        provider.movements(Timestamp::default()).await?;
    }
    assert_eq!(stripe.refused(), Vec::<String>::new());
    let asked: Vec<String> = stripe.kinds_asked().into_iter().collect();
    assert_eq!(asked, ASKED);
    Ok(())
}
