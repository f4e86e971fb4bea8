//! Many customers at once: what must hold however their requests fall.
//!
//! `TRADEWIND_RACE_ROUNDS` says how often each race is run; a few times in every test run, hundreds of times before a release.

use std::future::IntoFuture;

use chrono::TimeDelta;
use futures_util::future::{join_all, try_join_all};
use payments::payments::Outcome;
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Ask, ROUNDS, Reply, TestResult, TestShop};

pub(crate) fn rounds() -> usize {
    std::env::var(ROUNDS).ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4)
}

/// Shops that check first and take later sell the last piece twice. The losers leave no order and no hold, which the
/// invariants that follow every test look for, too.
#[test_on_every_database]
async fn the_last_piece_is_sold_once_whoever_wants_it(shop: TestShop) -> TestResult {
    for round in 0..rounds() {
        // Ten and thirty-one have no divisor in common: 31 rounds meet every number from 2 to 32.
        let buyers = 2 + (round * 10) % 31;
        let mug = shop.mug(1_250, 1).await?;
        let line = [(mug.id.as_str(), 1)];
        let carts = try_join_all((0..buyers).map(|_| shop.cart(&line))).await?;
        let replies = try_join_all(carts.iter().map(|cart| shop.insist(cart, "manual", "mine"))).await?;
        assert_eq!(replies.iter().filter(|reply| reply.status == 201).count(), 1, "round {round}");
        for lost in replies.iter().filter(|reply| reply.status != 201) {
            assert_eq!((lost.status, lost.error_code()), (409, "out_of_stock"), "round {round}");
            assert_eq!(lost.json["error"]["context"]["lines"][0]["available"], 0);
        }
        assert_eq!(shop.stock_of(&mug).await?, (1, 1), "round {round}");
    }
    let placed = shop.events_of("order").await?;
    assert_eq!((placed.len(), placed.iter().all(|name| name == "order.placed")), (rounds(), true));
    Ok(())
}

/// What a client does whose connection breaks: the same request again, and again.
#[test_on_every_database]
async fn twenty_duplicates_under_one_key_are_one_order_and_the_same_bytes(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10_000).await?;
    for round in 0..rounds() {
        let method = if round % 2 == 0 { "manual" } else { "test" };
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        let replies = join_all((0..20).map(|_| shop.insist(&cart, method, "retry"))).await;
        let replies = replies.into_iter().collect::<TestResult<Vec<_>>>()?;
        let first = replies.iter().find(|reply| reply.header("idempotent-replayed").is_empty()).ok_or("nobody was first")?;
        for reply in &replies {
            assert_eq!((reply.status, &reply.bytes), (201, &first.bytes), "round {round}");
        }
        assert_eq!(replies.iter().filter(|reply| reply.header("idempotent-replayed") == "true").count(), 19, "round {round}");
    }
    let orders = shop.events_of("order").await?;
    assert_eq!(orders.iter().filter(|name| *name == "order.placed").count(), rounds());
    assert_eq!(shop.provider().calls().len(), rounds() / 2);
    Ok(())
}

/// Does both at once and tells how each ended.
async fn both(one: impl Future<Output = TestResult<Reply>>, other: impl Future<Output = TestResult<Reply>>) -> TestResult<[u16; 2]> {
    let (one, other) = tokio::join!(one, other);
    Ok([one?.status, other?.status])
}

fn command(shop: &TestShop, order: &Reply, what: &str) -> Ask {
    let path = format!("/api/v1/orders/{}/{what}", order.text("id"));
    shop.post(&path).idempotency(&kernel::EventId::generate().to_string())
}

/// Staff call an order off while its money is written down: it is paid or cancelled, never both.
#[test_on_every_database]
async fn an_order_is_paid_or_cancelled_whoever_comes_first(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 1_000).await?;
    for round in 0..rounds() {
        let order = shop.order(&mug.id, 1, "manual").await?;
        let version = order.data()["version"].as_i64().unwrap_or(0);
        let pay = command(&shop, &order, "payments").json(json!({"amount": {"amount": 1_750, "currency": "USD"}}));
        let cancel = command(&shop, &order, "cancel").version(version).json(json!({}));
        let ended = if round % 2 == 0 {
            both(pay.into_future(), cancel.into_future()).await?
        } else {
            both(cancel.into_future(), pay.into_future()).await?
        };
        assert!([[201, 409], [409, 200], [200, 409], [409, 201]].contains(&ended), "{ended:?}");
    }
    Ok(())
}

/// The money comes in the minute in which the order's time is up: it is paid, or it is expired and takes no money.
#[test_on_every_database]
async fn an_order_is_paid_or_expired_whoever_comes_first(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 1_000).await?;
    for round in 0..rounds() {
        let order = shop.order(&mug.id, 1, "manual").await?;
        shop.advance(TimeDelta::days(8));
        let pay = command(&shop, &order, "payments").json(json!({"amount": {"amount": 1_750, "currency": "USD"}}));
        let id: kernel::OrderId = order.text("id").parse()?;
        let (paid, expired) = tokio::join!(pay.into_future(), sales::orders::expire(shop.context(), id));
        let (paid, _) = (paid?, expired?);
        let now = shop.get(&format!("/api/v1/orders/{id}")).await?.expect(200)?;
        let expected = if paid.status == 201 { "confirmed" } else { "expired" };
        assert_eq!((now.text("status"), [201, 409].contains(&paid.status)), (expected, true), "round {round}: {}", paid.json);
    }
    Ok(())
}

/// Six packers, two pieces: two parcels, and the others are told that nothing is left.
#[test_on_every_database]
async fn no_more_leaves_the_house_than_was_ordered(shop: TestShop) -> TestResult {
    for round in 0..rounds() {
        let mug = shop.mug(1_250, 5).await?;
        let order = shop.order(&mug.id, 2, "test").await?;
        let piece = json!({"lines": [{"line_id": order.text("lines/0/id"), "quantity": 1}]});
        let parcels = (0..6).map(|_| command(&shop, &order, "fulfilments").json(piece.clone()).into_future());
        let ended = try_join_all(parcels).await?;
        assert_eq!(ended.iter().filter(|reply| reply.status == 201).count(), 2, "round {round}");
        assert!(ended.iter().all(|reply| [201, 409, 422].contains(&reply.status)));
        assert_eq!(shop.stock_of(&mug).await?, (3, 0));
    }
    Ok(())
}

/// An order that costs nothing can be packed and called off at once: one of both happens.
#[test_on_every_database]
async fn what_is_shipped_is_not_cancelled(shop: TestShop) -> TestResult {
    let free = shop.gift(1_000).await?;
    for _ in 0..rounds() {
        let order = shop.order(&free.id, 1, "manual").await?;
        assert_eq!((order.text("status"), order.text("payment_status")), ("confirmed", "paid"));
        let version = order.data()["version"].as_i64().unwrap_or(0);
        let ship = command(&shop, &order, "fulfilments").json(json!({}));
        let cancel = command(&shop, &order, "cancel").version(version).json(json!({}));
        let ended = both(ship.into_future(), cancel.into_future()).await?;
        assert!([[201, 409], [409, 200]].contains(&ended), "{ended:?}");
    }
    Ok(())
}

/// Two variants, wanted in both orders by many at once: nobody waits in a circle.
#[test_on_every_database]
async fn carts_with_the_same_things_in_another_order_do_not_block_each_other(shop: TestShop) -> TestResult {
    let enough = i64::try_from(16 * rounds())?;
    let (a, b) = (shop.mug(1_250, enough).await?, shop.mug(900, enough).await?);
    for _ in 0..rounds() {
        let (there, back) = ([(a.id.as_str(), 1), (b.id.as_str(), 1)], [(b.id.as_str(), 1), (a.id.as_str(), 1)]);
        let carts = try_join_all((0..16).map(|place| shop.cart(if place % 2 == 0 { &there } else { &back }))).await?;
        let ended = try_join_all(carts.iter().map(|cart| shop.checkout(cart))).await?;
        assert!(ended.iter().all(|reply| reply.status == 201));
    }
    Ok(())
}

/// The client, the provider's message and the reconciler bring the same news at the same moment: it is booked once.
#[test_on_every_database]
async fn the_same_word_of_a_provider_counts_once(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 1_000).await?;
    for _ in 0..rounds() {
        shop.provider().will_answer(Outcome::Unknown);
        shop.order(&mug.id, 1, "test").await?;
        let asked = shop.provider().calls().pop().ok_or("nobody was asked")?;
        let word = Outcome::succeeded(asked.operation_id.to_string());
        let (sales, origin) = (shop.sales(), shop.origin());
        try_join_all((0..8).map(|_| sales::settlement::settle(sales, &origin, asked.operation_id, &word))).await?;
    }
    let captured = shop.events_of("payment").await?.iter().filter(|name| *name == "payment.captured").count();
    assert_eq!((captured, shop.provider().calls().len()), (rounds(), rounds()));
    Ok(())
}
