//! Many products in one request.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{address, body, create, fields, usd};
use crate::support::{TestResult, TestShop, make_key};

const PATH: &str = "/api/v1/products/batch";

fn statuses(results: &Value) -> Vec<u64> {
    results.as_array().into_iter().flatten().filter_map(|result| result["status"].as_u64()).collect()
}

/// One bad item does not spoil the others, and each is told its own, in its place.
#[test_on_every_database]
async fn each_item_is_done_or_refused_for_itself(shop: TestShop) -> TestResult {
    let mug = create(&shop, body("Mug", "MUG", 1000)).await?;
    let tea = create(&shop, body("Tea", "TEA", 500)).await?;
    let items = json!([
        {"op": "create", "product": body("Cup", "CUP", 900)},
        {"op": "create", "product": {"title": "", "variants": [{"price": usd(-1)}]}},
        {"op": "update", "id": mug.text("id"), "version": 1, "product": {"title": "Big mug"}},
        {"op": "update", "id": "tea", "version": 7, "product": {"title": "Late"}},
        {"op": "update", "id": "tea", "product": {"title": "Blind"}},
        {"op": "create", "product": {"title": "Plate", "colour": "red"}},
        {"op": "create", "product": body("Copy", "CUP", 900)},
        {"op": "delete", "id": tea.text("id"), "version": 1},
        {"op": "delete", "id": "nothing", "version": 1},
        {"op": "update", "id": "big mug", "version": 1, "product": {}},
        {"op": "sell"},
        5,
        {"op": "delete", "id": "cup", "version": 1, "why": "x"},
    ]);
    let done = shop.post(PATH).json(json!({"items": items})).await?.expect(200)?;
    let results = &done.data()["results"];
    assert_eq!(statuses(results), [201, 422, 200, 409, 428, 422, 409, 204, 404, 404, 422, 422, 422]);
    assert_eq!((done.data()["succeeded"].as_u64(), done.data()["failed"].as_u64()), (Some(3), Some(10)));
    let places: Vec<u64> = results.as_array().ok_or("results")?.iter().filter_map(|result| result["index"].as_u64()).collect();
    assert_eq!(places, (0..13).collect::<Vec<u64>>());

    let named = |place: usize| -> Vec<&str> {
        results[place]["error"]["details"].as_object().into_iter().flatten().map(|(field, _)| field.as_str()).collect()
    };
    assert_eq!((named(1), named(5), named(6)), (vec!["title", "variants.0.price.amount"], vec!["colour"], vec!["variants.0.sku"]));
    assert_eq!((named(10), named(11), named(12)), (vec!["op"], vec!["op"], vec!["why"]));
    assert_eq!(results[3]["error"]["context"], json!({"current_version": 1}));
    assert_eq!(results[4]["error"]["code"], "version_required");
    assert_eq!(results[2]["changes"], json!([{"field": "title", "old": "Mug", "new": "Big mug"}]));
    assert_eq!((results[2]["version"].as_i64(), &results[7]["version"]), (Some(2), &Value::Null));

    assert_eq!(shop.get("/api/v1/products/cup").await?.expect(200)?.text("id"), results[0]["product_id"]);
    assert_eq!(shop.get(&address(&mug)).await?.text("title"), "Big mug");
    assert_eq!(shop.get(&address(&tea)).await?.status, 404);
    Ok(())
}

/// A dry run says what would change and changes nothing, not even what nobody sees.
#[test_on_every_database]
async fn a_dry_run_changes_nothing(shop: TestShop) -> TestResult {
    let mug = create(&shop, body("Mug", "MUG", 1000)).await?;
    let before = shop.get(&address(&mug)).await?.expect(200)?;
    let items = json!([
        {"op": "update", "id": "mug", "version": 1, "product": {"brand": "Acme", "variants": [{"sku": "MUG", "price": usd(1100)}]}},
        {"op": "create", "product": body("Cup", "CUP", 900)},
        {"op": "delete", "id": "mug", "version": 2},
    ]);
    let told = shop.post(&format!("{PATH}?dry_run=true")).json(json!({"items": items})).await?.expect(200)?;
    assert_eq!((statuses(&told.data()["results"]), &told.data()["dry_run"]), (vec![200, 201, 204], &json!(true)));
    let changes = told.data()["results"][0]["changes"].as_array().ok_or("changes")?;
    assert_eq!(changes[0], json!({"field": "brand", "old": null, "new": "Acme"}));
    assert!(changes[1]["field"].as_str().is_some_and(|field| field.ends_with(".prices")), "{changes:?}");

    let after = shop.get(&address(&mug)).await?.expect(200)?;
    assert_eq!((after.bytes, after.headers["etag"].clone()), (before.bytes, before.headers["etag"].clone()));
    assert_eq!(shop.get("/api/v1/products").await?.json["meta"]["total"], 1);
    assert_eq!(shop.events_of("product").await?, ["product.created"]);
    Ok(())
}

/// A batch has its bounds, and items that nobody can read are still told one by one.
#[test_on_every_database]
async fn a_batch_has_one_to_a_hundred_items(shop: TestShop) -> TestResult {
    let many: Vec<Value> = (0..101).map(|_| json!({"op": "create", "product": {"title": "Mug"}})).collect();
    for items in [json!([]), Value::from(many.clone())] {
        let refused = shop.post(PATH).json(json!({"items": items})).await?;
        assert_eq!((refused.status, refused.error_code(), fields(&refused)), (422, "validation_failed", vec!["items"]));
    }
    let unread = shop.post(PATH).json(json!({"items": [1, 2]})).await?.expect(200)?;
    assert_eq!(statuses(&unread.data()["results"]), [422, 422]);
    let refused = shop.post(&format!("{PATH}?dry_run=maybe")).json(json!({"items": [1]})).await?;
    assert_eq!((refused.status, refused.error_code()), (400, "invalid_query"));
    let done = shop.post(PATH).json(json!({"items": many[..100]})).await?.expect(200)?;
    assert_eq!(done.data()["succeeded"], 100);
    Ok(())
}

/// The values before are for those who may read them.
#[test_on_every_database]
async fn a_writer_that_may_not_read_is_not_told_what_was(shop: TestShop) -> TestResult {
    create(&shop, body("Mug", "MUG", 1000)).await?;
    let key = make_key(&shop, &["products:write"]).await?;
    let item = json!({"op": "update", "id": "mug", "version": 1, "product": {"metadata": {}, "title": "Cup"}});
    let done = shop.post(PATH).key(&key).json(json!({"items": [item]})).await?.expect(200)?;
    assert_eq!((statuses(&done.data()["results"]), &done.data()["results"][0]["changes"]), (vec![200], &json!([])));
    Ok(())
}

/// A batch is no way around the permission to delete.
#[test_on_every_database]
async fn a_writer_that_may_not_delete_does_not_delete_in_a_batch(shop: TestShop) -> TestResult {
    create(&shop, body("Mug", "MUG", 1000)).await?;
    let item = json!({"op": "delete", "id": "mug", "version": 1});
    for (scopes, status) in [(&["products:write"][..], 403), (&["products:write", "products:delete"], 204)] {
        let key = make_key(&shop, scopes).await?;
        let done = shop.post(PATH).key(&key).json(json!({"items": [&item]})).await?.expect(200)?;
        assert_eq!(statuses(&done.data()["results"]), [status], "{done:?}");
    }
    Ok(())
}
