//! Channels and price lists over HTTP (`/api/v1/channels`, `/api/v1/price-lists`): public to read, changed by staff.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

const CHANNEL: &str = "/api/v1/channels/default";

async fn channel_path(shop: &TestShop) -> TestResult<String> {
    Ok(format!("/api/v1/channels/{}", shop.get(CHANNEL).await?.expect(200)?.text("id")))
}

async fn price_list_path(shop: &TestShop) -> TestResult<String> {
    Ok(format!("/api/v1/price-lists/{}", shop.get(CHANNEL).await?.expect(200)?.text("price_list_id")))
}

/// A storefront learns without a key what it begins with, and may keep it for a minute.
#[test_on_every_database]
async fn channels_are_public(shop: TestShop) -> TestResult {
    let by_code = shop.get(CHANNEL).anonymous().await?.expect(200)?;
    let by_id = shop.get(&channel_path(&shop).await?).anonymous().await?.expect(200)?;
    let list = shop.get("/api/v1/channels").anonymous().await?.expect(200)?;
    assert_eq!((by_code.data(), &list.data()[0]), (by_id.data(), by_id.data()));
    assert_eq!((by_id.text("code"), by_id.text("currency"), by_id.text("tax_display")), ("default", "USD", "excluded"));
    for reply in [&by_code, &by_id, &list] {
        assert_eq!(reply.header("cache-control"), "public, max-age=60");
    }
    assert_eq!(shop.get(CHANNEL).await?.header("cache-control"), "private, no-cache");
    for missing in ["nonsense", "chan_01h455vb4pex5vsknk084sn02q", "cat_01h455vb4pex5vsknk084sn02q"] {
        let reply = shop.get(&format!("/api/v1/channels/{missing}")).anonymous().await?;
        assert_eq!((reply.status, reply.error_code()), (404, "channel_not_found"));
    }
    is_paged(&shop, "/api/v1/channels", "code", "code").await
}

#[test_on_every_database]
async fn staff_change_a_channel(shop: TestShop) -> TestResult {
    let path = channel_path(&shop).await?;
    let patched = shop.patch(&path).version(1).json(json!({ "name": "Shop", "countries": ["US", "DE"] })).await?.expect(200)?;
    assert_eq!((patched.text("name"), &patched.data()["countries"], &patched.data()["version"]), ("Shop", &json!(["DE", "US"]), &json!(2)));
    assert!(patched.header("etag").starts_with("\"2-"));

    let whole = json!({ "name": "Laden", "currency": "EUR", "tax_display": "excluded", "time_zone": "Europe/Berlin", "locale": "de-DE" });
    refuses_edits_of_no_or_another_version(&shop, Method::PUT, &path, &whole).await?;
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({})).await?;
    let put = shop.put(&path).header("If-Match", patched.header("etag")).json(whole.clone()).await?.expect(200)?;
    assert_eq!((put.text("currency"), &put.data()["countries"], put.text("locale")), ("EUR", &json!([]), "de-DE"));
    assert_eq!(shop.get(&price_list_path(&shop).await?).await?.text("currency"), "EUR");

    let bad = [
        (json!({ "name": null }), "name"),
        (json!({ "currency": "XXX" }), "currency"),
        (json!({ "countries": ["ZZ"] }), "countries.0"),
        (json!({ "countries": null }), "countries"),
        (json!({ "tax_display": "both" }), "tax_display"),
        (json!({ "time_zone": "berlin" }), "time_zone"),
        (json!({ "locale": "" }), "locale"),
        (json!({ "code": "other" }), "code"),
    ];
    refuses_bodies(&shop, Method::PATCH, &path, &bad).await?;
    refuses_bodies(&shop, Method::PUT, &path, &[(json!({ "name": "x" }), "currency")]).await?;
    assert_eq!(shop.get(&path).await?.data()["version"], 3);
    assert_eq!(shop.events_of("channel").await?, ["channel.updated"; 2]);
    Ok(())
}

/// Amounts do not change their currency.
#[test_on_every_database]
async fn a_currency_that_has_prices_stays(shop: TestShop) -> TestResult {
    shop.product("Mug").variant(crate::support::variant("MUG", 1_000)).create().await?;
    for path in [channel_path(&shop).await?, price_list_path(&shop).await?] {
        let refused = shop.patch(&path).version(1).json(json!({ "currency": "EUR" })).await?;
        assert_eq!((refused.status, refused.error_code()), (409, "currency_in_use"));
    }
    Ok(())
}

#[test_on_every_database]
async fn staff_change_a_price_list(shop: TestShop) -> TestResult {
    let path = price_list_path(&shop).await?;
    let read = shop.get(&path).await?.expect(200)?;
    assert_eq!((read.text("code"), read.text("currency"), &read.data()["version"]), ("default", "USD", &json!(1)));
    let patched = shop.patch(&path).header("If-Match", read.header("etag")).json(json!({ "tax_included": false })).await?.expect(200)?;
    assert_eq!((&patched.data()["tax_included"], &patched.data()["name"]), (&json!(false), &read.data()["name"]));
    let whole = json!({ "name": "Prices", "currency": "GBP", "tax_included": true });
    refuses_edits_of_no_or_another_version(&shop, Method::PUT, &path, &whole).await?;
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({})).await?;
    let put = shop.put(&path).version(2).json(whole).await?.expect(200)?;
    assert_eq!((put.text("name"), put.text("currency")), ("Prices", "GBP"));
    assert_eq!(shop.get(CHANNEL).await?.text("currency"), "GBP");
    refuses_bodies(&shop, Method::PATCH, &path, &[(json!({ "name": "" }), "name"), (json!({ "tax_included": null }), "tax_included")])
        .await?;
    assert_eq!(shop.get("/api/v1/price-lists/nonsense").await?.error_code(), "price_list_not_found");
    is_paged(&shop, "/api/v1/price-lists", "code", "code").await
}

#[test_on_every_database]
async fn channels_and_price_lists_are_changed_by_staff_with_the_permission(shop: TestShop) -> TestResult {
    let (channel, list) = (channel_path(&shop).await?, price_list_path(&shop).await?);
    for path in ["/api/v1/price-lists", &list] {
        refuses_others(&shop, Method::GET, path, "settings").await?;
    }
    for (method, path) in [(Method::PUT, &channel), (Method::PATCH, &channel), (Method::PUT, &list), (Method::PATCH, &list)] {
        refuses_others(&shop, method, path, "settings").await?;
    }
    Ok(())
}
