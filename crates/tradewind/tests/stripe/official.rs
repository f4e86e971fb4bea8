//! Stripe's own client at the same server: what it shows is what the shop has, under the shop's ids.

use kernel::OrderId;
use local_stripe::SECRET_KEY;
use serde_json::{Value, json};
use tokio::process::Command;

use super::{Buying, by_stripe_alone, programs, taking};
use crate::support::TestResult;

/// What it shows, after it has agreed to whatever waits for a customer.
async fn shown(server: &str) -> TestResult<Value> {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/stripe/official.py");
    let output = Command::new(programs().join("python")).args([script, SECRET_KEY, server]).output().await?;
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Ok(serde_json::from_slice(&output.stdout)?)
}

#[test]
#[ignore = "needs a Stripe"]
fn stripes_own_client_pays_and_shows_what_the_shop_has_by_stripe() -> TestResult {
    by_stripe_alone("stripe_official", async |shop, stripe| {
        let shop = taking(&shop, stripe.base(), |_| ())?;
        let (buying, _) = Buying::begin(&shop).await?;
        shown(stripe.server()).await?;
        buying.message(&shop).await?.expect(204)?;
        assert_eq!(buying.states(&shop).await?, ["confirmed", "paid", "captured"], "it was paid by that client");
        let amount = json!({"amount": {"amount": 700, "currency": "USD"}, "reason": "goodwill"});
        shop.post(&format!("/api/v1/payments/{}/refund", buying.payment)).idempotency("once").json(amount).await?.expect(201)?;
        shop.settle().await?;

        let (all, payment) = (shown(stripe.server()).await?, buying.payment(&shop).await?);
        let details = shop.get(&format!("/api/v1/payments/{}", buying.payment)).await?.expect(200)?;
        let order: OrderId = buying.order.parse()?;
        let ids = |place: usize| {
            let operation = details.text(&format!("operations/{place}/id"));
            json!({"payment_id": buying.payment, "operation_id": operation, "reference_id": order.uuid()})
        };
        let (intent, charge, refund) =
            (payment.provider_reference, payment.charge_reference, details.text("operations/1/provider_reference"));
        assert_eq!(all["intents"], json!([[intent, "succeeded", 3_000, "usd", ids(0)]]));
        assert_eq!(all["charges"], json!([[charge, intent, 3_000, true]]));
        assert_eq!(all["refunds"], json!([[refund, intent, 700, ids(1)]]));
        Ok(())
    })
}
