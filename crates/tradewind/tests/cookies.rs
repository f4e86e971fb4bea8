//! Pages sign in by a cookie: for this host alone, not for other sites' pages, and never beside a token.

use chrono::TimeDelta;
use serde_json::json;
use test_macro::test_on_every_database;

use crate::support::{Ask, Reply, TestResult, TestShop};

const PASSWORD: &str = "a mug of tea at seven";

/// Registers, and signs in as pages do; the answer.
pub(crate) async fn sign_in(shop: &TestShop, email: &str) -> TestResult<Reply> {
    let form = json!({"email": email, "password": PASSWORD});
    shop.post("/api/v1/auth/register").anonymous().json(form.clone()).await?.expect(201)?;
    let mut form = form;
    form["session"] = "cookie".into();
    shop.post("/api/v1/auth/login").anonymous().json(form).await?.expect(200)
}

/// What the browser sends from then on.
pub(crate) fn cookie(reply: &Reply) -> String {
    reply.header("set-cookie").split(';').next().unwrap_or_default().to_owned()
}

fn me(shop: &TestShop, cookie: &str) -> Ask {
    shop.get("/api/v1/me").anonymous().header("cookie", cookie)
}

#[test_on_every_database]
async fn a_cookie_carries_a_session_and_its_answer_no_token(shop: TestShop) -> TestResult {
    let signed_in = sign_in(&shop, "ada@example.com").await?;
    let set = signed_in.header("set-cookie");
    assert!(set.starts_with("__Host-tradewind_session=twr_"), "{set}");
    assert!(set.ends_with("; Path=/; Max-Age=2592000; Secure; HttpOnly; SameSite=Lax"), "{set}");
    assert_eq!(signed_in.header("cache-control"), "no-store");
    let data = signed_in.data();
    assert!(data["access_token"].is_null() && data["refresh_token"].is_null() && data["token_type"].is_null());
    let own = me(&shop, &format!("theme=dark; {}", cookie(&signed_in))).await?.expect(200)?;
    assert_eq!((own.text("email"), own.text("id")), ("ada@example.com", signed_in.text("user/id")));
    let form = json!({"email": "eve@example.com", "password": PASSWORD, "session": "cookie"});
    let registered = shop.post("/api/v1/auth/register").anonymous().json(form).await?.expect(201)?;
    assert_eq!(me(&shop, &cookie(&registered)).await?.expect(200)?.text("email"), "eve@example.com");
    shop.post("/api/v1/auth/login").anonymous().json(json!({"email": "a@b.c", "password": "x", "session": "basket"})).await?.expect(422)?;
    Ok(())
}

#[test_on_every_database]
async fn other_sites_pages_write_nothing_with_it(shop: TestShop) -> TestResult {
    let cookie = cookie(&sign_in(&shop, "ada@example.com").await?);
    let base = shop.http().await?.base().to_owned();
    let change = |headers: &[(&str, &str)]| {
        let ask = shop.patch("/api/v1/me").anonymous().header("cookie", &cookie).json(json!({"name": "Ada"}));
        headers.iter().fold(ask, |ask, (name, value)| ask.header(name, value))
    };
    for foreign in [
        &[("origin", "https://evil.example")][..],
        &[("origin", "null")],
        &[("sec-fetch-site", "cross-site"), ("origin", base.as_str())],
        &[("sec-fetch-site", "same-site")],
    ] {
        let refused = change(foreign).await?;
        assert_eq!((refused.status, refused.error_code()), (403, "cross_site_request"), "{foreign:?}");
    }
    for own in [&[("origin", base.as_str())][..], &[("sec-fetch-site", "same-origin"), ("origin", base.as_str())]] {
        change(own).await?.expect(200)?;
    }
    Ok(())
}

#[test_on_every_database]
async fn a_cookie_never_stands_in_for_a_token_nor_a_token_for_a_cookie(shop: TestShop) -> TestResult {
    let signed_in = sign_in(&shop, "ada@example.com").await?;
    let (cookie, token) = (cookie(&signed_in), signed_in.header("set-cookie").split(['=', ';']).nth(1).unwrap_or_default().to_owned());
    let form = json!({"email": "eve@example.com", "password": PASSWORD});
    let eve = shop.post("/api/v1/auth/register").anonymous().json(form).await?.expect(201)?;
    // Beside a token it says nothing: neither where that is good, nor where it is not.
    let both = shop.get("/api/v1/me").key(eve.text("access_token")).header("cookie", &cookie).await?.expect(200)?;
    assert_eq!(both.text("email"), "eve@example.com");
    assert_eq!(shop.get("/api/v1/me").key("nonsense").header("cookie", &cookie).await?.status, 401);
    assert_eq!(shop.get("/api/v1/products").key("nonsense").header("cookie", &cookie).await?.status, 401);
    // What a cookie holds is no bearer token and renews nothing; what renews a bearer's session is no cookie.
    assert_eq!(shop.get("/api/v1/me").key(&token).await?.status, 401);
    assert_eq!(shop.post("/api/v1/auth/refresh").anonymous().json(json!({"refresh_token": token})).await?.status, 401);
    let as_cookie = format!("__Host-tradewind_session={}", eve.text("refresh_token"));
    assert_eq!(me(&shop, &as_cookie).await?.status, 401);
    let as_cookie = format!("__Host-tradewind_session={}", eve.text("access_token"));
    assert_eq!(me(&shop, &as_cookie).await?.status, 401);
    me(&shop, &cookie).await?.expect(200)?;
    Ok(())
}

#[test_on_every_database]
async fn signing_out_ends_it_at_once_and_a_dead_one_is_nobodys(shop: TestShop) -> TestResult {
    let cookie = cookie(&sign_in(&shop, "ada@example.com").await?);
    me(&shop, &cookie).await?.expect(200)?;
    let out = shop.post("/api/v1/auth/logout").anonymous().header("cookie", &cookie).await?.expect(204)?;
    assert!(out.header("set-cookie").starts_with("__Host-tradewind_session=; Path=/; Max-Age=0; Secure"), "{out:?}");
    assert_eq!(me(&shop, &cookie).await?.status, 401);
    // Browsers send it on; public pages are there all the same, and so is the door.
    shop.get("/api/v1/products").anonymous().header("cookie", &cookie).await?.expect(200)?;
    let form = json!({"email": "ada@example.com", "password": PASSWORD, "session": "cookie"});
    let again = shop.post("/api/v1/auth/login").anonymous().header("cookie", &cookie).json(form).await?.expect(200)?;
    shop.post("/api/v1/auth/logout").anonymous().await?.expect(204)?;

    let cookie = self::cookie(&again);
    let everywhere = shop.post("/api/v1/auth/logout-all").anonymous().header("cookie", &cookie).await?.expect(204)?;
    assert!(everywhere.header("set-cookie").contains("Max-Age=0"));
    assert_eq!(me(&shop, &cookie).await?.status, 401);
    Ok(())
}

#[test_on_every_database]
async fn it_may_not_lie_idle_for_a_day_nor_be_used_for_ever(shop: TestShop) -> TestResult {
    let busy = cookie(&sign_in(&shop, "ada@example.com").await?);
    let idle = cookie(&sign_in(&shop, "eve@example.com").await?);
    let almost_a_day = TimeDelta::hours(23);
    for _ in 0..31 {
        shop.advance(almost_a_day);
        me(&shop, &busy).await?.expect(200)?;
    }
    assert_eq!(me(&shop, &idle).await?.status, 401);
    shop.advance(almost_a_day);
    assert_eq!(me(&shop, &busy).await?.status, 401, "thirty days are over");
    Ok(())
}
