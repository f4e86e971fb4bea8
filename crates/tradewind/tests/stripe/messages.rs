//! Messages that are not Stripe's, not of now, or about nothing of the shop's.

use kernel::PaymentId;
use serde_json::json;
use test_macro::test_on_every_database;

use super::hosted_server::Pages;
use super::{Buying, message, signed, taking};
use crate::support::{TestResult, TestShop};

#[test_on_every_database]
async fn a_forged_or_late_message_has_no_effect(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let shop = taking(&shop, pages.base(), |_| ())?;
    let about = json!({"metadata": {"payment_id": PaymentId::generate()}});
    let bare = || shop.post("/webhooks/stripe").anonymous().raw("{}");
    for ask in [
        bare(),
        bare().header("stripe-signature", "t=1,v1=00"),
        bare().header("stripe-signature", format!("t={},v1={}", shop.now().timestamp(), "0".repeat(64))),
        message(&shop, &about, 301),
        message(&shop, &about, -301),
        message(&shop, &about, 0).raw(r#"{"id":"evt_2","data":{"object":{}}}"#),
        message(&shop, &about, 0).header("stripe-signature", "t=1,v1=00"),
    ] {
        let reply = ask.await?;
        assert_eq!((reply.status, reply.error_code()), (401, "signature_invalid"));
    }
    for late_s in [300, -300] {
        message(&shop, &about, late_s).await?.expect(204)?;
    }
    let large = bare().raw("x".repeat(256 * 1_024 + 1)).await?;
    assert_eq!((large.status, large.error_code()), (413, "body_too_large"));
    Ok(())
}

/// Stripe sends everything that happens in the account: other shops' payments, and payments of other providers by mistake.
#[test_on_every_database]
async fn a_message_about_nothing_of_ours_has_no_effect(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let taking = taking(&shop, pages.base(), |_| ())?;
    let mug = shop.mug(1_250, 5).await?;
    let manual = shop.order(&mug.id, 1, "manual").await?.text("payment/id").to_owned();
    shop.settle().await?;
    let before = shop.events_of("payment").await?;
    for object in [
        json!({"id": "pi_1"}),
        json!({"metadata": {}}),
        json!({"metadata": {"payment_id": "pay_of_somebody_else"}}),
        json!({"metadata": {"payment_id": PaymentId::generate()}}),
        json!({"metadata": {"payment_id": manual}}),
    ] {
        message(&taking, &object, 0).await?.expect(204)?;
    }
    let unreadable = signed(&taking, "not an event".to_owned(), 0).await?;
    assert_eq!((unreadable.status, unreadable.error_code()), (400, "message_unreadable"));
    assert_eq!(shop.events_of("payment").await?, before);
    Ok(())
}

#[test_on_every_database]
async fn without_a_secret_or_without_stripe_nobody_is_heard(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let unset = taking(&shop, pages.base(), |config| config.payments.stripe.webhook_secret = String::new().into())?;
    let refused = message(&unset, &json!({}), 0).await?;
    assert_eq!((refused.status, refused.error_code()), (503, "webhook_secret_missing"));
    let without = message(&shop, &json!({}), 0).await?;
    assert_eq!((without.status, without.error_code()), (404, "payment_provider_not_found"));
    Ok(())
}

/// A Stripe that is away leaves the payment unclear, and the order as it is.
#[test_on_every_database]
async fn a_stripe_that_is_away_is_asked_later(shop: TestShop) -> TestResult {
    let closed = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let base = format!("http://{}", closed.local_addr()?);
    drop(closed);
    let away = taking(&shop, &base, |_| ())?;
    let (buying, placed) = Buying::begin(&away).await?;
    assert_eq!((placed.text("status"), placed.text("payment/status")), ("pending", "unknown"));
    buying.message(&away).await?.expect(204)?;
    assert_eq!(buying.states(&away).await?, ["pending", "unpaid", "unknown"]);
    Ok(())
}
