//! API keys, as the programs that hold them see them.

use accounts::api_keys;
use accounts::permissions::Scopes;
use chrono::TimeDelta;
use test_macro::test_on_every_database;

use crate::support::{TestResult, TestShop, make_key};

#[test_on_every_database]
async fn a_revoked_key_opens_nothing(shop: TestShop) -> TestResult {
    let token = make_key(&shop, &["orders:read"]).await?;
    shop.get("/api/v1/orders").key(&token).await?.expect(200)?;
    let keys = api_keys::list(shop.context().db.reader()).await?;
    let key = keys.iter().find(|key| token.ends_with(&key.token_hint)).ok_or("no key")?;
    api_keys::revoke(shop.context(), &shop.origin(), key.id).await?;
    let refused = shop.get("/api/v1/orders").key(&token).await?;
    assert_eq!((refused.status, refused.header("www-authenticate")), (401, "Bearer"));
    assert!(api_keys::revoke(shop.context(), &shop.origin(), key.id).await.is_err(), "a key is revoked once");
    Ok(())
}

#[test_on_every_database]
async fn a_key_dies_at_its_time(shop: TestShop) -> TestResult {
    let scopes = Scopes::parse(["orders:read"])?;
    let request = api_keys::CreateApiKey { name: "short".to_owned(), scopes, expires_at: Some(shop.now() + TimeDelta::minutes(5)) };
    let token = api_keys::create(shop.context(), &shop.origin(), request).await?.token.reveal().to_owned();
    shop.get("/api/v1/orders").key(&token).await?.expect(200)?;
    shop.advance(TimeDelta::minutes(5));
    assert_eq!(shop.get("/api/v1/orders").key(&token).await?.status, 401);
    Ok(())
}
