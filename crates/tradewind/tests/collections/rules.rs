//! Rules: what fits is in a collection as long as it fits.

use chrono::TimeDelta;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{PATH, of_rules, shown, titles};
use crate::support::{TestResult, TestShop, usd, variant};

/// Two products, of which each condition takes one.
async fn mug_and_pot(shop: &TestShop) -> TestResult<String> {
    let kitchen = shop.post("/api/v1/categories").json(json!({ "name": "Kitchen" })).await?.expect(201)?;
    let below = json!({ "name": "Mugs", "parent_id": kitchen.text("id") });
    let mugs = shop.post("/api/v1/categories").json(below).await?.expect(201)?.text("id").to_owned();
    let pot = shop.product("Pot").with(|input| input.brand = Some(Some("Bolt".to_owned())));
    pot.variant(variant("POT", 2_000)).create().await?;
    shop.advance(TimeDelta::days(10));
    let mut cheap = variant("MUG", 900);
    (cheap.compare_at_price, cheap.tracked) = (Some(Some(usd(1_200))), Some(false));
    let mug = shop.product("Mug").variant(cheap).with(|input| {
        input.tags = Some(vec!["New".to_owned()]);
        input.brand = Some(Some("ACME".to_owned()));
        input.category_ids = Some(vec![mugs]);
    });
    mug.create().await?;
    Ok(kitchen.text("id").to_owned())
}

/// One product fits and one does not.
#[test_on_every_database]
async fn each_condition_takes_what_fits(shop: TestShop) -> TestResult {
    let kitchen = mug_and_pot(&shop).await?;
    for (number, (field, op, value, expected)) in [
        ("tag", "is", json!("new"), "Mug"),
        ("tag", "one_of", json!(["old", "NEW"]), "Mug"),
        ("category", "is", json!(kitchen), "Mug"),
        ("brand", "is", json!("acme"), "Mug"),
        ("brand", "one_of", json!(["Bolt", "Nobody"]), "Pot"),
        ("price", "at_most", json!(900), "Mug"),
        ("price", "at_least", json!(901), "Pot"),
        ("on_sale", "is", json!(true), "Mug"),
        ("in_stock", "is", json!(true), "Mug"),
        ("in_stock", "is", json!(false), "Pot"),
        ("created_at", "within_days", json!(9), "Mug"),
    ]
    .into_iter()
    .enumerate()
    {
        let condition = json!({ "field": field, "op": op, "value": value });
        let path = of_rules(&shop, &format!("C{number}"), "all", json!([condition])).await?;
        for query in ["", "sort=title", "sort=price", "sort=-updated_at"] {
            assert_eq!(shown(&shop, &path, query).await?, [expected], "{condition} {query}");
        }
        let preview = json!({ "rules": { "match": "all", "conditions": [condition] } });
        let preview = shop.post("/api/v1/collection-preview").json(preview).await?.expect(200)?;
        assert_eq!((&preview.data()["total"], preview.text("products/0/title")), (&json!(1), expected));
    }
    Ok(())
}

#[test_on_every_database]
async fn all_narrows_and_any_widens(shop: TestShop) -> TestResult {
    let kitchen = mug_and_pot(&shop).await?;
    let of = |field: &str, value: Value| json!({ "field": field, "op": "is", "value": value });
    for (matches, conditions, expected) in [
        ("all", json!([of("tag", json!("new")), of("brand", json!("bolt"))]), vec![]),
        ("all", json!([of("tag", json!("new")), of("category", json!(kitchen)), of("brand", json!("acme"))]), vec!["Mug"]),
        ("all", json!([of("tag", json!("new")), of("tag", json!("old"))]), vec![]),
        ("any", json!([of("tag", json!("new")), of("brand", json!("bolt"))]), vec!["Mug", "Pot"]),
        ("any", json!([of("on_sale", json!(true)), of("category", json!(kitchen)), of("tag", json!("new"))]), vec!["Mug"]),
        ("any", json!([of("tag", json!("old")), of("brand", json!("nobody"))]), vec![]),
    ] {
        let path = of_rules(&shop, "Some", matches, conditions.clone()).await?;
        for query in ["sort=title", "sort=-price&filter[price][lte]=9999", "sort=updated_at"] {
            let mut found = shown(&shop, &path, query).await?;
            found.sort_unstable();
            assert_eq!(found, expected, "{matches} {conditions} {query}");
        }
        let list = shop.get(&format!("{path}/products?filter[brand]=bolt")).await?.expect(200)?;
        assert_eq!(titles(&list), if expected.contains(&"Pot") { vec!["Pot"] } else { vec![] });
    }
    Ok(())
}

/// There is no copy that could be old: with the write that makes a product another one, it is out, and with the next one in again.
#[test_on_every_database]
async fn a_product_comes_and_goes_with_what_it_is(shop: TestShop) -> TestResult {
    mug_and_pot(&shop).await?;
    let cheap = of_rules(&shop, "Cheap", "all", json!([{ "field": "price", "op": "at_most", "value": 1_000 }])).await?;
    let new = of_rules(&shop, "New", "any", json!([{ "field": "tag", "op": "is", "value": "new" }])).await?;
    let sale = of_rules(&shop, "Sale", "all", json!([{ "field": "on_sale", "op": "is", "value": true }])).await?;
    let recent = of_rules(&shop, "Recent", "all", json!([{ "field": "created_at", "op": "within_days", "value": 1 }])).await?;
    let ways = [cheap.as_str(), &new, &sale, &recent];
    let now_in = async || -> TestResult<Vec<bool>> {
        let mut is_in = Vec::new();
        for path in ways {
            is_in.push(shown(&shop, path, "").await?.contains(&"Mug".to_owned()));
        }
        Ok(is_in)
    };
    assert_eq!(now_in().await?, [true, true, true, true]);
    let price = |amount: i64| json!({ "amount": amount, "currency": "USD" });
    let mug = "/api/v1/products/mug";
    shop.patch(mug).version(1).json(json!({ "tags": ["Old"] })).await?.expect(200)?;
    assert_eq!(now_in().await?, [true, false, true, true]);
    shop.patch(mug).version(2).json(json!({ "variants": [{ "sku": "MUG", "price": price(1_200) }] })).await?.expect(200)?;
    assert_eq!(now_in().await?, [false, false, false, true]);
    shop.patch(mug)
        .version(3)
        .json(json!({ "tags": ["new"], "variants": [{ "sku": "MUG", "price": price(1_000) }] }))
        .await?
        .expect(200)?;
    assert_eq!(now_in().await?, [true, true, true, true]);
    shop.patch(mug).version(4).json(json!({ "status": "archived" })).await?.expect(200)?;
    assert_eq!(now_in().await?, [false, false, false, false]);
    shop.patch(mug).version(5).json(json!({ "status": "active" })).await?.expect(200)?;
    shop.advance(TimeDelta::days(2));
    shop.patch(&cheap)
        .version(1)
        .json(json!({ "rules": { "match": "all", "conditions": [
        { "field": "price", "op": "at_most", "value": 999 },
    ] } }))
        .await?
        .expect(200)?;
    assert_eq!(now_in().await?, [false, true, true, false]);
    Ok(())
}

/// Every bad member is named, with its place; a category that is not there is one of them.
#[test_on_every_database]
async fn bad_rules_are_refused_by_member(shop: TestShop) -> TestResult {
    let nowhere = kernel::CategoryId::generate();
    let of = |field: &str, op: &str, value: Value| json!({ "field": field, "op": op, "value": value });
    let good = of("tag", "is", json!("a"));
    for (matches, conditions, member) in [
        ("most", json!([good]), "rules.match"),
        ("all", json!([]), "rules.conditions"),
        ("all", json!([good, of("colour", "is", json!("red"))]), "rules.conditions.1.field"),
        ("all", json!([of("tag", "at_most", json!(1))]), "rules.conditions.0.op"),
        ("all", json!([of("price", "at_most", json!("1"))]), "rules.conditions.0.value"),
        ("all", json!([good, of("category", "is", json!(nowhere))]), "rules.conditions.1.value"),
        ("any", json!([of("price", "at_most", json!(1))]), "rules.conditions.0.field"),
    ] {
        let body = json!({ "name": "X", "kind": "rules", "rules": { "match": matches, "conditions": conditions } });
        let reply = shop.post(PATH).json(body.clone()).await?;
        assert_eq!((reply.status, reply.error_code()), (422, "validation_failed"), "{body}");
        assert!(reply.json["error"]["details"].get(member).is_some(), "{body}: {reply:?}");
    }
    let unread = json!({ "rules": { "match": "all", "conditions": [of("tag", "is", json!({ "a": 1 }))] } });
    assert_eq!(shop.post("/api/v1/collection-preview").json(unread).await?.status, 422);
    assert!(shop.get(PATH).await?.data().as_array().is_some_and(Vec::is_empty));
    Ok(())
}
