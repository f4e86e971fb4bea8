//! Rates: written whole or not at all, and remembered.

use chrono::TimeDelta;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{RATES, publish};
use crate::support::{Reply, TestResult, TestShop};

fn told(listed: &Reply) -> Vec<(String, String, bool)> {
    let text = |rate: &Value, name: &str| rate[name].as_str().unwrap_or_default().to_owned();
    let all = listed.data().as_array().cloned().unwrap_or_default();
    let mut rates: Vec<_> = all.iter().map(|rate| (text(rate, "currency"), text(rate, "rate"), rate["valid_until"].is_null())).collect();
    rates.sort();
    rates
}

#[test_on_every_database]
async fn rates_are_replaced_and_the_former_ones_are_remembered(shop: TestShop) -> TestResult {
    let written = publish(&shop, &[("USD", "1.0853"), ("JPY", "162.35")]).await?.expect(200)?;
    assert_eq!((written.data()[0]["rate"].as_str(), &written.data()[0]["source"]), (Some("1.0853"), &json!("manual")));
    shop.advance(TimeDelta::days(1));
    publish(&shop, &[("USD", "1.09")]).await?.expect(200)?;

    let of = |currency: &str, rate: &str, counts| (currency.to_owned(), rate.to_owned(), counts);
    let current = shop.get(RATES).await?.expect(200)?;
    assert_eq!(told(&current), [of("JPY", "162.35", true), of("USD", "1.09", true)]);
    let history = shop.get(&format!("{RATES}?filter[current]=false&filter[currency]=USD")).await?.expect(200)?;
    assert_eq!(told(&history), [of("USD", "1.0853", false), of("USD", "1.09", true)]);
    assert_eq!(shop.events_of("exchange_rate").await?, ["exchange_rate.published"; 3]);
    Ok(())
}

/// One rate that cannot be, and none is written.
#[test_on_every_database]
async fn a_table_with_a_rate_that_cannot_be_changes_nothing(shop: TestShop) -> TestResult {
    publish(&shop, &[("USD", "1.0853"), ("GBP", "0.85")]).await?.expect(200)?;
    for (rates, field) in [
        (json!([{ "currency": "GBP", "rate": "0.86" }, { "currency": "USD", "rate": "0" }]), "rates.1.rate"),
        (json!([{ "currency": "GBP", "rate": "0.86" }, { "currency": "USD", "rate": "-1" }]), "rates.1.rate"),
        (json!([{ "currency": "GBP", "rate": "0.86" }, { "currency": "XYZ", "rate": "1" }]), "rates.1.currency"),
        (json!([{ "currency": "GBP", "rate": "0.86" }, { "currency": "GBP", "rate": "0.87" }]), "rates.1.currency"),
        (json!([{ "currency": "GBP", "rate": "0.86" }, { "currency": "EUR", "rate": "1" }]), "rates.1.currency"),
        (json!([{ "currency": "GBP", "rate": "0.86" }, { "currency": "USD", "rate": "10.853" }]), "rates.1.rate"),
        (json!([]), "rates"),
    ] {
        let refused = shop.put(RATES).json(json!({ "base": "EUR", "rates": rates })).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{rates}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{field}: {refused:?}");
    }
    let tomorrow = (shop.now() + TimeDelta::days(1)).to_rfc3339();
    let table = |valid_from: &str| json!({ "base": "EUR", "rates": [{ "currency": "USD", "rate": "1.1" }], "valid_from": valid_from });
    assert_eq!(shop.put(RATES).json(table(&tomorrow)).await?.status, 422);
    assert_eq!(shop.put(RATES).json(table("2026-01-01T00:00:00Z")).await?.status, 422, "older than the one that counts");
    let number = json!({ "base": "EUR", "rates": [{ "currency": "USD", "rate": 1.1 }] });
    assert_eq!(shop.put(RATES).json(number).await?.status, 422, "a number of JSON is not exact");
    let current = shop.get(RATES).await?.expect(200)?;
    assert_eq!(told(&current).into_iter().map(|rate| rate.1).collect::<Vec<_>>(), ["0.85", "1.0853"]);

    let meant = json!({ "base": "EUR", "rates": [{ "currency": "USD", "rate": "10.853" }], "force": true, "source": "bank" });
    assert_eq!(shop.put(RATES).json(meant).await?.expect(200)?.data()[0]["source"], "bank");
    Ok(())
}
