//! Rates that change while prices are derived, in a shop of two thousand.

use catalog::currencies;
use kernel::PriceListId;
use serde_json::json;
use test_macro::test_on_every_database;

use super::{euros, prices, publish};
use crate::price_changes::large_shop;
use crate::support::{TestResult, TestShop};

/// A worker that is dropped at a moment of its own, as a process is killed.
async fn die_at(shop: &TestShop, list: PriceListId, moment: u32) {
    let worker = shop.clone();
    let task = tokio::spawn(async move { currencies::derive_piece(worker.context(), list).await.map(drop) });
    for _ in 0..moment {
        tokio::task::yield_now().await;
    }
    task.abort();
    let _ = task.await;
}

async fn work(shop: &TestShop, list: PriceListId) -> TestResult {
    while currencies::derive_piece(shop.context(), list).await? {}
    Ok(())
}

/// Every price of the list is the default one times a fraction, rounded half up: by nothing that the code under test reckons with.
async fn all_are(shop: &TestShop, (numerator, denominator): (i64, i64)) -> TestResult {
    let (of_base, of_list) = (prices(shop, "default").await?, prices(shop, "euros").await?);
    assert_eq!(of_list.len(), 2_000);
    for (base, derived) in of_base.iter().zip(&of_list) {
        let expected = (2 * base.2 * numerator + denominator) / (2 * denominator);
        assert_eq!((&derived.0, derived.2, derived.3), (&base.0, expected, true));
    }
    Ok(())
}

/// Workers die, others work beside, a second rate comes in the middle of the first, and staff edit prices all the while: in the end every price is by
/// the last rate.
#[test_on_every_database]
async fn the_last_rate_is_that_of_every_price_whoever_dies(shop: TestShop) -> TestResult {
    large_shop(&shop).await?;
    publish(&shop, &[("USD", "1.25")]).await?.expect(200)?;
    let list: PriceListId = euros(&shop).await?.parse()?;
    for moment in 0..15 {
        die_at(&shop, list, moment * 11).await;
    }
    assert!(prices(&shop, "euros").await?.len() < 2_000, "it is in the middle");
    publish(&shop, &[("USD", "1.6")]).await?.expect(200)?;
    for moment in 0..10 {
        die_at(&shop, list, moment * 13).await;
    }
    publish(&shop, &[("USD", "2")]).await?.expect(200)?;
    let edits = async {
        for page in 1..=3 {
            let listed = shop.get(&format!("/api/v1/products?per_page=5&page={page}")).await?.expect(200)?;
            for product in listed.data().as_array().into_iter().flatten() {
                let path = format!("/api/v1/products/{}", product["id"].as_str().unwrap_or_default());
                let read = shop.get(&path).await?.expect(200)?;
                let variant = &read.data()["variants"][0];
                let body = json!({ "version": variant["version"], "price": { "amount": 7_777, "currency": "USD" } });
                let edited = shop.patch(&format!("{path}/variants/{}", variant["id"].as_str().unwrap_or_default())).json(body).await?;
                assert!([200, 409].contains(&edited.status), "{edited:?}");
            }
        }
        TestResult::Ok(())
    };
    let (first, second, job, edited) = tokio::join!(work(&shop, list), work(&shop, list), shop.settle(), edits);
    first?;
    second?;
    job?;
    edited?;
    shop.settle().await?;
    all_are(&shop, (1, 2)).await
}

/// Two rates at once: one of them is the last, and all prices are by it.
#[test_on_every_database]
async fn of_two_rates_at_once_one_is_that_of_every_price(shop: TestShop) -> TestResult {
    large_shop(&shop).await?;
    publish(&shop, &[("USD", "1.25")]).await?.expect(200)?;
    euros(&shop).await?;
    shop.settle().await?;
    all_are(&shop, (4, 5)).await?;
    let (one, other) = ([("USD", "1.6")], [("USD", "2")]);
    let (one, other) = tokio::join!(publish(&shop, &one), publish(&shop, &other));
    one?.expect(200)?;
    other?.expect(200)?;
    shop.settle().await?;
    let current = shop.get(super::RATES).await?.expect(200)?;
    all_are(&shop, if current.data()[0]["rate"] == "2" { (1, 2) } else { (5, 8) }).await
}
