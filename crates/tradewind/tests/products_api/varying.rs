//! The variants of a product, one by one.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{address, body, create, fields, usd};
use crate::support::{Reply, TestResult, TestShop};

fn mug() -> Value {
    json!({
        "title": "Mug", "status": "active", "options": [{"name": "Size", "values": ["S", "M", "L"]}],
        "variants": [
            {"sku": "MUG-S", "options": {"Size": "S"}, "price": usd(1200), "cost": usd(321)},
            {"sku": "MUG-M", "options": {"Size": "M"}, "price": usd(1400)},
        ],
    })
}

fn skus(reply: &Reply) -> Vec<&str> {
    reply.data().as_array().into_iter().flatten().filter_map(|variant| variant["sku"].as_str()).collect()
}

/// A variant is added, read, changed and deleted under its product, by the product's id or slug.
#[test_on_every_database]
async fn a_variant_lives_under_its_product(shop: TestShop) -> TestResult {
    create(&shop, mug()).await?;
    let large = json!({"sku": "MUG-L", "options": {"size": "l"}, "price": usd(1600), "compare_at_price": usd(1800), "cost": usd(500)});
    let made = shop.post("/api/v1/products/mug/variants").json(large).await?.expect(201)?;
    let path = address(&made);
    assert_eq!((made.text("title"), made.data()["position"].as_i64(), made.data()["cost"]["amount"].as_i64()), ("L", Some(2), Some(500)));
    assert_eq!(shop.get(&path).await?.expect(200)?.data(), made.data());

    let changed = shop.patch(&path).version(1).json(json!({"price": usd(1500), "compare_at_price": null})).await?.expect(200)?;
    assert_eq!((&changed.data()["compare_at_price"], changed.data()["version"].as_i64()), (&Value::Null, Some(2)));
    assert_eq!((changed.data()["price"]["amount"].as_i64(), changed.text("sku")), (Some(1500), "MUG-L"));
    assert_eq!(shop.get("/api/v1/products/mug").await?.data()["version"], 3, "the product's version grows, too");

    let etag = changed.header("etag");
    shop.delete(&path).header("If-Match", etag).await?.expect(204)?;
    let gone = shop.get(&path).await?;
    assert_eq!((gone.status, gone.error_code()), (404, "variant_not_found"));
    assert_eq!(skus(&shop.get("/api/v1/products/mug/variants").await?), ["MUG-S", "MUG-M"]);
    Ok(())
}

/// Lists have pages, and strangers see neither costs nor what is archived.
#[test_on_every_database]
async fn variants_are_listed_page_by_page(shop: TestShop) -> TestResult {
    let made = create(&shop, mug()).await?;
    let path = format!("{}/variants", address(&made));
    let first = shop.get(&format!("{path}?limit=1")).await?.expect(200)?;
    assert_eq!(skus(&first), ["MUG-S"]);
    let next = first.json["links"]["next"].as_str().ok_or("a second page")?;
    assert_eq!(skus(&shop.get(next).await?.expect(200)?), ["MUG-M"]);
    let last = shop.get(&format!("{path}?sort=-position&page=2&per_page=1")).await?.expect(200)?;
    assert_eq!((skus(&last), last.json["meta"]["total"].as_i64()), (vec!["MUG-S"], Some(2)));

    let small = made.data()["variants"][0]["id"].as_str().ok_or("an id")?;
    shop.patch(&format!("{path}/{small}")).version(1).json(json!({"archived": true})).await?.expect(200)?;
    assert_eq!(skus(&shop.get(&path).await?), ["MUG-S", "MUG-M"]);
    let seen = shop.get(&path).anonymous().await?.expect(200)?;
    assert_eq!((skus(&seen), seen.header("cache-control")), (vec!["MUG-M"], "public, max-age=60"));
    let row = seen.data()[0].as_object().ok_or("a row")?;
    for secret in ["cost", "prices", "metadata", "tracked", "backorder_limit", "low_stock_threshold", "external_refs", "archived"] {
        assert!(!row.contains_key(secret), "{secret}");
    }
    assert_eq!(shop.get(&format!("{path}/{small}")).anonymous().await?.error_code(), "variant_not_found");
    let etag = seen.header("etag");
    shop.get(&path).anonymous().header("If-None-Match", etag).await?.expect(304)?;
    Ok(())
}

/// Refusals name the field as the client sent it, and the version that counts is the variant's.
#[test_on_every_database]
async fn a_variant_that_does_not_fit_is_refused(shop: TestShop) -> TestResult {
    let made = create(&shop, mug()).await?;
    create(&shop, body("Tea", "TEA", 500)).await?;
    let path = format!("{}/variants", address(&made));
    for (body, status, code, field) in [
        (json!({"sku": "X", "options": {"Size": "XL"}}), 422, "validation_failed", "options.Size"),
        (json!({"sku": "X"}), 422, "validation_failed", "options.Size"),
        (json!({"options": {"Size": "M"}}), 422, "validation_failed", "options"),
        (json!({"sku": "TEA", "options": {"Size": "L"}}), 409, "sku_taken", "sku"),
        (json!({"options": {"Size": "L"}, "price": usd(-1)}), 422, "validation_failed", "price.amount"),
        (json!({"options": {"Size": "L"}, "availability": "in_stock"}), 422, "validation_failed", "availability"),
        (json!({"options": {"Size": "L"}, "id": "var_01h455vb4pex5vsknk084sn02q"}), 422, "validation_failed", "id"),
        (json!({"options": {"Size": "L"}, "metadata": []}), 422, "validation_failed", "metadata"),
    ] {
        let refused = shop.post(&path).json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code(), fields(&refused)), (status, code, vec![field]), "{body}");
    }
    let small = format!("{path}/{}", made.data()["variants"][0]["id"].as_str().ok_or("an id")?);
    shop.patch(&small).version(1).json(json!({"barcode": "1"})).await?.expect(200)?;
    let stale = shop.patch(&small).version(1).json(json!({"barcode": "2"})).await?;
    assert_eq!((stale.status, &stale.json["error"]["context"]), (409, &json!({"current_version": 2})));
    assert_eq!(shop.patch(&small).json(json!({"barcode": "2"})).await?.status, 428);
    assert_eq!(shop.delete(&small).await?.status, 428);
    let null = shop.patch(&small).version(2).json(json!({"tracked": null})).await?;
    assert_eq!((null.status, fields(&null)), (422, vec!["tracked"]));
    let other = shop.get("/api/v1/products/tea").await?.text("id").to_owned();
    let elsewhere = format!("/api/v1/products/{other}/variants/{}", made.data()["variants"][0]["id"].as_str().ok_or("an id")?);
    assert_eq!(shop.get(&elsewhere).await?.error_code(), "variant_not_found");
    assert_eq!(shop.get("/api/v1/products/nothing/variants").await?.error_code(), "product_not_found");
    assert_eq!(shop.get(&format!("{path}/x")).await?.error_code(), "variant_not_found");
    Ok(())
}

/// What lies in a cart is archived, not deleted; and an active product keeps something to sell.
#[test_on_every_database]
async fn a_variant_in_use_or_the_last_one_stays(shop: TestShop) -> TestResult {
    let made = create(&shop, body("Mug", "MUG", 1000)).await?;
    let id = made.data()["variants"][0]["id"].as_str().ok_or("an id")?;
    let path = format!("{}/variants/{id}", address(&made));
    let last = shop.delete(&path).version(1).await?;
    assert_eq!((last.status, last.error_code()), (422, "product_not_sellable"));
    shop.patch(&path).version(1).json(json!({"tracked": false})).await?.expect(200)?;
    let cart = shop.post("/api/v1/carts").anonymous().json(json!({})).await?.expect(201)?;
    let lines = format!("/api/v1/carts/{}/lines", cart.text("id"));
    shop.post(&lines).cart(cart.text("token")).json(json!({"variant_id": id, "quantity": 1})).await?.expect(201)?;
    let used = shop.delete(&path).version(2).await?;
    assert_eq!((used.status, used.error_code()), (409, "variant_in_use"));
    Ok(())
}
