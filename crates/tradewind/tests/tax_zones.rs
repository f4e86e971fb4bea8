//! Tax zones, compound rates and rounding, as carts and orders have them.

use sales::tax_zones::{self, CreateTaxZone, TaxZoneInput};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::support::{Reply, TestResult, TestShop};

async fn rate(shop: &TestShop, body: Value) -> TestResult {
    shop.post("/api/v1/tax-rates").json(body).await?.expect(201)?;
    Ok(())
}

fn cents(reply: &Reply, pointer: &str) -> i64 {
    reply.data().pointer(pointer).and_then(|money| money["amount"].as_i64()).unwrap_or(-1)
}

#[test_on_every_database]
async fn a_shop_has_at_most_100_tax_zones(shop: TestShop) -> TestResult {
    let zone = |number: usize| {
        let (name, preset) = (format!("Zone {number}"), Some("european_union".to_owned()));
        CreateTaxZone::parse(TaxZoneInput { name, places: None, preset })
    };
    let tx = shop.context().begin(&shop.origin()).await?;
    for number in 0..100 {
        tax_zones::create_in(&tx, zone(number)?).await?;
    }
    tx.commit().await?;
    let refused = tax_zones::create(shop.context(), &shop.origin(), zone(100)?).await.expect_err("too many");
    assert_eq!(kernel::DomainError::code(&refused), "too_many_tax_zones");
    Ok(())
}

/// A zone of which the destination is a part taxes, until the country has a rate of its own; a cart shows it at its next look.
#[test_on_every_database]
async fn a_zone_taxes_where_the_country_does_not(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 5).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let tax = async || -> TestResult<i64> { Ok(cents(&shop.read(&cart).await?.expect(200)?, "/totals/tax")) };
    assert_eq!(tax().await?, 0);
    let zone = json!({ "name": "North America", "places": [{ "country": "US" }, { "country": "CA" }] });
    let zone = shop.post("/api/v1/tax-zones").json(zone).await?.expect(201)?;
    rate(&shop, json!({ "name": "Zone", "zone_id": zone.text("id"), "rate_ppm": 100_000 })).await?;
    assert_eq!(tax().await?, 100);
    let path = format!("/api/v1/tax-zones/{}", zone.text("id"));
    shop.patch(&path).version(1).json(json!({ "places": [{ "country": "CA" }] })).await?.expect(200)?;
    assert_eq!(tax().await?, 0);
    shop.patch(&path).version(2).json(json!({ "places": [{ "country": "US" }] })).await?.expect(200)?;
    rate(&shop, json!({ "name": "Own", "country": "US", "rate_ppm": 200_000 })).await?;
    assert_eq!(tax().await?, 200);
    Ok(())
}

/// An order with a compound rate is refunded piece by piece: nothing of it is lost, and the books hold.
#[test_on_every_database]
async fn a_compound_rate_goes_back_with_what_it_was_taken_of(shop: TestShop) -> TestResult {
    crate::invoices::seller(&shop).await?;
    rate(&shop, json!({ "name": "GST", "country": "US", "rate_ppm": 50_000 })).await?;
    rate(&shop, json!({ "name": "QST", "country": "US", "rate_ppm": 95_000, "compound": true, "position": 1 })).await?;
    let placed = place(&shop, "test").await?;
    let order = placed.read(&shop).await?;
    // 25.00, 1.25 of it, and 9.5 % of 26.25; 5.00 for the parcel.
    assert_eq!((cents(&order, "/totals/tax"), cents(&order, "/totals/total")), (374, 3_374));
    for _ in 0..2 {
        let line = json!({ "line_id": order.text("lines/0/id"), "quantity": 1 });
        let body = json!({ "order_id": placed.id, "lines": [line], "reason": "requested" });
        shop.post("/api/v1/refunds").idempotency(&kernel::EventId::generate().to_string()).json(body).await?.expect(201)?;
        shop.settle().await?;
    }
    assert_eq!(cents(&placed.read(&shop).await?, "/totals/refunded"), 2_874);
    Ok(())
}

#[test_on_every_database]
async fn tax_is_rounded_by_line_or_once_for_an_order(shop: TestShop) -> TestResult {
    rate(&shop, json!({ "name": "Tenth", "country": "US", "rate_ppm": 100_000 })).await?;
    let (mug, pot) = (shop.mug(15, 9).await?, shop.mug(15, 9).await?);
    let cart = shop.cart(&[(&mug.id, 1), (&pot.id, 1)]).await?;
    let tax = async || -> TestResult<i64> { Ok(cents(&shop.read(&cart).await?.expect(200)?, "/totals/tax")) };
    assert_eq!(tax().await?, 4, "1.5 cents of each line");
    shop.put("/api/v1/settings/tax.rounding").json(json!({ "value": "order" })).await?.expect(200)?;
    assert_eq!(tax().await?, 3, "3 cents of both");
    let order = shop.pay(&cart, "test", "k").await?.expect(201)?;
    let taxes = ["/lines/0/tax", "/lines/1/tax"].map(|line| cents(&order, line));
    assert_eq!((cents(&order, "/totals/tax"), taxes.iter().sum::<i64>()), (3, 3));
    let wrong = shop.put("/api/v1/settings/tax.rounding").version(1).json(json!({ "value": "cart" })).await?;
    assert_eq!((wrong.status, wrong.error_code()), (422, "validation_failed"));
    Ok(())
}
