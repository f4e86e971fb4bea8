//! An account that somebody else makes: its owner chooses the password.

use serde_json::json;
use test_macro::test_on_every_database;

use super::{PASSWORD, first_admin, log_in, told};
use crate::auth::link;
use crate::support::{TestResult, TestShop, make_key};

#[test_on_every_database]
async fn whoever_is_invited_chooses_the_password_once(shop: TestShop) -> TestResult {
    let ada = first_admin(&shop).await?;
    let roles = shop.get("/api/v1/roles").key(&ada).await?.expect(200)?;
    let support = roles.data().as_array().and_then(|roles| roles.iter().find(|role| role["name"] == "support")).ok_or("no role")?;
    let body = json!({"email": "bob@example.com", "name": "Bob", "roles": [support["id"]]});
    let made = shop.post("/api/v1/users").key(&ada).json(body.clone()).await?.expect(201)?;
    assert_eq!((made.text("roles/0/name"), made.data()["email_verified_at"].is_null()), ("support", true));
    shop.get(made.header("location")).key(&ada).await?.expect(200)?;
    assert_eq!(told(&shop.post("/api/v1/users").key(&ada).json(body).await?), (409, "email_taken"));
    assert_eq!(told(&log_in(&shop, "bob@example.com", None).await?), (401, "credentials_invalid"), "there is no password");

    let token = link(&shop, "/account/reset-password").await?;
    let choose = |password: &str| shop.post("/api/v1/auth/password/reset").anonymous().json(json!({"token": token, "password": password}));
    assert_eq!(choose("12345678").await?.error_code(), "validation_failed");
    shop.advance(chrono::TimeDelta::hours(47));
    choose(PASSWORD).await?.expect(204)?;
    assert_eq!(choose(PASSWORD).await?.error_code(), "link_invalid");
    let bob = log_in(&shop, "bob@example.com", None).await?.expect(200)?;
    assert_eq!(bob.data()["user"]["email_verified"].as_bool(), Some(true), "the letter arrived");
    shop.get("/api/v1/orders").key(bob.text("access_token")).await?.expect(200)?;
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn nobody_invites_somebody_who_may_do_more(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["users:write", "roles:read"]).await?;
    let roles = shop.get("/api/v1/roles").key(&key).await?.expect(200)?;
    let invite = |roles: serde_json::Value| shop.post("/api/v1/users").key(&key).json(json!({"email": "eve@example.com", "roles": roles}));
    assert_eq!(told(&invite(json!([roles.data()[0]["id"]])).await?), (403, "permission_not_held"));
    assert_eq!(told(&invite(json!(["role_01h455vb4pex5vsknk084sn02q"])).await?), (422, "validation_failed"));
    assert_eq!(shop.get("/api/v1/users").await?.expect(200)?.data().as_array().map(Vec::len), Some(0), "nothing is left of it");
    invite(json!([])).await?.expect(201)?;
    shop.settle().await?;
    Ok(())
}
