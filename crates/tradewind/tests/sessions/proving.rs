//! Access tokens: what they say, for how long, and the keys that sign them.

use std::collections::BTreeSet;

use accounts::tokens::Tokens;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use futures_util::future::try_join_all;
use platform::db;
use serde_json::{Value, json};
use test_macro::test_on_every_database;
use tradewind::wiring;

use super::{OPEN, SHUT, doors, open, sign_in};
use crate::support::{TestResult, TestShop};

fn part(token: &str, place: usize) -> TestResult<Value> {
    Ok(serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(place).unwrap_or_default())?)?)
}

fn names(jwks: &Value) -> BTreeSet<String> {
    jwks["keys"].as_array().into_iter().flatten().filter_map(|key| key["kid"].as_str()).map(str::to_owned).collect()
}

#[test_on_every_database]
async fn an_access_token_says_who_for_whom_and_until_when(shop: TestShop) -> TestResult {
    let (person, tokens) = (sign_in(&shop).await?, Tokens::new(shop.context().clone()));
    let (head, said) = (part(&person.access_token, 0)?, part(&person.access_token, 1)?);
    let kid = names(&tokens.jwks().await?).pop_first().ok_or("no key")?;
    assert_eq!(head, json!({"typ": "at+jwt", "alg": "EdDSA", "kid": kid}));
    let now = shop.now().timestamp();
    let expected = json!({
        "iss": "http://127.0.0.1:0", "aud": "tradewind", "sub": person.user, "sid": person.opened.session.id, "email": "ada@example.com",
        "roles": ["user"], "iat": now, "nbf": now, "exp": now + 900, "jti": said["jti"],
    });
    assert_eq!((said["jti"].as_str().map(str::len), said), (Some(32), expected));
    let claims = tokens.verify(&person.access_token).await?.ok_or("refused")?;
    assert_eq!((claims.sub, claims.sid), (person.user, person.opened.session.id));
    Ok(())
}

#[test_on_every_database]
async fn an_access_token_is_over_after_a_quarter_of_an_hour(shop: TestShop) -> TestResult {
    let person = sign_in(&shop).await?;
    shop.advance(TimeDelta::seconds(899));
    assert_eq!(doors(&shop, &person.access_token).await?, OPEN);
    shop.advance(TimeDelta::seconds(1));
    assert_eq!(doors(&shop, &person.access_token).await?, SHUT);
    Ok(())
}

#[test_on_every_database]
async fn an_access_token_does_not_outlive_its_session(shop: TestShop) -> TestResult {
    let opened = open(&shop, shop.user().await?).await?;
    shop.advance(TimeDelta::days(6));
    let session = accounts::sessions::Session { expires_at: shop.now() + TimeDelta::minutes(5), ..opened.session };
    let signed = Tokens::new(shop.context().clone()).sign(&session, None, &[]).await?;
    assert_eq!((signed.expires_in(), signed.claims.email), (300, None));
    Ok(())
}

/// Many processes that sign their first token at once agree on one key.
#[test_on_every_database]
async fn all_processes_sign_with_one_key(shop: TestShop) -> TestResult {
    let opened = open(&shop, shop.user().await?).await?;
    let processes: Vec<Tokens> = (0..8).map(|_| Tokens::new(shop.context().clone())).collect();
    let signed = try_join_all(processes.iter().map(|tokens| tokens.sign(&opened.session, None, &[]))).await?;
    for tokens in &processes {
        assert_eq!(names(&tokens.jwks().await?).len(), 1);
        for token in &signed {
            assert!(tokens.verify(token.reveal()).await?.is_some());
        }
    }
    Ok(())
}

#[test_on_every_database]
async fn a_key_is_replaced_after_ninety_days_and_forgotten_with_its_last_token(shop: TestShop) -> TestResult {
    let tokens = Tokens::new(shop.context().clone());
    let user = shop.user().await?;
    let sign = async || -> TestResult<String> {
        let opened = open(&shop, user).await?;
        Ok(tokens.sign(&opened.session, None, &[]).await?.reveal().to_owned())
    };
    let first = part(&sign().await?, 0)?["kid"].clone();
    shop.advance(TimeDelta::days(90) - TimeDelta::seconds(1));
    assert_eq!(part(&sign().await?, 0)?["kid"], first);
    shop.advance(TimeDelta::seconds(1));
    // The new key is shown, and does not sign yet.
    let still_old = sign().await?;
    assert_eq!((part(&still_old, 0)?["kid"].clone(), names(&tokens.jwks().await?).len()), (first.clone(), 2));
    shop.advance(TimeDelta::minutes(5));
    let new = sign().await?;
    assert_ne!(part(&new, 0)?["kid"], first);
    assert!(tokens.verify(&still_old).await?.is_some() && tokens.verify(&new).await?.is_some());
    shop.advance(TimeDelta::minutes(16));
    let left = names(&tokens.jwks().await?);
    assert_eq!((left.len(), left.contains(first.as_str().ok_or("no name")?)), (1, false));
    assert_eq!(doors(&shop, &sign().await?).await?, OPEN);
    Ok(())
}

/// Whoever reads the database cannot sign; a shop with another master key makes a key of its own.
#[test_on_every_database]
async fn a_private_key_is_sealed_with_the_master_key(shop: TestShop) -> TestResult {
    let person = sign_in(&shop).await?;
    let mut config = (*shop.context().config).clone();
    config.secrets.master_key = "7".repeat(64).into();
    let other = wiring::context(config, shop.context().clock.clone()).await?;
    let tokens = Tokens::new(other.clone());
    assert!(tokens.verify(&person.access_token).await?.is_some(), "what is public needs no master key");
    let signed = tokens.sign(&person.opened.session, None, &[]).await?;
    assert_ne!(part(signed.reveal(), 0)?["kid"], part(&person.access_token, 0)?["kid"]);
    const KEYS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM signing_keys";
    assert_eq!(db::fetch_scalar::<i64>(other.db.reader(), KEYS, vec![]).await?, Some(2));
    other.db.close().await;
    Ok(())
}
