//! Making, changing and deleting products.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{address, body, create, fields, usd};
use crate::support::{TestResult, TestShop, make_key};

/// What is made can be read by id and by slug, whole.
#[test_on_every_database]
async fn a_product_is_made_and_read(shop: TestShop) -> TestResult {
    let made = create(
        &shop,
        json!({
            "title": " Stoneware mug ", "status": "active", "brand": "Acme", "tags": ["Gift", "gift", "Clay"],
            "description": "<p onclick=\"x()\">Warm</p><script>alert(1)</script>",
            "seo_title": "Mug", "seo_description": "A mug", "attributes": {"Material": ["Clay"]},
            "metadata": {"supplier": "Potter", "cost": 4}, "external_refs": [{"source": "woo", "id": "11"}],
            "options": [{"name": "Size", "values": ["S", "M"]}],
            "variants": [
                {"sku": "MUG-S", "options": {"Size": "S"}, "price": usd(1200), "compare_at_price": usd(1500), "cost": usd(400)},
                {"sku": "MUG-M", "options": {"size": "m"}, "price": usd(1400), "barcode": "4006381333931", "weight_grams": 350},
            ],
        }),
    )
    .await?;
    assert_eq!((made.text("slug"), made.text("title"), made.text("description")), ("stoneware-mug", "Stoneware mug", "<p>Warm</p>"));
    assert_eq!((made.data()["version"].as_i64(), &made.data()["tags"]), (Some(1), &json!(["Gift", "Clay"])));
    assert_eq!(made.data()["price_min"], json!({"amount": 1200, "currency": "USD", "formatted": "$12.00"}));
    assert_eq!(made.data()["variants"][0]["cost"]["amount"], 400);
    assert_eq!(made.data()["variants"][1]["options"], json!({"Size": "M"}));
    assert_eq!(address(&made), format!("/api/v1/products/{}", made.text("id")));
    assert!(made.header("etag").starts_with("\"1-"), "{}", made.header("etag"));

    let by_id = shop.get(&address(&made)).await?.expect(200)?;
    assert_eq!((by_id.data(), by_id.header("etag")), (made.data(), made.header("etag")));
    let by_slug = shop.get("/api/v1/products/stoneware-mug").await?.expect(200)?;
    assert_eq!(by_slug.data(), made.data());
    assert_eq!(shop.events_of("product").await?, ["product.created"]);
    Ok(())
}

/// S2-15: each field that is wrong is named in one answer, and nothing is made.
#[test_on_every_database]
async fn what_cannot_be_a_product_is_refused_field_by_field(shop: TestShop) -> TestResult {
    let long = "x".repeat(256);
    let cases = [
        (json!({}), &["title"][..]),
        (json!({"title": null, "seo_title": long}), &["seo_title", "title"]),
        (json!({"title": long}), &["title"]),
        (json!({"title": " "}), &["title"]),
        (body("Mug", "M", -1), &["variants.0.price.amount"]),
        (json!({"title": "", "variants": [{"price": usd(-5)}]}), &["title", "variants.0.price.amount"]),
        (json!({"title": "Mug", "category_ids": ["cat_01h455vb4pex5vsknk084sn02q"]}), &["category_ids.0"]),
        (json!({"title": "Mug", "category_ids": ["mugs"]}), &["category_ids.0"]),
        (json!({"title": "Mug", "price": 5}), &["price"]),
        (json!({"title": "Mug", "version": 1}), &["version"]),
        (json!({"title": 5}), &["title"]),
        (json!({"title": "Mug", "variants": [{"price": {"amount": 1.5, "currency": "USD"}}]}), &["variants.0.price.amount"]),
        (json!({"title": "Mug", "variants": [{"price": {"amount": 1, "currency": "EUR"}}]}), &["variants.0.price.currency"]),
        (json!({"title": "Mug", "variants": [{"availability": "in_stock"}]}), &["variants.0.availability"]),
    ];
    for (body, wrong) in cases {
        let refused = shop.post("/api/v1/products").json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body} {:?}", refused.json);
        assert_eq!(fields(&refused), wrong, "{body}");
    }
    let refused = shop.post("/api/v1/products").json(json!({"title": "Mug", "status": "active"})).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "product_not_sellable"));
    let listed = shop.get("/api/v1/products").await?.expect(200)?;
    assert_eq!(listed.json["meta"]["total"], 0);
    Ok(())
}

/// PATCH leaves alone what is absent, empties what is null, and refuses null where there must be something.
#[test_on_every_database]
async fn a_patch_tells_absent_from_null(shop: TestShop) -> TestResult {
    let mut mug = body("Mug", "MUG", 1000);
    mug["brand"] = json!("Acme");
    mug["seo_title"] = json!("A mug");
    let made = create(&shop, mug).await?;
    let path = address(&made);
    let patched = shop.patch(&path).version(1).json(json!({"brand": null, "title": "Big mug"})).await?.expect(200)?;
    assert_eq!((patched.text("title"), &patched.data()["brand"], patched.text("seo_title")), ("Big mug", &Value::Null, "A mug"));
    assert_eq!((patched.text("slug"), patched.data()["version"].as_i64()), ("mug", Some(2)));
    assert_eq!(patched.data()["variants"][0]["price"]["amount"], 1000);

    let by_body = shop.patch("/api/v1/products/mug").json(json!({"slug": null, "version": 2})).await?.expect(200)?;
    assert_eq!((by_body.text("slug"), by_body.data()["version"].as_i64()), ("big-mug", Some(3)));
    for null in ["title", "status", "tags", "options"] {
        let refused = shop.patch(&path).version(3).json(json!({null: null})).await?;
        assert_eq!((refused.status, fields(&refused)), (422, vec![null]), "{refused:?}");
    }
    let same = shop.patch(&path).version(3).json(json!({})).await?.expect(200)?;
    assert_eq!(same.data(), by_body.data());
    Ok(())
}

/// Variants inside a patch are recognised and changed in part; the others stay.
#[test_on_every_database]
async fn a_patch_changes_the_variants_that_it_names(shop: TestShop) -> TestResult {
    let made = create(
        &shop,
        json!({
            "title": "Mug", "status": "active", "options": [{"name": "Size", "values": ["S", "M"]}],
            "variants": [
                {"sku": "MUG-S", "options": {"Size": "S"}, "price": usd(1200), "compare_at_price": usd(1500)},
                {"sku": "MUG-M", "options": {"Size": "M"}, "price": usd(1400)},
            ],
        }),
    )
    .await?;
    let change = json!({"variants": [{"sku": "MUG-S", "price": usd(1100), "compare_at_price": null}]});
    let patched = shop.patch(&address(&made)).version(1).json(change).await?.expect(200)?;
    let variants = &patched.data()["variants"];
    assert_eq!((variants[0]["price"]["amount"].as_i64(), &variants[0]["compare_at_price"]), (Some(1100), &Value::Null));
    assert_eq!(variants[1], made.data()["variants"][1]);
    let refused = shop.patch(&address(&made)).version(2).json(json!({"variants": [{"sku": "MUG-S", "version": 2}]})).await?;
    assert_eq!((refused.status, fields(&refused)), (422, vec!["variants.0.version"]));
    Ok(())
}

/// PUT writes everything anew: what is absent gets its default, and variants that are absent go.
#[test_on_every_database]
async fn a_replacement_is_the_whole_product(shop: TestShop) -> TestResult {
    let mut mug = body("Mug", "MUG", 1000);
    mug["brand"] = json!("Acme");
    mug["tags"] = json!(["gift"]);
    let made = create(&shop, mug).await?;
    let mut anew = body("Cup", "CUP", 900);
    anew["version"] = json!(1);
    let replaced = shop.put(&address(&made)).json(anew.clone()).await?.expect(200)?;
    assert_eq!((replaced.text("title"), replaced.text("slug"), &replaced.data()["brand"]), ("Cup", "mug", &Value::Null));
    assert_eq!((&replaced.data()["tags"], replaced.data()["version"].as_i64()), (&json!([]), Some(2)));
    let skus: Vec<&str> = replaced.data()["variants"].as_array().ok_or("variants")?.iter().filter_map(|one| one["sku"].as_str()).collect();
    assert_eq!(skus, ["CUP"]);
    let stale = shop.put(&address(&made)).json(anew).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "version_conflict"));
    Ok(())
}

/// An edit says which version it means: a stale one learns the current one, one without is told so.
#[test_on_every_database]
async fn an_edit_names_the_version_that_it_edits(shop: TestShop) -> TestResult {
    let path = address(&create(&shop, body("Mug", "MUG", 1000)).await?);
    shop.patch(&path).version(1).json(json!({"title": "Cup"})).await?.expect(200)?;
    for method in ["PUT", "PATCH", "DELETE"] {
        let ask = || {
            let ask = shop.ask(method.parse().unwrap_or_default(), &path);
            if method == "DELETE" { ask } else { ask.json(json!({"title": "Late"})) }
        };
        let stale = ask().version(1).await?;
        assert_eq!((stale.status, stale.error_code()), (409, "version_conflict"), "{method}");
        assert_eq!(stale.json["error"]["context"], json!({"current_version": 2}), "{method}");
        let without = ask().await?;
        assert_eq!((without.status, without.error_code()), (428, "version_required"), "{method}");
    }
    assert_eq!(shop.get(&path).await?.expect(200)?.text("title"), "Cup");
    let etag = shop.get(&path).await?.header("etag").to_owned();
    shop.delete(&path).header("If-Match", etag).await?.expect(204)?;
    assert_eq!(shop.get(&path).await?.error_code(), "product_not_found");
    assert_eq!(shop.delete(&format!("{path}?version=2")).await?.error_code(), "product_not_found");
    Ok(())
}

/// What lies in a cart or was sold stays; it is archived instead, and customers see it no more.
#[test_on_every_database]
async fn a_product_in_use_is_archived_instead(shop: TestShop) -> TestResult {
    let made = create(&shop, body("Mug", "MUG", 1000)).await?;
    let variant = made.data()["variants"][0]["id"].clone();
    let patch = json!({"variants": [{"sku": "MUG", "tracked": false}]});
    shop.patch(&address(&made)).version(1).json(patch).await?.expect(200)?;
    let cart = shop.post("/api/v1/carts").anonymous().json(json!({})).await?.expect(201)?;
    let lines = format!("/api/v1/carts/{}/lines", cart.text("id"));
    shop.post(&lines).cart(cart.text("token")).json(json!({"variant_id": variant, "quantity": 1})).await?.expect(201)?;

    let refused = shop.delete(&address(&made)).version(2).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "product_in_use"));
    let archived = shop.patch(&address(&made)).version(2).json(json!({"status": "archived"})).await?.expect(200)?;
    assert_eq!(archived.text("status"), "archived");
    assert_eq!(shop.get(&address(&made)).anonymous().await?.status, 404);
    assert_eq!(shop.events_of("product").await?, ["product.created", "product.updated", "product.archived"]);
    Ok(())
}

/// SKUs and slugs belong to one.
#[test_on_every_database]
async fn a_taken_sku_and_a_taken_slug_are_conflicts(shop: TestShop) -> TestResult {
    create(&shop, body("Mug", "MUG", 1000)).await?;
    let sku = shop.post("/api/v1/products").json(body("Cup", "MUG", 900)).await?;
    assert_eq!((sku.status, sku.error_code(), fields(&sku)), (409, "sku_taken", vec!["variants.0.sku"]));
    let mut cup = body("Cup", "CUP", 900);
    cup["slug"] = json!("mug");
    let slug = shop.post("/api/v1/products").json(cup).await?;
    assert_eq!((slug.status, slug.error_code(), fields(&slug)), (409, "slug_taken", vec!["slug"]));
    Ok(())
}

/// Whoever may only write does not learn costs by writing.
#[test_on_every_database]
async fn a_writer_that_may_not_read_sees_no_secrets(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["products:write"]).await?;
    let mut mug = body("Mug", "MUG", 1000);
    mug["variants"][0]["cost"] = usd(1);
    mug["metadata"] = json!({"supplier": "Potter"});
    let made = shop.post("/api/v1/products").key(&key).json(mug).await?.expect(201)?;
    assert!(made.data().get("metadata").is_none() && made.data()["variants"][0].get("cost").is_none(), "{made:?}");
    Ok(())
}
