//! The first administrator: made by whoever starts the shop, once, and by nobody else.

use accounts::sign_in;
use chrono::TimeDelta;
use serde_json::{Value, json};
use test_macro::test_on_every_database;

use crate::support::{Demo, Process, Reply, TestResult, TestShop};

const PASSWORD: &str = "a kettle full of otters";

/// The token of a start.
async fn offered(shop: &TestShop) -> TestResult<String> {
    Ok(sign_in::offer_set_up(shop.context()).await?.ok_or("there is an administrator")?.reveal().to_owned())
}

async fn set_up(shop: &TestShop, token: &str, email: &str) -> TestResult<Reply> {
    shop.post("/api/v1/auth/setup").anonymous().json(json!({"token": token, "email": email, "password": PASSWORD, "name": "Ada"})).await
}

#[test_on_every_database]
async fn whoever_starts_the_shop_becomes_its_administrator_once(shop: TestShop) -> TestResult {
    let token = offered(&shop).await?;
    for (field, value) in [("password", "password123"), ("email", "nowhere"), ("username", "1"), ("role", "admin")] {
        let mut body = json!({"token": token, "email": "ada@example.com", "password": PASSWORD});
        body[field] = value.into();
        let refused = shop.post("/api/v1/auth/setup").anonymous().json(body).await?;
        assert!(refused.status == 422 && refused.json["error"]["details"].get(field).is_some(), "{field}: {refused:?}");
    }
    let made = set_up(&shop, &token, "ada@example.com").await?.expect(201)?;
    assert_eq!((made.text("user/email"), made.data()["user"]["email_verified"].as_bool()), ("ada@example.com", Some(true)));
    let listed = shop.get("/api/v1/users").key(made.text("access_token")).await?.expect(200)?;
    assert_eq!(listed.text("0/roles/0/name"), "admin");
    let again = set_up(&shop, &token, "eve@example.com").await?;
    assert_eq!((again.status, again.error_code()), (422, "link_invalid"));
    assert!(sign_in::offer_set_up(shop.context()).await?.is_none(), "there is an administrator");
    shop.settle().await?;
    Ok(())
}

/// Two nodes start together and each prints a link: either opens, and the first that is used ends the other.
#[test_on_every_database]
async fn of_two_nodes_that_start_together_either_may_be_asked(shop: TestShop) -> TestResult {
    let (one, other) = tokio::try_join!(offered(&shop), offered(&shop))?;
    assert_ne!(one, other);
    let (ada, eve) = tokio::try_join!(set_up(&shop, &one, "ada@example.com"), set_up(&shop, &other, "eve@example.com"))?;
    let mut statuses = [ada.status, eve.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [201, 422], "{ada:?} {eve:?}");
    let users = shop.get("/api/v1/users").await?.expect(200)?;
    assert_eq!(users.data().as_array().map(Vec::len), Some(1), "nothing is left of the other");
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn a_link_of_the_first_start_dies_after_a_day_or_when_somebody_else_made_an_administrator(shop: TestShop) -> TestResult {
    let old = offered(&shop).await?;
    shop.advance(TimeDelta::hours(24));
    assert_eq!(set_up(&shop, &old, "ada@example.com").await?.error_code(), "link_invalid");
    let new = offered(&shop).await?;
    shop.run_with(&["user", "create", "--email", "root@example.com", "--admin", "--password-stdin"], PASSWORD).await?.expect(0)?;
    assert_eq!(set_up(&shop, &new, "ada@example.com").await?.error_code(), "link_invalid");
    assert_eq!(set_up(&shop, "x", "ada@example.com").await?.error_code(), "link_invalid");
    // Who asks for another thing by a link of this kind gets nothing, and the other way round.
    let reset = json!({"token": new, "password": PASSWORD});
    assert_eq!(shop.post("/api/v1/auth/password/reset").anonymous().json(reset).await?.error_code(), "link_invalid");
    shop.settle().await?;
    Ok(())
}

/// What a start prints opens the shop; once there is an administrator it prints nothing of the kind, and the log never does.
#[test_on_every_database]
async fn a_start_prints_the_link_and_the_log_does_not(shop: TestShop) -> TestResult {
    let mut server = Process::serve(&shop).await?;
    let link = server.says("/setup#token=").await?;
    let (base, token) = link.trim().split_once("/setup#token=").ok_or("no link")?;
    assert_eq!(base, server.base);
    assert!(server.says("curl").await?.contains(token));
    let body = json!({"token": token, "email": "ada@example.com", "password": PASSWORD});
    let made = reqwest::Client::new().post(format!("{base}/api/v1/auth/setup")).json(&body).send().await?;
    assert_eq!(made.status(), 201);
    server.signal("TERM").await?;
    let (code, log) = server.ended().await?;
    assert!(code == Some(0) && log.iter().all(|line| !line.contains(token)), "{log:?}");

    let mut again = Process::serve(&shop).await?;
    again.signal("TERM").await?;
    assert!(again.says("/setup#token=").await.is_err());
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn the_demo_prints_the_link_too(shop: TestShop) -> TestResult {
    let mut demo = Demo::start(&shop, &["--json"])?;
    let ready: Value = serde_json::from_str(&demo.said_until("api_key").await?.remove(0))?;
    let (url, token) = (ready["setup_endpoint"].as_str().ok_or("no endpoint")?, &ready["setup_token"]);
    let body = json!({"token": token, "email": "ada@example.com", "password": PASSWORD});
    assert_eq!(reqwest::Client::new().post(url).json(&body).send().await?.status(), 201);
    assert_eq!(demo.stop().await?, Some(0));
    Ok(())
}
