//! How staff keep promotions and codes, and try out what they would do.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;
use crate::rest::{refuses_deletions_of_no_or_another_version, refuses_edits_of_no_or_another_version};

/// A promotion comes back as it was sent, with every member of its terms.
#[test_on_every_database]
async fn a_promotion_lives_over_http(shop: TestShop) -> TestResult {
    let tiers = json!([{ "from": 2, "rate_ppm": 50_000 }, { "from": 5, "amount": usd(1_000) }]);
    let sent = json!({
        "name": "More for less", "active": true, "trigger": "automatic", "priority": 5, "combinable": false,
        "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z",
        "conditions": { "countries": ["DE", "AT"], "weekdays": [7, 6], "items": { "tags": ["Sale"] }, "min_subtotal": usd(2_000) },
        "effect": { "kind": "tiers", "by": "quantity", "tiers": tiers },
        "uses_limit": 100, "uses_per_customer": 1, "budget": usd(50_000),
    });
    let made = shop.post(PATH).json(sent).await?.expect(201)?;
    let path = made.header("location").to_owned();
    let money = |amount: i64, formatted: &str| json!({ "amount": amount, "currency": "USD", "formatted": formatted });
    let items = json!({ "variant_ids": [], "product_ids": [], "category_ids": [], "tags": ["sale"] });
    let expected = json!({
        "id": made.text("id"), "version": 1, "name": "More for less", "active": true, "trigger": "automatic", "priority": 5,
        "combinable": false, "currency": "USD", "starts_at": "2026-03-01T00:00:00Z", "ends_at": "2026-04-01T00:00:00Z",
        "conditions": {
            "channel_ids": [], "countries": ["AT", "DE"], "customer_group_ids": [], "first_order": false, "weekdays": [6, 7],
            "items": items, "min_quantity": null, "min_subtotal": money(2_000, "$20.00"),
        },
        "effect": { "kind": "tiers", "by": "quantity", "tiers": [
            { "from": 2, "rate_ppm": 50_000, "amount": null },
            { "from": 5, "rate_ppm": null, "amount": money(1_000, "$10.00") },
        ] },
        "uses_limit": 100, "uses_per_customer": 1, "budget": money(50_000, "$500.00"), "uses": 0, "spent": money(0, "$0.00"),
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!((made.data(), shop.get(&path).await?.expect(200)?.data()), (&expected, &expected));

    let change =
        json!({ "name": "Less", "budget": null, "conditions": {}, "effect": { "kind": "percent_off", "rate_ppm": 1 }, "currency": null });
    let changed = shop.patch(&path).version(1).json(change).await?.expect(200)?;
    assert_eq!((changed.text("name"), &changed.data()["budget"], &changed.data()["spent"]), ("Less", &json!(null), &json!(null)));
    assert_eq!(changed.data()["effect"], json!({ "kind": "percent_off", "rate_ppm": 1 }));
    assert_eq!(changed.data()["ends_at"], "2026-04-01T00:00:00Z", "what is absent stays");
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({ "name": "Other" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;
    shop.delete(&path).version(2).await?.expect(204)?;
    assert_eq!(shop.get(&path).await?.error_code(), "promotion_not_found");
    assert_eq!(shop.events_of("promotion").await?, ["promotion.changed"; 3]);
    Ok(())
}

#[test_on_every_database]
async fn promotions_are_listed_in_the_order_in_which_they_apply(shop: TestShop) -> TestResult {
    let mut ids = Vec::new();
    for (priority, trigger) in [(2, "automatic"), (1, "code"), (2, "automatic")] {
        ids.push(promote(&shop, tenth(json!({ "priority": priority, "trigger": trigger }))).await?);
    }
    let listed = async |query: &str| -> TestResult<Vec<String>> {
        let page = shop.get(&format!("{PATH}?{query}")).await?.expect(200)?;
        Ok(page.data().as_array().ok_or("no list")?.iter().filter_map(|one| one["id"].as_str().map(str::to_owned)).collect())
    };
    let [second, first, third] = &ids[..] else { return Err("three".into()) };
    assert_eq!(listed("").await?, [first.clone(), second.clone(), third.clone()]);
    assert_eq!(listed("sort=-priority").await?, [third.clone(), second.clone(), first.clone()]);
    assert_eq!(listed("filter[trigger]=code").await?, vec![first.clone()]);
    assert_eq!(listed("filter[active]=false").await?, Vec::<String>::new());
    let page = shop.get(&format!("{PATH}?limit=2")).await?.expect(200)?;
    let next = page.json["meta"]["next_cursor"].as_str().ok_or("no cursor")?;
    assert_eq!(listed(&format!("limit=2&after={next}")).await?, vec![third.clone()]);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_promotion_is_refused_by_its_fields(shop: TestShop) -> TestResult {
    let bad = [
        (tenth(json!({ "name": "" })), "name"),
        (tenth(json!({ "trigger": "moon" })), "trigger"),
        (tenth(json!({ "starts_at": "tomorrow" })), "starts_at"),
        (tenth(json!({ "conditions": { "countries": ["Mars"] } })), "conditions.countries.0"),
        (tenth(json!({ "conditions": { "min_subtotal": { "amount": 1, "currency": "XXX" } } })), "conditions.min_subtotal.currency"),
        (tenth(json!({ "budget": usd(0) })), "budget"),
        (tenth(json!({ "currency": "EUR", "budget": usd(1) })), "budget.currency"),
        (json!({ "name": "x", "effect": { "kind": "percent_off", "rate_ppm": 1_000_001 } }), "effect.rate_ppm"),
        (json!({ "name": "x", "effect": { "kind": "amount_off" } }), "effect.amount"),
        (json!({ "name": "x", "effect": { "kind": "percent_off", "rate_ppm": 1, "amount": usd(1) } }), "effect.amount"),
    ];
    for (body, field) in bad {
        let refused = shop.post(PATH).json(body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(refused.json["error"]["details"][field].is_array(), "{field}: {refused:?}");
    }
    let id = promote(&shop, tenth(json!({ "budget": usd(1_000) }))).await?;
    let renamed = shop.patch(&format!("{PATH}/{id}")).version(1).json(json!({ "currency": "EUR" })).await?;
    assert_eq!((renamed.status, renamed.json["error"]["details"]["currency"].is_array()), (422, true), "ten dollars are not ten euros");
    let euros = json!({ "effect": { "kind": "amount_off", "amount": { "amount": 5, "currency": "EUR" } } });
    let refused = shop.patch(&format!("{PATH}/{id}")).version(1).json(euros).await?;
    assert_eq!((refused.status, refused.json["error"]["details"]["currency"].is_array()), (422, true));
    Ok(())
}

/// A limit cannot be set below what was had; what an order had cannot be deleted.
#[test_on_every_database]
async fn what_was_had_cannot_be_undone_by_staff(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 100).await?;
    let id = promote_by_code(&shop, tenth(json!({ "currency": "USD" })), "SPRING", None).await?;
    for _ in 0..2 {
        let cart = shop.cart(&[(&mug.id, 1)]).await?;
        enter(&shop, &cart, "SPRING").await?.expect(200)?;
        shop.checkout(&cart).await?.expect(201)?;
    }
    let path = format!("{PATH}/{id}");
    for (change, field) in
        [(json!({ "uses_limit": 1 }), "uses_limit"), (json!({ "budget": usd(199) }), "budget"), (json!({ "currency": "EUR" }), "currency")]
    {
        let refused = shop.patch(&path).version(1).json(change).await?;
        assert_eq!((refused.status, refused.json["error"]["details"][field].is_array()), (422, true), "{field}");
    }
    shop.patch(&path).version(1).json(json!({ "uses_limit": 2, "budget": usd(200) })).await?.expect(200)?;
    let deleted = shop.delete(&path).version(2).await?;
    assert_eq!((deleted.status, deleted.error_code()), (409, "promotion_in_use"));
    let code = shop.get(&format!("{path}/codes")).await?.expect(200)?.data()[0].clone();
    let code = format!("{path}/codes/{}", code["id"].as_str().unwrap_or_default());
    let deleted = shop.delete(&code).await?;
    assert_eq!((deleted.status, deleted.error_code()), (409, "promotion_code_in_use"));
    let off = shop.patch(&code).json(json!({ "active": false })).await?.expect(200)?;
    assert_eq!(off.data()["active"], false);
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    assert_eq!(enter(&shop, &cart, "SPRING").await?.error_code(), "promotion_code_unknown");
    Ok(())
}

/// A thousand codes at once, each good for one order; none is made twice.
#[test_on_every_database]
async fn codes_are_made_in_bulk_and_found_again(shop: TestShop) -> TestResult {
    let id = promote(&shop, tenth(json!({ "trigger": "code" }))).await?;
    let path = format!("{PATH}/{id}/codes");
    let made = shop.post(&path).json(json!({ "count": 1_000, "prefix": "VIP-", "uses_limit": 1 })).await?.expect(201)?;
    let codes = made.data().as_array().ok_or("no codes")?;
    let one = codes[777]["code"].as_str().ok_or("no code")?;
    assert_eq!((codes.len(), one.len(), &codes[777]["uses_limit"]), (1_000, 16, &json!(1)));
    let found = shop.get(&format!("{path}?filter[code]={}", one.to_lowercase())).await?.expect(200)?;
    assert_eq!((found.data().as_array().map(Vec::len), &found.data()[0]["id"]), (Some(1), &codes[777]["id"]));
    let other = promote(&shop, tenth(json!({ "trigger": "code" }))).await?;
    let taken = shop.post(&format!("{PATH}/{other}/codes")).json(json!({ "codes": ["NEW", one.to_lowercase()] })).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "promotion_code_taken"));
    assert_eq!(shop.get(&format!("{PATH}/{other}/codes")).await?.data(), &json!([]), "all or none");
    let foreign = format!("{PATH}/{other}/codes/{}", codes[0]["id"].as_str().unwrap_or_default());
    assert_eq!(shop.delete(&foreign).await?.error_code(), "promotion_code_not_found");
    shop.delete(&format!("{path}/{}", codes[0]["id"].as_str().unwrap_or_default())).await?.expect(204)?;
    let absent = format!("{PATH}/{}/codes", kernel::PromotionId::generate());
    assert_eq!(shop.post(&absent).json(json!({})).await?.error_code(), "promotion_not_found");
    Ok(())
}

/// Staff see what a promotion would do before anybody has it, and why all the others do not hold.
#[test_on_every_database]
async fn a_promotion_is_tried_out_before_anybody_has_it(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 100).await?;
    promote(&shop, tenth(json!({ "name": "Germans", "conditions": { "countries": ["DE"] } }))).await?;
    let path = format!("{PATH}/test");
    let draft = json!({ "name": "Draft", "active": false, "effect": { "kind": "buy_get", "buy": 2, "get": 1 } });
    let cart = json!({ "lines": [{ "variant_id": mug.id, "quantity": 3 }], "country": "US", "codes": ["NOPE"], "promotion": draft });
    let tried = shop.post(&path).json(cart.clone()).await?.expect(200)?;
    assert_eq!((&tried.data()["totals"]["discount"]["amount"], &tried.data()["totals"]["total"]["amount"]), (&json!(1_000), &json!(2_000)));
    assert_eq!(tried.data()["promotions"]["applied"][0]["name"], "Draft");
    let passed: Vec<(&str, &str)> = tried.data()["promotions"]["passed_over"]
        .as_array()
        .ok_or("none")?
        .iter()
        .map(|passed| {
            (passed["name"].as_str().or(passed["code"].as_str()).unwrap_or_default(), passed["reason"].as_str().unwrap_or_default())
        })
        .collect();
    assert_eq!(passed, [("Germans", "other_country"), ("NOPE", "unknown_code")]);
    let german = shop.post(&path).json(with(cart.clone(), json!({ "country": "DE", "promotion": null }))).await?.expect(200)?;
    assert_eq!(german.data()["totals"]["discount"]["amount"], 300);
    for (different, field) in [
        (json!({ "lines": [] }), "lines"),
        (json!({ "lines": [{ "variant_id": kernel::VariantId::generate(), "quantity": 1 }] }), "lines.0.variant_id"),
        (json!({ "promotion": { "name": "x", "effect": { "kind": "gift" } } }), "promotion.effect.variant_id"),
        (json!({ "customer_id": kernel::CustomerId::generate() }), "customer_id"),
        (json!({ "channel": "moon" }), "channel"),
        (json!({ "at": "now" }), "at"),
    ] {
        let refused = shop.post(&path).json(with(cart.clone(), different)).await?;
        assert_eq!((refused.status, refused.json["error"]["details"][field].is_array()), (422, true), "{field}: {refused:?}");
    }
    Ok(())
}
