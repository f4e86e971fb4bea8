//! What derives from what, and what is a variant's own.

use catalog::variants::{PriceInput, VariantInput};
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::{LISTS, change_list, default_list, derived, euros, outlet, prices, publish};
use crate::support::{TestResult, TestShop, usd, variant};

fn price(sku: &str, from: i64, amount: i64, derived: bool) -> (String, i64, i64, bool) {
    (sku.to_owned(), from, amount, derived)
}

/// A mug for 20.00, from ten pieces on for 15.10; the paths of its product and its variant.
async fn mug(shop: &TestShop) -> TestResult<(String, String)> {
    let of = |amount| PriceInput { amount: usd(amount), ..PriceInput::default() };
    let steps = vec![of(2_000), PriceInput { min_quantity: Some(10), ..of(1_510) }];
    let input = VariantInput { price: None, prices: Some(steps), tracked: Some(false), ..variant("MUG", 0) };
    let made = shop.product("Mug").variant(input).create().await?;
    let (product, variant) = (made.product.id, made.variants.first().ok_or("a variant")?.variant.id);
    Ok((format!("/api/v1/products/{product}"), format!("/api/v1/products/{product}/variants/{variant}")))
}

/// Gives a variant other prices.
async fn edit(shop: &TestShop, path: &str, body: Value) -> TestResult<Value> {
    let version = shop.get(path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    Ok(shop.patch(path).version(version).json(body).await?.expect(200)?.data().clone())
}

/// A list in euros has the prices of the shop's own by the rate, from the job on those that are there, and at once those that change or are new.
#[test_on_every_database]
async fn a_list_has_the_prices_of_another_by_the_rate(shop: TestShop) -> TestResult {
    let (_, path) = mug(&shop).await?;
    let none = derived(&shop, "euros", "EUR", (json!({}), json!({}))).await?;
    assert_eq!((none.status, none.error_code()), (422, "validation_failed"), "there is no rate");
    publish(&shop, &[("USD", "1.25")]).await?.expect(200)?;
    let rule = json!({ "margin_ppm": 10_000, "rounding": { "ending": "9" } });
    let made = derived(&shop, "euros", "EUR", (rule, json!({}))).await?.expect(201)?;
    let shown = &made.data()["derives_from"];
    assert_eq!((&shown["rate_numerator"], &shown["rate_denominator"], &shown["margin_ppm"]), (&json!(4), &json!(5), &json!(10_000)));
    assert_eq!(prices(&shop, "euros").await?, []);
    shop.settle().await?;
    assert_eq!(prices(&shop, "euros").await?, [price("MUG", 1, 1_619, true), price("MUG", 10, 1_219, true)]);

    let edited = edit(&shop, &path, json!({ "price": { "amount": 1_000, "currency": "USD" } })).await?;
    assert_eq!(prices(&shop, "euros").await?, [price("MUG", 1, 809, true), price("MUG", 10, 1_219, true)], "with the edit itself");
    let flags: Vec<&Value> = edited["prices"].as_array().ok_or("prices")?.iter().map(|price| &price["derived"]).collect();
    assert_eq!(flags.iter().filter(|flag| **flag == true).count(), 2);
    shop.product("Plate").variant(variant("PLATE", 500)).create().await?;
    assert_eq!(prices(&shop, "euros").await?.last(), Some(&price("PLATE", 1, 409, true)));

    let all = json!({ "all": true, "dry_run": false, "change": { "rate_ppm": 1_000_000 } });
    shop.post("/api/v1/prices/bulk").idempotency("twice").json(all).await?.expect(202)?;
    shop.settle().await?;
    let doubled = [price("MUG", 1, 1_619, true), price("MUG", 10, 2_439, true), price("PLATE", 1, 809, true)];
    assert_eq!(prices(&shop, "euros").await?, doubled, "many prices at once take theirs along");
    Ok(())
}

/// What somebody writes into the list is theirs, whatever the other list does; taken away, the derived prices are back.
#[test_on_every_database]
async fn a_price_written_by_hand_stays_until_it_is_taken_away(shop: TestShop) -> TestResult {
    let (_, path) = mug(&shop).await?;
    let list = outlet(&shop, json!({})).await?;
    shop.settle().await?;
    assert_eq!(prices(&shop, "outlet").await?, [price("MUG", 1, 1_800, true), price("MUG", 10, 1_359, true)]);

    let of = |amount: i64| json!({ "amount": { "amount": amount, "currency": "USD" } });
    let in_list = |amount: i64, derived: bool| json!({ "amount": { "amount": amount, "currency": "USD" }, "price_list_id": list, "derived": derived });
    edit(&shop, &path, json!({ "prices": [of(2_000), in_list(1_700, false)] })).await?;
    assert_eq!(prices(&shop, "outlet").await?, [price("MUG", 1, 1_700, false)]);
    edit(&shop, &path, json!({ "price": { "amount": 3_000, "currency": "USD" } })).await?;
    assert_eq!(prices(&shop, "outlet").await?, [price("MUG", 1, 1_700, false)]);
    let cart = shop.empty_cart().await?;
    let variant = path.rsplit('/').next().ok_or("an id")?;
    let filled = shop.add(&cart, variant, 1).await?.expect(201)?;
    assert_eq!(filled.data()["lines"][0]["unit_price"]["amount"], 1_700);

    edit(&shop, &path, json!({ "prices": [of(3_000), in_list(9, true)] })).await?;
    assert_eq!(prices(&shop, "outlet").await?, [price("MUG", 1, 2_700, true)], "what comes back as it was read is computed anew");
    let version = shop.get(&path).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    let elsewhere = json!({ "prices": [{ "amount": { "amount": 1, "currency": "USD" }, "derived": true }] });
    let refused = shop.patch(&path).version(version).json(elsewhere).await?;
    assert!(refused.json["error"]["details"].get("prices.0.derived").is_some(), "{refused:?}");
    Ok(())
}

/// Prices that were derived are the list's own when it derives no more: nobody loses a price by that.
#[test_on_every_database]
async fn prices_stay_when_a_list_derives_no_more(shop: TestShop) -> TestResult {
    let (_, path) = mug(&shop).await?;
    let list = outlet(&shop, json!({})).await?;
    shop.settle().await?;
    let default = default_list(&shop).await?;
    change_list(&shop, &list, json!({ "derives_from": null })).await?.expect(200)?;
    let again = change_list(&shop, &list, json!({ "derives_from": { "price_list_id": default } })).await?;
    assert_eq!((again.status, again.error_code()), (409, "price_list_busy"));
    shop.settle().await?;
    edit(&shop, &path, json!({ "price": { "amount": 1_000, "currency": "USD" } })).await?;
    assert_eq!(prices(&shop, "outlet").await?, [price("MUG", 1, 1_800, false), price("MUG", 10, 1_359, false)]);
    change_list(&shop, &list, json!({ "derives_from": { "price_list_id": default } })).await?.expect(200)?;
    shop.settle().await?;
    assert_eq!(prices(&shop, "outlet").await?, [price("MUG", 1, 1_800, false), price("MUG", 10, 1_359, false)], "they are its own");
    Ok(())
}

/// No chains, no circles, no list without the one that it derives from, and amounts that mean what they meant.
#[test_on_every_database]
async fn lists_that_derive_are_bound_to_the_one_they_derive_from(shop: TestShop) -> TestResult {
    let (list, default) = (outlet(&shop, json!({})).await?, default_list(&shop).await?);
    let other = json!({ "code": "other", "name": "Other", "currency": "USD", "tax_included": true });
    let other = shop.post(LISTS).json(other).await?.expect(201)?.text("id").to_owned();
    let from = |id: &str| json!({ "derives_from": { "price_list_id": id } });
    for (of, body, field) in [
        (&list, from(&list), "derives_from.price_list_id"),
        (&other, from(&list), "derives_from.price_list_id"),
        (&default, from(&other), "derives_from.price_list_id"),
        (&other, from(&default), "derives_from.price_list_id"),
        (&other, from("plist_01h455vb4pex5vsknk084sn02q"), "derives_from.price_list_id"),
        (&default, json!({ "tax_included": true }), "tax_included"),
        (&list, json!({ "tax_included": true }), "tax_included"),
    ] {
        let refused = change_list(&shop, of, body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{body}: {refused:?}");
    }
    for id in [&list, &default] {
        let refused = change_list(&shop, id, json!({ "currency": "EUR" })).await?;
        assert_eq!((refused.status, refused.error_code()), (409, "currency_in_use"));
    }
    let version = shop.get(&format!("{LISTS}/{other}")).await?.expect(200)?.data()["version"].as_i64().unwrap_or(0);
    let alike = json!({ "tax_included": false });
    shop.patch(&format!("{LISTS}/{other}")).version(version).json(alike).await?.expect(200)?;
    change_list(&shop, &list, from(&other)).await?.expect(200)?;
    let refused = shop.delete(&format!("{LISTS}/{other}")).version(version + 1).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "price_list_in_use"));
    publish(&shop, &[("USD", "1.25")]).await?.expect(200)?;
    euros(&shop).await?;
    shop.settle().await
}
