//! Interleavings: one transaction changes what another has just read and waits for.

use catalog::inventory::{self, LocationChanges, LocationInput, LocationKind, MoveReason, NewLocation, UpdateLocation};
use catalog::listing;
use kernel::PageRequest;
use platform::db;
use platform::values;
use test_macro::test_on_every_database;

use super::shelf::{Shelf, begin, counted, reserve};
use crate::support::{TestResult, TestShop};

/// Whoever takes the last piece while its variant is archived does not count it twice.
#[test_on_every_database]
async fn a_variant_that_is_archived_meanwhile_is_not_counted_twice(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 1, None).await?;
    let tx = begin(&shop).await?;
    db::execute(&tx, "UPDATE variants SET archived_at = updated_at WHERE id = $1", values![shelf.variant_id]).await?;
    assert_eq!(inventory::buyable_counts(&tx, &[shelf.product_id]).await?, []);
    listing::refresh(&tx, shelf.product_id).await?;

    let (buyer, line) = (shop.clone(), shelf.line(1)?);
    let bought = tokio::spawn(async move { reserve(&buyer, &[line]).await });
    shop.somebody_waits().await?;
    tx.commit().await?;

    bought.await???;
    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((1, 1), 0));
    assert_eq!(shop.events_of("stock").await?, ["stock.adjusted", "stock.back_in"]);
    Ok(())
}

/// A level that comes to be while an order waits for another is planned with: the backorder goes to the first location.
#[test_on_every_database]
async fn a_level_that_appears_meanwhile_is_seen(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 0, None).await?;
    let (context, origin) = (shop.context(), shop.origin());
    let changes = LocationChanges::parse(LocationInput { priority: Some(9), ..Default::default() })?;
    inventory::update_location(context, &origin, UpdateLocation { id: shelf.location_id, version: 1, changes }).await?;
    let input = LocationInput { name: Some("First".to_owned()), priority: Some(1), ..Default::default() };
    let first = inventory::create_location(context, &origin, NewLocation::parse("first", LocationKind::Own, input)?).await?;
    let tx = begin(&shop).await?;
    inventory::set_tracking(&tx, shelf.variant_id, counted(Some(2))).await?;
    db::execute(&tx, "UPDATE variants SET backorder_limit = 2 WHERE id = $1", values![shelf.variant_id]).await?;
    db::execute(&tx, "UPDATE product_listings SET variants_available = 1 WHERE product_id = $1", values![shelf.product_id]).await?;
    tx.commit().await?;

    let tx = begin(&shop).await?;
    inventory::set_on_hand(&tx, MoveReason::Imported, &[(shelf.variant_id, Some(first.id), 0)]).await?;
    let (buyer, line) = (shop.clone(), shelf.line(1)?);
    let bought = tokio::spawn(async move { reserve(&buyer, &[line]).await });
    shop.somebody_waits().await?;
    tx.commit().await?;

    bought.await???;
    let filter = inventory::LevelFilter { location_id: Some(first.id), ..Default::default() };
    let levels = inventory::list_levels(context.db.reader(), &filter, false, &PageRequest::first(9)).await?.items;
    assert_eq!(levels.iter().map(|row| row.level.reserved).collect::<Vec<_>>(), [1]);
    Ok(())
}
