//! Signing in by way of a provider: a real one, which the tests start, and a browser between it and the shop.

mod door;
mod refusing;

use door::{Door, VERIFIER, by_provider_alone, fragment};
use platform::db::fetch_scalar;
use serde_json::json;
use totp_rs::{Builder, Secret};

use crate::support::TestResult;

const PASSWORD: &str = "a mug of tea at seven";

#[test]
#[ignore = "needs an OpenID provider"]
fn somebody_new_gets_an_account_and_is_known_the_next_time_by_oidc() -> TestResult {
    by_provider_alone("somebody_new", async |mut door: Door| {
        let shown = door.ask("GET", "/api/v1/auth/oauth", None, None).await?;
        assert_eq!(shown.data(), &json!({"providers": [{"name": "id", "label": "Example ID"}]}));
        let code = door.come_back("ada", "/account").await?;
        let stolen = door.swap(&code, &"x".repeat(43), json!({})).await?;
        assert_eq!((stolen.status, stolen.code()), (422, "oauth_code_invalid"));
        let signed_in = door.swap(&code, VERIFIER, json!({})).await?.expect(200)?;
        let user = &signed_in.data()["user"];
        assert_eq!(
            (&user["email"], &user["email_verified"], &user["name"]),
            (&json!("ada@example.com"), &json!(true), &json!("Ada Lovelace"))
        );
        assert_eq!(door.swap(&code, VERIFIER, json!({})).await?.code(), "oauth_code_invalid", "it is good once");

        let code = door.come_back("ada", "/account").await?;
        let again = door.swap(&code, VERIFIER, json!({})).await?.expect(200)?;
        assert_eq!(again.data()["user"]["id"], user["id"]);
        let token = again.data()["access_token"].as_str().unwrap_or_default().to_owned();
        let listed = door.ask("GET", "/api/v1/me/identities", Some(&token), None).await?.expect(200)?;
        assert_eq!((listed.data().as_array().map(Vec::len), &listed.data()[0]["provider"]), (Some(1), &json!("id")));
        let id = listed.data()[0]["id"].as_str().unwrap_or_default();
        let needed = door.ask("DELETE", &format!("/api/v1/me/identities/{id}"), Some(&token), None).await?;
        assert_eq!((needed.status, needed.code()), (409, "identity_needed"));
        assert_eq!(door.shop.events_of("identity").await?, ["identity.linked"]);
        assert_eq!(door.shop.events_of("user").await?, ["user.registered", "user.email_verified"]);
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn an_account_is_linked_only_where_both_sides_saw_the_address_proven_by_oidc() -> TestResult {
    by_provider_alone("linking", async |mut door: Door| {
        let register = json!({"email": "ada@example.com", "password": PASSWORD});
        let ada = door.ask("POST", "/api/v1/auth/register", None, Some(register)).await?.expect(201)?;
        let code = door.come_back("ada", "/account").await?;
        // Anybody may have typed that address here.
        let unlinked = door.swap(&code, VERIFIER, json!({})).await?;
        assert_eq!((unlinked.status, unlinked.code()), (409, "identity_unlinked"));
        let token = ada.data()["access_token"].as_str().unwrap_or_default().to_owned();
        let proof = json!({"code": code, "verifier": VERIFIER});
        let linked = door.ask("POST", "/api/v1/me/identities", Some(&token), Some(proof.clone())).await?.expect(201)?;
        assert_eq!(door.ask("POST", "/api/v1/me/identities", Some(&token), Some(proof)).await?.code(), "oauth_code_invalid");
        let code = door.come_back("ada", "/account").await?;
        let signed_in = door.swap(&code, VERIFIER, json!({})).await?.expect(200)?;
        assert_eq!(signed_in.data()["user"]["id"], ada.data()["user"]["id"]);

        // Somebody else cannot have it as well; its owner may give it up, having a password.
        let register = json!({"email": "eve@example.com", "password": PASSWORD});
        let eve = door.ask("POST", "/api/v1/auth/register", None, Some(register)).await?.expect(201)?;
        let proof = json!({"code": door.come_back("ada", "/account").await?, "verifier": VERIFIER});
        let eves = eve.data()["access_token"].as_str().unwrap_or_default().to_owned();
        let taken = door.ask("POST", "/api/v1/me/identities", Some(&eves), Some(proof)).await?;
        assert_eq!((taken.status, taken.code()), (409, "identity_taken"));
        let path = format!("/api/v1/me/identities/{}", linked.data()["id"].as_str().unwrap_or_default());
        assert_eq!(door.ask("DELETE", &path, Some(&eves), None).await?.code(), "identity_not_found");
        door.ask("DELETE", &path, Some(&token), None).await?.expect(204)?;

        // Once this shop saw that the mail is read, both mean the same person.
        door.prove_mail_of("ada@example.com").await?;
        let code = door.come_back("ada", "/account").await?;
        let signed_in = door.swap(&code, VERIFIER, json!({})).await?.expect(200)?;
        assert_eq!(signed_in.data()["user"]["id"], ada.data()["user"]["id"]);
        assert_eq!(door.shop.events_of("identity").await?, ["identity.linked", "identity.unlinked", "identity.linked"]);
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn an_address_that_nobody_vouches_for_opens_nothing_by_oidc() -> TestResult {
    by_provider_alone("unverified", async |mut door: Door| {
        for who in ["unproven-ada", "nameless-ada"] {
            let code = door.come_back(who, "/account").await?;
            let refused = door.swap(&code, VERIFIER, json!({})).await?;
            assert_eq!((refused.status, refused.code()), (409, "provider_email_unverified"), "{who}");
        }
        let users: Option<i64> =
            fetch_scalar(door.shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM users", vec![]).await?;
        assert_eq!(users, Some(0));
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn a_second_factor_is_asked_for_whoever_vouches_by_oidc() -> TestResult {
    by_provider_alone("two_factor", async |mut door: Door| {
        let code = door.come_back("ada", "/account").await?;
        let first = door.swap(&code, VERIFIER, json!({})).await?.expect(200)?;
        let token = first.data()["access_token"].as_str().unwrap_or_default().to_owned();
        let started = door.ask("POST", "/api/v1/me/two-factor", Some(&token), Some(json!({}))).await?;
        let secret = started.data()["secret"].as_str().ok_or(format!("no secret: {started:?}"))?.to_owned();
        let totp = Builder::new().with_secret(Secret::try_from_base32(&secret)?).build()?;
        let now = |door: &Door| -> TestResult<String> { Ok(totp.generate(door.shop.now().timestamp().try_into()?).to_string()) };
        let shown = json!({"code": now(&door)?});
        let confirmed = door.ask("POST", "/api/v1/me/two-factor/confirm", Some(&token), Some(shown)).await?;
        assert!(confirmed.status < 300, "{confirmed:?}");
        door.shop.advance(chrono::TimeDelta::seconds(30));
        let code = door.come_back("ada", "/account").await?;
        let required = door.swap(&code, VERIFIER, json!({})).await?;
        assert_eq!((required.status, required.code()), (401, "two_factor_code_required"));
        let wrong = door.swap(&code, VERIFIER, json!({"two_factor_code": "wrong"})).await?;
        assert_eq!((wrong.status, wrong.code()), (422, "two_factor_code_invalid"));
        let right = json!({"two_factor_code": now(&door)?, "session": "cookie"});
        let signed_in = door.swap(&code, VERIFIER, right).await?.expect(200)?;
        assert!(signed_in.data()["access_token"].is_null() && signed_in.header("set-cookie").starts_with("__Host-tradewind_session=twr_"));
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn whoever_leaves_carries_what_binds_the_way_to_this_browser_by_oidc() -> TestResult {
    by_provider_alone("leaving", async |mut door: Door| {
        let left = door.leave("https://app.example/in").await?.expect(303)?;
        let cookie = left.header("set-cookie");
        assert!(cookie.starts_with("__Host-tradewind_oauth=") && cookie.ends_with("; Path=/; Max-Age=600; Secure; HttpOnly; SameSite=Lax"));
        let to = url::Url::parse(left.header("location"))?;
        let asked: std::collections::HashMap<_, _> = to.query_pairs().into_owned().collect();
        for (name, value) in [
            ("client_id", "shop"),
            ("response_type", "code"),
            ("scope", "openid email profile"),
            ("code_challenge_method", "S256"),
            ("redirect_uri", door::CALLBACK),
        ] {
            assert_eq!(asked.get(name).map(String::as_str), Some(value), "{name}");
        }
        let lengths = ["state", "nonce", "code_challenge"].map(|name| asked.get(name).map(String::len));
        assert_eq!(lengths, [Some(43); 3]);
        let back = door.visit(left.header("location"), "ada").await?;
        let arrived = door.arrive(&back).await?.expect(303)?;
        assert!(arrived.header("location").starts_with("https://app.example/in#code="), "{arrived:?}");
        assert!(arrived.header("set-cookie").contains("__Host-tradewind_oauth=; Path=/; Max-Age=0"));
        assert_eq!(arrived.header("cache-control"), "no-store");
        assert!(fragment(&arrived, "code").is_some_and(|code| code.len() < 2_000));
        Ok(())
    })
}
