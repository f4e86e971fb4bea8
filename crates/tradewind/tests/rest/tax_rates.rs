//! Tax rates over HTTP (`/api/v1/tax-rates`): made, read, changed, listed and deleted by staff alone.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

const PATH: &str = "/api/v1/tax-rates";

async fn create(shop: &TestShop, body: Value) -> TestResult<Reply> {
    shop.post(PATH).json(body).await?.expect(201)
}

/// What staff write comes back, each change under its next version, until it is gone.
#[test_on_every_database]
async fn a_tax_rate_lives_over_http(shop: TestShop) -> TestResult {
    let made = create(&shop, json!({ "name": "QST", "country": "CA", "region": "quebec", "rate_ppm": 99_750 })).await?;
    let path = made.header("location").to_owned();
    assert_eq!(path, format!("{PATH}/{}", made.text("id")));
    let expected = json!({
        "id": made.text("id"), "version": 1, "name": "QST", "country": "CA", "region": "QC", "zone_id": null,
        "tax_class": "standard", "rate_ppm": 99_750, "compound": false, "position": 0, "shipping_taxed": false, "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!(*made.data(), expected);
    let read = shop.get(&path).await?.expect(200)?;
    assert_eq!((read.data(), read.header("etag")), (&expected, made.header("etag")));
    assert!(read.header("etag").starts_with("\"1-"));

    let tag = is_fresh_until_it_changes(&shop, &path).await?;
    let patched = shop.patch(&path).header("If-Match", &tag).json(json!({ "region": null, "shipping_taxed": true })).await?.expect(200)?;
    assert_eq!(
        (&patched.data()["region"], &patched.data()["shipping_taxed"], &patched.data()["version"]),
        (&Value::Null, &json!(true), &json!(2))
    );
    assert_eq!(patched.text("name"), "QST");
    shop.get(&path).header("If-None-Match", &tag).await?.expect(200)?;

    let whole = json!({ "name": "VAT", "country": "DE", "tax_class": "reduced", "rate_ppm": 70_000, "version": 2 });
    let put = shop.put(&path).json(whole).await?.expect(200)?;
    assert_eq!((put.text("country"), put.text("tax_class"), &put.data()["shipping_taxed"]), ("DE", "reduced", &json!(false)));

    let gone = shop.delete(&format!("{path}?version=3")).await?.expect(204)?;
    assert!(gone.bytes.is_empty());
    for reply in [shop.get(&path).await?, shop.patch(&path).version(3).json(json!({})).await?, shop.delete(&path).version(3).await?] {
        assert_eq!((reply.status, reply.error_code()), (404, "tax_rate_not_found"));
    }
    assert_eq!(shop.get(&format!("{PATH}/nonsense")).await?.error_code(), "tax_rate_not_found");
    assert_eq!(shop.events_of("tax_rate").await?, ["tax_rate.changed"; 4]);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_edit_of_a_tax_rate_changes_nothing(shop: TestShop) -> TestResult {
    let good = json!({ "name": "VAT", "country": "DE", "rate_ppm": 190_000 });
    let path = create(&shop, good.clone()).await?.header("location").to_owned();
    refuses_edits_of_no_or_another_version(&shop, Method::PUT, &path, &good).await?;
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({ "name": "Other" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;

    let with = |field: &str, value: Value| {
        let mut body = good.clone();
        body[field] = value;
        (body, field.to_owned())
    };
    let bad = [
        with("name", json!("")),
        with("name", json!(5)),
        with("country", json!("ZZ")),
        with("region", json!("x".repeat(65))),
        with("tax_class", json!("No Class")),
        with("rate_ppm", json!(-1)),
        with("rate_ppm", json!(10_000_001)),
        with("rate_ppm", json!(1.5)),
        with("compound", json!("yes")),
        with("position", json!(-1)),
        with("shipping_taxed", Value::Null),
        with("zone_id", json!("tzone_01jq000000000000000000000")),
        with("colour", json!("red")),
    ];
    let bad: Vec<(Value, &str)> = bad.iter().map(|(body, field)| (body.clone(), field.as_str())).collect();
    refuses_bodies(&shop, Method::POST, PATH, &bad).await?;
    refuses_bodies(&shop, Method::PUT, &path, &bad).await?;
    refuses_bodies(
        &shop,
        Method::POST,
        PATH,
        &[(json!({ "name": "VAT", "country": "DE" }), "rate_ppm"), (with("version", json!(1)).0, "version")],
    )
    .await?;
    let patches = [
        (json!({ "name": null }), "name"),
        (json!({ "rate_ppm": null }), "rate_ppm"),
        (json!({ "region": 5 }), "region"),
        (json!({ "id": "x" }), "id"),
    ];
    refuses_bodies(&shop, Method::PATCH, &path, &patches).await?;
    assert_eq!(shop.post(PATH).raw("{").await?.error_code(), "malformed_body");
    assert_eq!(shop.get(&path).await?.data()["version"], 1);
    Ok(())
}

#[test_on_every_database]
async fn tax_rates_are_listed_by_country_and_page(shop: TestShop) -> TestResult {
    for (name, country) in [("1", "DE"), ("2", "FR"), ("3", "AT"), ("4", "DE")] {
        create(&shop, json!({ "name": name, "country": country, "rate_ppm": 1 })).await?;
    }
    is_paged(&shop, PATH, "created_at", "name").await?;
    let listed =
        async |query: &str| -> TestResult<Vec<Value>> { Ok(members(&shop.get(&format!("{PATH}?{query}")).await?.expect(200)?, "name")) };
    assert_eq!(listed("").await?, ["4", "3", "2", "1"]);
    assert_eq!(listed("filter[country]=DE,AT&sort=created_at").await?, ["1", "3", "4"]);
    assert_eq!(listed("filter[country]=DE&limit=1&sort=created_at").await?, ["1"]);
    assert_eq!(listed("filter[country]=ZZ").await?, [""; 0]);
    is_fresh_until_it_changes(&shop, PATH).await?;
    Ok(())
}

#[test_on_every_database]
async fn tax_rates_are_for_staff_with_the_permission(shop: TestShop) -> TestResult {
    let one = create(&shop, json!({ "name": "VAT", "country": "DE", "rate_ppm": 1 })).await?.header("location").to_owned();
    for path in [PATH, &one] {
        refuses_others(&shop, Method::GET, path, "settings").await?;
    }
    for (method, path) in [(Method::POST, PATH), (Method::PUT, &one), (Method::PATCH, &one), (Method::DELETE, &one)] {
        refuses_others(&shop, method, path, "settings").await?;
    }
    Ok(())
}
