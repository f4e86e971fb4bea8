//! Staff: from the link of the first start to the day on which somebody leaves, in a shop that is in production.

mod closing;
mod inviting;

use platform::config::Mode;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop};
use crate::two_factor::code;
use accounts::sign_in;

const PASSWORD: &str = "a kettle full of otters";

/// The shop's first administrator, by the link of the first start; the access token.
async fn first_admin(shop: &TestShop) -> TestResult<String> {
    let token = sign_in::offer_set_up(shop.context()).await?.ok_or("there is an administrator")?;
    let body = json!({"token": token.reveal(), "email": "ada@example.com", "password": PASSWORD});
    Ok(shop.post("/api/v1/auth/setup").anonymous().json(body).await?.expect(201)?.text("access_token").to_owned())
}

/// Somebody who registered; id and access token.
async fn customer(shop: &TestShop, email: &str) -> TestResult<(String, String)> {
    let made = shop.post("/api/v1/auth/register").anonymous().json(json!({"email": email, "password": PASSWORD})).await?.expect(201)?;
    Ok((made.text("user/id").to_owned(), made.text("access_token").to_owned()))
}

async fn log_in(shop: &TestShop, email: &str, code: Option<&str>) -> TestResult<Reply> {
    let body = json!({"email": email, "password": PASSWORD, "code": code});
    shop.post("/api/v1/auth/login").anonymous().json(body).await
}

/// Sets up a second factor; its secret and the recovery codes.
async fn enrol(shop: &TestShop, access: &str) -> TestResult<(String, Value)> {
    let started = shop.post("/api/v1/me/two-factor").key(access).await?.expect(201)?;
    let secret = started.text("secret").to_owned();
    let confirmed =
        shop.post("/api/v1/me/two-factor/confirm").key(access).json(json!({"code": code(shop, &secret)?})).await?.expect(201)?;
    Ok((secret, confirmed.data()["recovery_codes"].clone()))
}

/// Gives somebody the roles of these names; the account afterwards.
async fn give(shop: &TestShop, admin: &str, user: &str, names: &[&str]) -> TestResult<Reply> {
    let roles = shop.get("/api/v1/roles").key(admin).await?.expect(200)?;
    let id =
        |name: &&str| roles.data().as_array().and_then(|roles| roles.iter().find(|role| role["name"] == **name)).map(|role| &role["id"]);
    let ids: Vec<&Value> = names.iter().filter_map(id).collect();
    let path = format!("/api/v1/users/{user}");
    let version = shop.get(&path).key(admin).await?.expect(200)?.data()["version"].as_i64();
    shop.put(&format!("{path}/roles")).key(admin).json(json!({"roles": ids, "version": version})).await
}

fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.error_code())
}

/// The link of the first start, the second factor, a role, an API key: nothing of it opens before its turn.
#[test_on_every_database]
async fn the_life_of_a_staff_member_in_production(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| config.mode = Mode::Production)?;
    let ada = first_admin(&shop).await?;
    for path in ["/api/v1/users", "/api/v1/orders", "/api/v1/api-keys", "/api/v1/audit-log"] {
        assert_eq!(told(&shop.get(path).key(&ada).await?), (403, "two_factor_required"), "{path}");
    }
    let key = json!({"name": "Till", "kind": "admin", "scopes": ["orders:read"]});
    assert_eq!(told(&shop.post("/api/v1/api-keys").key(&ada).json(key.clone()).await?), (403, "two_factor_required"));
    let (secret, _) = enrol(&shop, &ada).await?;
    shop.get("/api/v1/users").key(&ada).await?.expect(200)?;

    // The next sign-in asks for a code, and opens everything at once.
    assert_eq!(told(&log_in(&shop, "ada@example.com", None).await?), (401, "two_factor_code_required"));
    shop.advance(chrono::TimeDelta::seconds(30));
    let ada = log_in(&shop, "ada@example.com", Some(&code(&shop, &secret)?)).await?.expect(200)?.text("access_token").to_owned();

    let (bob, access) = customer(&shop, "bob@example.com").await?;
    assert_eq!(told(&shop.get("/api/v1/orders").key(&access).await?), (403, "forbidden"), "a customer");
    give(&shop, &ada, &bob, &["support"]).await?.expect(200)?;
    assert_eq!(told(&shop.get("/api/v1/orders").key(&access).await?), (403, "two_factor_required"), "at once, in the same session");
    shop.get("/api/v1/me").key(&access).await?.expect(200)?;
    enrol(&shop, &access).await?;
    shop.get("/api/v1/orders").key(&access).await?.expect(200)?;
    assert_eq!(told(&shop.get("/api/v1/users").key(&access).await?), (403, "forbidden"));
    assert_eq!(told(&shop.post("/api/v1/api-keys").key(&access).json(key.clone()).await?), (403, "forbidden"));

    let made = shop.post("/api/v1/api-keys").key(&ada).json(key).await?.expect(201)?;
    let token = made.text("token").to_owned();
    shop.get("/api/v1/orders").key(&token).await?.expect(200)?;
    assert_eq!(told(&shop.get("/api/v1/users").key(&token).await?), (403, "forbidden"));
    let audited = shop.get("/api/v1/audit-log?limit=100").key(&ada).await?.expect(200)?;
    let actions: Vec<&str> = audited.data().as_array().into_iter().flatten().filter_map(|record| record["action"].as_str()).collect();
    for action in ["user.registered", "user.roles_changed", "user.two_factor_turned_on", "api_key.created"] {
        assert!(actions.contains(&action), "{action}: {actions:?}");
    }
    shop.settle().await?;
    Ok(())
}

/// Authenticator and recovery codes are lost: an administrator turns the factor off, and production asks for another one.
#[test_on_every_database]
async fn a_lost_second_factor_is_turned_off_by_who_may_do_as_much(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| config.mode = Mode::Production)?;
    let ada = first_admin(&shop).await?;
    enrol(&shop, &ada).await?;
    let (bob, access) = customer(&shop, "bob@example.com").await?;
    let path = format!("/api/v1/users/{bob}/two-factor");
    assert_eq!(told(&shop.delete(&path).key(&ada).await?), (409, "two_factor_not_set_up"));
    give(&shop, &ada, &bob, &["support"]).await?.expect(200)?;
    let (_, recovery) = enrol(&shop, &access).await?;
    shop.delete(&path).key(&ada).await?.expect(204)?;
    assert_eq!(shop.get("/api/v1/me").key(&access).await?.status, 401, "whoever is in is out");
    let again = log_in(&shop, "bob@example.com", None).await?.expect(200)?.text("access_token").to_owned();
    assert_eq!(told(&shop.get("/api/v1/orders").key(&again).await?), (403, "two_factor_required"));
    enrol(&shop, &again).await?;
    assert_eq!(told(&log_in(&shop, "bob@example.com", recovery[0].as_str()).await?), (422, "two_factor_code_invalid"));
    shop.settle().await?;
    Ok(())
}
