//! Whoever is not who left, or brings what does not hold, comes in nowhere.

use chrono::TimeDelta;
use platform::db::fetch_scalar;
use serde_json::json;
use test_macro::test_on_every_database;

use super::door::{Answer, Door, VERIFIER, by_provider_alone, fragment};
use crate::support::{TestResult, TestShop};

/// An address with another value of this parameter; `None`: without it.
fn with(address: &str, name: &str, value: Option<&str>) -> TestResult<String> {
    let mut url = url::Url::parse(address)?;
    let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().filter(|(known, _)| known != name).collect();
    pairs.extend(value.map(|value| (name.to_owned(), value.to_owned())));
    url.query_pairs_mut().clear().extend_pairs(pairs);
    Ok(url.into())
}

fn refusal(answer: &Answer) -> Option<String> {
    fragment(answer, "error")
}

#[test]
#[ignore = "needs an OpenID provider"]
fn a_way_in_is_for_the_browser_that_began_it_once_and_for_ten_minutes_by_oidc() -> TestResult {
    by_provider_alone("state", async |mut door: Door| {
        let left = door.leave("/account").await?.expect(303)?;
        let back = door.visit(left.header("location"), "ada").await?;
        let carried = door.carried.clone();
        for (cookie, address) in [
            (String::new(), back.clone()),
            ("x".repeat(100), back.clone()),
            (carried.replace(&carried[..4], "AAAA"), back.clone()),
            (carried.clone(), with(&back, "state", Some("x"))?),
            (carried.clone(), with(&back, "state", None)?),
        ] {
            door.carried = cookie;
            let refused = door.arrive(&address).await?;
            assert_eq!((refused.status, refused.code()), (422, "oauth_state_invalid"), "{address}");
        }
        // Another way of the same browser has another state.
        door.leave("/account").await?.expect(303)?;
        assert_eq!(door.arrive(&back).await?.code(), "oauth_state_invalid");
        door.carried.clone_from(&carried);
        let arrived = door.arrive(&back).await?.expect(303)?;
        assert!(fragment(&arrived, "code").is_some());
        let again = door.arrive(&back).await?;
        assert_eq!((again.status, again.code()), (422, "oauth_state_invalid"), "it is good once");

        let left = door.leave("/account").await?.expect(303)?;
        let back = door.visit(left.header("location"), "ada").await?;
        door.shop.advance(TimeDelta::minutes(10));
        assert_eq!(door.arrive(&back).await?.code(), "oauth_state_invalid", "it is over");
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn an_answer_that_does_not_hold_lets_nobody_in_by_oidc() -> TestResult {
    by_provider_alone("answers", async |mut door: Door| {
        // The provider signs what it is asked to sign: about another sign-in.
        let left = door.leave("/account").await?.expect(303)?;
        let back = door.visit(&with(left.header("location"), "nonce", Some("another"))?, "ada").await?;
        let arrived = door.arrive(&back).await?.expect(303)?;
        assert_eq!(refusal(&arrived).as_deref(), Some("provider_answer_invalid"), "another nonce");

        // Somebody else says to be the provider, or nobody does.
        for issuer in [Some("https://evil.example"), None] {
            let left = door.leave("/account").await?.expect(303)?;
            let back = door.visit(left.header("location"), "ada").await?;
            let arrived = door.arrive(&with(&back, "iss", issuer)?).await?.expect(303)?;
            assert_eq!(refusal(&arrived).as_deref(), Some("provider_answer_invalid"), "{issuer:?}");
        }

        // A code is good once, and for whoever left for it (PKCE).
        let left = door.leave("/account").await?.expect(303)?;
        let stolen = door.visit(left.header("location"), "ada").await?;
        let code = url::Url::parse(&stolen)?.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        let left = door.leave("/account").await?.expect(303)?;
        let own = door.visit(left.header("location"), "eve").await?;
        let arrived = door.arrive(&with(&own, "code", code.as_deref())?).await?.expect(303)?;
        assert_eq!(refusal(&arrived).as_deref(), Some("provider_refused"), "another's code");

        let left = door.leave("/account?from=cart").await?.expect(303)?;
        let back = door.visit(left.header("location"), "denied").await?;
        let arrived = door.arrive(&back).await?.expect(303)?;
        assert_eq!(arrived.header("location"), "https://shop.example/account?from=cart#error=provider_refused");
        const REFUSED: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_records WHERE action = 'user.logged_in' AND outcome = 'refused'";
        let recorded: Option<i64> = fetch_scalar(door.shop.context().db.reader(), REFUSED, vec![]).await?;
        assert_eq!(recorded, Some(5));
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn a_code_is_over_in_five_minutes_by_oidc() -> TestResult {
    by_provider_alone("late", async |mut door: Door| {
        let code = door.come_back("ada", "/account").await?;
        for odd in ["", "x", &code[1..], &code.replace(&code[..4], "AAAA")] {
            assert_eq!(door.swap(odd, VERIFIER, json!({})).await?.code(), "oauth_code_invalid");
        }
        door.shop.advance(TimeDelta::minutes(5));
        assert_eq!(door.swap(&code, VERIFIER, json!({})).await?.code(), "oauth_code_invalid");
        Ok(())
    })
}

#[test]
#[ignore = "needs an OpenID provider"]
fn a_provider_that_is_another_than_configured_is_not_believed_by_oidc() -> TestResult {
    by_provider_alone("misnamed", async |door: Door| {
        let misnamed = door.issuer().replace("127.0.0.1", "localhost");
        let mut other = Door::with_issuer(door.shop.clone(), &misnamed)?;
        let refused = other.leave("/account").await?;
        assert_eq!((refused.status, refused.code()), (422, "provider_answer_invalid"));
        Ok(())
    })
}

/// Nobody listens there: whoever wants in by that way is told to come back, and all other ways are open.
#[test_on_every_database]
async fn a_provider_that_is_away_keeps_nobody_else_out(shop: TestShop) -> TestResult {
    let mut door = Door::with_issuer(shop, "http://127.0.0.1:9")?;
    for _ in 0..2 {
        let away = door.leave("/account").await?;
        assert_eq!((away.status, away.code(), away.header("retry-after")), (503, "provider_unavailable", "2"));
    }
    let form = json!({"email": "ada@example.com", "password": "a mug of tea at seven"});
    door.ask("POST", "/api/v1/auth/register", None, Some(form.clone())).await?.expect(201)?;
    door.ask("POST", "/api/v1/auth/login", None, Some(form)).await?.expect(200)?;
    for (path, status, code) in [
        ("/api/v1/auth/oauth/nobody/start?return_to=/x&challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", 404, "provider_not_found"),
        ("/api/v1/auth/oauth/nobody/callback", 404, "provider_not_found"),
        ("/api/v1/auth/oauth/id/callback?code=x&state=x", 422, "oauth_state_invalid"),
        ("/api/v1/auth/oauth/id/start?return_to=/x&challenge=x", 400, "invalid_query"),
        ("/api/v1/auth/oauth/id/start", 400, "invalid_query"),
        (
            "/api/v1/auth/oauth/id/start?return_to=//evil.example&challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
            422,
            "return_to_refused",
        ),
    ] {
        let refused = door.ask("GET", path, None, None).await?;
        assert_eq!((refused.status, refused.code()), (status, code), "{path}");
    }
    Ok(())
}
