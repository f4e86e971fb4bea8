//! What customers have on account.

use serde_json::json;
use test_macro::test_on_every_database;

use super::*;
use crate::me::somebody;

const CREDITS: &str = "/api/v1/store-credits";

async fn give(shop: &TestShop, user: &str, minor: i64, key: &str) -> TestResult<Reply> {
    let body = json!({ "user_id": user, "amount": usd(minor), "reason": "loyalty" });
    shop.post(&format!("{CREDITS}/adjustments")).idempotency(key).json(body).await
}

/// Credit pays for the cart of its owner, who is signed in; whoever knows the cart's token alone spends nothing of it.
#[test_on_every_database]
async fn credit_pays_for_its_owner_alone(shop: TestShop) -> TestResult {
    let ((ada, token), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    give(&shop, &ada.to_string(), 1_000, "a").await?.expect(201)?;
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let path = format!("/api/v1/carts/{}/store-credit", cart.id);
    let of_nobody = shop.put(&path).key(&token).header("x-cart-token", &cart.token).await?;
    assert_eq!((of_nobody.status, of_nobody.error_code()), (403, "store_credit_of_another"), "the cart is nobody's yet");
    shop.post("/api/v1/me/cart/merge").key(&token).json(json!({ "cart_id": cart.id, "token": cart.token })).await?.expect(200)?;
    for refused in
        [shop.put(&path).anonymous().cart(&cart.token).await?, shop.put(&path).key(&eve).header("x-cart-token", &cart.token).await?]
    {
        assert_eq!((refused.status, refused.error_code()), (403, "store_credit_of_another"));
    }
    assert_eq!(due(&shop.put(&path).key(&token).await?.expect(200)?)?, 750);

    let checkout = format!("/api/v1/carts/{}/checkout", cart.id);
    let body = json!({ "payment_method": "test" });
    let stolen = shop.post(&checkout).anonymous().cart(&cart.token).idempotency("e").json(body.clone()).await?;
    assert_eq!((stolen.status, stolen.error_code()), (403, "store_credit_of_another"));
    let order = shop.post(&checkout).key(&token).idempotency("a").json(body).await?.expect(201)?;
    assert_eq!((order.text("payment_status"), order.text("payments/0/provider")), ("paid", "store_credit"));
    let mine = shop.get("/api/v1/me/store-credits").key(&token).await?.expect(200)?;
    assert_eq!(minor(&mine.data()[0]["balance"])?, 0);
    assert_eq!(shop.get("/api/v1/me/store-credits").key(&eve).await?.expect(200)?.data(), &json!([]));
    assert_eq!((balance_of(&shop, "store_credit").await?, balance_of(&shop, "goodwill").await?), (0, 1_000));

    // Staff give the money of the other payment back as credit.
    let refund = json!({ "order_id": order.text("id"), "amount": usd(750), "to": "store_credit", "reason": "requested" });
    let refund = shop.post("/api/v1/refunds").idempotency("r").json(refund).await?.expect(201)?;
    assert_eq!((refund.text("status"), refund.text("parts/0/provider")), ("succeeded", "store_credit"));
    let mine = shop.get("/api/v1/me/store-credits").key(&token).await?.expect(200)?;
    assert_eq!(minor(&mine.data()[0]["balance"])?, 750);
    let read = shop.get(&format!("{CREDITS}/{}", mine.text("0/id"))).await?.expect(200)?;
    let kinds: Vec<&str> = (0..3).map(|place| read.text(&format!("moves/{place}/kind"))).collect();
    assert_eq!(kinds, ["refunded", "redeemed", "adjusted"]);
    assert_eq!(shop.provider().calls().len(), 1, "the provider gives nothing back");
    Ok(())
}

/// What goes back at once is booked by what it is for, as what a provider gives back later: shipping that nobody taxed has no tax in it.
#[test_on_every_database]
async fn shipping_without_tax_goes_back_without_tax(shop: TestShop) -> TestResult {
    let rate = json!({ "name": "Tax", "country": "US", "rate_ppm": 200_000 });
    shop.post("/api/v1/tax-rates").json(rate).await?.expect(201)?;
    let ((_, token), mug) = (somebody(&shop).await?, shop.mug(1_250, 5).await?);
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    shop.post("/api/v1/me/cart/merge").key(&token).json(json!({ "cart_id": cart.id, "token": cart.token })).await?.expect(200)?;
    let checkout = shop.post(&format!("/api/v1/carts/{}/checkout", cart.id)).key(&token).idempotency("a");
    let order = checkout.json(json!({ "payment_method": "test" })).await?.expect(201)?;
    let taxed = balance_of(&shop, "tax").await?;
    assert!(taxed < 0, "the mugs are taxed: {taxed}");
    let refund = json!({ "order_id": order.text("id"), "shipping": usd(500), "to": "store_credit", "reason": "requested" });
    shop.post("/api/v1/refunds").idempotency("r").json(refund).await?.expect(201)?;
    assert_eq!((balance_of(&shop, "tax").await?, balance_of(&shop, "store_credit").await?), (taxed, -500));
    Ok(())
}

/// An order of a guest has no account that money could go to.
#[test_on_every_database]
async fn a_guest_has_no_credit(shop: TestShop) -> TestResult {
    let placed = crate::orders::place(&shop, "test").await?;
    let refund = json!({ "order_id": placed.id, "amount": usd(750), "to": "store_credit", "reason": "requested" });
    let refused = shop.post("/api/v1/refunds").idempotency("r").json(refund).await?;
    assert_eq!((refused.status, refused.json["error"]["details"]["to"].is_array()), (422, true));
    Ok(())
}

/// What is given to a customer twice under one key is given once; less than nothing is on no account.
#[test_on_every_database]
async fn credit_is_given_once_and_never_below_zero(shop: TestShop) -> TestResult {
    let ada = shop.user().await?.to_string();
    let first = give(&shop, &ada, 500, "k").await?.expect(201)?;
    assert_eq!(give(&shop, &ada, 500, "k").await?.expect(201)?.bytes, first.bytes);
    let takings = (0..10).map(|place| {
        let (shop, ada) = (&shop, &ada);
        async move { give(shop, ada, -100, &format!("t{place}")).await }
    });
    let both = futures_util::future::join_all(takings).await;
    let statuses: Vec<u16> = both.into_iter().map(|reply| reply.map(|reply| reply.status)).collect::<TestResult<_>>()?;
    assert_eq!(statuses.iter().filter(|status| **status == 201).count(), 5, "{statuses:?}");
    let refused = give(&shop, &ada, -1, "less").await?;
    assert_eq!((refused.status, refused.error_code()), (409, "stored_value_too_little"));
    assert_eq!(give(&shop, &kernel::UserId::generate().to_string(), 1, "n").await?.error_code(), "user_not_found");
    for amount in [0, 1_000_000_000_001] {
        assert_eq!(give(&shop, &ada, amount, "x").await?.status, 422);
    }
    let listed = shop.get(&format!("{CREDITS}?filter[user]={ada}")).await?.expect(200)?;
    assert_eq!(listed.data().as_array().map(Vec::len), Some(1));
    Ok(())
}
