//! What must never be kept or told: passwords, tokens, keys. Used for real, then looked for everywhere.

use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Process, TestResult, TestShop, make_key, traces_of};

const PASSWORD: &str = "a mug of otter-4f1c at seven";
const WRONG: &str = "another mug of otter-4f1c";

async fn post(process: &Process, path: &str, body: Value) -> TestResult<Value> {
    let answer = reqwest::Client::new().post(format!("{}/api/v1/auth/{path}", process.base)).json(&body).send().await?;
    let text = answer.text().await?;
    assert!(!text.contains("otter-4f1c"), "{path} told it: {text}");
    Ok(serde_json::from_str(&text).unwrap_or_default())
}

#[test_on_every_database]
async fn passwords_and_tokens_stand_nowhere(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["admin:*"]).await?;
    let process = Process::serve(&shop).await?;
    let registered = post(&process, "register", json!({"email": "ada@example.com", "password": PASSWORD})).await?;
    let refresh = registered["data"]["refresh_token"].as_str().ok_or("no refresh token")?.to_owned();
    let access = registered["data"]["access_token"].as_str().ok_or("no access token")?.to_owned();
    post(&process, "login", json!({"email": "ada@example.com", "password": WRONG})).await?;
    post(&process, "login", json!({"email": "ada@example.com", "password": PASSWORD, "code": "otter-4f1c"})).await?;
    post(&process, "login", json!({"email": "ada@example.com", "passwort": PASSWORD})).await?;
    post(&process, "password/reset", json!({"token": "otter-4f1c", "password": PASSWORD})).await?;
    let next = post(&process, "refresh", json!({"refresh_token": refresh})).await?;
    let next = next["data"]["refresh_token"].as_str().ok_or("no next refresh token")?.to_owned();
    for (path, token) in
        [("/api/v1/orders?filter[text]=otter-4f1c", key.as_str()), ("/api/v1/me", access.as_str()), ("/api/v1/settings", "twk_otter-4f1c")]
    {
        reqwest::Client::new().get(format!("{}{path}", process.base)).bearer_auth(token).send().await?;
    }
    process.signal("TERM").await?;
    let (_, log) = process.ended().await?;
    let signature = access.rsplit('.').next().unwrap_or_default();
    let secrets = ["otter-4f1c", refresh.as_str(), next.as_str(), signature, key.as_str()];
    assert!(log.len() > 5, "{log:?}");
    for secret in secrets {
        assert!(secret.len() >= 10 && !log.iter().any(|line| line.contains(secret)), "{log:?}");
    }
    assert_eq!(traces_of(&shop, &secrets).await?, Vec::<String>::new());
    Ok(())
}

#[test_on_every_database]
async fn numbers_of_other_systems_are_no_cards(shop: TestShop) -> TestResult {
    let variant =
        json!({"sku": "4242424242424242", "barcode": "4006381333931", "prices": [{"amount": {"amount": 100, "currency": "USD"}}]});
    let product = json!({"title": "Mug 4242", "status": "active", "variants": [variant]});
    let made = shop.post("/api/v1/products").json(product).await?.expect(201)?;
    assert!(made.data().to_string().contains("4242424242424242"));
    Ok(())
}
