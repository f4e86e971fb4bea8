//! Signing in over HTTP: the life of a customer from registration to the end.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop};

const PASSWORD: &str = "a mug of tea at seven";

async fn register(shop: &TestShop, email: &str) -> TestResult<Reply> {
    shop.post("/api/v1/auth/register").anonymous().json(json!({"email": email, "password": PASSWORD})).await
}

async fn log_in(shop: &TestShop, body: Value) -> TestResult<Reply> {
    shop.post("/api/v1/auth/login").anonymous().json(body).await
}

/// The token of the link in the newest letter of this kind, as the account's owner finds it.
pub(crate) async fn link(shop: &TestShop, path: &str) -> TestResult<String> {
    shop.settle().await?;
    let mut letters = Vec::new();
    for file in std::fs::read_dir(shop.data_dir().join("mail"))? {
        letters.push(std::fs::read_to_string(file?.path())?.replace("=\r\n", "").replace("=3D", "="));
    }
    letters.sort_unstable();
    let token = letters.iter().filter_map(|letter| letter.split_once(&format!("{path}#token="))).next_back();
    let (_, rest) = token.ok_or("no such letter")?;
    Ok(rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
}

/// The whole life, in the order in which it is lived: register, verify, sign in, bring the guest's cart, order, renew, be told, be
/// forgotten.
#[test_on_every_database]
async fn the_life_of_a_customer(shop: TestShop) -> TestResult {
    let mug = shop.mug(1_250, 10).await?;
    let as_guest = shop.order(&mug.id, 1, "manual").await?.text("id").to_owned();

    let registered = register(&shop, "ada@example.com").await?.expect(201)?;
    assert_eq!((registered.text("user/email"), registered.text("token_type")), ("ada@example.com", "Bearer"));
    assert_eq!((registered.data()["user"]["email_verified"].as_bool(), registered.data()["expires_in"].as_i64()), (Some(false), Some(900)));
    let taken = register(&shop, "ADA@example.com").await?;
    assert_eq!((taken.status, taken.error_code()), (409, "email_taken"));

    let token = link(&shop, "/account/verify").await?;
    shop.post("/api/v1/auth/verify-email").anonymous().json(json!({"token": token})).await?.expect(204)?;
    shop.settle().await?;

    let signed_in = log_in(&shop, json!({"email": "ada@example.com", "password": PASSWORD})).await?.expect(200)?;
    let access = signed_in.text("access_token").to_owned();
    let me = shop.get("/api/v1/me").key(&access).await?.expect(200)?;
    assert_eq!(me.data()["email_verified"].as_bool(), Some(true));
    assert_eq!(shop.get("/api/v1/me/orders").key(&access).await?.expect(200)?.text("0/id"), as_guest, "what the guest ordered is claimed");

    let cart = shop.cart(&[(&mug.id, 2)]).await?;
    let merge = json!({"cart_id": cart.id, "token": cart.token});
    shop.post("/api/v1/me/cart/merge").key(&access).json(merge).await?.expect(200)?;
    let own = shop.get("/api/v1/me/cart").key(&access).await?.expect(200)?.text("id").to_owned();
    let ordered =
        shop.post(&format!("/api/v1/carts/{own}/checkout")).key(&access).idempotency("life").json(json!({"payment_method": "manual"}));
    let ordered = ordered.await?.expect(201)?.text("id").to_owned();

    let refreshed = shop.post("/api/v1/auth/refresh").anonymous().json(json!({"refresh_token": signed_in.text("refresh_token")}));
    let access = refreshed.await?.expect(200)?.text("access_token").to_owned();
    let state = shop.post("/api/v1/auth/verify-token").anonymous().json(json!({"token": access})).await?.expect(200)?;
    assert_eq!((state.data()["active"].as_bool(), state.text("user_id")), (Some(true), me.text("id")));

    assert_eq!(shop.post("/api/v1/me/export").key(&access).await?.expect(201)?.text("status"), "pending");
    shop.settle().await?;
    let told = shop.get("/api/v1/me/export").key(&access).await?.expect(200)?;
    let orders = told.data()["archive"]["data"]["orders"].as_array().cloned().unwrap_or_default();
    assert_eq!(orders.iter().filter_map(|order| order["id"].as_str()).collect::<Vec<_>>(), [&as_guest, &ordered]);
    assert_eq!(told.text("archive/data/account/email"), "ada@example.com");

    forget(&shop, &access, [&as_guest, &ordered]).await
}

/// Whoever is to be forgotten has nothing left to be sent; then nothing opens any more, and what was sold tells nothing of them.
async fn forget(shop: &TestShop, access: &str, orders: [&str; 2]) -> TestResult {
    let refused = shop.delete("/api/v1/me").key(access).json(json!({"password": PASSWORD})).await?;
    assert_eq!((refused.status, refused.error_code()), (409, "orders_open"));
    for order in orders {
        let version = shop.get(&format!("/api/v1/orders/{order}")).await?.expect(200)?.data()["version"].as_i64();
        let cancel = json!({"reason": "changed her mind", "version": version});
        shop.post(&format!("/api/v1/orders/{order}/cancel")).idempotency(order).json(cancel).await?.expect(200)?;
    }
    shop.settle().await?;
    let wrong = shop.delete("/api/v1/me").key(access).json(json!({"password": "not the password"})).await?;
    assert_eq!((wrong.status, wrong.error_code()), (422, "password_wrong"));
    shop.delete("/api/v1/me").key(access).json(json!({"password": PASSWORD})).await?.expect(204)?;
    shop.get("/api/v1/me").key(access).await?.expect(401)?;
    let gone = log_in(shop, json!({"email": "ada@example.com", "password": PASSWORD})).await?;
    assert_eq!((gone.status, gone.error_code()), (401, "credentials_invalid"));
    for order in orders {
        let kept = shop.get(&format!("/api/v1/orders/{order}")).await?.expect(200)?;
        let text = String::from_utf8_lossy(&kept.bytes).into_owned();
        assert!(["ada@", "Lovelace", "Analytical", "her mind"].iter().all(|word| !text.contains(word)), "{text}");
    }
    // The address is free: who comes back is somebody new.
    register(shop, "ada@example.com").await?.expect(201)?;
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn whoever_signs_out_is_out_at_once(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com").await?.expect(201)?;
    shop.settle().await?;
    let credentials = || json!({"email": "ada@example.com", "password": PASSWORD});
    let (one, other) = (log_in(&shop, credentials()).await?.expect(200)?, log_in(&shop, credentials()).await?.expect(200)?);
    let refresh = json!({"refresh_token": one.text("refresh_token")});
    for _ in 0..2 {
        shop.post("/api/v1/auth/logout").anonymous().json(refresh.clone()).await?.expect(204)?;
    }
    assert_eq!(shop.get("/api/v1/me").key(one.text("access_token")).await?.status, 401);
    assert_eq!(shop.post("/api/v1/auth/refresh").anonymous().json(refresh).await?.status, 401);
    let dead = shop.post("/api/v1/auth/verify-token").anonymous().json(json!({"token": one.text("access_token")})).await?.expect(200)?;
    assert_eq!((dead.data()["active"].as_bool(), dead.data()["user_id"].is_null()), (Some(false), true));
    shop.post("/api/v1/auth/logout-all").key(other.text("access_token")).await?.expect(204)?;
    assert_eq!(shop.get("/api/v1/me").key(other.text("access_token")).await?.status, 401);
    Ok(())
}

#[test_on_every_database]
async fn a_forgotten_password_is_set_anew_once(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com").await?.expect(201)?;
    let known = shop.post("/api/v1/auth/password/forgot").anonymous().json(json!({"email": "ada@example.com"})).await?;
    let unknown = shop.post("/api/v1/auth/password/forgot").anonymous().json(json!({"email": "eve@example.com"})).await?;
    assert_eq!((known.status, unknown.status), (204, 204));
    let token = link(&shop, "/account/reset-password").await?;
    let reset = |password: &str| json!({"token": token, "password": password});
    let weak = shop.post("/api/v1/auth/password/reset").anonymous().json(reset("password123")).await?;
    assert_eq!((weak.status, weak.error_code()), (422, "validation_failed"));
    let new = "a pot of coffee at ten";
    shop.post("/api/v1/auth/password/reset").anonymous().json(reset(new)).await?.expect(204)?;
    let again = shop.post("/api/v1/auth/password/reset").anonymous().json(reset(new)).await?;
    assert_eq!(again.status, 422);
    let old = log_in(&shop, json!({"email": "ada@example.com", "password": PASSWORD})).await?;
    assert_eq!((old.status, old.error_code()), (401, "credentials_invalid"));
    log_in(&shop, json!({"email": "ada@example.com", "password": new})).await?.expect(200)?;
    shop.settle().await?;
    Ok(())
}

/// An answer to whoever guesses tells nothing: not whether there is such an account, nor which part was wrong.
#[test_on_every_database]
async fn a_refused_sign_in_tells_nothing(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com").await?.expect(201)?;
    shop.settle().await?;
    let wrong = log_in(&shop, json!({"email": "ada@example.com", "password": "wrong horse"})).await?;
    let nobody = log_in(&shop, json!({"email": "eve@example.com", "password": PASSWORD})).await?;
    let error = |reply: &Reply| json!([reply.status, reply.json["error"]["code"], reply.json["error"]["message"]]);
    assert_eq!(error(&wrong), error(&nobody));
    for body in [
        json!({"password": "x"}),
        json!({"email": "a@b.c", "username": "ada", "password": "x"}),
        json!({"email": "a@b.c", "password": "x", "role": "admin"}),
    ] {
        assert_eq!(log_in(&shop, body).await?.status, 422);
    }
    Ok(())
}

#[test_on_every_database]
async fn anybody_may_verify_what_the_shop_signs(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com").await?.expect(201)?;
    shop.settle().await?;
    let keys = shop.get("/.well-known/jwks.json").anonymous().await?.expect(200)?;
    let key = &keys.json["keys"][0];
    assert_eq!(
        (key["kty"].as_str(), key["crv"].as_str(), key["alg"].as_str(), key["d"].is_null()),
        (Some("OKP"), Some("Ed25519"), Some("EdDSA"), true)
    );
    Ok(())
}
