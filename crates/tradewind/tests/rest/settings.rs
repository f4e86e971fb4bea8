//! Settings over HTTP (`/api/v1/settings`): known keys, their kinds of value, and versions from the first one on.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

const PATH: &str = "/api/v1/settings";
const NAME: &str = "/api/v1/settings/shop.name";

/// A setting holds its default until somebody sets it, and everybody sees the shop's name at once.
#[test_on_every_database]
async fn a_setting_is_set_and_changed(shop: TestShop) -> TestResult {
    let first = shop.get(NAME).await?.expect(200)?;
    assert_eq!((first.text("value"), &first.data()["version"], &first.data()["updated_at"]), ("Tradewind", &json!(0), &Value::Null));

    let set = shop.put(NAME).json(json!({ "value": " Mugs & More " })).await?.expect(200)?;
    assert_eq!((set.text("value"), &set.data()["version"]), ("Mugs & More", &json!(1)));
    assert!(!set.text("updated_by").is_empty());
    assert_eq!(shop.get("/system/info").anonymous().await?.text("name"), "Mugs & More");

    refuses_edits_of_no_or_another_version(&shop, Method::PUT, NAME, &json!({ "value": "Other" })).await?;
    let changed = shop.put(NAME).header("If-Match", set.header("etag")).json(json!({ "value": "Cups" })).await?.expect(200)?;
    assert_eq!((changed.text("value"), &changed.data()["version"]), ("Cups", &json!(2)));
    assert_eq!(shop.get(NAME).await?.data(), changed.data());
    assert_eq!(shop.events_of("setting").await?, ["setting.changed"; 2]);
    Ok(())
}

/// `null` is a value of its own; an address that is none is refused.
#[test_on_every_database]
async fn a_setting_takes_only_its_kind_of_value(shop: TestShop) -> TestResult {
    let email = format!("{PATH}/shop.support_email");
    assert_eq!(shop.put(&email).json(json!({ "value": "help@mugs.example" })).await?.expect(200)?.text("value"), "help@mugs.example");
    assert_eq!(shop.get("/system/info").anonymous().await?.text("support_email"), "help@mugs.example");
    let emptied = shop.put(&email).version(1).json(json!({ "value": null })).await?.expect(200)?;
    assert_eq!((&emptied.data()["value"], &emptied.data()["version"]), (&Value::Null, &json!(2)));
    assert_eq!(shop.get(&email).await?.data(), emptied.data());

    refuses_bodies(
        &shop,
        Method::PUT,
        &email,
        &[(json!({ "value": "help" }), "value"), (json!({}), "value"), (json!({ "values": 1 }), "values")],
    )
    .await?;
    refuses_bodies(&shop, Method::PUT, NAME, &[(json!({ "value": null }), "value"), (json!({ "value": ["x"] }), "value")]).await?;
    refuses_bodies(&shop, Method::PUT, &format!("{PATH}/shop.terms_url"), &[(json!({ "value": "javascript:x" }), "value")]).await?;
    for unknown in ["shop.nonsense", "%FF", "test"] {
        let path = format!("{PATH}/{unknown}");
        for reply in [shop.get(&path).await?, shop.put(&path).json(json!({ "value": 1 })).await?] {
            assert_eq!((reply.status, reply.error_code()), (404, "setting_not_found"), "{unknown}");
        }
    }
    let stale = shop.put(NAME).version(7).json(json!({ "value": "x" })).await?;
    assert_eq!((stale.status, &stale.json["error"]["context"]), (409, &json!({ "current_version": 0 })));
    shop.put(NAME).version(0).json(json!({ "value": "x" })).await?.expect(200)?;
    Ok(())
}

/// Two members of staff set it for the first time together: one is told.
#[test_on_every_database]
async fn of_two_first_values_one_is_kept(shop: TestShop) -> TestResult {
    let put = |value: &str| shop.put(NAME).version(0).json(json!({ "value": value })).into_future();
    let (one, other) = tokio::join!(put("One"), put("Other"));
    let (one, other) = (one?, other?);
    let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
    assert_eq!((won.status, lost.status, lost.error_code()), (200, 409, "version_conflict"));
    assert_eq!(shop.get(NAME).await?.text("value"), won.text("value"));
    Ok(())
}

#[test_on_every_database]
async fn settings_are_listed_for_staff_with_the_permission(shop: TestShop) -> TestResult {
    shop.put(NAME).json(json!({ "value": "Mugs" })).await?.expect(200)?;
    is_paged(&shop, PATH, "key", "key").await?;
    let all = shop.get(PATH).await?.expect(200)?;
    assert_eq!(members(&all, "key").len(), 12);
    assert_eq!((&all.data()[6]["key"], &all.data()[6]["value"]), (&json!("shop.name"), &json!("Mugs")));
    for path in [PATH, NAME] {
        refuses_others(&shop, Method::GET, path, "settings").await?;
    }
    refuses_others(&shop, Method::PUT, NAME, "settings").await?;
    Ok(())
}
