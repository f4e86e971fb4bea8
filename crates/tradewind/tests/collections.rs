//! Collections over HTTP (`/api/v1/collections`): products under a name, put there by hand or by rules.

mod manual;
mod rules;
mod walks;

use catalog::assortment::ProductDocument;
use reqwest::Method;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::rest::{refuses_deletions_of_no_or_another_version, refuses_edits_of_no_or_another_version};
use crate::support::{Reply, TestResult, TestShop, make_key, variant};

const PATH: &str = "/api/v1/collections";

async fn create(shop: &TestShop, body: Value) -> TestResult<Reply> {
    shop.post(PATH).json(body).await?.expect(201)
}

/// An active collection of rules.
async fn of_rules(shop: &TestShop, name: &str, matches: &str, conditions: Value) -> TestResult<String> {
    let rules = json!({ "match": matches, "conditions": conditions });
    let made = create(shop, json!({ "name": name, "kind": "rules", "status": "active", "rules": rules })).await?;
    Ok(made.header("location").to_owned())
}

/// An active product of this title, with one variant that costs so much.
async fn product(shop: &TestShop, title: &str, minor: i64) -> TestResult<ProductDocument> {
    shop.product(title).variant(variant(title, minor)).create().await
}

fn ids(products: &[ProductDocument]) -> Vec<String> {
    products.iter().map(|document| document.product.id.to_string()).collect()
}

fn titles(list: &Reply) -> Vec<&str> {
    list.data().as_array().into_iter().flatten().filter_map(|product| product["title"].as_str()).collect()
}

/// The titles of what anybody sees in a collection.
async fn shown(shop: &TestShop, path: &str, query: &str) -> TestResult<Vec<String>> {
    let list = shop.get(&format!("{path}/products?{query}")).anonymous().await?.expect(200)?;
    Ok(titles(&list).into_iter().map(str::to_owned).collect())
}

/// What staff write is what customers read, by id and by slug; rules are nobody else's.
#[test_on_every_database]
async fn a_collection_lives_over_http(shop: TestShop) -> TestResult {
    let rules = json!({ "match": "all", "conditions": [{ "field": "tag", "op": "is", "value": "sale" }] });
    let body = json!({
        "name": "Summer Sale", "kind": "rules", "rules": rules, "status": "active", "description": "<b>Cheap</b><script>x()</script>",
        "seo_title": "All that is cheap",
    });
    let sale = create(&shop, body).await?;
    let path = sale.header("location").to_owned();
    let mut expected = json!({
        "id": sale.text("id"), "version": 1, "slug": "summer-sale", "name": "Summer Sale", "description": "<b>Cheap</b>", "status": "active",
        "kind": "rules", "rules": rules, "position": 0, "seo_title": "All that is cheap", "seo_description": null,
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!(*sale.data(), expected);
    assert_eq!(shop.get(&path).await?.data(), &expected);
    expected.as_object_mut().ok_or("an object")?.remove("rules");
    for name in [path.as_str(), "/api/v1/collections/summer-sale"] {
        let read = shop.get(name).anonymous().await?.expect(200)?;
        assert_eq!((read.data(), read.header("cache-control")), (&expected, "public, max-age=60"));
    }
    assert_eq!(create(&shop, json!({ "name": "Summer sale!" })).await?.text("slug"), "summer-sale-2");

    let change = json!({ "slug": "sale", "seo_title": null, "status": "draft" });
    let patched = shop.patch("/api/v1/collections/summer-sale").version(1).json(change).await?.expect(200)?;
    assert_eq!((&patched.data()["version"], patched.text("slug"), &patched.data()["seo_title"]), (&json!(2), "sale", &Value::Null));
    assert_eq!(shop.get("/api/v1/collections/sale").anonymous().await?.error_code(), "collection_not_found");
    assert_eq!(shop.get("/api/v1/collections/summer-sale").anonymous().await?.status, 404);
    shop.patch(&path).version(2).json(json!({ "status": "active" })).await?.expect(200)?;
    let moved = shop.get("/api/v1/collections/summer-sale").anonymous().await?;
    assert_eq!((moved.status, moved.header("location")), (301, "/api/v1/collections/sale"));

    shop.delete("/api/v1/collections/sale").version(3).await?.expect(204)?;
    assert_eq!(shop.get(&path).await?.error_code(), "collection_not_found");
    let events = ["collection.created", "collection.created", "collection.updated", "collection.updated", "collection.deleted"];
    assert_eq!(shop.events_of("collection").await?, events);
    Ok(())
}

/// Customers see what is shown, and staff what is being put together, too; in an order of staff, page by page.
#[test_on_every_database]
async fn collections_are_listed_in_the_order_of_staff(shop: TestShop) -> TestResult {
    for (name, status, position) in [("Gifts", "active", 2), ("Sale", "active", 1), ("Soon", "draft", 3)] {
        create(&shop, json!({ "name": name, "status": status, "position": position })).await?;
    }
    of_rules(&shop, "Cheap", "all", json!([{ "field": "price", "op": "at_most", "value": 500 }])).await?;
    let names = |list: &Reply| -> Vec<String> {
        list.data().as_array().into_iter().flatten().filter_map(|row| row["name"].as_str()).map(str::to_owned).collect()
    };
    for (query, public, staff) in [
        ("", vec!["Sale", "Gifts", "Cheap"], vec!["Sale", "Gifts", "Soon", "Cheap"]),
        ("sort=-name", vec!["Sale", "Gifts", "Cheap"], vec!["Soon", "Sale", "Gifts", "Cheap"]),
        ("filter[status]=draft", vec![], vec!["Soon"]),
        ("filter[kind]=rules", vec!["Cheap"], vec!["Cheap"]),
        ("sort=created_at&per_page=1&page=2", vec!["Sale"], vec!["Sale"]),
    ] {
        let path = format!("{PATH}?{query}");
        assert_eq!(names(&shop.get(&path).anonymous().await?.expect(200)?), public, "{query}");
        assert_eq!(names(&shop.get(&path).await?.expect(200)?), staff, "{query}");
    }
    let (mut walked, mut next) = (Vec::new(), Some(format!("{PATH}?limit=1")));
    while let Some(page) = next {
        let list = shop.get(&page).await?.expect(200)?;
        walked.extend(names(&list));
        next = list.json["links"]["next"].as_str().map(str::to_owned);
    }
    assert_eq!(walked, ["Sale", "Gifts", "Soon", "Cheap"]);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_edit_of_a_collection_changes_nothing(shop: TestShop) -> TestResult {
    let gifts = create(&shop, json!({ "name": "Gifts" })).await?;
    create(&shop, json!({ "name": "Sale" })).await?;
    let path = gifts.header("location");
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, path, &json!({ "name": "Gifts" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, path).await?;
    for (body, field) in [
        (json!({ "name": "" }), "name"),
        (json!({ "slug": "No Slug" }), "slug"),
        (json!({ "status": "hidden" }), "status"),
        (json!({ "position": -1 }), "position"),
        (json!({ "kind": "rules" }), "kind"),
        (json!({ "rules": { "match": "all", "conditions": [{ "field": "tag", "op": "is", "value": "a" }] } }), "rules"),
    ] {
        let reply = shop.patch(path).version(1).json(body.clone()).await?;
        assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{body}");
        assert!(reply.json["error"]["details"].get(field).is_some(), "{body}: {reply:?}");
    }
    assert_eq!(shop.patch(path).version(1).json(json!({ "slug": "sale" })).await?.error_code(), "slug_taken");
    assert_eq!(shop.post(PATH).json(json!({ "name": "!!!" })).await?.error_code(), "validation_failed");
    for missing in ["nonsense", "No%20Slug", "coll_01h455vb4pex5vsknk084sn02q", "prod_01h455vb4pex5vsknk084sn02q"] {
        let path = format!("{PATH}/{missing}");
        let products = format!("{path}/products");
        for reply in [
            shop.get(&path).await?,
            shop.patch(&path).version(1).json(json!({})).await?,
            shop.delete(&path).version(1).await?,
            shop.get(&products).await?,
            shop.put(&products).version(1).json(json!({ "product_ids": [] })).await?,
            shop.post(&products).json(json!({ "product_ids": [] })).await?,
        ] {
            assert_eq!((reply.status, reply.error_code()), (404, "collection_not_found"), "{missing}");
        }
    }
    assert_eq!(shop.get(path).await?.data()["version"], 1);
    Ok(())
}

/// Who may write products may write collections, and nobody else; deleting one is a right of its own.
#[test_on_every_database]
async fn collections_need_the_permissions_of_products(shop: TestShop) -> TestResult {
    let gifts = create(&shop, json!({ "name": "Gifts" })).await?;
    let (path, products) = (gifts.header("location").to_owned(), format!("{}/products", gifts.header("location")));
    let reader = make_key(&shop, &["products:read"]).await?;
    let writer = make_key(&shop, &["products:write"]).await?;
    let rules = json!({ "match": "any", "conditions": [{ "field": "tag", "op": "is", "value": "a" }] });
    for reply in [
        shop.post(PATH).key(&reader).json(json!({ "name": "Other" })).await?,
        shop.patch(&path).key(&reader).version(1).json(json!({ "name": "Other" })).await?,
        shop.put(&products).key(&reader).version(1).json(json!({ "product_ids": [] })).await?,
        shop.post(&products).key(&reader).json(json!({ "product_ids": [] })).await?,
        shop.delete(&path).key(&writer).version(1).await?,
        shop.post("/api/v1/collection-preview").key(&writer).json(json!({ "rules": rules })).await?,
    ] {
        assert_eq!((reply.status, reply.error_code()), (403, "forbidden"));
    }
    assert_eq!(shop.get(&path).anonymous().await?.status, 404);
    let made = shop.post(PATH).key(&writer).json(json!({ "name": "Tags", "kind": "rules", "rules": rules })).await?.expect(201)?;
    assert_eq!(made.data().get("rules"), None, "writing alone does not show rules");
    Ok(())
}
