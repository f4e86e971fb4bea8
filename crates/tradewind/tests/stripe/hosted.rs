//! Pages of Stripe's to pay on, asked of a stand-in of our own.

use chrono::TimeDelta;
use payments::payments::PaymentStatus;
use platform::config::StripeCheckout;
use serde_json::json;
use test_macro::test_on_every_database;

use super::hosted_server::Pages;
use super::{Buying, taking};
use crate::support::{TestResult, TestShop};

fn hosted(shop: &TestShop, pages: &Pages) -> TestResult<TestShop> {
    taking(shop, pages.base(), |config| {
        config.payments.stripe.checkout = StripeCheckout::Hosted;
        config.payments.stripe.success_url = "https://shop.example/paid?payment={payment_id}".to_owned();
        config.payments.stripe.cancel_url = "https://shop.example/cart".to_owned();
    })
}

#[test_on_every_database]
async fn a_customer_is_led_to_a_page_and_back(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let shop = hosted(&shop, &pages)?;
    let (buying, placed) = Buying::begin(&shop).await?;
    let next = json!({"type": "redirect", "url": "https://checkout.stripe.example/cs_test_1"});
    assert_eq!((placed.text("payment/status"), &placed.data()["payment"]["next_action"]), ("awaiting_customer", &next));
    let form = pages.forms().remove(0);
    assert_eq!(form["success_url"], format!("https://shop.example/paid?payment={}", buying.payment));
    assert_eq!((form["mode"].as_str(), form["payment_intent_data[capture_method]"].as_str()), ("payment", "automatic"));
    assert!(form.keys().all(|name| !name.contains("card")), "no card is any of our business");

    pages.pay(3_000);
    buying.message(&shop).await?.expect(204)?;
    assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"]);
    let payment = buying.payment(&shop).await?;
    assert_eq!((payment.provider_reference.as_deref(), payment.charge_reference.as_deref()), (Some("pi_hosted"), Some("ch_hosted")));
    assert_eq!(buying.read(&shop).await?.data()["payment"]["next_action"], json!(null));
    Ok(())
}

#[test_on_every_database]
async fn a_page_whose_address_was_lost_is_found_again(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let shop = hosted(&shop, &pages)?;
    pages.will_lose(3);
    let (buying, placed) = Buying::begin(&shop).await?;
    assert_eq!(placed.text("payment/status"), "unknown");
    shop.advance(TimeDelta::minutes(1));
    shop.settle().await?;
    assert_eq!(buying.read(&shop).await?.text("payment/next_action/url"), "https://checkout.stripe.example/cs_test_1");
    assert_eq!(pages.forms().len(), 1);
    pages.pay(3_000);
    buying.message(&shop).await?.expect(204)?;
    assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"]);
    Ok(())
}

/// A page that nobody has paid on by the end of the order's time is closed; the stock goes back.
#[test_on_every_database]
async fn nobody_pays_on_the_page_of_an_order_that_is_over(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let shop = hosted(&shop, &pages)?;
    let (buying, _) = Buying::begin(&shop).await?;
    for _ in 0..3 {
        shop.advance(TimeDelta::minutes(61));
        shop.settle().await?;
    }
    assert_eq!(
        (buying.states(&shop).await?, pages.statuses()),
        (["expired", "unpaid", "failed"].map(str::to_owned), vec!["expired".to_owned()])
    );
    assert_eq!(buying.payment(&shop).await?.error_code.as_deref(), Some("session_expired"));
    Ok(())
}

/// Stripe took another amount than it was asked for: nothing is completed, and whoever looks sees why.
#[test_on_every_database]
async fn another_amount_than_was_asked_for_completes_nothing(shop: TestShop) -> TestResult {
    let pages = Pages::start().await?;
    let shop = hosted(&shop, &pages)?;
    let (buying, _) = Buying::begin(&shop).await?;
    pages.pay(2_999);
    for _ in 0..2 {
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["pending", "unpaid", "unknown"]);
    }
    let payment = buying.payment(&shop).await?;
    assert_eq!((payment.error_code.as_deref(), payment.captured_minor), (Some("amount_mismatch"), 0));
    assert_eq!(buying.read(&shop).await?.text("payment/error_code"), "amount_mismatch");
    // Somebody has looked, and put it right at Stripe.
    pages.pay(3_000);
    buying.message(&shop).await?.expect(204)?;
    assert_eq!(buying.payment(&shop).await?.status, PaymentStatus::Captured);
    Ok(())
}
