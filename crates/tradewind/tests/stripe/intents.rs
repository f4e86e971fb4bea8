//! Intents that customers agree to on the shop's own page: taken at once or when goods leave, given back, let go of.

use ::payments::payments::{self, GoesTo, Outcome};
use chrono::TimeDelta;
use kernel::{Currency, Money};
use platform::config::StripeCapture;
use sales::settlement;
use serde_json::json;

use super::{BAD_CARD, Buying, GOOD_CARD, WEBHOOK_SECRET, by_stripe_alone, taking};
use crate::support::{TestResult, TestShop, until};

fn usd(minor: i64) -> Money {
    Money::new(minor, Currency::USD)
}

#[test]
#[ignore = "needs a Stripe"]
fn a_customer_pays_and_the_order_is_confirmed_once_by_stripe() -> TestResult {
    by_stripe_alone("stripe_paid", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        let (buying, placed) = Buying::begin(&shop).await?;
        assert_eq!((placed.text("status"), placed.text("payment/status")), ("pending", "awaiting_customer"));
        let next = &placed.data()["payment"]["next_action"];
        let intent = buying.reference(&shop).await?;
        assert_eq!((&next["type"], intent.starts_with("pi_")), (&json!("confirm_payment"), true));
        assert!(next["client_secret"].as_str().is_some_and(|secret| secret.starts_with(&intent)), "{next}");

        // Nobody paid yet, whatever the message says.
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["pending", "unpaid", "awaiting_customer"]);
        assert_eq!(stripe.pay(&intent, GOOD_CARD).await?, 200);
        let all = (0..8).map(|_| buying.message(&shop).into_future());
        for heard in futures_util::future::try_join_all(all).await? {
            heard.expect(204)?;
        }
        assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"]);
        let payment = buying.payment(&shop).await?;
        let charge = stripe.read(&format!("/v1/payment_intents/{intent}")).await?["latest_charge"]["id"].clone();
        assert_eq!(
            (payment.provider_reference.as_deref(), payment.charge_reference.map(serde_json::Value::from)),
            (Some(&intent[..]), Some(charge))
        );
        let told = stripe.read(&format!("/v1/payment_intents/{intent}")).await?;
        assert_eq!(
            (&told["amount"], &told["currency"], &told["metadata"]["payment_id"]),
            (&json!(3_000), &json!("usd"), &json!(buying.payment))
        );
        buying.message(&shop).await?.expect(204)?;
        shop.settle().await?;
        assert_eq!(
            (stripe.count("/v1/charges").await?, stripe.count("/v1/payment_intents").await?, stripe.count("/v1/refunds").await?),
            (1, 1, 0)
        );
        let captured = shop.events_of("payment").await?.iter().filter(|name| *name == "payment.captured").count();
        assert_eq!(captured, 1);
        Ok(())
    })
}

/// The server's own message, by its own signature.
#[test]
#[ignore = "needs a Stripe"]
fn what_the_server_itself_signs_is_believed_by_stripe() -> TestResult {
    by_stripe_alone("stripe_signs", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        shop.advance(shop.real_now() - shop.now());
        stripe.will_tell(&format!("{}/webhooks/stripe", shop.http().await?.base()), WEBHOOK_SECRET).await?;
        let (buying, _) = Buying::begin(&shop).await?;
        stripe.pay(&buying.reference(&shop).await?, GOOD_CARD).await?;
        until(async || Ok(buying.states(&shop).await? == ["confirmed", "paid", "captured"])).await
    })
}

/// Nobody tells: the customer comes back, or the reconciler asks.
#[test]
#[ignore = "needs a Stripe"]
fn whoever_asks_first_settles_by_stripe() -> TestResult {
    by_stripe_alone("stripe_returns", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        for by_customer in [true, false] {
            let (buying, _) = Buying::begin(&shop).await?;
            let waits = settlement::return_of_customer(shop.sales(), &shop.origin(), buying.payment).await?;
            assert_eq!(waits.payment.status.as_str(), "awaiting_customer");
            stripe.pay(&buying.reference(&shop).await?, GOOD_CARD).await?;
            if by_customer {
                let back = async || settlement::return_of_customer(shop.sales(), &shop.origin(), buying.payment).await;
                let (one, other) = tokio::join!(back(), back());
                assert_eq!((one?.payment.status.as_str(), other?.payment.status.as_str()), ("captured", "captured"));
            }
            shop.advance(TimeDelta::minutes(2));
            shop.settle().await?;
            assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"]);
        }
        assert_eq!(stripe.count("/v1/charges").await?, 2);
        Ok(())
    })
}

#[test]
#[ignore = "needs a Stripe"]
fn money_is_held_until_goods_leave_by_stripe() -> TestResult {
    by_stripe_alone("stripe_holds", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |config| config.payments.stripe.capture = StripeCapture::AtFulfilment)?;
        let (buying, _) = Buying::begin(&shop).await?;
        let intent = buying.reference(&shop).await?;
        stripe.pay(&intent, GOOD_CARD).await?;
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["confirmed", "authorised", "authorised"]);
        let status = async || TestResult::Ok(stripe.read(&format!("/v1/payment_intents/{intent}")).await?["status"].clone());
        assert_eq!((status().await?, buying.payment(&shop).await?.charge_reference.is_some()), (json!("requires_capture"), true));

        let path = format!("/api/v1/orders/{}/fulfilments", buying.order);
        shop.post(&path).idempotency("1").json(json!({})).await?.expect(201)?;
        shop.settle().await?;
        assert_eq!(buying.states(&shop).await?, ["completed", "paid", "captured"]);
        assert_eq!(
            (status().await?, stripe.asked(&axum::http::Method::POST, &format!("/v1/payment_intents/{intent}/capture"))),
            (json!("succeeded"), 1)
        );
        shop.advance(TimeDelta::minutes(2));
        shop.settle().await?;
        assert_eq!((stripe.count("/v1/charges").await?, stripe.count("/v1/refunds").await?), (1, 0));
        Ok(())
    })
}

/// Staff write the money down while Stripe holds it: Stripe lets go of it.
#[test]
#[ignore = "needs a Stripe"]
fn money_that_is_held_in_vain_is_let_go_of_by_stripe() -> TestResult {
    by_stripe_alone("stripe_lets_go", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |config| config.payments.stripe.capture = StripeCapture::AtFulfilment)?;
        let (buying, _) = Buying::begin(&shop).await?;
        let intent = buying.reference(&shop).await?;
        stripe.pay(&intent, GOOD_CARD).await?;
        buying.message(&shop).await?.expect(204)?;
        let body = json!({"amount": {"amount": 3_000, "currency": "USD"}});
        shop.post(&format!("/api/v1/orders/{}/payments", buying.order)).idempotency("1").json(body).await?.expect(201)?;
        shop.settle().await?;
        assert_eq!(buying.payment(&shop).await?.status.as_str(), "voided");
        assert_eq!(stripe.read(&format!("/v1/payment_intents/{intent}")).await?["status"], "canceled");
        Ok(())
    })
}

/// Refunds by parts, one of whose answers is lost: what Stripe gave back is what the shop says.
#[test]
#[ignore = "needs a Stripe"]
fn money_goes_back_in_parts_and_each_part_once_by_stripe() -> TestResult {
    by_stripe_alone("stripe_refunds", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        let (buying, _) = Buying::begin(&shop).await?;
        stripe.pay(&buying.reference(&shop).await?, GOOD_CARD).await?;
        buying.message(&shop).await?.expect(204)?;
        for (minor, lost) in [(1_000, 0), (500, 3)] {
            stripe.will_lose(lost);
            let outcome = give_back(&shop, &buying, minor).await?;
            assert_eq!(matches!(outcome, Outcome::Unknown), lost > 0, "{outcome:?}");
        }
        stripe.will_lose(0);
        // Told by a message about the refund, which carries our ids as well.
        buying.message(&shop).await?.expect(204)?;
        let payment = buying.payment(&shop).await?;
        assert_eq!((payment.captured_minor, payment.refunded_minor), (3_000, 1_500));
        let refunds = stripe.read("/v1/refunds?limit=100").await?;
        let amounts: Vec<i64> = refunds["data"].as_array().ok_or("a list")?.iter().filter_map(|refund| refund["amount"].as_i64()).collect();
        assert_eq!((amounts.len(), amounts.iter().sum::<i64>()), (2, 1_500));
        assert_eq!(buying.read(&shop).await?.text("payment_status"), "part_refunded");
        Ok(())
    })
}

async fn give_back(shop: &TestShop, buying: &Buying, minor: i64) -> TestResult<Outcome> {
    let payment = buying.payment(shop).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    let refund = payments::return_surplus(&tx, &payment, usd(minor), GoesTo::Back).await?;
    tx.commit().await?;
    let outcome = settlement::ask(shop.sales(), &refund, &payment).await;
    settlement::settle(shop.sales(), &shop.origin(), refund.id, &outcome).await?;
    Ok(outcome)
}

/// A card that is declined ends nothing: its holder may try another one, until the order's time is up. Then the intent is taken back,
/// so that nobody pays for what is sold to somebody else.
#[test]
#[ignore = "needs a Stripe"]
fn a_declined_card_takes_nothing_and_the_order_ends_in_its_time_by_stripe() -> TestResult {
    by_stripe_alone("stripe_declines", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        let (buying, _) = Buying::begin(&shop).await?;
        let intent = buying.reference(&shop).await?;
        assert_eq!(stripe.pay(&intent, BAD_CARD).await?, 402);
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["pending", "unpaid", "awaiting_customer"]);
        shop.advance(TimeDelta::minutes(30));
        shop.settle().await?;
        assert_eq!(buying.states(&shop).await?, ["pending", "unpaid", "awaiting_customer"]);
        for _ in 0..3 {
            shop.advance(TimeDelta::minutes(31));
            shop.settle().await?;
        }
        assert_eq!(buying.states(&shop).await?, ["expired", "unpaid", "failed"]);
        assert_eq!(stripe.read(&format!("/v1/payment_intents/{intent}")).await?["status"], "canceled");
        Ok(())
    })
}
