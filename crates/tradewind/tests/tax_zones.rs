//! Tax zones, compound rates and rounding, as carts and orders have them.

use sales::tax_zones::{self, CreateTaxZone, TaxZoneInput};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::orders::place;
use crate::support::{TestResult, TestShop};

async fn rate(shop: &TestShop, body: Value) -> TestResult {
    shop.post("/api/v1/tax-rates").json(body).await?.expect(201)?;
    Ok(())
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
