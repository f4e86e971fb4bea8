//! Answers that are lost on their way: what was asked for was done, once.

use ::payments::payments::{self, Outcome};
use ::payments::providers::{Call, Provider as _, Stripe};
use axum::http::Method;
use chrono::TimeDelta;

use super::{Buying, GOOD_CARD, by_stripe_alone, taking};
use crate::support::TestResult;

const INTENTS: &str = "/v1/payment_intents";

/// Every try of the first request is lost: the intent is found by our operation, the customer pays it, and there is one charge.
#[test]
#[ignore = "needs a Stripe"]
fn a_lost_answer_is_found_and_charged_once_by_stripe() -> TestResult {
    by_stripe_alone("stripe_loses", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        stripe.will_lose(3);
        let (buying, placed) = Buying::begin(&shop).await?;
        assert_eq!((placed.text("status"), placed.text("payment/status")), ("pending", "unknown"));
        assert_eq!((stripe.asked(&Method::POST, INTENTS), stripe.count(INTENTS).await?), (3, 1), "asked again under the same key");
        shop.advance(TimeDelta::minutes(1));
        shop.settle().await?;
        assert_eq!(buying.states(&shop).await?, ["pending", "unpaid", "awaiting_customer"]);
        assert_eq!(stripe.asked(&Method::POST, INTENTS), 3, "found, not asked for again");
        let shown = buying.read(&shop).await?;
        assert!(shown.text("payment/next_action/client_secret").starts_with("pi_"), "the customer can go on");

        stripe.pay(&buying.reference(&shop).await?, GOOD_CARD).await?;
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"]);
        assert_eq!((stripe.count("/v1/charges").await?, stripe.count(INTENTS).await?), (1, 1));
        shop.advance(TimeDelta::minutes(10));
        shop.settle().await
    })
}

/// One try is lost: the next one, under the same key, has the answer of the first.
#[test]
#[ignore = "needs a Stripe"]
fn a_key_that_is_used_again_makes_no_second_charge_by_stripe() -> TestResult {
    by_stripe_alone("stripe_again", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        stripe.will_lose(1);
        let (buying, placed) = Buying::begin(&shop).await?;
        assert_eq!(placed.text("payment/status"), "awaiting_customer");
        assert_eq!((stripe.asked(&Method::POST, INTENTS), stripe.count(INTENTS).await?), (2, 1));

        let details = payments::find(shop.context().db.reader(), buying.payment).await?.ok_or("no payment")?;
        let call = Call { provider_reference: None, ..Call::of(&details.operations[0], &details.payment) };
        let provider = Stripe::of(&shop.context().config);
        let (one, other) = (provider.execute(&call).await, provider.execute(&call).await);
        assert!(matches!(&one, Outcome::NeedsCustomer { reference, .. } if reference.starts_with("pi_")), "{one:?}");
        assert_eq!((one, stripe.count(INTENTS).await?), (other, 1));
        stripe.pay(&buying.reference(&shop).await?, GOOD_CARD).await?;
        let (one, other) = (provider.query(&call).await, provider.query(&call).await);
        assert!(matches!(&one, Outcome::Succeeded { charge: Some(charge), .. } if charge.starts_with("ch_")), "{one:?}");
        assert_eq!((one, stripe.count("/v1/charges").await?), (other, 1));
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"]);
        Ok(())
    })
}
