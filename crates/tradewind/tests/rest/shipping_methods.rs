//! Shipping methods over HTTP (`/api/v1/shipping-methods`): tariffs come back as they were sent, in order.

use reqwest::Method;
use serde_json::json;
use test_macro::test_on_every_database;

use super::*;

const PATH: &str = "/api/v1/shipping-methods";

fn express() -> Value {
    json!({
        "code": "express", "name": "Express", "kind": "by_weight", "currency": "USD", "countries": ["DE", "AT"], "position": 5,
        "rates": [
            { "from": 1_000, "amount": { "amount": 1_500, "currency": "USD" } },
            { "amount": { "amount": 900, "currency": "USD" } },
            { "country": "AT", "amount": { "amount": 1_100, "currency": "USD" } },
        ],
    })
}

async fn create(shop: &TestShop, body: Value) -> TestResult<Reply> {
    shop.post(PATH).json(body).await?.expect(201)
}

/// A method comes back with its tariff, which changes as a whole.
#[test_on_every_database]
async fn a_shipping_method_lives_over_http(shop: TestShop) -> TestResult {
    let made = create(&shop, express()).await?;
    let path = made.header("location").to_owned();
    let usd = |amount: i64, formatted: &str| json!({ "amount": amount, "currency": "USD", "formatted": formatted });
    let expected = json!({
        "id": made.text("id"), "version": 1, "code": "express", "name": "Express", "kind": "by_weight", "currency": "USD",
        "countries": ["AT", "DE"], "tax_class": "standard", "active": true, "position": 5,
        "rates": [
            { "country": null, "from": 0, "amount": usd(900, "$9.00") },
            { "country": null, "from": 1_000, "amount": usd(1_500, "$15.00") },
            { "country": "AT", "from": 0, "amount": usd(1_100, "$11.00") },
        ],
        "created_at": "2026-03-02T09:30:00Z", "updated_at": "2026-03-02T09:30:00Z",
    });
    assert_eq!((made.data(), shop.get(&path).await?.expect(200)?.data()), (&expected, &expected));

    let flat = json!({ "kind": "flat", "rates": [{ "amount": { "amount": 700, "currency": "USD" } }], "countries": [] });
    let patched = shop.patch(&path).header("If-Match", made.header("etag")).json(flat).await?.expect(200)?;
    assert_eq!((patched.text("kind"), patched.text("name"), &patched.data()["version"]), ("flat", "Express", &json!(2)));
    assert_eq!(patched.data()["rates"], json!([{ "country": null, "from": 0, "amount": usd(700, "$7.00") }]));
    let off = shop.patch(&path).json(json!({ "active": false, "version": 2 })).await?.expect(200)?;
    assert_eq!((&off.data()["active"], &off.data()["rates"]), (&json!(false), &patched.data()["rates"]));

    let put = shop.put(&path).version(3).json(express()).await?.expect(200)?;
    assert_eq!((&put.data()["rates"], &put.data()["active"]), (&expected["rates"], &json!(true)));
    shop.delete(&path).version(4).await?.expect(204)?;
    assert_eq!(shop.get(&path).await?.error_code(), "shipping_method_not_found");
    assert_eq!(shop.events_of("shipping_method").await?, ["shipping_method.changed"; 5]);
    Ok(())
}

#[test_on_every_database]
async fn a_bad_edit_of_a_shipping_method_changes_nothing(shop: TestShop) -> TestResult {
    let path = create(&shop, express()).await?.header("location").to_owned();
    refuses_edits_of_no_or_another_version(&shop, Method::PUT, &path, &express()).await?;
    refuses_edits_of_no_or_another_version(&shop, Method::PATCH, &path, &json!({ "name": "Other" })).await?;
    refuses_deletions_of_no_or_another_version(&shop, &path).await?;
    let taken = shop.post(PATH).json(express()).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "shipping_method_code_taken"));
    let taken = shop.patch(&path).version(1).json(json!({ "code": "standard" })).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "shipping_method_code_taken"));

    let with = |field: &str, value: Value| {
        let mut body = express();
        body[field] = value;
        body
    };
    let step = |amount: Value| json!([{ "amount": amount }]);
    let bad = [
        (with("code", json!("No Code")), "code"),
        (with("kind", json!("by_moon")), "kind"),
        (with("currency", json!("XXX")), "currency"),
        (with("countries", json!(["DE", "ZZ"])), "countries.1"),
        (with("position", json!(-1)), "position"),
        (with("rates", json!([])), "rates"),
        (with("rates", step(json!(500))), "rates.0.amount"),
        (with("rates", step(json!({ "amount": -1, "currency": "USD" }))), "rates.0.amount.amount"),
        (with("rates", step(json!({ "amount": 1, "currency": "EUR" }))), "rates.0.amount.currency"),
        (with("kind", json!("flat")), "rates"),
        (with("price", json!(1)), "price"),
    ];
    refuses_bodies(&shop, Method::POST, PATH, &bad).await?;
    refuses_bodies(&shop, Method::PUT, &path, &bad).await?;
    let patches = [
        (json!({ "rates": null }), "rates"),
        (json!({ "kind": "by_total" }), "rates"),
        (json!({ "currency": "EUR" }), "currency"),
        (json!({ "rates": [{ "amount": { "amount": 1, "currency": "EUR" } }] }), "currency"),
    ];
    refuses_bodies(&shop, Method::PATCH, &path, &patches).await?;
    assert_eq!(shop.get(&path).await?.data()["version"], 1);
    Ok(())
}

/// A method that a cart names is switched off, not deleted.
#[test_on_every_database]
async fn a_shipping_method_that_a_cart_names_stays(shop: TestShop) -> TestResult {
    let flat = json!({ "code": "flat", "name": "Flat", "kind": "flat", "currency": "USD", "rates": [{ "amount": { "amount": 1, "currency": "USD" } }] });
    let made = create(&shop, flat).await?;
    let product = shop.product("Mug").variant(crate::support::variant("MUG", 1_000)).create().await?;
    let cart = shop.post("/api/v1/carts").anonymous().await?.expect(201)?;
    let (cart_path, token) = (format!("/api/v1/carts/{}", cart.text("id")), cart.text("token"));
    let line = json!({ "variant_id": product.variants[0].variant.id.to_string(), "quantity": 1 });
    shop.post(&format!("{cart_path}/lines")).cart(token).json(line).await?.expect(201)?;
    let address = json!({ "name": "Ada", "line1": "Street 1", "city": "Bonn", "postal_code": "53111", "country": "DE" });
    shop.patch(&cart_path).cart(token).json(json!({ "shipping_address": address })).await?.expect(200)?;
    shop.patch(&cart_path).cart(token).json(json!({ "shipping_method_id": made.text("id") })).await?.expect(200)?;

    let refused = shop.delete(made.header("location")).version(1).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "shipping_method_in_use"));
    Ok(())
}

#[test_on_every_database]
async fn shipping_methods_are_listed_in_the_order_of_the_shop(shop: TestShop) -> TestResult {
    for (code, position, active) in [("last", 9, true), ("off", 4, false)] {
        let mut method = express();
        (method["code"], method["position"], method["active"]) = (code.into(), position.into(), active.into());
        create(&shop, method).await?;
    }
    is_paged(&shop, PATH, "position", "code").await?;
    let listed =
        async |query: &str| -> TestResult<Vec<Value>> { Ok(members(&shop.get(&format!("{PATH}?{query}")).await?.expect(200)?, "code")) };
    assert_eq!(listed("").await?, ["standard", "off", "last"]);
    assert_eq!(listed("filter[active]=true").await?, ["standard", "last"]);
    assert_eq!(listed("filter[active]=false").await?, ["off"]);
    Ok(())
}

#[test_on_every_database]
async fn shipping_methods_are_for_staff_with_the_permission(shop: TestShop) -> TestResult {
    let one = create(&shop, express()).await?.header("location").to_owned();
    for path in [PATH, &one] {
        refuses_others(&shop, Method::GET, path, "settings").await?;
    }
    for (method, path) in [(Method::POST, PATH), (Method::PUT, &one), (Method::PATCH, &one), (Method::DELETE, &one)] {
        refuses_others(&shop, method, path, "settings").await?;
    }
    Ok(())
}
