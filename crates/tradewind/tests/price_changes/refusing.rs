//! What is refused, and what is forgotten.

use catalog::price_changes::{self, PriceChangeState};
use chrono::TimeDelta;
use kernel::{CategoryId, PriceChangeId, PriceListId, ProductId, VariantId};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{PATH, ask, change, command, dollars, products};
use crate::support::{TestResult, TestShop, make_key};

/// Each field that is wrong is named, and nothing is planned.
#[test_on_every_database]
async fn what_cannot_be_planned_is_refused_by_field(shop: TestShop) -> TestResult {
    let euros = json!({ "amount": 5, "currency": "EUR" });
    let rate = json!({ "rate_ppm": 1 });
    for (number, (body, fields)) in [
        (json!({ "change": rate }), vec!["filter"]),
        (json!({ "filter": { "steps": "first" }, "change": rate }), vec!["filter"]),
        (json!({ "all": true, "filter": { "brand": "Acme" }, "change": rate }), vec!["all"]),
        (json!({ "all": true, "change": { "rate_ppm": -1_000_001 } }), vec!["change.rate_ppm"]),
        (json!({ "all": true, "change": { "rate_ppm": 10_000_001 } }), vec!["change.rate_ppm"]),
        (json!({ "all": true, "change": {} }), vec!["change"]),
        (json!({ "all": true, "change": { "rate_ppm": 1, "set": dollars(1) } }), vec!["change"]),
        (json!({ "all": true, "change": { "rate_ppm": 1, "rounding": { "to": 5, "ending": "9" } } }), vec!["change.rounding"]),
        (json!({ "all": true, "change": { "rate_ppm": 1, "compare_at": "half" } }), vec!["change.compare_at"]),
        (json!({ "all": true, "change": { "set": euros, "at_least": euros } }), vec!["change.at_least.currency", "change.set.currency"]),
        (json!({ "price_list_id": PriceListId::generate(), "all": true, "change": rate }), vec!["price_list_id"]),
        (
            json!({ "filter": { "product_ids": [ProductId::generate()], "variant_ids": [VariantId::generate()],
                "category_id": CategoryId::generate() }, "change": rate }),
            vec!["filter.category_id", "filter.product_ids.0", "filter.variant_ids.0"],
        ),
    ]
    .into_iter()
    .enumerate()
    {
        let refused = ask(&shop, &number.to_string(), body.clone()).await?;
        let named: Vec<&str> = refused.json["error"]["details"].as_object().ok_or("details")?.keys().map(String::as_str).collect();
        assert_eq!((refused.status, refused.error_code(), named), (422, "validation_failed", fields), "{body}");
    }
    assert_eq!(shop.post(PATH).json(json!({ "all": true, "change": rate })).await?.error_code(), "idempotency_key_missing");
    assert_eq!(shop.get(PATH).await?.expect(200)?.data(), &json!([]));
    Ok(())
}

/// Who may only read does not change prices; what is not there is not there; and each state allows what goes on from it.
#[test_on_every_database]
async fn who_may_not_and_what_cannot_go_on_is_refused(shop: TestShop) -> TestResult {
    products(&shop, &[("A", 1_000)]).await?;
    let body = json!({ "all": true, "change": { "rate_ppm": 100_000 } });
    let reader = make_key(&shop, &["products:read"]).await?;
    assert_eq!(ask(&shop, "reader", body.clone()).key(&reader).await?.status, 403);
    let made = change(&shop, body).await?;
    assert_eq!(shop.get(&format!("{PATH}/{}", made.text("id"))).key(&reader).await?.status, 200);
    let missing = PriceChangeId::generate().to_string();
    for verb in ["apply", "undo", "cancel"] {
        let denied = shop.post(&format!("{PATH}/{}/{verb}", made.text("id"))).key(&reader).idempotency("k").json(json!({})).await?;
        assert_eq!(denied.status, 403);
        let absent = command(&shop, &missing, verb).await?;
        assert_eq!((absent.status, absent.error_code()), (404, "price_change_not_found"));
    }
    for path in ["", "/rows"] {
        assert_eq!(shop.get(&format!("{PATH}/{missing}{path}")).await?.error_code(), "price_change_not_found");
    }
    for verb in ["apply", "undo"] {
        let early = command(&shop, made.text("id"), verb).await?;
        assert_eq!((early.status, early.error_code()), (409, "price_change_not_possible"), "{verb} while it is planned");
    }
    let cancelled = command(&shop, made.text("id"), "cancel").await?.expect(200)?;
    assert_eq!(cancelled.text("state"), PriceChangeState::Cancelled.as_str());
    shop.settle().await?;
    assert_eq!(super::amounts(&shop).await?, [("A".to_owned(), 1_000)]);
    let again: Value = command(&shop, made.text("id"), "cancel").await?.expect(200)?.json;
    assert_eq!(again, cancelled.json, "a repetition under its key");
    Ok(())
}

/// A month later a change is forgotten with its rows, and the prices that it wrote are not.
#[test_on_every_database]
async fn old_changes_go_and_their_prices_stay(shop: TestShop) -> TestResult {
    products(&shop, &[("A", 1_000), ("B", 2_000)]).await?;
    let old = change(&shop, json!({ "all": true, "dry_run": false, "change": { "rate_ppm": 100_000 } })).await?;
    shop.settle().await?;
    shop.advance(TimeDelta::days(20));
    let young = change(&shop, json!({ "all": true, "change": { "rate_ppm": 200_000 } })).await?;
    shop.settle().await?;
    shop.advance(TimeDelta::days(11));
    shop.sweep(price_changes::SWEEP).await?;
    assert_eq!(shop.get(&format!("{PATH}/{}", old.text("id"))).await?.status, 404);
    assert_eq!(super::rows(&shop, young.text("id"), "").await?.len(), 2);
    assert_eq!(super::amounts(&shop).await?, [("A".to_owned(), 1_100), ("B".to_owned(), 2_200)]);
    Ok(())
}
