//! Which prices a change is about.

use catalog::variants::{PriceInput, VariantInput};
use chrono::TimeDelta;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{PATH, change, dollars, rows};
use crate::support::{TestResult, TestShop, usd, variant};

/// The SKUs and amounts that a filter finds.
async fn found(shop: &TestShop, filter: Value) -> TestResult<Vec<(String, i64)>> {
    let body = if filter.is_null() { json!({ "all": true }) } else { json!({ "filter": filter }) };
    let mut body = body;
    body["change"] = json!({ "rate_ppm": 1_000_000 });
    let made = change(shop, body).await?;
    shop.settle().await?;
    Ok(rows(shop, made.text("id"), "").await?.into_iter().map(|(sku, before, ..)| (sku, before)).collect())
}

/// Categories with those below them, tags and brands in any case, amounts, names and steps; all that is given has to hold.
#[test_on_every_database]
async fn every_condition_narrows(shop: TestShop) -> TestResult {
    let made = |name: &str, parent: Option<&str>| json!({ "name": name, "parent_id": parent });
    let kitchen = shop.post("/api/v1/categories").json(made("Kitchen", None)).await?.expect(201)?.text("id").to_owned();
    let mugs = shop.post("/api/v1/categories").json(made("Mugs", Some(&kitchen))).await?.expect(201)?.text("id").to_owned();
    let steps = vec![
        PriceInput { amount: usd(1_000), ..PriceInput::default() },
        PriceInput { amount: usd(800), min_quantity: Some(10), ..PriceInput::default() },
        PriceInput { amount: usd(700), ends_at: Some((shop.now() + TimeDelta::hours(1)).to_rfc3339()), ..PriceInput::default() },
    ];
    let mug = shop.product("Mug").with(|input| {
        input.category_ids = Some(vec![mugs.clone()]);
        input.tags = Some(vec!["Blue".to_owned(), "Old".to_owned()]);
        input.brand = Some(Some("Acme".to_owned()));
    });
    let mug = mug.variant(VariantInput { price: None, prices: Some(steps), ..variant("MUG", 0) }).create().await?;
    let pan = shop.product("Pan").with(|input| input.category_ids = Some(vec![kitchen.clone()]));
    let pan = pan.variant(variant("PAN", 3_000)).create().await?;
    let toy = shop.product("Toy").with(|input| input.tags = Some(vec!["blue".to_owned()])).variant(variant("TOY", 500)).create().await?;
    let (mug_id, pan_id) = (mug.product.id.to_string(), pan.product.id.to_string());
    let toy_variant = toy.variants.first().ok_or("a variant")?.variant.id.to_string();
    shop.advance(TimeDelta::hours(2));

    let named = |expected: &[(&str, i64)]| expected.iter().map(|(sku, amount)| ((*sku).to_owned(), *amount)).collect::<Vec<_>>();
    let (mugs_prices, everything) = ([("MUG", 800), ("MUG", 1_000)], [("MUG", 800), ("MUG", 1_000), ("PAN", 3_000), ("TOY", 500)]);
    for (filter, expected) in [
        (json!(null), &everything[..]),
        (json!({ "category_id": kitchen }), &everything[..3]),
        (json!({ "category_id": mugs }), &mugs_prices[..]),
        (json!({ "category_id": kitchen, "steps": "first" }), &[("MUG", 1_000), ("PAN", 3_000)]),
        (json!({ "tags": ["BLUE"] }), &[("MUG", 800), ("MUG", 1_000), ("TOY", 500)]),
        (json!({ "tags": ["blue"], "brand": "ACME" }), &mugs_prices[..]),
        (json!({ "tags": ["old", "nowhere"] }), &mugs_prices[..]),
        (json!({ "price": { "gte": dollars(800), "lte": dollars(1_000) } }), &mugs_prices[..]),
        (json!({ "price": { "gte": dollars(801) } }), &[("MUG", 1_000), ("PAN", 3_000)]),
        (json!({ "product_ids": [mug_id, pan_id], "steps": "first" }), &[("MUG", 1_000), ("PAN", 3_000)]),
        (json!({ "variant_ids": [toy_variant] }), &[("TOY", 500)]),
        (json!({ "variant_ids": [toy_variant], "product_ids": [mug_id] }), &[]),
    ] {
        assert_eq!(found(&shop, filter.clone()).await?, named(expected), "{filter}");
    }
    let listed = shop.get(&format!("{PATH}?filter[state]=planned&per_page=5")).await?.expect(200)?;
    assert_eq!((listed.data().as_array().map(Vec::len), &listed.json["meta"]["total"]), (Some(5), &json!(12)));
    Ok(())
}

/// A sale strikes the price before through; what would be no sale, or no price, is skipped and says why.
#[test_on_every_database]
async fn what_cannot_be_is_skipped_with_why(shop: TestShop) -> TestResult {
    super::products(&shop, &[("CHEAP", 900), ("DEAR", 5_000), ("MOST", 900_000_000_000)]).await?;
    let sale = json!({ "all": true, "change": { "set": dollars(1_000), "compare_at": "from_price" } });
    let sale = change(&shop, sale).await?;
    let rise = change(&shop, json!({ "all": true, "change": { "rate_ppm": 200_000 } })).await?;
    shop.settle().await?;
    for (made, reason, name) in [(&sale, "not_lower", "CHEAP"), (&rise, "too_high", "MOST")] {
        let path = format!("{PATH}/{}", made.text("id"));
        let planned = shop.get(&path).await?.expect(200)?;
        assert_eq!(planned.data()["counts"]["skipped"][reason], 1, "{planned:?}");
        let skipped = shop.get(&format!("{path}/rows?filter[outcome]=skipped")).await?.expect(200)?;
        let row = &skipped.data()[0];
        assert_eq!((&row["sku"], &row["skipped_because"], &row["after"]), (&json!(name), &json!(reason), &json!(null)));
    }
    let done = super::carry_out(&shop, sale.text("id"), "apply").await?;
    assert_eq!(done.data()["counts"]["applied"], 2);
    let row = shop.get(&format!("{PATH}/{}/rows?filter[outcome]=applied&limit=1", sale.text("id"))).await?.expect(200)?;
    let row = &row.data()[0];
    assert_eq!((&row["after"]["price"]["amount"], &row["after"]["compare_at_price"]["amount"]), (&json!(1_000), &json!(5_000)));
    assert_eq!((&row["product_title"], &row["min_quantity"]), (&json!("DEAR"), &json!(1)));
    Ok(())
}
