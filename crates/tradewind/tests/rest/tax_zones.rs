//! Tax zones over HTTP (`/api/v1/tax-zones`): made, read, changed, listed and deleted by staff alone.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

const PATH: &str = "/api/v1/tax-zones";

/// What staff write comes back, each change under its next version, until it is gone.
#[test_on_every_database]
async fn a_tax_zone_lives_over_http(shop: TestShop) -> TestResult {
    let places = json!([{ "country": "US", "region": "california" }, { "country": "CA" }, { "country": "CA" }]);
    let made = shop.post(PATH).json(json!({ "name": " North ", "places": places })).await?.expect(201)?;
    let path = made.header("location").to_owned();
    let expected = json!({
        "id": made.text("id"), "version": 1, "name": "North",
        "places": [{ "country": "CA", "region": null }, { "country": "US", "region": "CA" }],
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!(*made.data(), expected);
    assert_eq!((path.as_str(), shop.get(&path).await?.expect(200)?.data()), (format!("{PATH}/{}", made.text("id")).as_str(), &expected));

    let tag = is_fresh_until_it_changes(&shop, &path).await?;
    let change = json!({ "places": [{ "country": "MX" }] });
    let patched = shop.patch(&path).header("If-Match", &tag).json(change).await?.expect(200)?;
    assert_eq!(patched.text("name"), "North");
    assert_eq!(patched.data()["places"], json!([{ "country": "MX", "region": null }]));

    shop.delete(&path).version(2).await?.expect(204)?;
    for reply in [shop.get(&path).await?, shop.patch(&path).version(3).json(json!({})).await?, shop.delete(&path).version(3).await?] {
        assert_eq!((reply.status, reply.error_code()), (404, "tax_zone_not_found"));
    }
    assert_eq!(shop.events_of("tax_zone").await?, ["tax_zone.changed"; 3]);
    Ok(())
}

#[test_on_every_database]
async fn the_european_union_is_a_word(shop: TestShop) -> TestResult {
    let union = json!({ "name": "European Union", "preset": "european_union" });
    let made = shop.post(PATH).json(union.clone()).await?.expect(201)?;
    let places = made.data()["places"].as_array().map(Vec::len);
    assert_eq!((places, &made.data()["places"][0]["country"]), (Some(27), &json!("AT")));
    let taken = shop.post(PATH).json(json!({ "name": "european union", "places": [{ "country": "DE" }] })).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "tax_zone_name_taken"));
    Ok(())
}

#[test_on_every_database]
async fn a_bad_edit_of_a_tax_zone_changes_nothing(shop: TestShop) -> TestResult {
    let good = json!({ "name": "Home", "places": [{ "country": "DE" }] });
    let path = shop.post(PATH).json(good.clone()).await?.expect(201)?.header("location").to_owned();
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({ "name": "Other" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;
    let bad = [
        (json!({ "name": "", "places": [{ "country": "DE" }] }), "name"),
        (json!({ "name": "Moon" }), "places"),
        (json!({ "name": "Moon", "places": [] }), "places"),
        (json!({ "name": "Moon", "places": [{ "country": "ZZ" }] }), "places.0.country"),
        (json!({ "name": "Moon", "places": [{ "country": "US", "region": "Bavaria" }] }), "places.0.region"),
        (json!({ "name": "Moon", "preset": "moon" }), "preset"),
        (json!({ "name": "Moon", "preset": "european_union", "places": [{ "country": "DE" }] }), "preset"),
        (json!({ "name": "Moon", "preset": "european_union", "colour": "red" }), "colour"),
    ];
    refuses_bodies(&shop, Method::POST, PATH, &bad).await?;
    let bad = [(json!({ "name": null }), "name"), (json!({ "places": [] }), "places"), (json!({ "preset": "european_union" }), "preset")];
    refuses_bodies(&shop, Method::PATCH, &path, &bad).await?;
    assert_eq!(shop.get(&path).await?.data()["version"], 1);
    Ok(())
}

/// Rates belong to a zone, and keep it; the list has them by it.
#[test_on_every_database]
async fn a_zone_that_rates_belong_to_stays(shop: TestShop) -> TestResult {
    let zone = shop.post(PATH).json(json!({ "name": "Home", "places": [{ "country": "DE" }] })).await?.expect(201)?;
    let (id, path) = (zone.text("id").to_owned(), zone.header("location").to_owned());
    let rate = json!({ "name": "VAT", "zone_id": id, "rate_ppm": 190_000, "compound": true, "position": 3 });
    let rate = shop.post("/api/v1/tax-rates").json(rate).await?.expect(201)?;
    let read = ["country", "region", "zone_id", "compound", "position"].map(|member| rate.data()[member].clone());
    assert_eq!(read, [Value::Null, Value::Null, json!(id), json!(true), json!(3)]);
    let refused = shop.delete(&path).version(1).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "tax_zone_in_use"));

    let listed = async |query: &str| -> TestResult<Vec<Value>> {
        Ok(members(&shop.get(&format!("/api/v1/tax-rates?{query}")).await?.expect(200)?, "name"))
    };
    let other = shop.post("/api/v1/tax-rates").json(json!({ "name": "Other", "country": "DE", "rate_ppm": 1 })).await?.expect(201)?;
    assert_eq!(listed(&format!("filter[zone]={id}")).await?, ["VAT"]);
    assert_eq!(listed("filter[country]=DE").await?, ["Other"]);

    let rate = rate.header("location").to_owned();
    let moved = shop.patch(&rate).version(1).json(json!({ "country": "DE" })).await?.expect(200)?;
    assert_eq!((moved.text("country"), &moved.data()["zone_id"]), ("DE", &Value::Null));
    shop.delete(&path).version(1).await?.expect(204)?;
    for (method, path) in [(Method::POST, "/api/v1/tax-rates"), (Method::PUT, other.header("location"))] {
        refuses_bodies(&shop, method, path, &[(json!({ "name": "VAT", "zone_id": id, "rate_ppm": 1 }), "zone_id")]).await?;
    }
    refuses_bodies(&shop, Method::PATCH, other.header("location"), &[(json!({ "zone_id": id }), "zone_id")]).await?;
    Ok(())
}

#[test_on_every_database]
async fn tax_zones_are_for_staff_with_the_permission_and_listed_by_page(shop: TestShop) -> TestResult {
    for name in ["1", "2", "3", "4"] {
        shop.post(PATH).json(json!({ "name": name, "places": [{ "country": "DE" }] })).await?.expect(201)?;
    }
    is_paged(&shop, PATH, "created_at", "name").await?;
    is_fresh_until_it_changes(&shop, PATH).await?;
    let one = shop.get(PATH).await?.data()[0]["id"].as_str().map(|id| format!("{PATH}/{id}")).unwrap_or_default();
    for (method, path) in [(Method::GET, PATH), (Method::POST, PATH), (Method::GET, &one), (Method::PATCH, &one), (Method::DELETE, &one)] {
        refuses_others(&shop, method, path, "settings").await?;
    }
    Ok(())
}
