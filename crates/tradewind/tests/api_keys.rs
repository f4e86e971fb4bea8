//! API keys, as the programs that hold them and the staff who make them see them.

use accounts::api_keys::{self, CreateApiKey, KeyKind, Uses};
use accounts::permissions::{PermissionSet, Scopes};
use chrono::TimeDelta;
use reqwest::Method;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Reply, TestResult, TestShop, make_key};

const PATH: &str = "/api/v1/api-keys";

async fn create(shop: &TestShop, body: Value) -> TestResult<Reply> {
    shop.post(PATH).json(body).await
}

fn warehouse() -> Value {
    json!({"name": "Warehouse", "kind": "internal", "scopes": ["orders:read", "stock:*"]})
}

#[test_on_every_database]
async fn a_revoked_key_opens_nothing(shop: TestShop) -> TestResult {
    let token = make_key(&shop, &["orders:read"]).await?;
    shop.get("/api/v1/orders").key(&token).await?.expect(200)?;
    let keys = api_keys::all(shop.context().db.reader()).await?;
    let key = keys.iter().find(|key| token.ends_with(&key.token_hint)).ok_or("no key")?;
    api_keys::revoke(shop.context(), &shop.origin(), key.id, None).await?;
    let refused = shop.get("/api/v1/orders").key(&token).await?;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"));
    assert!(api_keys::revoke(shop.context(), &shop.origin(), key.id, None).await.is_err(), "a key is revoked once");
    Ok(())
}

#[test_on_every_database]
async fn a_key_dies_at_its_time(shop: TestShop) -> TestResult {
    let scopes = Scopes::parse(["orders:read"])?;
    let expires_at = Some(shop.now() + TimeDelta::minutes(5));
    let request = CreateApiKey { name: "short".to_owned(), kind: KeyKind::Internal, scopes, expires_at };
    let token = api_keys::create(shop.context(), &shop.origin(), request, PermissionSet::all()).await?.token.reveal().to_owned();
    shop.get("/api/v1/orders").key(&token).await?.expect(200)?;
    shop.advance(TimeDelta::minutes(5));
    assert_eq!(shop.get("/api/v1/orders").key(&token).await?.status, 401);
    Ok(())
}

#[test_on_every_database]
async fn a_key_lives_over_http(shop: TestShop) -> TestResult {
    let made = create(&shop, warehouse()).await?.expect(201)?;
    let (path, token) = (made.header("location").to_owned(), made.text("token").to_owned());
    assert_eq!((made.text("kind"), made.text("state"), made.text("token_hint")), ("internal", "live", &token[token.len() - 4..]));
    shop.get("/api/v1/stock-levels").key(&token).await?.expect(200)?;
    let read = shop.get(&path).await?.expect(200)?;
    assert!(read.data().get("token").is_none() && !String::from_utf8(read.bytes.clone())?.contains(&token));
    let narrowed = shop.patch(&path).version(1).json(json!({"scopes": ["orders:read"], "name": "Orders"})).await?.expect(200)?;
    assert_eq!((narrowed.text("name"), &narrowed.data()["version"]), ("Orders", &json!(2)));
    assert_eq!(shop.get("/api/v1/stock-levels").key(&token).await?.status, 403);
    for (query, count) in [("filter[kind]=internal", 1), ("filter[kind]=publishable", 0)] {
        assert_eq!(shop.get(&format!("{PATH}?{query}")).await?.expect(200)?.data().as_array().map(Vec::len), Some(count), "{query}");
    }
    assert_eq!(shop.delete(&path).version(1).await?.error_code(), "version_conflict");
    shop.delete(&path).version(2).await?.expect(204)?;
    assert_eq!(shop.get("/api/v1/orders").key(&token).await?.status, 401);
    assert_eq!(shop.get(&path).await?.expect(200)?.text("state"), "revoked");
    assert_eq!(shop.patch(&path).version(3).json(json!({"name": "Again"})).await?.error_code(), "api_key_not_found");
    let told = shop.events_of("api_key").await?;
    assert_eq!(told[told.len() - 3..], ["api_key.created", "api_key.changed", "api_key.revoked"]);
    Ok(())
}

/// The old token goes on for its grace, and only the last of the old ones.
#[test_on_every_database]
async fn a_rotated_key_has_two_tokens_for_a_while(shop: TestShop) -> TestResult {
    let made = create(&shop, warehouse()).await?.expect(201)?;
    let path = made.header("location").to_owned();
    let rotate = async |grace_s: Value| shop.post(&format!("{path}/rotate")).json(grace_s).await?.expect(200);
    let opens = async |token: &str| TestResult::Ok(shop.get("/api/v1/orders").key(token).await?.status);
    let first = made.text("token").to_owned();
    let second = rotate(json!({"grace_s": 60})).await?.text("token").to_owned();
    assert_eq!([opens(&first).await?, opens(&second).await?], [200, 200]);
    shop.advance(TimeDelta::seconds(60));
    assert_eq!([opens(&first).await?, opens(&second).await?], [401, 200]);
    let third = rotate(json!({})).await?.text("token").to_owned();
    let fourth = rotate(json!({})).await?.text("token").to_owned();
    assert_eq!([opens(&second).await?, opens(&third).await?, opens(&fourth).await?], [401, 200, 200]);
    let at_once = rotate(json!({"grace_s": 0})).await?.text("token").to_owned();
    assert_eq!([opens(&third).await?, opens(&fourth).await?, opens(&at_once).await?], [401, 401, 200]);
    for grace in [-1, 604_801] {
        let refused = shop.post(&format!("{path}/rotate")).json(json!({"grace_s": grace})).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"));
    }
    Ok(())
}

#[test_on_every_database]
async fn a_kind_bounds_what_a_key_is_given(shop: TestShop) -> TestResult {
    for (body, field) in [
        (json!({"name": "x", "kind": "admin"}), "scopes"),
        (json!({"name": "x", "kind": "admin", "scopes": ["orders:fly"]}), "scopes"),
        (json!({"name": "x", "kind": "admin", "scopes": ["*"]}), "scopes"),
        (json!({"name": "x", "kind": "internal", "scopes": ["roles:write"]}), "scopes"),
        (json!({"name": "x", "kind": "publishable", "scopes": ["products:read"]}), "scopes"),
        (json!({"name": "x", "kind": "root", "scopes": ["orders:read"]}), "kind"),
        (json!({"name": " ", "kind": "publishable"}), "name"),
        (json!({"name": "x", "kind": "publishable", "expires_at": "2020-01-01T00:00:00Z"}), "expires_at"),
    ] {
        let refused = create(&shop, body.clone()).await?;
        assert_eq!((refused.status, refused.error_code()), (422, "validation_failed"), "{body}");
        assert!(refused.json["error"]["details"].get(field).is_some(), "{body}: {refused:?}");
    }
    // A publishable key reads what is public and nothing else.
    let page = create(&shop, json!({"name": "Page", "kind": "publishable"})).await?.expect(201)?.text("token").to_owned();
    shop.get("/api/v1/products").key(&page).await?.expect(200)?;
    shop.post("/api/v1/carts").key(&page).json(json!({})).await?.expect(201)?;
    assert_eq!(shop.get("/api/v1/orders").key(&page).await?.status, 403);
    Ok(())
}

/// A program that may make keys cannot make itself a stronger one, nor learn the token of one.
#[test_on_every_database]
async fn nobody_makes_a_key_that_may_more_than_he_does(shop: TestShop) -> TestResult {
    let maker = make_key(&shop, &["api_keys:write", "orders:read"]).await?;
    let strong = create(&shop, json!({"name": "Strong", "kind": "admin", "scopes": ["admin:*"]})).await?.expect(201)?;
    let path = strong.header("location").to_owned();
    shop.post(PATH).key(&maker).json(json!({"name": "Same", "kind": "internal", "scopes": ["orders:read"]})).await?.expect(201)?;
    for (method, path, body) in [
        (Method::POST, PATH.to_owned(), json!({"name": "More", "kind": "admin", "scopes": ["orders:*"]})),
        (Method::POST, format!("{path}/rotate"), json!({})),
        (Method::PATCH, path.clone(), json!({"name": "Mine", "version": 1})),
    ] {
        let refused = shop.ask(method.clone(), &path).key(&maker).json(body).await?;
        assert_eq!((refused.status, refused.error_code()), (403, "permission_not_held"), "{method} {path}");
        let missing = refused.json["error"]["context"]["missing"].as_array().cloned().unwrap_or_default();
        assert!(missing.contains(&json!("orders:write")) && !missing.contains(&json!("orders:read")), "{refused:?}");
    }
    Ok(())
}

#[test_on_every_database]
async fn the_last_use_is_noted_to_the_minute(shop: TestShop) -> TestResult {
    let made = create(&shop, warehouse()).await?.expect(201)?;
    let (path, id) = (made.header("location").to_owned(), made.text("id").parse()?);
    let uses = Uses::default();
    uses.note(id, shop.now() + TimeDelta::seconds(59));
    uses.write(shop.context()).await?;
    let used = shop.get(&path).await?.expect(200)?;
    assert_eq!((used.text("last_used_at"), &used.data()["version"]), ("2026-03-02T09:30:00Z", &json!(1)));
    // An earlier use, of another process that was late, changes nothing.
    uses.note(id, shop.now() - TimeDelta::minutes(5));
    uses.write(shop.context()).await?;
    assert_eq!(shop.get(&path).await?.text("last_used_at"), "2026-03-02T09:30:00Z");
    Ok(())
}
