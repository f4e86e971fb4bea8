//! Stock over HTTP (`/api/v1/stock-locations`, `-levels`, `-moves`, `-adjustments`), for staff.

use catalog::variants::VariantInput;
use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;
use crate::support::variant;

const LOCATIONS: &str = "/api/v1/stock-locations";
const LEVELS: &str = "/api/v1/stock-levels";
const MOVES: &str = "/api/v1/stock-moves";
const ADJUSTMENTS: &str = "/api/v1/stock-adjustments";

/// A tracked variant; its id.
async fn tracked(shop: &TestShop, sku: &str) -> TestResult<String> {
    let tracked = VariantInput { tracked: Some(true), ..variant(sku, 1_000) };
    Ok(shop.product(sku).variant(tracked).create().await?.variants[0].variant.id.to_string())
}

async fn main_location(shop: &TestShop) -> TestResult<Value> {
    Ok(shop.get(LOCATIONS).await?.expect(200)?.data()[0].clone())
}

async fn adjust(shop: &TestShop, key: &str, body: Value) -> TestResult<Reply> {
    shop.post(ADJUSTMENTS).idempotency(key).json(body).await
}

#[test_on_every_database]
async fn a_location_lives_over_http(shop: TestShop) -> TestResult {
    let address = json!({ "line1": "Dock 4", "city": "Berlin", "postal_code": "10115", "country": "DE" });
    let made =
        shop.post(LOCATIONS).json(json!({ "code": "berlin", "name": "Berlin", "priority": 5, "address": address })).await?.expect(201)?;
    let path = made.header("location").to_owned();
    let expected = json!({
        "id": made.text("id"), "version": 1, "code": "berlin", "name": "Berlin", "kind": "own", "priority": 5, "active": true,
        "address": { "line1": "Dock 4", "line2": null, "city": "Berlin", "region": null, "postal_code": "10115", "country": "DE" },
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!((made.data(), shop.get(&path).await?.expect(200)?.data()), (&expected, &expected));
    let patched = shop.patch(&path).header("If-Match", made.header("etag")).json(json!({ "address": null })).await?.expect(200)?;
    assert_eq!((&patched.data()["address"], &patched.data()["priority"], &patched.data()["version"]), (&Value::Null, &json!(5), &json!(2)));
    let put = shop.put(&path).version(2).json(json!({ "name": "Hamburg" })).await?.expect(200)?;
    assert_eq!((put.text("name"), put.text("code"), &put.data()["priority"]), ("Hamburg", "berlin", &json!(9_999)));

    refuses_edits_of_no_or_another_version(&shop, Method::PUT, &path, &json!({ "name": "x" })).await?;
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({})).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;
    is_paged(&shop, LOCATIONS, "priority", "code").await?;
    shop.delete(&path).version(3).await?.expect(204)?;
    assert_eq!(shop.get(&path).await?.error_code(), "stock_location_not_found");
    let events = ["created", "updated", "updated", "deleted"].map(|name| format!("stock_location.{name}"));
    assert_eq!(shop.events_of("stock_location").await?, events);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_location_is_refused(shop: TestShop) -> TestResult {
    let main = main_location(&shop).await?;
    let path = format!("{LOCATIONS}/{}", main["id"].as_str().ok_or("no id")?);
    let bad = [
        (json!({ "code": "No Code", "name": "x" }), "code"),
        (json!({ "code": "x", "name": " " }), "name"),
        (json!({ "code": "x", "name": "x", "kind": "moon" }), "kind"),
        (json!({ "code": "x", "name": "x", "priority": 10_000 }), "priority"),
        (json!({ "code": "x", "name": "x", "address": { "line1": "1", "city": "x", "country": "ZZ" } }), "address.country"),
        (json!({ "code": "x", "name": "x", "address": { "line1": "1", "city": "x" } }), "address.country"),
        (json!({ "code": "x", "name": "x", "colour": "red" }), "colour"),
    ];
    refuses_bodies(&shop, Method::POST, LOCATIONS, &bad).await?;
    refuses_bodies(&shop, Method::PATCH, &path, &[(json!({ "code": "other" }), "code"), (json!({ "active": null }), "active")]).await?;
    let taken = shop.post(LOCATIONS).json(json!({ "code": "main", "name": "x" })).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "location_code_taken"));
    let kept = shop.delete(&path).version(1).await?;
    assert_eq!((kept.status, kept.error_code()), (409, "location_in_use"));
    Ok(())
}

/// A delivery comes in once, however often it is told; the ledger says who booked it and why.
#[test_on_every_database]
async fn stock_is_corrected_once_under_a_key(shop: TestShop) -> TestResult {
    let (mug, main) = (tracked(&shop, "MUG").await?, main_location(&shop).await?);
    let delivery = json!({ "reason": "received", "note": "by sea", "items": [{ "variant_id": mug, "delta": 7 }] });
    let first = adjust(&shop, "delivery-1", delivery.clone()).await?.expect(201)?;
    assert_eq!(first.data()["items"], json!([{ "variant_id": mug, "location_id": main["id"], "delta": 7, "on_hand": 7, "reserved": 0 }]));
    let again = adjust(&shop, "delivery-1", delivery.clone()).await?.expect(201)?;
    assert_eq!((&again.bytes, again.header("idempotent-replayed")), (&first.bytes, "true"));
    let other = adjust(&shop, "delivery-1", json!({ "reason": "lost", "items": [{ "variant_id": mug, "delta": -1 }] })).await?;
    assert_eq!((other.status, other.error_code()), (422, "idempotency_key_reused"));
    let without = shop.post(ADJUSTMENTS).json(delivery).await?;
    assert_eq!((without.status, without.error_code()), (400, "idempotency_key_missing"));

    let counted =
        json!({ "reason": "counted", "items": [{ "variant_id": mug, "location_id": main["id"], "on_hand": 6, "expected_on_hand": 7 }] });
    assert_eq!(adjust(&shop, "count-1", counted.clone()).await?.expect(201)?.data()["items"][0]["delta"], -1);
    let stale = adjust(&shop, "count-2", counted).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "stock_changed"));
    assert_eq!(stale.json["error"]["context"]["figures"][0]["on_hand"], 6);
    let below = adjust(&shop, "lost-1", json!({ "reason": "lost", "items": [{ "variant_id": mug, "delta": -9 }] })).await?;
    assert_eq!((below.status, below.error_code()), (409, "stock_below_zero"));

    let levels = shop.get(&format!("{LEVELS}?filter[variant]={mug}")).await?.expect(200)?;
    let level = &levels.data()[0];
    assert_eq!(
        (&level["on_hand"], &level["available"], &level["sku"], &level["location_code"]),
        (&json!(6), &json!(6), &json!("MUG"), &json!("main"))
    );
    let moves = shop.get(&format!("{MOVES}?filter[variant]={mug}")).await?.expect(200)?;
    assert_eq!(
        (members(&moves, "delta"), members(&moves, "reason")),
        (vec![json!(-1), json!(7)], vec![json!("counted"), json!("received")])
    );
    assert_eq!((&moves.data()[1]["cause_id"], &moves.data()[1]["note"]), (&first.data()["id"], &json!("by sea")));
    Ok(())
}

#[test_on_every_database]
async fn a_bad_adjustment_changes_nothing(shop: TestShop) -> TestResult {
    let mug = tracked(&shop, "MUG").await?;
    let of = |item: Value| json!({ "reason": "correction", "items": [item] });
    for (body, field) in [
        (json!({ "reason": "fulfilled", "items": [{ "variant_id": mug, "delta": 1 }] }), "reason"),
        (json!({ "reason": "theft", "items": [{ "variant_id": mug, "delta": 1 }] }), "reason"),
        (json!({ "reason": "lost", "items": [] }), "items"),
        (of(json!({ "variant_id": mug })), "items.0"),
        (of(json!({ "variant_id": mug, "delta": 1, "on_hand": 1 })), "items.0"),
        (of(json!({ "variant_id": mug, "on_hand": 1 })), "items.0"),
        (of(json!({ "variant_id": mug, "delta": 0 })), "items.0.delta"),
        (of(json!({ "variant_id": mug, "delta": 1.5 })), "items.0.delta"),
        (of(json!({ "variant_id": mug, "on_hand": -1, "expected_on_hand": 0 })), "items.0.on_hand"),
        (of(json!({ "variant_id": "MUG", "delta": 1 })), "items.0.variant_id"),
        (of(json!({ "variant_id": kernel::VariantId::generate().to_string(), "delta": 1 })), "items.0.variant_id"),
        (of(json!({ "variant_id": mug, "location_id": "main", "delta": 1 })), "items.0.location_id"),
        (of(json!({ "variant_id": mug, "delta": 1, "price": 1 })), "items.0.price"),
    ] {
        let reply = adjust(&shop, "bad", body.clone()).await?;
        assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{body}: {reply:?}");
        assert!(reply.json["error"]["details"].get(field).is_some(), "{body}: {reply:?}");
    }
    assert_eq!(shop.get(MOVES).await?.json["meta"]["total"], 0);
    // A refusal keeps no key.
    adjust(&shop, "bad", of(json!({ "variant_id": mug, "delta": 1 }))).await?.expect(201)?;
    Ok(())
}

#[test_on_every_database]
async fn levels_and_moves_are_found_by_what_staff_know(shop: TestShop) -> TestResult {
    let (mug, cup) = (tracked(&shop, "MUG").await?, tracked(&shop, "CUP").await?);
    for (key, variant, delta) in [("1", &mug, 5), ("2", &cup, 1), ("3", &mug, -4)] {
        shop.advance(chrono::TimeDelta::minutes(1));
        adjust(&shop, key, json!({ "reason": "correction", "items": [{ "variant_id": variant, "delta": delta }] })).await?.expect(201)?;
    }
    is_paged(&shop, LEVELS, "variant_id", "variant_id").await?;
    is_paged(&shop, MOVES, "created_at", "id").await?;
    let count = async |path: &str| -> TestResult<Value> { Ok(shop.get(path).await?.expect(200)?.json["meta"]["total"].clone()) };
    assert_eq!(count(&format!("{LEVELS}?filter[sku]=mu")).await?, 1);
    assert_eq!(count(&format!("{LEVELS}?filter[low]=true")).await?, 0);
    assert_eq!(count(&format!("{MOVES}?filter[reason]=correction,lost")).await?, 3);
    assert_eq!(
        count(&format!("{MOVES}?filter[created_at][gt]=2026-03-02T09:31:00Z&filter[created_at][lte]=2026-03-02T09:33:00Z")).await?,
        2
    );
    assert_eq!(
        count(&format!("{MOVES}?filter[created_at][gte]=2026-03-02T09:31:00Z&filter[created_at][lt]=2026-03-02T09:32:00Z")).await?,
        1
    );
    assert_eq!(count(&format!("{LEVELS}?filter[low]=false")).await?, 2);
    adjust(&shop, "4", json!({ "reason": "lost", "items": [{ "variant_id": mug, "delta": -1 }] })).await?.expect(201)?;
    for (low, sku) in [("true", "MUG"), ("false", "CUP")] {
        let levels = shop.get(&format!("{LEVELS}?filter[low]={low}")).await?.expect(200)?;
        assert_eq!(members(&levels, "sku"), [json!(sku)], "{low}");
    }
    // What is low changes with the threshold, before anything is sold.
    let cup = shop.get(&format!("{LEVELS}?filter[sku]=CUP")).await?.expect(200)?.data()[0].clone();
    let (product, variant) = (cup["product_id"].as_str().unwrap_or_default(), cup["variant_id"].as_str().unwrap_or_default());
    let threshold = shop.patch(&format!("/api/v1/products/{product}/variants/{variant}")).version(1);
    threshold.json(json!({ "low_stock_threshold": 1 })).await?.expect(200)?;
    let levels = shop.get(&format!("{LEVELS}?filter[low]=true")).await?.expect(200)?;
    assert_eq!(
        (members(&levels, "sku"), members(&levels, "low_stock_threshold")),
        (vec![json!("MUG"), json!("CUP")], vec![json!(null), json!(1)])
    );
    for path in [format!("{LEVELS}?filter[variant]=mug"), format!("{MOVES}?filter[location]=main")] {
        assert_eq!(shop.get(&path).await?.status, 422);
    }
    assert_eq!(shop.get(&format!("{MOVES}?filter[reason]=theft")).await?.error_code(), "invalid_query");
    Ok(())
}

#[test_on_every_database]
async fn stock_is_for_staff_with_the_permission(shop: TestShop) -> TestResult {
    let one = format!("{LOCATIONS}/{}", main_location(&shop).await?["id"].as_str().ok_or("no id")?);
    for path in [LOCATIONS, &one, LEVELS, MOVES] {
        refuses_others(&shop, Method::GET, path, "stock").await?;
    }
    for (method, path) in
        [(Method::POST, LOCATIONS), (Method::PUT, &one), (Method::PATCH, &one), (Method::DELETE, &one), (Method::POST, ADJUSTMENTS)]
    {
        refuses_others(&shop, method, path, "stock").await?;
    }
    Ok(())
}
