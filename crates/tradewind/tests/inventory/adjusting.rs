//! Corrections, tracking, the ledger and the lists.

use std::sync::atomic::{AtomicUsize, Ordering};

use catalog::inventory::{
    self, AdjustStock, AdjustStockError, Adjusted, Adjustment, AdjustmentItem, CountChange, Counting, MoveReason, SetTrackingError,
};
use kernel::{DomainError, PageRequest, Position, VariantId};
use platform::db::{self, Span, count_statements};
use platform::idempotency::{Answer, IdempotencyError, Key, Keyed};
use platform::values;
use serde_json::json;
use test_macro::test_on_every_database;

use super::shelf::{Shelf, begin, counted, reserve, told};
use crate::support::{TestResult, TestShop};

fn item(shelf: Shelf, change: CountChange) -> AdjustmentItem {
    AdjustmentItem { variant_id: shelf.variant_id, location_id: None, change }
}

async fn adjust(shop: &TestShop, reason: MoveReason, items: Vec<AdjustmentItem>) -> TestResult<Result<Adjusted, AdjustStockError>> {
    let tx = begin(shop).await?;
    let adjusted = inventory::adjust_in(&tx, Adjustment::parse(reason, Some("by the test"), items)?).await;
    if adjusted.is_ok() {
        tx.commit().await?;
    } else {
        tx.rollback().await?;
    }
    Ok(adjusted)
}

fn code<T: std::fmt::Debug>(outcome: Result<T, AdjustStockError>) -> &'static str {
    outcome.expect_err("refused").code()
}

/// A correction has one effect under its key, and every repetition gets the same answer.
#[test_on_every_database]
async fn a_correction_is_made_once_under_its_key(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    let presented = AtomicUsize::new(0);
    let present = |adjusted: &Adjusted| {
        presented.fetch_add(1, Ordering::Relaxed);
        Answer { status: 201, body: adjusted.id.to_string() }
    };
    let run = async |request: &[u8]| -> TestResult<_> {
        let adjustment = Adjustment::parse(MoveReason::Received, None, vec![item(shelf, CountChange::By(3))])?;
        let command = AdjustStock { adjustment, key: Key::new("cli", "k1", &[request]), present: &present };
        Ok(inventory::adjust(shop.context(), &shop.origin(), command).await)
    };

    let Keyed::New(made) = run(b"three").await?? else { return Err("replayed at once".into()) };
    let Keyed::Replayed(answer) = run(b"three").await?? else { return Err("done twice".into()) };
    let reused = run(b"four").await?.expect_err("another request");

    assert_eq!(answer, made);
    assert!(matches!(reused, AdjustStockError::Idempotency(IdempotencyError::Reused)));
    assert_eq!((presented.into_inner(), shelf.counts(&shop).await?), (1, (8, 0)));
    Ok(())
}

/// Who counted while others sold is told the figure as it is.
#[test_on_every_database]
async fn a_count_that_is_out_of_date_changes_nothing(shop: TestShop) -> TestResult {
    let (left, right) = (Shelf::stocked(&shop, 5, None).await?, Shelf::stocked(&shop, 5, None).await?);
    let count = |shelf, expected, on_hand| item(shelf, CountChange::To { expected: Some(expected), on_hand });

    let stale = adjust(&shop, MoveReason::Counted, vec![count(left, 5, 7), count(right, 4, 7)]).await?;

    let Err(AdjustStockError::Changed(figures)) = stale else { return Err(format!("{stale:?}").into()) };
    assert_eq!((figures.len(), figures[0].place, figures[0].variant_id, figures[0].on_hand), (1, 1, right.variant_id, 5));
    assert_eq!(left.counts(&shop).await?, (5, 0));
    adjust(&shop, MoveReason::Counted, vec![count(left, 5, 7), count(right, 5, 5)]).await??;
    assert_eq!((left.counts(&shop).await?, right.counts(&shop).await?), ((7, 0), (5, 0)));
    Ok(())
}

/// What is promised to orders cannot be taken away, nor can what is not there.
#[test_on_every_database]
async fn promised_stock_stays(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    reserve(&shop, &[shelf.line(3)?]).await??;
    let by = |delta| vec![item(shelf, CountChange::By(delta))];

    assert_eq!(code(adjust(&shop, MoveReason::Lost, by(-3)).await?), "stock_is_reserved");
    assert_eq!(code(adjust(&shop, MoveReason::Lost, by(-6)).await?), "stock_below_zero");
    let unknown = AdjustmentItem { variant_id: VariantId::generate(), ..item(shelf, CountChange::By(1)) };
    assert_eq!(code(adjust(&shop, MoveReason::Received, vec![unknown]).await?), "validation_failed");
    let tx = begin(&shop).await?;
    let held = inventory::set_tracking(&tx, shelf.variant_id, Counting { tracked: false, ..counted(None) }).await;
    assert!(matches!(held, Err(SetTrackingError::Held { reserved: 3 })), "{held:?}");
    tx.rollback().await?;
    adjust(&shop, MoveReason::Damaged, by(-2)).await??;
    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((3, 3), 0));
    assert_eq!(told(&shop).await?, ["stock.ran_out"]);
    Ok(())
}

/// Deliveries and sales at the same moment: nothing is lost, and the counter is right whoever comes last.
#[test_on_every_database]
async fn corrections_and_orders_may_come_at_once(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 0, None).await?;
    let mut race = tokio::task::JoinSet::new();
    for turn in 0..24 {
        let shop = shop.clone();
        race.spawn(async move {
            if turn % 2 == 0 {
                let received = adjust(&shop, MoveReason::Received, vec![item(shelf, CountChange::By(1))]).await?;
                received.map(|_| 0).map_err(Into::into)
            } else {
                TestResult::Ok(i64::from(reserve(&shop, &[shelf.line(1)?]).await?.is_ok()))
            }
        });
    }
    let mut sold = 0;
    for outcome in race.join_all().await {
        sold += outcome?;
    }
    assert_eq!(shelf.counts(&shop).await?, (12, sold));
    assert_eq!(shelf.listed(&shop).await?, i64::from(sold < 12));
    Ok(())
}

/// The ledger names every move with who, why and what lay there afterwards.
#[test_on_every_database]
async fn the_ledger_lists_moves_newest_first(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 5, None).await?;
    for delta in [1, -2, 4] {
        shop.advance(chrono::TimeDelta::seconds(1));
        adjust(&shop, MoveReason::Correction, vec![item(shelf, CountChange::By(delta))]).await??;
    }
    let filter = inventory::MoveFilter { variant_id: Some(shelf.variant_id), ..Default::default() };
    let reader = shop.context().db.reader();
    let (page, statements) = count_statements(inventory::list_moves(reader, &filter, true, &PageRequest::first(3))).await;
    let page = page?;
    let rest = PageRequest { position: Position::After(page.next.clone()), size: 3 };
    let rest = inventory::list_moves(reader, &filter, true, &rest).await?;

    assert_eq!((statements, page.total, page.has_next, rest.total, rest.has_next), (2, Some(4), true, None, false));
    let moves: Vec<_> = page.items.iter().chain(&rest.items).map(|entry| (entry.delta, entry.on_hand_after, entry.reason)).collect();
    let correction = MoveReason::Correction;
    assert_eq!(moves, [(4, 8, correction), (-2, 4, correction), (1, 6, correction), (5, 5, MoveReason::Initial)]);
    assert_eq!((page.items[0].created_by.as_str(), page.items[0].note.as_deref()), ("cli", Some("by the test")));
    let dated = inventory::MoveFilter {
        reasons: vec![MoveReason::Initial],
        created_at: Span { below: Some(shop.now()), ..Span::default() },
        ..filter
    };
    assert_eq!(inventory::list_moves(reader, &dated, true, &PageRequest::first(3)).await?.total, Some(1));
    Ok(())
}

/// Staff find levels by product, SKU and what is running low, in two statements; by SKU in one more, which tells how many begin so.
#[test_on_every_database]
async fn levels_are_found_by_what_staff_know(shop: TestShop) -> TestResult {
    let shelves =
        [Shelf::stocked(&shop, 5, Some(5)).await?, Shelf::stocked(&shop, 6, Some(5)).await?, Shelf::stocked(&shop, 0, None).await?];
    let reader = shop.context().db.reader();
    let found = async |filter: inventory::LevelFilter| -> TestResult<Vec<VariantId>> {
        let (page, statements) = count_statements(inventory::list_levels(reader, &filter, false, &PageRequest::first(20))).await;
        assert_eq!(statements, if filter.sku.is_some() { 3 } else { 2 });
        Ok(page?.items.into_iter().map(|level| level.variant_id).collect())
    };
    let [first, second, third] = shelves.map(|shelf| shelf.variant_id);

    assert_eq!(found(inventory::LevelFilter::default()).await?, [first, second, third]);
    assert_eq!(found(inventory::LevelFilter { low: Some(true), ..Default::default() }).await?, [first, third]);
    assert_eq!(found(inventory::LevelFilter { low: Some(false), ..Default::default() }).await?, [second]);
    let sku = Some(shelves[1].sku().to_lowercase());
    assert_eq!(found(inventory::LevelFilter { sku, ..Default::default() }).await?, [second]);
    assert_eq!(found(inventory::LevelFilter { sku: Some("mug-".to_owned()), ..Default::default() }).await?, [first, second, third]);
    assert_eq!(found(inventory::LevelFilter { sku: Some("MUG_".to_owned()), ..Default::default() }).await?, []);
    let product_id = Some(shelves[2].product_id);
    assert_eq!(found(inventory::LevelFilter { product_id, ..Default::default() }).await?, [third]);
    let after = PageRequest { position: Position::After(None), size: 2 };
    let (page, statements) = count_statements(inventory::list_levels(reader, &inventory::LevelFilter::default(), false, &after)).await;
    let next = PageRequest { position: Position::After(page?.next), size: 2 };
    let rest = inventory::list_levels(reader, &inventory::LevelFilter::default(), false, &next).await?.items;
    assert_eq!((statements, rest.len(), rest[0].variant_id), (1, 1, third));
    Ok(())
}

/// However many variants an SKU begins, and wherever those lie whose levels are asked for, pages have all of them in order.
#[test_on_every_database]
async fn levels_by_sku_are_paged_through_whole(shop: TestShop) -> TestResult {
    let mut low = Vec::new();
    for number in 0..40 {
        // So many in a row are not low that whoever looks at the next few variants finds none.
        let is_low = !(8..32).contains(&number);
        let shelf = Shelf::stocked(&shop, if is_low { 5 } else { 6 }, Some(5)).await?;
        low.extend(is_low.then_some(shelf.variant_id));
    }
    for descending in [false, true] {
        let filter = inventory::LevelFilter { sku: Some("Mug-".to_owned()), low: Some(true), ..Default::default() };
        let (mut found, mut next) = (Vec::new(), Some(None));
        while let Some(cursor) = next {
            let page = PageRequest { position: Position::After(cursor), size: 3 };
            let page = inventory::list_levels(shop.context().db.reader(), &filter, descending, &page).await?;
            found.extend(page.items.iter().map(|level| level.variant_id));
            next = page.next.map(Some);
        }
        let first = PageRequest { position: Position::Number(1), size: 3 };
        let first = inventory::list_levels(shop.context().db.reader(), &filter, descending, &first).await?;
        assert_eq!((first.total, first.items.len(), first.items[0].variant_id), (u64::try_from(low.len()).ok(), 3, found[0]));
        if descending {
            found.reverse();
        }
        assert_eq!(found, low);
        // A variant that comes to the SKU is found although the others are known.
        let added = Shelf::stocked(&shop, 5, Some(5)).await?;
        let path = format!("/api/v1/products/{}", added.product_id);
        shop.patch(&path).version(1).json(json!({ "external_url": "https://example.com/mug" })).await?.expect(200)?;
        low.push(added.variant_id);
    }
    Ok(())
}

/// A cursor that somebody made up is refused, not a fault of ours.
#[test_on_every_database]
async fn a_forged_cursor_is_refused(shop: TestShop) -> TestResult {
    let cursor = kernel::Cursor { sort: "variant_id".to_owned(), value: Some("x".to_owned()), id: VariantId::generate().uuid() };
    let page = PageRequest { position: Position::After(Some(cursor)), size: 2 };
    let refused = inventory::list_levels(shop.context().db.reader(), &inventory::LevelFilter::default(), false, &page).await;
    assert_eq!(refused.expect_err("forged").code(), "invalid_query");
    Ok(())
}

/// What was booked stays in the ledger for good; a level that nothing was booked on can go with its variant.
#[test_on_every_database]
async fn only_what_was_never_booked_is_forgotten(shop: TestShop) -> TestResult {
    let (empty, booked) = (Shelf::stocked(&shop, 0, None).await?, Shelf::stocked(&shop, 1, None).await?);
    let tx = begin(&shop).await?;
    assert!(!inventory::forget(&tx, &[empty.variant_id, booked.variant_id]).await?);
    assert!(inventory::forget(&tx, &[empty.variant_id]).await?);
    tx.commit().await?;
    let levels =
        inventory::list_levels(shop.context().db.reader(), &inventory::LevelFilter::default(), false, &PageRequest::first(9)).await?;
    assert_eq!(levels.items.iter().map(|level| level.variant_id).collect::<Vec<_>>(), [booked.variant_id]);
    Ok(())
}

/// What is not counted any more is always there; counted again it is what it was, and the limit holds for what is promised.
#[test_on_every_database]
async fn counting_can_be_switched_off_and_on(shop: TestShop) -> TestResult {
    let shelf = Shelf::stocked(&shop, 2, None).await?;
    let track = async |tracked: bool, limit: Option<i64>| -> TestResult<Result<(), SetTrackingError>> {
        let tx = begin(&shop).await?;
        if let Err(refused) = inventory::set_tracking(&tx, shelf.variant_id, Counting { tracked, ..counted(limit) }).await {
            tx.rollback().await?;
            return Ok(Err(refused));
        }
        let update = "UPDATE variants SET tracked = $1, backorder_limit = $2 WHERE id = $3";
        db::execute(&tx, update, values![tracked, limit, shelf.variant_id]).await?;
        let count = inventory::buyable_counts(&tx, &[shelf.product_id]).await?.first().map_or(0, |(_, count)| *count);
        let update = "UPDATE product_listings SET variants_available = $1 WHERE product_id = $2";
        db::execute(&tx, update, values![count, shelf.product_id]).await?;
        Ok(Ok(tx.commit().await?))
    };

    track(false, None).await??;
    reserve(&shop, &[shelf.line(9)?]).await??;
    let untracked = adjust(&shop, MoveReason::Received, vec![item(shelf, CountChange::By(1))]).await?;
    assert_eq!(code(untracked), "validation_failed");
    track(true, Some(1)).await??;
    assert_eq!(shelf.counts(&shop).await?, (2, 0));
    reserve(&shop, &[shelf.line(3)?]).await??;
    assert!(matches!(track(true, Some(0)).await?, Err(SetTrackingError::Reserved { limit: 0 })));
    track(true, None).await??;
    reserve(&shop, &[shelf.line(9)?]).await??;
    assert_eq!((shelf.counts(&shop).await?, shelf.listed(&shop).await?), ((2, 12), 1));
    Ok(())
}
