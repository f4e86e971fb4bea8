//! Paying with gift cards.

use chrono::TimeDelta;
use futures_util::future::try_join_all;
use payments::payments::Outcome;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;
use crate::races::rounds;
use crate::refunds::give_back;

/// Thirty dollars to pay, ten of them by a card: the provider is asked for the rest, and both are given back.
#[test_on_every_database]
async fn a_card_pays_its_part_and_the_method_pays_the_rest(shop: TestShop) -> TestResult {
    let (card, mug) = (Card::of(&shop, 1_000).await?, shop.mug(1_250, 5).await?);
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let shown = pay_with(&shop, &cart, &card.code.to_lowercase().replace('-', " ")).await?.expect(200)?;
    assert_eq!((shown.text("pays_with/0/id"), shown.text("pays_with/0/code_end")), (card.id.as_str(), &card.code[15..]));
    assert_eq!((minor(&shown.data()["totals"]["total"])?, due(&shown)?), (3_000, 2_000));
    pay_with(&shop, &cart, &card.code).await?.expect(200)?;

    let order = shop.pay(&cart, "test", "once").await?.expect(201)?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "paid"));
    let parts: Vec<(&str, i64)> = order.data()["payments"]
        .as_array()
        .ok_or("no payments")?
        .iter()
        .map(|payment| (payment["provider"].as_str().unwrap_or_default(), payment["amount"]["amount"].as_i64().unwrap_or(0)))
        .collect();
    assert_eq!(parts, [("gift_card", 1_000), ("test", 2_000)]);
    assert_eq!(shop.provider().calls().iter().map(|call| call.amount.minor()).collect::<Vec<_>>(), [2_000]);
    assert_eq!(card.balance(&shop).await?, 0);
    assert_eq!((balance_of(&shop, "gift_cards").await?, balance_of(&shop, "goodwill").await?), (0, 1_000));

    // The newest payment gives first: 20.00 by the provider, then 5.00 onto the card.
    let placed = Placed { mug, id: order.text("id").to_owned() };
    let refund = give_back(&shop, &placed, json!({ "amount": usd(2_500) })).await?.expect(201)?;
    assert_eq!(
        (refund.text("parts/0/status"), refund.text("parts/1/provider"), refund.text("parts/1/status")),
        ("pending", "gift_card", "succeeded")
    );
    assert_eq!(card.balance(&shop).await?, 500, "nobody has to be asked for it");
    shop.settle().await?;
    let after = placed.read(&shop).await?;
    assert_eq!((after.text("payment_status"), minor(&after.data()["totals"]["refunded"])?), ("part_refunded", 2_500));
    let moves = card.read(&shop).await?;
    let kinds: Vec<&str> = ["0", "1", "2"].iter().map(|place| moves.text(&format!("moves/{place}/kind"))).collect();
    assert_eq!((kinds, moves.text("moves/0/order_id")), (vec!["returned", "redeemed", "issued"], placed.id.as_str()));
    Ok(())
}

/// What costs less than is on the card needs no other payment, and nobody is asked.
#[test_on_every_database]
async fn a_card_that_pays_everything_needs_nobody_else(shop: TestShop) -> TestResult {
    let (small, large) = (Card::of(&shop, 100).await?, Card::of(&shop, 10_000).await?);
    let mug = shop.mug(1_250, 5).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    pay_with(&shop, &cart, &small.code).await?.expect(200)?;
    assert_eq!(due(&pay_with(&shop, &cart, &large.code).await?.expect(200)?)?, 0);
    let order = shop.pay(&cart, "test", "once").await?.expect(201)?;
    assert_eq!((order.text("status"), order.text("payment_status"), shop.provider().calls().len()), ("confirmed", "paid", 0));
    assert_eq!((small.balance(&shop).await?, large.balance(&shop).await?), (0, 7_100));

    // Staff call it off: what the cards paid is on them again.
    let placed = Placed { mug, id: order.text("id").to_owned() };
    let cancelled = placed.cancel(&shop).await?.expect(200)?;
    assert_eq!((cancelled.text("status"), cancelled.text("payment_status")), ("cancelled", "refunded"));
    assert_eq!((small.balance(&shop).await?, large.balance(&shop).await?), (100, 10_000));
    assert_eq!(balance_of(&shop, "customer_receivable").await?, 0);
    assert_eq!(balance_of(&shop, "revenue").await?, 0, "nothing was sold after all");
    Ok(())
}

/// Fifty carts and one card that pays for five of them: five orders, and the card is empty, not overdrawn.
#[test_on_every_database]
async fn a_card_is_never_overspent_by_fifty_carts(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_500, 1_000).await?;
    let line = [(mug.id.as_str(), 1)];
    for round in 0..rounds().div_ceil(4) {
        let card = Card::of(&shop, 10_500).await?;
        let carts = try_join_all((0..50).map(|_| shop.cart(&line))).await?;
        for cart in &carts {
            assert_eq!(due(&pay_with(&shop, cart, &card.code).await?.expect(200)?)?, 0);
        }
        let replies = try_join_all(carts.iter().map(|cart| shop.insist(cart, "manual", "mine"))).await?;
        let mut paid = 0;
        for reply in &replies {
            match reply.status {
                201 => {
                    assert_eq!(reply.text("payments/0/provider"), "gift_card", "round {round}");
                    paid += minor(&reply.data()["payments"][0]["amount"])?;
                }
                409 => assert_eq!(reply.error_code(), "stored_value_spent", "round {round}"),
                status => return Err(format!("round {round}: {status}").into()),
            }
        }
        let left = card.balance(&shop).await?;
        assert_eq!((paid + left, left), (10_500, 0), "round {round}: what nobody paid is left");
        assert!(replies.iter().filter(|reply| reply.status == 201).count() >= 5, "round {round}");
    }
    Ok(())
}

/// Whoever does not pay the rest has their card again when the order is called off by time.
#[test_on_every_database]
async fn an_order_that_expires_gives_the_card_its_part_back(shop: TestShop) -> TestResult {
    let (card, mug) = (Card::of(&shop, 1_000).await?, shop.mug(1_250, 5).await?);
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    pay_with(&shop, &cart, &card.code).await?.expect(200)?;
    let order = shop.pay(&cart, "manual", "once").await?.expect(201)?;
    assert_eq!((order.text("status"), order.text("payment_status"), card.balance(&shop).await?), ("pending", "part_paid", 0));
    shop.advance(TimeDelta::days(8));
    shop.settle().await?;
    let placed = Placed { mug, id: order.text("id").to_owned() };
    let expired = placed.read(&shop).await?;
    assert_eq!((expired.text("status"), expired.text("payment_status"), card.balance(&shop).await?), ("expired", "refunded", 1_000));
    assert_eq!(shop.stock_of(&placed.mug).await?, (5, 0));
    Ok(())
}

/// A card is paid in part by hand, too: such an order is nobody's to call off.
#[test_on_every_database]
async fn what_a_provider_refuses_leaves_the_card_spent_until_the_order_ends(shop: TestShop) -> TestResult {
    let (card, mug) = (Card::of(&shop, 1_000).await?, shop.mug(1_250, 5).await?);
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    pay_with(&shop, &cart, &card.code).await?.expect(200)?;
    shop.provider().will_answer(Outcome::Failed { code: "card_declined".to_owned() });
    let order = shop.pay(&cart, "test", "once").await?.expect(201)?;
    assert_eq!((order.text("status"), order.text("payment_status")), ("pending", "part_paid"));
    let placed = Placed { mug, id: order.text("id").to_owned() };
    assert_eq!(placed.pay(&shop, 2_000).await?.expect(201)?.text("status"), "confirmed");
    assert_eq!((placed.cancel(&shop).await?.error_code(), card.balance(&shop).await?), ("order_has_payment", 0));
    Ok(())
}

/// A card that others emptied is no surprise at the till: who has not seen it is told.
#[test_on_every_database]
async fn nobody_pays_more_than_they_saw_because_a_card_is_empty(shop: TestShop) -> TestResult {
    let (card, mug) = (Card::of(&shop, 1_000).await?, shop.mug(1_250, 9).await?);
    let (first, second) = (shop.cart(&[(&mug.id, 1)]).await?, shop.cart(&[(&mug.id, 1)]).await?);
    for cart in [&first, &second] {
        pay_with(&shop, cart, &card.code).await?.expect(200)?;
    }
    shop.pay(&first, "test", "once").await?.expect(201)?;
    let refused = shop.pay(&second, "test", "once").await?;
    assert_eq!((refused.status, refused.error_code()), (409, "stored_value_spent"));
    let seen = shop.read(&second).await?.expect(200)?;
    assert_eq!((minor(&seen.data()["pays_with"][0]["spendable"])?, due(&seen)?), (0, 1_750));
    let path = format!("/api/v1/carts/{}/checkout", second.id);
    let body = json!({ "payment_method": "test", "cart_version": seen.header("etag") });
    let order = shop.post(&path).cart(&second.token).idempotency("seen").json(body).await?.expect(201)?;
    assert_eq!(order.data()["payments"].as_array().map(Vec::len), Some(1));

    let third = shop.cart(&[(&mug.id, 1)]).await?;
    let other = Card::of(&shop, 700).await?;
    pay_with(&shop, &third, &other.code).await?.expect(200)?;
    let remove = format!("/api/v1/carts/{}/gift-cards/{}", third.id, other.id);
    assert_eq!(due(&shop.delete(&remove).cart(&third.token).await?.expect(200)?)?, 1_750);
    assert_eq!(shop.delete(&remove).cart(&third.token).await?.error_code(), "stored_value_not_found");
    Ok(())
}

/// What is no code, empty, switched off, over, or in another currency pays for nothing; and guessing becomes slow.
#[test_on_every_database]
async fn what_does_not_pay_is_refused(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 9).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let off = Card::of(&shop, 1_000).await?;
    shop.patch(&format!("{PATH}/{}", off.id)).version(2).json(json!({ "active": false })).await?.expect(200)?;
    let over = Card::of(&shop, 1_000).await?;
    let soon = shop.now() + TimeDelta::hours(1);
    shop.patch(&format!("{PATH}/{}", over.id)).version(2).json(json!({ "expires_at": soon })).await?.expect(200)?;
    shop.advance(TimeDelta::hours(1));
    let foreign = json!({ "amount": { "amount": 1_000, "currency": "EUR" }, "reason": "other", "code": "EURO-EURO-EURO" });
    shop.post(PATH).idempotency("eur").json(foreign).await?.expect(201)?;
    for code in [off.code.as_str(), &over.code, "EURO-EURO-EURO", "AAAA-BBBB-CCCC-DDDD", "?"] {
        let refused = pay_with(&shop, &cart, code).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "gift_card_unknown"), "{code}");
        shop.advance(TimeDelta::days(1));
    }
    for _ in 0..30 {
        let refused = pay_with(&shop, &cart, "AAAA-BBBB-CCCC-DDDD").await?;
        if refused.status == 429 {
            assert_eq!((refused.error_code(), refused.header("retry-after").is_empty()), ("too_many_attempts", false));
            return Ok(());
        }
    }
    Err("nobody slows a guesser down".into())
}
