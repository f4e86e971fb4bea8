//! What promotions make of carts, and of the orders that they become.

use chrono::TimeDelta;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use super::*;
use crate::categories::category;
use crate::me::somebody;
use crate::support::{address, variant};

/// Two mugs at 12.50, a tenth off: 22.50, and 5.00 for the parcel.
#[test_on_every_database]
async fn a_cart_that_meets_the_conditions_costs_less_and_so_does_its_order(shop: TestShop) -> TestResult {
    let id = promote(&shop, tenth(json!({ "conditions": { "min_subtotal": usd(2_000) } }))).await?;
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    assert_eq!(off(&shop, &cart).await?, (0, vec!["subtotal_too_low".to_owned()]));

    let full = shop.add(&cart, &mug.id, 1).await?.expect(201)?;
    let (line, totals) = (&full.data()["lines"][0], &full.data()["totals"]);
    assert_eq!((&totals["discount"]["amount"], &totals["total"]["amount"]), (&json!(250), &json!(2_750)));
    assert_eq!((&line["discount"]["amount"], &line["total"]["amount"]), (&json!(250), &json!(2_250)));
    let amount = json!({ "amount": 250, "currency": "USD", "formatted": "$2.50" });
    assert_eq!(line["discounts"], json!([{ "promotion_id": id, "name": "Tenth", "amount": amount }]));
    let applied = json!([{ "promotion_id": id, "name": "Tenth", "code": null, "discount": amount, "ships_free": false }]);
    assert_eq!(full.data()["promotions"], json!({ "applied": applied, "passed_over": [] }));

    let order = shop.checkout(&cart).await?.expect(201)?;
    assert_eq!((&order.data()["totals"]["discount"]["amount"], &order.data()["totals"]["total"]["amount"]), (&json!(250), &json!(2_750)));
    let discount = order.data()["adjustments"].as_array().and_then(|all| all.iter().find(|one| one["kind"] == "discount"));
    let discount = discount.ok_or("no discount")?;
    assert_eq!((&discount["label"], &discount["amount"]["amount"]), (&json!("Tenth"), &json!(-250)));
    assert_eq!(had(&shop, &id).await?, (1, Some(250)));
    Ok(())
}

/// By category (also one above), by tag, by product: three mugs, each meant by another promotion.
#[test_on_every_database]
async fn goods_are_meant_by_where_they_stand(shop: TestShop) -> TestResult {
    let home = category(&shop, "Home", None).await?;
    let mugs = category(&shop, "Mugs", Some(&home)).await?;
    let by_category = shop.product("A").categories(&[&mugs]).variant(variant("A", 1_000)).create().await?;
    let by_tag = shop.product("B").with(|input| input.tags = Some(vec!["Sale".to_owned()])).variant(variant("B", 1_000)).create();
    let by_tag = by_tag.await?;
    let other = shop.product("C").variant(variant("C", 1_000)).create().await?;
    let ids: Vec<String> = [&by_category, &by_tag, &other].iter().map(|made| made.variants[0].variant.id.to_string()).collect();
    let of = |items: Value, rate: i64| json!({ "name": "Some", "effect": { "kind": "percent_off", "rate_ppm": rate }, "conditions": { "items": items } });
    promote(&shop, of(json!({ "category_ids": [home.id] }), 100_000)).await?;
    promote(&shop, of(json!({ "tags": ["SALE"] }), 200_000)).await?;
    promote(&shop, of(json!({ "product_ids": [other.product.id] }), 500_000)).await?;

    let cart = shop.empty_cart().await?;
    for id in &ids {
        shop.add(&cart, id, 1).await?.expect(201)?;
    }
    let read = shop.read(&cart).await?.expect(200)?;
    let discounts: Vec<i64> =
        read.data()["lines"].as_array().ok_or("no lines")?.iter().filter_map(|line| line["discount"]["amount"].as_i64()).collect();
    assert_eq!(discounts, [100, 200, 500]);
    Ok(())
}

#[test_on_every_database]
async fn a_code_gives_what_it_promises_however_it_is_typed(shop: TestShop) -> TestResult {
    let id = promote_by_code(&shop, tenth(json!({})), "Spring-26", None).await?;
    let mug = shop.mug(1_000, 10).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    assert_eq!(off(&shop, &cart).await?, (0, vec![]), "nobody has typed it in");

    let unknown = enter(&shop, &cart, "AUTUMN").await?;
    assert_eq!((unknown.status, unknown.error_code()), (422, "promotion_code_unknown"));
    let entered = enter(&shop, &cart, " SPRING-26 ").await?.expect(200)?;
    assert_eq!(
        (&entered.data()["codes"], &entered.data()["promotions"]["applied"][0]["code"]),
        (&json!(["Spring-26"]), &json!("Spring-26"))
    );
    let version = entered.data()["version"].as_i64();
    assert_eq!(enter(&shop, &cart, "spring-26").await?.expect(200)?.data()["version"].as_i64(), version, "it has it already");
    assert_eq!(off(&shop, &cart).await?, (100, vec![]));

    let path = format!("/api/v1/carts/{}/codes", cart.id);
    let foreign = shop.delete(&format!("{path}/spring-26")).cart("twct_x").await?;
    assert_eq!((foreign.status, foreign.error_code()), (404, "cart_not_found"));
    shop.delete(&format!("{path}/spring-26")).cart(&cart.token).await?.expect(200)?;
    let gone = shop.delete(&format!("{path}/spring-26")).cart(&cart.token).await?;
    assert_eq!((gone.status, gone.error_code()), (404, "cart_code_not_found"));
    assert_eq!(off(&shop, &cart).await?, (0, vec![]));

    enter(&shop, &cart, "spring-26").await?.expect(200)?;
    shop.checkout(&cart).await?.expect(201)?;
    assert_eq!(had(&shop, &id).await?, (1, None));
    Ok(())
}

/// A code that gives nothing: the order is placed only for somebody who says which cart they saw.
#[test_on_every_database]
async fn nobody_pays_more_than_they_saw_because_a_code_ran_out(shop: TestShop) -> TestResult {
    let id = promote_by_code(&shop, tenth(json!({ "conditions": { "min_quantity": 2 } })), "TWO", None).await?;
    let mug = shop.mug(1_000, 10).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let seen = enter(&shop, &cart, "TWO").await?.expect(200)?;
    assert_eq!(seen.data()["totals"]["discount"]["amount"], 200);
    shop.patch(&format!("{PATH}/{id}")).version(1).json(json!({ "active": false })).await?.expect(200)?;

    let refused = shop.checkout(&cart).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "promotion_not_applied"));
    assert_eq!(refused.json["error"]["details"], json!({ "codes.TWO": ["inactive"] }));
    let pay = async |etag: &str| {
        let body = json!({ "payment_method": "manual", "cart_version": etag });
        shop.post(&format!("/api/v1/carts/{}/checkout", cart.id)).cart(&cart.token).idempotency(etag).json(body).await
    };
    let stale = pay(seen.header("etag")).await?;
    assert_eq!((stale.status, stale.error_code()), (409, "cart_changed"));
    let now = shop.read(&cart).await?.expect(200)?;
    let order = pay(now.header("etag")).await?.expect(201)?;
    assert_eq!(order.data()["totals"]["total"]["amount"], 2_500);
    Ok(())
}

#[test_on_every_database]
async fn a_promotion_pays_for_the_parcel(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 10).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    let method = shop.read(&cart).await?.text("shipping_method_id").to_owned();
    let free = |methods: Value| json!({ "name": "Free", "effect": { "kind": "free_shipping", "shipping_method_ids": methods } });
    let other = kernel::ShippingMethodId::generate();
    let id = promote(&shop, free(json!([other]))).await?;
    assert_eq!(shop.read(&cart).await?.data()["totals"]["shipping"]["amount"], 500);
    assert_eq!(off(&shop, &cart).await?, (0, vec!["other_shipping_method".to_owned()]));
    let change = json!({ "effect": { "kind": "free_shipping", "shipping_method_ids": [method] } });
    shop.patch(&format!("{PATH}/{id}")).version(1).json(change).await?.expect(200)?;
    let read = shop.read(&cart).await?;
    assert_eq!((&read.data()["totals"]["shipping"]["amount"], &read.data()["totals"]["total"]["amount"]), (&json!(0), &json!(1_000)));
    assert_eq!(read.data()["promotions"]["applied"][0]["ships_free"], true);
    let options = shop.get(&format!("/api/v1/carts/{}/shipping-methods", cart.id)).cart(&cart.token).await?.expect(200)?;
    assert_eq!(options.data()[0]["price"]["amount"], 0);
    let order = shop.checkout(&cart).await?.expect(201)?;
    assert_eq!(order.data()["totals"]["total"]["amount"], 1_000);
    Ok(())
}

/// A present is a line of the order like any other, at a price that is taken off again, and its stock is held.
#[test_on_every_database]
async fn a_present_is_put_in_as_long_as_there_is_one(shop: TestShop) -> TestResult {
    let (mug, spoon) = (shop.mug(1_000, 10).await?, shop.mug(300, 2).await?);
    let gift = json!({ "kind": "gift", "variant_id": spoon.id, "quantity": 2 });
    let id = promote(&shop, json!({ "name": "Spoons", "effect": gift, "conditions": { "min_quantity": 2 } })).await?;
    let cart = shop.cart(&[(&mug.id, 1)]).await?;
    assert_eq!(shop.read(&cart).await?.data()["lines"].as_array().map(Vec::len), Some(1));
    let read = shop.add(&cart, &mug.id, 1).await?.expect(201)?;
    let present = &read.data()["lines"][1];
    assert_eq!((&present["gift"], &present["quantity"], &present["total"]["amount"]), (&json!(true), &json!(2), &json!(0)));
    assert_eq!(shop.read(&cart).await?.data()["lines"][1]["id"], present["id"], "it is the same at each look");
    let line = format!("/api/v1/carts/{}/lines/{}", cart.id, present["id"].as_str().unwrap_or_default());
    assert_eq!(shop.delete(&line).cart(&cart.token).await?.error_code(), "cart_line_not_found");

    let order = shop.checkout(&cart).await?.expect(201)?;
    assert_eq!((&order.data()["totals"]["total"]["amount"], &order.data()["totals"]["discount"]["amount"]), (&json!(2_500), &json!(600)));
    assert_eq!((shop.stock_of(&spoon).await?, had(&shop, &id).await?.0), ((2, 2), 1));
    let late = shop.cart(&[(&mug.id, 2)]).await?;
    let read = shop.read(&late).await?;
    assert_eq!((read.data()["lines"].as_array().map(Vec::len), &read.data()["promotions"]["passed_over"]), (Some(1), &json!([])));
    Ok(())
}

/// The last pieces are for whoever pays for them: what is in the cart is no present as well, and what ships nothing else has none that ships.
#[test_on_every_database]
async fn nobody_is_given_what_they_buy_the_last_of(shop: TestShop) -> TestResult {
    let (spoon, book) = (shop.mug(300, 2).await?, shop.gift(5).await?);
    let gift = json!({ "kind": "gift", "variant_id": spoon.id, "quantity": 1 });
    promote(&shop, json!({ "name": "Spoon", "effect": gift })).await?;
    promote(&shop, json!({ "name": "Free", "effect": { "kind": "free_shipping" } })).await?;
    let both = shop.cart(&[(&spoon.id, 2)]).await?;
    assert_eq!(shop.read(&both).await?.data()["lines"].as_array().map(Vec::len), Some(1));
    let digital = shop.cart(&[(&book.id, 1)]).await?;
    let read = shop.read(&digital).await?;
    assert_eq!((read.data()["lines"].as_array().map(Vec::len), &read.data()["promotions"]["applied"]), (Some(1), &json!([])));
    shop.checkout(&both).await?.expect(201)?;
    shop.checkout(&digital).await?.expect(201)?;
    Ok(())
}

/// For whoever belongs to a group, once signed in; for a first order; for parcels to a country; on a day of the week; for a time.
#[test_on_every_database]
async fn promotions_are_for_certain_people_places_and_times(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_000, 10).await?;
    let group = shop.post("/api/v1/customer-groups").json(json!({ "name": "Dealers" })).await?.expect(201)?.text("id").to_owned();
    let only = |conditions: Value| tenth(json!({ "conditions": conditions }));
    let cart = shop.empty_cart().await?;
    shop.add(&cart, &mug.id, 1).await?.expect(201)?;
    let off_while = async |body: Value| -> TestResult<(i64, Vec<String>)> {
        let id = promote(&shop, body).await?;
        let said = off(&shop, &cart).await?;
        shop.delete(&format!("{PATH}/{id}")).version(1).await?.expect(204)?;
        Ok(said)
    };
    let told = |reason: &str| (0, vec![reason.to_owned()]);
    assert_eq!(off_while(only(json!({ "countries": ["US"] }))).await?, told("country_unknown"));
    assert_eq!(off_while(only(json!({ "first_order": true }))).await?, told("customer_unknown"));
    shop.edit(&cart, json!({ "email": "ada@example.com", "shipping_address": address() })).await?.expect(200)?;
    assert_eq!(off_while(only(json!({ "countries": ["US"] }))).await?, (100, vec![]));
    assert_eq!(off_while(only(json!({ "countries": ["DE"] }))).await?, (0, vec![]), "nobody is told of what is for others");
    assert_eq!(off_while(only(json!({ "weekdays": [1] }))).await?, (100, vec![]), "the clock of tests shows a Monday");
    assert_eq!(off_while(only(json!({ "weekdays": [2, 3] }))).await?, (0, vec![]));
    assert_eq!(off_while(only(json!({ "first_order": true }))).await?, (100, vec![]));
    assert_eq!(off_while(tenth(json!({ "starts_at": "2026-03-02T09:30:00.000001Z" }))).await?, (0, vec![]));
    assert_eq!(off_while(tenth(json!({ "ends_at": "2026-03-02T09:30:00Z" }))).await?, (0, vec![]));
    shop.order(&mug.id, 1, "manual").await?;
    assert_eq!(off_while(only(json!({ "first_order": true }))).await?, (0, vec![]), "the same address has ordered");

    let account = json!({ "email": "grace@example.com", "password": "correct horse battery staple", "name": "Grace Hopper" });
    let registered = shop.post("/api/v1/auth/register").anonymous().json(account).await?.expect(201)?;
    let (user, token) = (registered.text("user/id"), registered.text("access_token"));
    shop.settle().await?;
    let customers = shop.get("/api/v1/customers").await?.expect(200)?;
    let is_theirs = |customer: &&Value| customer["user_id"] == json!(user);
    let customer = customers.data().as_array().and_then(|all| all.iter().find(is_theirs)).ok_or("no customer")?.clone();
    let path = format!("/api/v1/customers/{}", customer["id"].as_str().unwrap_or_default());
    let version = customer["version"].as_i64().unwrap_or(0);
    shop.patch(&path).version(version).json(json!({ "group_id": group })).await?.expect(200)?;
    promote(&shop, only(json!({ "customer_group_ids": [group] }))).await?;
    assert_eq!(off(&shop, &cart).await?, (0, vec![]), "a guest");
    let own = shop.post("/api/v1/carts").key(token).json(json!({})).await?.expect(201)?;
    let line = json!({ "variant_id": mug.id, "quantity": 1 });
    let filled = shop.post(&format!("/api/v1/carts/{}/lines", own.text("id"))).key(token).json(line).await?.expect(201)?;
    assert_eq!(filled.data()["totals"]["discount"]["amount"], 100);
    Ok(())
}

/// Whoever goes through codes has to wait longer each time; a good one in between is taken.
#[test_on_every_database]
async fn guessing_codes_is_slow(shop: TestShop) -> TestResult {
    promote_by_code(&shop, tenth(json!({})), "REAL", None).await?;
    let cart = shop.empty_cart().await?;
    let mut refusals = 0;
    for guess in 0..20 {
        let reply = enter(&shop, &cart, &format!("GUESS-{guess}")).await?;
        if reply.status == 429 {
            assert_eq!((reply.error_code(), reply.header("retry-after").is_empty()), ("too_many_attempts", false));
            refusals += 1;
        } else {
            assert_eq!((reply.status, reply.error_code()), (422, "promotion_code_unknown"));
        }
    }
    assert!(refusals >= 10, "{refusals}");
    shop.advance(TimeDelta::hours(1));
    enter(&shop, &cart, "real").await?.expect(200)?;
    Ok(())
}

/// What somebody typed in before they signed in comes with them.
#[test_on_every_database]
async fn codes_survive_the_merge_of_carts(shop: TestShop) -> TestResult {
    promote_by_code(&shop, tenth(json!({})), "GUEST", None).await?;
    let mug = shop.mug(1_000, 10).await?;
    let (_, token) = somebody(&shop).await?;
    let own = shop.post("/api/v1/carts").key(&token).json(json!({})).await?.expect(201)?;
    let line = json!({ "variant_id": mug.id, "quantity": 1 });
    shop.post(&format!("/api/v1/carts/{}/lines", own.text("id"))).key(&token).json(line).await?.expect(201)?;
    let guest = shop.empty_cart().await?;
    enter(&shop, &guest, "GUEST").await?.expect(200)?;
    let body = json!({ "cart_id": guest.id, "token": guest.token });
    let merged = shop.post("/api/v1/me/cart/merge").key(&token).json(body).await?.expect(200)?;
    assert_eq!((&merged.data()["codes"], &merged.data()["totals"]["discount"]["amount"]), (&json!(["GUEST"]), &json!(100)));
    Ok(())
}
