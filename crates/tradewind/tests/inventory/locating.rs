//! Locations: what lies where is sold by priority, and what is closed is not sold.

use catalog::inventory::{
    self, Availability, CreateLocationError, LocationChanges, LocationInput, LocationKind, MoveReason, NewLocation, StockLocation,
    UpdateLocation, UpdateLocationError,
};
use kernel::{PageRequest, Quantity, StockLocationId};
use test_macro::test_on_every_database;

use super::shelf::{Shelf, begin, counted, reserve};
use crate::support::{TestResult, TestShop};

async fn open(shop: &TestShop, code: &str, priority: i64) -> TestResult<StockLocation> {
    let input = LocationInput { name: Some(code.to_owned()), priority: Some(priority), ..Default::default() };
    Ok(inventory::create_location(shop.context(), &shop.origin(), NewLocation::parse(code, LocationKind::Own, input)?).await?)
}

async fn update(shop: &TestShop, id: StockLocationId, input: LocationInput) -> TestResult<Result<StockLocation, UpdateLocationError>> {
    let location = inventory::find_location(shop.context().db.reader(), id).await?.ok_or("no location")?;
    let command = UpdateLocation { id, version: location.version, changes: LocationChanges::parse(input)? };
    Ok(inventory::update_location(shop.context(), &shop.origin(), command).await)
}

fn active(active: bool) -> LocationInput {
    LocationInput { active: Some(active), ..Default::default() }
}

async fn put(shop: &TestShop, shelf: Shelf, location: StockLocationId, on_hand: i64) -> TestResult {
    let tx = begin(shop).await?;
    inventory::set_on_hand(&tx, MoveReason::Imported, &[(shelf.variant_id, Some(location), on_hand)]).await?;
    Ok(tx.commit().await?)
}

/// An order takes from the first location what is there, and the rest from the next; a parcel empties them in that order.
#[test_on_every_database]
async fn stock_is_taken_by_priority(shop: TestShop) -> TestResult {
    let (shelf, second) = (Shelf::stocked(&shop, 2, None).await?, open(&shop, "second", 5).await?);
    put(&shop, shelf, second.id, 3).await?;
    let line = shelf.line(4)?;
    reserve(&shop, &[line]).await??;
    let levels = async || -> TestResult<Vec<(i64, i64)>> {
        let filter = inventory::LevelFilter { variant_id: Some(shelf.variant_id), ..Default::default() };
        let levels = inventory::list_levels(shop.context().db.reader(), &filter, false, &PageRequest::first(9)).await?.items;
        let at = |id| levels.iter().find(|row| row.location_id == id).map(|row| (row.level.on_hand, row.level.reserved));
        Ok([shelf.location_id, second.id].into_iter().filter_map(at).collect())
    };

    assert_eq!(levels().await?, [(2, 2), (3, 2)]);
    let tx = begin(&shop).await?;
    assert_eq!(inventory::release_line(&tx, line.line_id, Quantity::ONE).await?, 1);
    inventory::consume(&tx, kernel::FulfilmentId::generate().uuid(), &[(line.line_id, Quantity::try_from(3_i64)?)]).await?;
    tx.commit().await?;
    assert_eq!(levels().await?, [(0, 0), (2, 0)]);
    Ok(())
}

/// Closing a location takes its stock out of sale, and opening it brings it back; orders keep it open.
#[test_on_every_database]
async fn a_location_that_orders_wait_for_cannot_be_closed(shop: TestShop) -> TestResult {
    let (shelf, second) = (Shelf::stocked(&shop, 0, None).await?, open(&shop, "second", 5).await?);
    put(&shop, shelf, second.id, 1).await?;
    let word = async || -> TestResult<_> {
        Ok((inventory::availability(shop.context().db.reader(), &[shelf.variant_id]).await?[0].1, shelf.listed(&shop).await?))
    };
    assert_eq!(word().await?, (Availability::InStock, 1));
    update(&shop, second.id, active(false)).await??;
    assert_eq!(word().await?, (Availability::Out, 0));
    assert!(reserve(&shop, &[shelf.line(1)?]).await?.is_err());
    update(&shop, second.id, active(true)).await??;
    assert_eq!(word().await?, (Availability::InStock, 1));
    reserve(&shop, &[shelf.line(1)?]).await??;

    assert!(matches!(update(&shop, second.id, active(false)).await?, Err(UpdateLocationError::InUse)));
    let names = ["stock_location.created", "stock_location.updated", "stock_location.updated"];
    assert_eq!(shop.events_of("stock_location").await?, names);
    Ok(())
}

/// A location is closed while orders come: either they are first and keep it open, or they find nothing.
#[test_on_every_database]
async fn closing_a_location_races_with_orders(shop: TestShop) -> TestResult {
    for round in 0..8 {
        let (shelf, other) = (Shelf::stocked(&shop, 1, None).await?, open(&shop, &format!("other-{round}"), 5).await?);
        put(&shop, shelf, other.id, 2).await?;
        let mut race = tokio::task::JoinSet::new();
        for _ in 0..6 {
            let (shop, line) = (shop.clone(), shelf.line(1)?);
            race.spawn(async move { TestResult::Ok(i64::from(reserve(&shop, &[line]).await?.is_ok())) });
        }
        let closed = update(&shop, other.id, active(false)).await?;
        let mut sold = 0;
        for outcome in race.join_all().await {
            sold += outcome?;
        }
        let expected = match closed {
            Ok(_) => 1,
            Err(UpdateLocationError::InUse) => 3,
            Err(error) => return Err(error.into()),
        };
        assert_eq!((sold, shelf.counts(&shop).await?, shelf.listed(&shop).await?), (expected, (3, expected), 0));
    }
    Ok(())
}

/// Levels of one variant that come to be at two locations at once count as one step.
#[test_on_every_database]
async fn first_deliveries_to_many_locations_count_once(shop: TestShop) -> TestResult {
    let mut places = Vec::new();
    for place in 0..4 {
        places.push(open(&shop, &format!("place-{place}"), place).await?.id);
    }
    for _ in 0..5 {
        let shelf = Shelf::stocked(&shop, 0, None).await?;
        let mut race = tokio::task::JoinSet::new();
        for place in places.clone() {
            let (warehouse, counter, line) = (shop.clone(), shop.clone(), shelf.line(1)?);
            race.spawn(async move { put(&warehouse, shelf, place, 2).await });
            race.spawn(async move { reserve(&counter, &[line]).await.map(drop) });
        }
        race.join_all().await.into_iter().collect::<TestResult<Vec<()>>>()?;
        assert_eq!(shelf.listed(&shop).await?, 1);
    }
    Ok(())
}

/// Backorders are taken where stock is taken first, and nowhere else.
#[test_on_every_database]
async fn backorders_are_taken_at_the_first_location_alone(shop: TestShop) -> TestResult {
    let (shelf, second) = (Shelf::stocked(&shop, 1, None).await?, open(&shop, "second", 5).await?);
    put(&shop, shelf, second.id, 0).await?;
    let tx = begin(&shop).await?;
    inventory::set_tracking(&tx, shelf.variant_id, counted(Some(2))).await?;
    platform::db::execute(&tx, "UPDATE variants SET backorder_limit = 2 WHERE id = $1", platform::values![shelf.variant_id]).await?;
    tx.commit().await?;

    assert!(reserve(&shop, &[shelf.line(4)?]).await?.is_err());
    reserve(&shop, &[shelf.line(2)?]).await??;
    let backorder = inventory::availability(shop.context().db.reader(), &[shelf.variant_id]).await?;
    assert_eq!((backorder[0].1, backorder[0].2, shelf.listed(&shop).await?), (Availability::Backorder, 1, 1));
    reserve(&shop, &[shelf.line(1)?]).await??;
    assert_eq!(shelf.listed(&shop).await?, 0);
    Ok(())
}

/// Codes are unique, versions are checked, and the list goes by priority.
#[test_on_every_database]
async fn locations_are_kept_in_order(shop: TestShop) -> TestResult {
    let second = open(&shop, "second", 5).await?;
    let again =
        NewLocation::parse("second", LocationKind::Supplier, LocationInput { name: Some("Again".to_owned()), ..Default::default() })?;
    let taken = inventory::create_location(shop.context(), &shop.origin(), again).await;
    assert!(matches!(taken, Err(CreateLocationError::CodeTaken(code)) if code == "second"));
    open(&shop, "first", 0).await?;
    update(&shop, second.id, LocationInput { name: Some("Second".to_owned()), ..Default::default() }).await??;
    let stale = UpdateLocation { id: second.id, version: 1, changes: LocationChanges::default() };
    let stale = inventory::update_location(shop.context(), &shop.origin(), stale).await;

    assert!(matches!(stale, Err(UpdateLocationError::VersionConflict { current: 2 })), "{stale:?}");
    let list = inventory::list_locations(shop.context().db.reader(), false, &PageRequest::first(20)).await?;
    let names: Vec<&str> = list.items.iter().map(|location| location.code.as_str()).collect();
    assert_eq!((names, list.total), (vec!["main", "first", "second"], Some(3)));
    Ok(())
}
