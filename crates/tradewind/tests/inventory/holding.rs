//! Holds: nobody buys what is not there, whoever comes at the same moment.

use catalog::inventory::{self, Availability, ReserveError};
use kernel::{FulfilmentId, OrderLineId, Quantity};
use test_macro::test_on_every_database;
use uuid::Uuid;

use super::shelf::{Shelf, begin, reserve, told};
use crate::support::{TestResult, TestShop};

/// The demand of all lines is summed before it is compared with what is there.
#[test_on_every_database]
async fn two_lines_of_one_variant_cannot_oversell(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    let lines = [shelf.line(3)?, shelf.line(3)?];

    let refused = reserve(&shop, &lines).await?;

    let Err(ReserveError::OutOfStock(shortages)) = refused else { return Err(format!("{refused:?}").into()) };
    assert_eq!(shortages.len(), 1);
    assert_eq!((shortages[0].line_id, shortages[0].wanted, shortages[0].available), (lines[1].line_id, 3, 2));
    assert_eq!(shelf.counts(&shop).await?, (5, 0));
    assert!(reserve(&shop, &[shelf.line(3)?, shelf.line(2)?]).await?.is_ok());
    assert_eq!(shelf.counts(&shop).await?, (5, 5));
    Ok(())
}

/// However many come at the same moment, one of them has the last piece and all others are told so.
#[test_on_every_database]
async fn the_last_piece_is_sold_once(shop: TestShop) -> TestResult {
    for buyers in [2, 8, 32] {
        let shelf = Shelf::stocked(&shop, 1, None).await?;
        let mut race = tokio::task::JoinSet::new();
        for _ in 0..buyers {
            let (shop, line) = (shop.clone(), shelf.line(1)?);
            race.spawn(async move { reserve(&shop, &[line]).await });
        }
        let outcomes = race.join_all().await.into_iter().collect::<TestResult<Vec<_>>>()?;

        assert_eq!(outcomes.iter().filter(|outcome| outcome.is_ok()).count(), 1);
        let told = outcomes.iter().filter(|outcome| matches!(outcome, Err(ReserveError::OutOfStock(short)) if short[0].available == 0));
        assert_eq!(told.count(), buyers - 1);
        assert_eq!(shelf.counts(&shop).await?, (1, 1));
        assert_eq!(shelf.listed(&shop).await?, 0);
    }
    Ok(())
}

/// Carts that hold the same variants in opposite order wait for each other instead of in a circle.
#[test_on_every_database]
async fn lines_in_opposite_order_do_not_deadlock(shop: TestShop) -> TestResult {
    let (left, right) = (Shelf::stocked(&shop, 40, None).await?, Shelf::stocked(&shop, 40, None).await?);
    let mut race = tokio::task::JoinSet::new();
    for turn in 0..20 {
        let (shop, mut lines) = (shop.clone(), vec![left.line(2)?, right.line(2)?]);
        if turn % 2 == 0 {
            lines.reverse();
        }
        race.spawn(async move { reserve(&shop, &lines).await });
    }
    for outcome in race.join_all().await {
        assert!(outcome?.is_ok());
    }
    assert_eq!((left.counts(&shop).await?, right.counts(&shop).await?), ((40, 40), (40, 40)));
    Ok(())
}

/// Giving back twice gives back once, and a confirmed hold has no expiry.
#[test_on_every_database]
async fn stock_is_given_back_once(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 2, None).await?;
    let line = shelf.line(2)?;
    let order = reserve(&shop, &[line]).await??;
    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((2, 2), 0));

    let tx = begin(&shop).await?;
    inventory::confirm(&tx, order.uuid()).await?;
    assert_eq!(inventory::release_line(&tx, line.line_id, Quantity::ONE).await?, 1);
    inventory::release(&tx, order.uuid()).await?;
    inventory::release(&tx, order.uuid()).await?;
    assert_eq!(inventory::release_line(&tx, line.line_id, Quantity::ONE).await?, 0);
    tx.commit().await?;

    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((2, 0), 1));
    assert_eq!(told(&shop).await?, ["stock.ran_out", "stock.back_in"]);
    Ok(())
}

/// Parcels leave one by one; each is booked once, and no more leaves than was put aside.
#[test_on_every_database]
async fn an_order_is_shipped_in_parts(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    let line = shelf.line(3)?;
    let order = reserve(&shop, &[line]).await??;
    let ship = async |parcel: Uuid, pieces: i64| -> TestResult<Result<(), inventory::ConsumeError>> {
        let tx = begin(&shop).await?;
        let shipped = inventory::consume(&tx, parcel, &[(line.line_id, Quantity::try_from(pieces)?)]).await;
        if shipped.is_ok() {
            tx.commit().await?
        } else {
            tx.rollback().await?
        }
        Ok(shipped)
    };
    let first = FulfilmentId::generate().uuid();

    ship(first, 1).await??;
    assert_eq!(shelf.counts(&shop).await?, (4, 2));
    assert!(matches!(ship(first, 1).await?, Err(inventory::ConsumeError::AlreadyBooked)));
    let too_many = ship(FulfilmentId::generate().uuid(), 3).await?;
    assert!(matches!(too_many, Err(inventory::ConsumeError::NotHeld { wanted: 3, held: 2, .. })), "{too_many:?}");
    ship(FulfilmentId::generate().uuid(), 2).await??;
    assert_eq!(shelf.counts(&shop).await?, (2, 0));

    let tx = begin(&shop).await?;
    inventory::release(&tx, order.uuid()).await?;
    tx.commit().await?;
    assert_eq!(shelf.counts(&shop).await?, (2, 0));
    Ok(())
}

/// Lines without a hold were not tracked when they were ordered; shipping them moves no stock.
#[test_on_every_database]
async fn what_is_not_tracked_is_shipped_without_stock(shop: TestShop) -> TestResult {
    let tx = begin(&shop).await?;
    inventory::consume(&tx, FulfilmentId::generate().uuid(), &[(OrderLineId::generate().uuid(), Quantity::ONE)]).await?;
    tx.commit().await?;
    Ok(())
}

/// The list's counter and the facts change only where a line is crossed.
#[test_on_every_database]
async fn crossing_a_line_is_told_once(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, Some(2)).await?;
    let words = async || -> TestResult<_> {
        let told = inventory::availability(shop.context().db.reader(), &[shelf.variant_id]).await?;
        Ok((told[0].1, told[0].2, shelf.listed(&shop).await?))
    };

    assert_eq!(words().await?, (Availability::InStock, 5, 1));
    let first = reserve(&shop, &[shelf.line(3)?]).await??;
    assert_eq!(words().await?, (Availability::Low, 2, 1));
    reserve(&shop, &[shelf.line(2)?]).await??;
    assert_eq!(words().await?, (Availability::Out, 0, 0));
    let tx = begin(&shop).await?;
    inventory::release(&tx, first.uuid()).await?;
    tx.commit().await?;

    assert_eq!(words().await?, (Availability::InStock, 3, 1));
    assert_eq!(told(&shop).await?, ["stock.ran_low", "stock.ran_out", "stock.back_in"]);
    Ok(())
}
