//! Many customers at once: what must hold however their requests fall.
//!
//! `TRADEWIND_RACE_ROUNDS` says how often each race is run; a few times in every test run, hundreds of times before a release.

use futures_util::future::{join_all, try_join_all};
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop};

fn rounds() -> usize {
    std::env::var("TRADEWIND_RACE_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(4)
}

/// Shops that check first and take later sell the last piece twice. The losers leave no order and no hold, which the
/// invariants that follow every test look for, too.
#[test_on_every_database]
async fn the_last_piece_is_sold_once_whoever_wants_it(shop: TestShop) -> TestResult {
    for round in 0..rounds() {
        let buyers = 2 + (round * 10) % 31;
        let mug = shop.mug(1_250, 1).await?;
        let line = [(mug.id.as_str(), 1)];
        let carts = try_join_all((0..buyers).map(|_| shop.cart(&line))).await?;
        let replies = try_join_all(carts.iter().map(|cart| shop.checkout(cart))).await?;
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
        let replies = join_all((0..20).map(|_| shop.pay(&cart, method, "retry"))).await;
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
