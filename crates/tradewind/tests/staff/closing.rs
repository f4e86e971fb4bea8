//! Accounts that staff change, close, open and have forgotten.

use serde_json::json;
use test_macro::test_on_every_database;

use super::{PASSWORD, customer, first_admin, give, log_in, told};
use crate::auth::link;
use crate::orders::place;
use crate::support::{TestResult, TestShop, make_key};

#[test_on_every_database]
async fn an_account_is_closed_with_a_reason_and_opened_again(shop: TestShop) -> TestResult {
    let ada = first_admin(&shop).await?;
    let (bob, access) = customer(&shop, "bob@example.com").await?;
    let path = format!("/api/v1/users/{bob}");
    let close = json!({"status": "deactivated", "reason": "left the company", "name": "Bob"});
    assert_eq!(told(&shop.patch(&path).key(&ada).json(close.clone()).await?), (428, "version_required"));
    assert_eq!(told(&shop.patch(&path).key(&ada).version(9).json(close.clone()).await?), (409, "version_conflict"));
    let closed = shop.patch(&path).key(&ada).version(1).json(close).await?.expect(200)?;
    assert_eq!((closed.text("status"), closed.text("status_reason"), closed.text("name")), ("deactivated", "left the company", "Bob"));
    assert_eq!(shop.get("/api/v1/me").key(&access).await?.status, 401, "at once");
    assert_eq!(told(&log_in(&shop, "bob@example.com", None).await?), (401, "credentials_invalid"));
    let version = closed.data()["version"].as_i64().unwrap_or_default();
    let opened = shop.patch(&path).key(&ada).version(version).json(json!({"status": "active"})).await?.expect(200)?;
    assert_eq!((opened.text("status"), opened.data()["status_reason"].is_null()), ("active", true));
    assert_eq!(shop.get("/api/v1/me").key(&access).await?.status, 401, "what ended stays so");
    log_in(&shop, "bob@example.com", None).await?.expect(200)?;
    for (body, field) in [
        (json!({"status": "erased"}), "status"),
        (json!({"reason": "alone"}), "reason"),
        (json!({"status": "active", "reason": "4242 4242 4242 4242"}), "reason"),
        (json!({"username": "1"}), "username"),
        (json!({"email": "eve@example.com"}), "email"),
    ] {
        let refused = shop.patch(&path).key(&ada).version(1).json(body.clone()).await?;
        assert!(refused.status == 422 && refused.json["error"]["details"].get(field).is_some(), "{body}: {refused:?}");
    }
    // A record cannot be forgotten: it tells that there was a reason, and not which.
    let record = shop.get("/api/v1/audit-log?filter[action]=user.deactivated").await?.expect(200)?;
    assert_eq!((record.text("0/subject"), record.text("0/changes/status_reason/after")), (bob.as_str(), "***"));
    shop.settle().await?;
    Ok(())
}

/// Whoever may write users is not above those who may do more, and the last who may do everything stays.
#[test_on_every_database]
async fn nobody_closes_or_erases_the_account_of_somebody_who_may_do_more(shop: TestShop) -> TestResult {
    let ada = first_admin(&shop).await?;
    let me = shop.get("/api/v1/me").key(&ada).await?.expect(200)?;
    let path = format!("/api/v1/users/{}", me.text("id"));
    let version = shop.get(&path).key(&ada).await?.expect(200)?.data()["version"].as_i64().unwrap_or_default();
    let weak = make_key(&shop, &["users:*"]).await?;
    let close = || json!({"status": "deactivated"});
    for refused in [
        shop.patch(&path).key(&weak).version(version).json(close()).await?,
        shop.delete(&path).key(&weak).version(version).await?,
        shop.delete(&format!("{path}/sessions")).key(&weak).await?,
        shop.delete(&format!("{path}/two-factor")).key(&weak).await?,
    ] {
        assert_eq!(told(&refused), (403, "permission_not_held"), "{refused:?}");
    }
    assert_eq!(told(&shop.patch(&path).key(&ada).version(version).json(close()).await?), (409, "last_admin"));
    assert_eq!(told(&shop.delete(&path).key(&ada).version(version).await?), (409, "last_admin"));
    let own = json!({"password": PASSWORD});
    assert_eq!(told(&shop.delete("/api/v1/me").key(&ada).json(own.clone()).await?), (409, "last_admin"));
    shop.get("/api/v1/users").key(&ada).await?.expect(200)?;

    let (bob, _) = customer(&shop, "bob@example.com").await?;
    give(&shop, &ada, &bob, &["admin"]).await?.expect(200)?;
    shop.delete("/api/v1/me").key(&ada).json(own).await?.expect(204)?;
    let gone = shop.get(&path).await?.expect(200)?;
    assert_eq!((gone.text("status"), gone.data()["roles"].as_array().map(Vec::len)), ("erased", Some(0)));
    shop.settle().await?;
    Ok(())
}

#[test_on_every_database]
async fn staff_see_where_somebody_is_signed_in_and_end_it(shop: TestShop) -> TestResult {
    let (bob, first) = customer(&shop, "bob@example.com").await?;
    let (eve, _) = customer(&shop, "eve@example.com").await?;
    let second = log_in(&shop, "bob@example.com", None).await?.expect(200)?.text("access_token").to_owned();
    let path = format!("/api/v1/users/{bob}/sessions");
    let listed = shop.get(&path).await?.expect(200)?;
    assert_eq!(listed.data().as_array().map(Vec::len), Some(2));
    let session = listed.text("0/id");
    assert_eq!(told(&shop.delete(&format!("/api/v1/users/{eve}/sessions/{session}")).await?), (404, "session_not_found"));
    shop.delete(&format!("{path}/{session}")).await?.expect(204)?;
    assert_eq!(told(&shop.delete(&format!("{path}/{session}")).await?), (404, "session_not_found"));
    assert_eq!(shop.get(&path).await?.expect(200)?.data().as_array().map(Vec::len), Some(1));
    shop.delete(&path).await?.expect(204)?;
    for access in [first, second] {
        assert_eq!(shop.get("/api/v1/me").key(&access).await?.status, 401);
    }
    shop.settle().await?;
    Ok(())
}

/// An archive by staff is the person's own; what was sold stays, and every word about the person goes.
#[test_on_every_database]
async fn staff_have_somebody_told_and_forgotten(shop: TestShop) -> TestResult {
    let placed = place(&shop, "manual").await?;
    let (bob, access) = customer(&shop, "ada@example.com").await?;
    let path = format!("/api/v1/users/{bob}");
    let token = link(&shop, "/account/verify").await?;
    shop.post("/api/v1/auth/verify-email").anonymous().json(json!({"token": token})).await?.expect(204)?;
    shop.settle().await?;
    let version = async || -> TestResult<i64> { Ok(shop.get(&path).await?.expect(200)?.data()["version"].as_i64().unwrap_or_default()) };
    assert_eq!(told(&shop.delete(&path).version(version().await?).await?), (409, "orders_open"));

    assert_eq!(told(&shop.get(&format!("{path}/export")).await?), (404, "export_not_found"));
    assert_eq!(shop.post(&format!("{path}/export")).await?.expect(201)?.text("status"), "pending");
    shop.settle().await?;
    let ready = shop.get(&format!("{path}/export")).await?.expect(200)?;
    assert_eq!((ready.text("archive/user_id"), ready.text("archive/data/orders/0/id")), (bob.as_str(), placed.id.as_str()));
    let own = shop.get("/api/v1/me/export").key(&access).await?.expect(200)?;
    assert_eq!(own.data()["archive"], ready.data()["archive"], "it is theirs");
    let asked = shop.get("/api/v1/audit-log?filter[action]=user.data_exported").await?.expect(200)?;
    assert_eq!((asked.text("0/subject"), asked.text("0/actor").starts_with("key_")), (bob.as_str(), true));

    placed.cancel(&shop).await?.expect(200)?;
    assert_eq!(told(&shop.delete(&path).version(1).await?), (409, "version_conflict"));
    shop.delete(&path).version(version().await?).await?.expect(204)?;
    assert_eq!(shop.get("/api/v1/me").key(&access).await?.status, 401);
    assert_eq!(shop.get(&path).await?.expect(200)?.text("status"), "erased");
    assert!(placed.read(&shop).await?.data()["cancel_reason"].is_null());
    for path in [path.clone(), format!("{path}/export")] {
        let again = if path.ends_with("export") { shop.post(&path).await? } else { shop.delete(&path).version(version().await?).await? };
        assert_eq!(told(&again), (404, "user_not_found"));
    }
    shop.settle().await?;
    Ok(())
}
