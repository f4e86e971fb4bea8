//! How often promotions are had, however many buy at once.

use chrono::TimeDelta;
use futures_util::future::try_join_all;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;
use crate::races::rounds;

/// Fifty customers with the one code that is good for one order. Whoever comes too late has no order either, because nobody pays more
/// than they saw.
#[test_on_every_database]
async fn a_code_with_limit_one_is_used_once_by_fifty_carts(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 1_000).await?;
    let line = [(mug.id.as_str(), 1)];
    for round in 0..rounds().div_ceil(4) {
        let code = format!("ONCE-{round}");
        let id = promote_by_code(&shop, tenth(json!({})), &code, Some(1)).await?;
        let carts = try_join_all((0..50).map(|_| shop.cart(&line))).await?;
        for cart in &carts {
            assert_eq!(enter(&shop, cart, &code).await?.expect(200)?.data()["totals"]["discount"]["amount"], 100);
        }
        let replies = try_join_all(carts.iter().map(|cart| shop.insist(cart, "manual", "mine"))).await?;
        let won: Vec<&Reply> = replies.iter().filter(|reply| reply.status == 201).collect();
        assert_eq!((won.len(), &won[0].data()["totals"]["total"]["amount"]), (1, &json!(1_400)), "round {round}");
        for lost in replies.iter().filter(|reply| reply.status != 201) {
            assert_eq!(lost.status, 409, "round {round}");
            assert!(["promotion_used_up", "promotion_not_applied"].contains(&lost.error_code()), "{lost:?}");
        }
        assert_eq!(had(&shop, &id).await?.0, 1, "round {round}");
    }
    Ok(())
}

/// One customer in ten windows: by the same address, they have it twice and not more.
#[test_on_every_database]
async fn a_customer_has_a_promotion_as_often_as_they_may(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 1_000).await?;
    let id = promote_by_code(&shop, tenth(json!({ "uses_per_customer": 2 })), "TWICE", None).await?;
    let carts = try_join_all((0..10).map(|_| async {
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        enter(&shop, &cart, "TWICE").await?.expect(200)?;
        TestResult::Ok(cart)
    }))
    .await?;
    let replies = try_join_all(carts.iter().map(|cart| shop.insist(cart, "manual", "mine"))).await?;
    assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 2);
    assert_eq!(had(&shop, &id).await?.0, 2);
    let late = shop.cart(&[(&mug.id, 1)]).await?;
    enter(&shop, &late, "TWICE").await?.expect(200)?;
    assert_eq!(off(&shop, &late).await?, (0, vec!["used_by_customer".to_owned()]));
    shop.edit(&late, json!({ "email": "grace@example.com" })).await?.expect(200)?;
    assert_eq!(off(&shop, &late).await?, (100, vec![]));
    Ok(())
}

/// Ten dollars to give away, and twenty customers who would have a dollar and a half each: six have it.
#[test_on_every_database]
async fn a_budget_holds_when_everybody_buys_at_once(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_500, 1_000).await?;
    let id = promote(&shop, tenth(json!({ "budget": usd(1_000) }))).await?;
    let line = [(mug.id.as_str(), 1)];
    let carts = try_join_all((0..20).map(|_| shop.cart(&line))).await?;
    let replies = try_join_all(carts.iter().map(|cart| shop.insist(cart, "manual", "mine"))).await?;
    let cheap = replies.iter().filter(|reply| reply.status == 201 && reply.data()["totals"]["discount"]["amount"] == 150).count();
    assert_eq!(had(&shop, &id).await?, (i64::try_from(cheap)?, Some(i64::try_from(cheap)? * 150)));
    for lost in replies.iter().filter(|reply| reply.status != 201) {
        assert_eq!((lost.status, lost.error_code()), (409, "promotion_used_up"));
    }
    for cart in &carts {
        shop.insist(cart, "manual", "again").await?;
    }
    assert_eq!(had(&shop, &id).await?, (6, Some(900)), "the last dollar is too little for anybody");
    Ok(())
}

/// What an order had is had by nobody once it is called off, by staff or because nobody paid.
#[test_on_every_database]
async fn an_order_that_is_called_off_gives_back_what_it_had(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 1_000).await?;
    let limits = json!({ "uses_limit": 1, "uses_per_customer": 1, "budget": usd(100) });
    let id = promote_by_code(&shop, tenth(limits), "ONE", Some(1)).await?;
    let order = async || -> TestResult<Reply> {
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        enter(&shop, &cart, "ONE").await?.expect(200)?;
        shop.checkout(&cart).await
    };
    let first = order().await?.expect(201)?;
    let second = order().await?;
    assert_eq!((second.status, second.json["error"]["details"]["codes.ONE"][0].as_str()), (409, Some("used_up")));
    let path = format!("/api/v1/orders/{}", first.text("id"));
    shop.post(&format!("{path}/cancel")).version(1).idempotency("off").json(json!({})).await?.expect(200)?;
    assert_eq!(had(&shop, &id).await?, (0, Some(0)));

    let third = order().await?.expect(201)?;
    assert_eq!(had(&shop, &id).await?, (1, Some(100)));
    shop.advance(TimeDelta::days(8));
    assert!(!sales::orders::expire(shop.context(), third.text("id").parse()?).await?);
    assert_eq!(had(&shop, &id).await?, (0, Some(0)));
    order().await?.expect(201)?;
    let codes = shop.get(&format!("{PATH}/{id}/codes")).await?.expect(200)?;
    assert_eq!((&codes.data()[0]["uses"], &codes.data()[0]["uses_limit"]), (&json!(1), &json!(1)));
    Ok(())
}

/// Two orders under one address, one of them somebody's: once they are erased, the other is still counted, and can be called off.
#[test_on_every_database]
async fn erasing_somebody_takes_their_own_orders_from_the_count_alone(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 10).await?;
    let id = promote_by_code(&shop, tenth(json!({ "uses_per_customer": 2 })), "TWICE", None).await?;
    let order = async || -> TestResult<Reply> {
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        enter(&shop, &cart, "TWICE").await?.expect(200)?;
        shop.checkout(&cart).await
    };
    order().await?.expect(201)?;
    let user = shop.user().await?;
    sales::orders::claim(shop.context(), &kernel::Origin::system(), user, &kernel::Email::parse("ada@example.com")?).await?;
    let others = order().await?.expect(201)?;
    assert_eq!(order().await?.status, 409);

    let tx = shop.context().begin(&shop.origin()).await?;
    platform::privacy::erase_in(&tx, &tradewind::wiring::personal_places(), user).await?;
    tx.commit().await?;
    order().await?.expect(201)?;
    assert_eq!((order().await?.status, had(&shop, &id).await?.0), (409, 3), "what a stranger ordered under the address still counts");
    let path = format!("/api/v1/orders/{}/cancel", others.text("id"));
    shop.post(&path).version(1).idempotency("off").json(json!({})).await?.expect(200)?;
    order().await?.expect(201)?;
    Ok(())
}

/// Whoever looked at a promotion before staff changed it looks again: nobody has it by rules that do not hold any more.
#[test_on_every_database]
async fn a_promotion_that_was_changed_is_looked_at_again(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 10).await?;
    let id = promote(&shop, tenth(json!({}))).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let (change, placed) = tokio::join!(
        std::future::IntoFuture::into_future(shop.patch(&format!("{PATH}/{id}")).version(1).json(json!({ "active": false }))),
        shop.insist(&cart, "manual", "mine")
    );
    change?.expect(200)?;
    let placed = placed?;
    let off = placed.data()["totals"]["discount"]["amount"].as_i64();
    assert!(matches!((placed.status, off), (201, Some(0 | 100)) | (409, None)), "{placed:?}");
    assert_eq!(had(&shop, &id).await?.0, i64::from(off == Some(100)));
    Ok(())
}
