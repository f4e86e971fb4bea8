//! What staff put into collections, in which order.

use platform::db;
use serde_json::json;
use test_macro::test_on_every_database;

use super::{create, ids, of_rules, product, shown, titles};
use crate::support::{TestResult, TestShop};

/// Staff say what is there and in which order; adding puts behind, taking out leaves the others where they are.
#[test_on_every_database]
async fn staff_put_products_in_order(shop: TestShop) -> TestResult {
    let made = create(&shop, json!({ "name": "Gifts", "status": "active" })).await?;
    let path = made.header("location").to_owned();
    let products = format!("{path}/products");
    let mut all = Vec::new();
    for (title, minor) in [("Mug", 900), ("Cup", 500), ("Pot", 2_000), ("Jug", 700)] {
        all.push(product(&shop, title, minor).await?);
    }
    let [mug, cup, pot, jug] = ids(&all).try_into().map_err(|_| "four products")?;

    shop.put(&products).version(1).json(json!({ "product_ids": [pot, mug, cup] })).await?.expect(200)?;
    assert_eq!(shown(&shop, &path, "").await?, ["Pot", "Mug", "Cup"]);
    let added = shop.post(&products).json(json!({ "product_ids": [jug, mug, jug] })).await?.expect(200)?;
    assert_eq!(added.data()["version"], 3);
    assert_eq!(shown(&shop, &path, "").await?, ["Pot", "Mug", "Cup", "Jug"]);
    assert_eq!(shop.post(&products).json(json!({ "product_ids": [mug] })).await?.expect(200)?.data()["version"], 3);

    for (query, expected) in [
        ("sort=-manual", vec!["Jug", "Cup", "Mug", "Pot"]),
        ("sort=price", vec!["Cup", "Jug", "Mug", "Pot"]),
        ("sort=-title", vec!["Pot", "Mug", "Jug", "Cup"]),
        ("sort=updated_at", vec!["Mug", "Cup", "Pot", "Jug"]),
        ("filter[price][lte]=900", vec!["Mug", "Cup", "Jug"]),
        ("filter[price][lte]=900&per_page=2&page=2", vec!["Jug"]),
    ] {
        assert_eq!(shown(&shop, &path, query).await?, expected, "{query}");
    }
    for name in ["gifts", made.text("id")] {
        let list = shop.get(&format!("/api/v1/products?filter[collection]={name}&sort=manual")).anonymous().await?.expect(200)?;
        assert_eq!((titles(&list), &list.json["meta"]["total"]), (vec!["Pot", "Mug", "Cup", "Jug"], &json!(4)));
    }
    for nothing in ["nothing", "No%20Slug"] {
        let list = shop.get(&format!("/api/v1/products?filter[collection]={nothing}")).await?.expect(200)?;
        assert!(titles(&list).is_empty());
    }

    shop.delete(&format!("{products}/{mug}")).version(3).await?.expect(200)?;
    assert_eq!(shown(&shop, &path, "").await?, ["Pot", "Cup", "Jug"]);
    assert_eq!(shop.delete(&format!("{products}/{mug}")).version(4).await?.error_code(), "product_not_found");
    assert_eq!(shop.delete(&format!("{products}/{pot}")).version(3).await?.error_code(), "version_conflict");
    assert_eq!(shop.delete(&format!("{products}/{pot}")).await?.error_code(), "version_required");
    shop.put(&products).version(4).json(json!({ "product_ids": [jug, pot] })).await?.expect(200)?;
    assert_eq!(shown(&shop, &path, "").await?, ["Jug", "Pot"]);
    shop.put(&products).version(5).json(json!({ "product_ids": [] })).await?.expect(200)?;
    assert!(shown(&shop, &path, "").await?.is_empty());
    Ok(())
}

/// A draft is shown to nobody, wherever staff put it; and what changes about a product changes in each order at once.
#[test_on_every_database]
async fn a_collection_shows_products_as_they_are(shop: TestShop) -> TestResult {
    let path = create(&shop, json!({ "name": "Gifts", "status": "active" })).await?.header("location").to_owned();
    let mug = product(&shop, "Mug", 900).await?;
    let cup = product(&shop, "Cup", 500).await?;
    shop.put(&format!("{path}/products")).version(1).json(json!({ "product_ids": ids(&[mug, cup.clone()]) })).await?.expect(200)?;
    assert_eq!(shown(&shop, &path, "sort=price").await?, ["Cup", "Mug"]);

    let cup_path = format!("/api/v1/products/{}", cup.product.id);
    let dearer = json!({ "title": "Zup", "variants": [{ "sku": "Cup", "price": { "amount": 1_000, "currency": "USD" } }] });
    shop.patch(&cup_path).version(1).json(dearer).await?.expect(200)?;
    assert_eq!(shown(&shop, &path, "sort=price").await?, ["Mug", "Zup"]);
    assert_eq!(shown(&shop, &path, "sort=-title").await?, ["Zup", "Mug"]);
    shop.patch(&cup_path).version(2).json(json!({ "status": "draft" })).await?.expect(200)?;
    for query in ["", "sort=price", "sort=updated_at", "filter[status]=draft"] {
        assert!(!shown(&shop, &path, query).await?.contains(&"Zup".to_owned()), "{query}");
    }
    assert_eq!(titles(&shop.get(&format!("{path}/products")).await?.expect(200)?), ["Mug", "Zup"]);
    shop.patch(&path).version(2).json(json!({ "status": "draft" })).await?.expect(200)?;
    assert_eq!(shop.get(&format!("{path}/products")).anonymous().await?.error_code(), "collection_not_found");
    let list = shop.get("/api/v1/products?filter[collection]=gifts").anonymous().await?.expect(200)?;
    assert!(titles(&list).is_empty());
    Ok(())
}

/// Whoever walks through a collection misses nothing and sees nothing twice while others add, take out and change what is there.
#[test_on_every_database]
async fn a_walk_has_no_gaps_while_others_change_the_collection(shop: TestShop) -> TestResult {
    let path = create(&shop, json!({ "name": "Gifts", "status": "active" })).await?.header("location").to_owned();
    let products = format!("{path}/products");
    let mut all = Vec::new();
    for number in 0..250 {
        all.push(product(&shop, &format!("{number:03}"), 100 + (number * 7) % 50).await?);
    }
    let wanted: Vec<String> = ids(&all).into_iter().rev().collect();
    shop.put(&products).version(1).json(json!({ "product_ids": wanted })).await?.expect(200)?;

    let late = product(&shop, "late", 1).await?;
    let (mut seen, mut next, mut version) = (Vec::new(), Some(format!("{products}?limit=20")), 2);
    while let Some(page) = next {
        let list = shop.get(&page).await?.expect(200)?;
        seen.extend(titles(&list).into_iter().map(str::to_owned));
        next = list.json["links"]["next"].as_str().map(str::to_owned);
        // The last product of this page goes, and one that was seen and one that was not get another price.
        let last = list.data().as_array().and_then(|page| page.last()).ok_or("a page")?["id"].as_str().ok_or("an id")?.to_owned();
        shop.delete(&format!("{products}/{last}")).version(version).await?.expect(200)?;
        version += 1;
        for place in [seen.len() - 2, (seen.len() + 30).min(249)] {
            let patch = json!({ "variants": [{ "sku": format!("{:03}", 249 - place), "price": { "amount": 5, "currency": "USD" } }] });
            let product = format!("/api/v1/products/{}", wanted[place]);
            let known = shop.get(&product).await?.expect(200)?.data()["version"].as_i64().ok_or("a version")?;
            shop.patch(&product).version(known).json(patch).await?.expect(200)?;
        }
        if version == 8 {
            let added = json!({ "product_ids": [late.product.id] });
            version = shop.post(&products).json(added).await?.expect(200)?.data()["version"].as_i64().ok_or("a version")?;
        }
    }
    let mut expected: Vec<String> = (0..250).rev().map(|number| format!("{number:03}")).collect();
    expected.push("late".to_owned());
    assert_eq!(seen, expected);
    Ok(())
}

#[test_on_every_database]
async fn what_cannot_be_put_into_a_collection_is_refused(shop: TestShop) -> TestResult {
    let path = create(&shop, json!({ "name": "Gifts" })).await?.header("location").to_owned();
    let products = format!("{path}/products");
    let mug = product(&shop, "Mug", 900).await?.product.id.to_string();
    let nobody = kernel::ProductId::generate().to_string();
    for (list, field) in [(json!([mug, nobody]), "product_ids.1"), (json!([mug, mug]), "product_ids.1"), (json!(["mug"]), "product_ids.0")]
    {
        let reply = shop.put(&products).version(1).json(json!({ "product_ids": list })).await?;
        assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{list}");
        assert!(reply.json["error"]["details"].get(field).is_some(), "{reply:?}");
    }
    let too_many: Vec<String> = std::iter::repeat_with(|| kernel::ProductId::generate().to_string()).take(10_001).collect();
    for reply in [
        shop.put(&products).version(1).json(json!({ "product_ids": too_many })).await?,
        shop.post(&products).json(json!({ "product_ids": too_many })).await?,
    ] {
        assert_eq!((reply.status, reply.error_code()), (409, "too_many_products"));
    }
    let rules = of_rules(&shop, "Sale", "all", json!([{ "field": "on_sale", "op": "is", "value": true }])).await?;
    for reply in [
        shop.put(&format!("{rules}/products")).version(1).json(json!({ "product_ids": [mug] })).await?,
        shop.post(&format!("{rules}/products")).json(json!({ "product_ids": [mug] })).await?,
        shop.delete(&format!("{rules}/products/{mug}")).version(1).await?,
    ] {
        assert_eq!((reply.status, reply.error_code()), (409, "collection_not_manual"));
    }
    assert_eq!(shop.get(&path).await?.data()["version"], 1);
    Ok(())
}

/// The doctor sees where a collection, or the word about sales, tells something else than the list.
#[test_on_every_database]
async fn the_doctor_finds_what_a_collection_should_not_say(shop: TestShop) -> TestResult {
    let path = create(&shop, json!({ "name": "Gifts" })).await?.header("location").to_owned();
    let mug = product(&shop, "Mug", 900).await?;
    shop.put(&format!("{path}/products")).version(1).json(json!({ "product_ids": ids(&[mug]) })).await?.expect(200)?;
    for (code, damage) in
        [("l06", "UPDATE collection_products SET price_min_minor = 1"), ("l07", "UPDATE product_listings SET on_sale = TRUE")]
    {
        let tx = shop.context().begin(&shop.origin()).await?;
        assert_eq!(db::execute(&tx, damage, vec![]).await?, 1, "{damage}");
        let found = db::violations(&tx, catalog::listing::INVARIANTS, shop.now()).await?;
        assert_eq!(found.iter().map(|violation| violation.code).collect::<Vec<_>>(), [code], "{damage}");
        tx.rollback().await?;
    }
    Ok(())
}
