//! What is one's own, over HTTP: for whoever is signed in, and for nobody else.

use accounts::sessions::{self, Kind};
use accounts::tokens::Tokens;
use kernel::UserId;
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, address};

/// Somebody who signed in: who, and the access token.
pub(crate) async fn somebody(shop: &TestShop) -> TestResult<(UserId, String)> {
    let user = shop.user().await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    let opened = sessions::open_in(&tx, user, Kind::Bearer, &shop.context().config.auth).await?;
    tx.commit().await?;
    let token = Tokens::new(shop.context().clone()).sign(&opened.session, None, &[]).await?;
    Ok((user, token.reveal().to_owned()))
}

#[test_on_every_database]
async fn what_is_ones_own_asks_for_a_person(shop: TestShop) -> TestResult {
    for path in ["", "/addresses", "/cart", "/orders", "/sessions", "/two-factor", "/export"] {
        let path = format!("/api/v1/me{path}");
        assert_eq!(shop.get(&path).anonymous().await?.status, 401, "{path}");
        assert_eq!(shop.get(&path).await?.status, 403, "{path}: a program is nobody");
    }
    Ok(())
}

#[test_on_every_database]
async fn one_reads_and_changes_ones_account(shop: TestShop) -> TestResult {
    let (user, token) = somebody(&shop).await?;
    let me = shop.get("/api/v1/me").key(&token).await?.expect(200)?;
    assert_eq!((me.text("id"), me.data()["name"].is_null()), (user.to_string().as_str(), true));
    let change = json!({"name": "Ada Lovelace", "username": "ada", "accepts_marketing": true});
    let changed = shop.patch("/api/v1/me").key(&token).json(change).await?.expect(200)?;
    assert_eq!((changed.text("username"), changed.data()["accepts_marketing"].as_bool()), ("ada", Some(true)));
    let (_, other) = somebody(&shop).await?;
    let taken = shop.patch("/api/v1/me").key(&other).json(json!({"username": "ADA"})).await?;
    assert_eq!((taken.status, taken.error_code()), (409, "username_taken"));
    let cleared = shop.patch("/api/v1/me").key(&token).json(json!({"name": null})).await?.expect(200)?;
    assert!(cleared.data()["name"].is_null());
    for field in ["id", "email", "status", "role", "roles", "password", "email_verified"] {
        let refused = shop.patch("/api/v1/me").key(&token).json(json!({field: "x"})).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{field}");
    }
    Ok(())
}

#[test_on_every_database]
async fn ones_addresses_are_ones_own(shop: TestShop) -> TestResult {
    let ((_, ada), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let saved = shop.post("/api/v1/me/addresses").key(&ada).json(json!({"address": address()})).await?.expect(201)?;
    let path = format!("/api/v1/me/addresses/{}", saved.text("id"));
    assert_eq!((saved.header("location"), saved.data()["default_shipping"].as_bool()), (path.as_str(), Some(true)));
    let moved = shop.patch(&path).key(&ada).json(json!({"default_billing": false})).await?.expect(200)?;
    assert_eq!((moved.data()["version"].as_i64(), moved.text("address/city")), (Some(2), "Springfield"));
    let missing = shop.get("/api/v1/me/addresses/addr_00000000000000000000000000").key(&eve).await?;
    let foreign = shop.get(&path).key(&eve).await?;
    assert_eq!((foreign.status, foreign.error_code()), (missing.status, missing.error_code()));
    let refused = shop.post("/api/v1/me/addresses").key(&ada).json(json!({"address": {"name": "Ada"}})).await?;
    assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"));
    assert_eq!(shop.get("/api/v1/me/addresses").key(&ada).await?.expect(200)?.data().as_array().map(Vec::len), Some(1));
    shop.delete(&path).key(&ada).await?.expect(204)?;
    shop.get(&path).key(&ada).await?.expect(404)?;
    Ok(())
}

#[test_on_every_database]
async fn a_guests_cart_is_merged_and_ordered_and_read_without_a_token(shop: TestShop) -> TestResult {
    let ((_, ada), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let mug = shop.mug(1_250, 10).await?;
    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let merge = json!({"cart_id": cart.id, "token": cart.token});
    shop.post("/api/v1/me/cart/merge").key(&ada).json(merge.clone()).await?.expect(200)?;
    shop.post("/api/v1/me/cart/merge").key(&eve).json(merge).await?.expect(404)?;
    assert_eq!(shop.get("/api/v1/me/cart").key(&ada).await?.expect(200)?.text("id"), cart.id);
    let path = format!("/api/v1/carts/{}", cart.id);
    shop.get(&path).key(&ada).await?.expect(200)?;
    shop.get(&path).key(&eve).await?.expect(404)?;
    let order = shop.post(&format!("{path}/checkout")).key(&ada).idempotency("once").json(json!({"payment_method": "manual"}));
    let order = order.await?.expect(201)?.text("id").to_owned();
    let listed = shop.get("/api/v1/me/orders?filter[status]=confirmed,pending").key(&ada).await?.expect(200)?;
    assert_eq!(listed.text("0/id"), order);
    shop.get(&format!("/api/v1/me/orders/{order}")).key(&ada).await?.expect(200)?;
    shop.get(&format!("/api/v1/me/orders/{order}")).key(&eve).await?.expect(404)?;
    assert_eq!(shop.get("/api/v1/me/orders").key(&eve).await?.expect(200)?.data().as_array().map(Vec::len), Some(0));
    shop.get("/api/v1/me/cart").key(&ada).await?.expect(404)?;
    Ok(())
}

#[test_on_every_database]
async fn the_cart_of_whoever_signed_in_has_their_address(shop: TestShop) -> TestResult {
    let ((_, ada), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let begun = shop.post("/api/v1/carts").key(&ada).await?.expect(201)?;
    assert_eq!(begun.text("email"), shop.get("/api/v1/me").key(&ada).await?.expect(200)?.text("email"));
    let guests = shop.post("/api/v1/carts").await?.expect(201)?;
    assert!(guests.data()["email"].is_null());
    let merge = json!({"cart_id": guests.text("id"), "token": guests.text("token")});
    let merged = shop.post("/api/v1/me/cart/merge").key(&eve).json(merge).await?.expect(200)?;
    assert_eq!(merged.text("email"), shop.get("/api/v1/me").key(&eve).await?.expect(200)?.text("email"));
    Ok(())
}

#[test_on_every_database]
async fn one_sees_where_one_is_signed_in_and_ends_it(shop: TestShop) -> TestResult {
    let ((_, ada), (_, eve)) = (somebody(&shop).await?, somebody(&shop).await?);
    let listed = shop.get("/api/v1/me/sessions").key(&ada).await?.expect(200)?;
    assert_eq!((listed.data().as_array().map(Vec::len), listed.data()[0]["current"].as_bool()), (Some(1), Some(true)));
    let path = format!("/api/v1/me/sessions/{}", listed.text("0/id"));
    shop.delete(&path).key(&eve).await?.expect(404)?;
    shop.delete(&path).key(&ada).await?.expect(204)?;
    shop.get("/api/v1/me").key(&ada).await?.expect(401)?;
    Ok(())
}

#[test_on_every_database]
async fn one_gets_what_the_shop_knows_of_one(shop: TestShop) -> TestResult {
    let (user, ada) = somebody(&shop).await?;
    shop.get("/api/v1/me/export").key(&ada).await?.expect(404)?;
    assert_eq!(shop.post("/api/v1/me/export").key(&ada).await?.expect(201)?.text("status"), "pending");
    shop.settle().await?;
    let ready = shop.get("/api/v1/me/export").key(&ada).await?.expect(200)?;
    assert_eq!((ready.text("status"), ready.text("archive/user_id")), ("ready", user.to_string().as_str()));
    Ok(())
}
