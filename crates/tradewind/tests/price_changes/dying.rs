//! Two thousand prices, and workers that die at any moment.

use catalog::price_changes;
use kernel::PriceChangeId;
use platform::db;
use serde_json::json;
use test_macro::test_on_every_database;

use super::{change, command, prices, read, told};
use crate::support::{TestResult, TestShop, option, variant_of};

const PRODUCTS: usize = 20;
const VARIANTS: usize = 100;
const PRICES: i64 = 2_000;

pub(crate) async fn large_shop(shop: &TestShop) -> TestResult {
    let sizes: Vec<String> = (0..VARIANTS).map(|size| format!("S{size}")).collect();
    let sizes: Vec<&str> = sizes.iter().map(String::as_str).collect();
    for product in 0..PRODUCTS {
        let mut shirt = shop.product(&format!("Shirt {product}")).with(|input| input.options = Some(vec![option("Size", &sizes)]));
        for (number, size) in (0_i64..).zip(&sizes) {
            shirt = shirt.variant(variant_of(&format!("S-{product}-{size}"), 1_000 + number, &[("Size", size)]));
        }
        shirt.create().await?;
    }
    Ok(())
}

/// A worker that is dropped at a moment of its own, as a process is killed.
async fn die_at(shop: &TestShop, id: PriceChangeId, moment: u32) {
    let worker = shop.clone();
    let task = tokio::spawn(async move { price_changes::work_piece(worker.context(), id).await.map(drop) });
    for _ in 0..moment {
        tokio::task::yield_now().await;
    }
    task.abort();
    let _ = task.await;
}

async fn work(shop: &TestShop, id: PriceChangeId) -> TestResult {
    while price_changes::work_piece(shop.context(), id).await?.is_some() {}
    Ok(())
}

/// How often the variant was written that was written most, and the one that was written least.
async fn versions(shop: &TestShop) -> TestResult<(Option<i64>, Option<i64>)> {
    let db = shop.context().db.reader();
    let most = db::fetch_scalar(db, "SELECT MAX(version) FROM variants", vec![]).await?;
    Ok((db::fetch_scalar(db, "SELECT MIN(version) FROM variants", vec![]).await?, most))
}

/// The process dies while it plans, applies and undoes, while others work on the same change: each price is planned once, written once and
/// written back once.
#[test_on_every_database]
async fn each_price_is_written_once_whoever_dies_and_whoever_works_beside(shop: TestShop) -> TestResult {
    large_shop(&shop).await?;
    let before = prices(&shop).await?;
    let made = change(&shop, json!({ "all": true, "change": { "rate_ppm": 100_000, "rounding": { "to": 5 } } })).await?;
    let id: PriceChangeId = made.text("id").parse()?;
    for moment in 0..6 {
        die_at(&shop, id, moment * 9).await;
    }
    shop.settle().await?;
    let planned = read(&shop, made.text("id")).await?;
    assert_eq!(told(&planned, ["rows", "raised"]), ("planned".to_owned(), [PRICES, PRICES]));

    for (verb, counted, version) in [("apply", "applied", 2), ("undo", "undone", 3)] {
        command(&shop, made.text("id"), verb).await?.expect(202)?;
        for moment in 0..15 {
            die_at(&shop, id, moment * 11).await;
        }
        let half = read(&shop, made.text("id")).await?;
        assert!(half.data()["counts"][counted].as_i64().is_some_and(|count| count < PRICES), "{half:?}");
        // The job itself, and two that go on with the same change.
        let (first, second, job) = tokio::join!(work(&shop, id), work(&shop, id), shop.settle());
        first?;
        second?;
        job?;
        let done = read(&shop, made.text("id")).await?;
        assert_eq!(told(&done, [counted, "changed_since"]), (counted.to_owned(), [PRICES, 0]));
        assert_eq!(versions(&shop).await?, (Some(version), Some(version)), "each variant was written once");
    }
    assert_eq!(prices(&shop).await?, before);
    assert_eq!(shop.events_of("price_change").await?, ["price_change.applied", "price_change.undone"]);
    Ok(())
}

/// What was called off stays as far as it came, and can be taken back from there.
#[test_on_every_database]
async fn a_change_is_called_off_where_it_stands(shop: TestShop) -> TestResult {
    large_shop(&shop).await?;
    let before = prices(&shop).await?;
    let made = change(&shop, json!({ "all": true, "change": { "rate_ppm": -500_000 } })).await?;
    let (id, path): (PriceChangeId, String) = (made.text("id").parse()?, made.text("id").to_owned());
    shop.settle().await?;
    command(&shop, &path, "apply").await?.expect(202)?;
    for _ in 0..3 {
        price_changes::work_piece(shop.context(), id).await?.ok_or("a piece")?;
    }
    let cancelled = command(&shop, &path, "cancel").await?.expect(200)?;
    assert_eq!(told(&cancelled, ["applied", "lowered"]), ("cancelled".to_owned(), [300, PRICES]));
    shop.settle().await?;
    let changed = prices(&shop).await?.iter().zip(&before).filter(|(after, before)| after != before).count();
    assert_eq!(changed, 300);
    let again = shop.post(&format!("{}/{path}/cancel", super::PATH)).idempotency("again").json(json!({})).await?;
    assert_eq!((again.status, again.error_code()), (409, "price_change_not_possible"));
    let undone = super::carry_out(&shop, &path, "undo").await?;
    assert_eq!(told(&undone, ["applied", "undone"]), ("undone".to_owned(), [0, 300]));
    assert_eq!(prices(&shop).await?, before);

    // Its job called off in the middle: nobody works on it any more, until the job is brought back.
    let made = change(&shop, json!({ "all": true, "change": { "rate_ppm": -400_000 } })).await?;
    let job = format!("/api/v1/jobs/{}", made.text("job_id"));
    shop.post(&format!("{job}/cancel")).await?.expect(200)?;
    assert_eq!(read(&shop, made.text("id")).await?.text("state"), "failed");
    shop.post(&format!("{job}/retry")).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(read(&shop, made.text("id")).await?.text("state"), "planned");
    Ok(())
}
