//! Getting an account.

use accounts::sign_in::{self, Register};
use accounts::users::{self, Consent};
use futures_util::future::join_all;
use kernel::DomainError as _;
use platform::db::fetch_scalar;
use platform::values;
use test_macro::test_on_every_database;

use super::{code, form, letters_to, recorded, register, stranger};
use crate::support::{TestResult, TestShop};

#[test_on_every_database]
async fn whoever_registers_is_signed_in_at_once(shop: TestShop) -> TestResult {
    let command = Register { name: Some(" Ada Lovelace ".to_owned()), accepts_marketing: true, ..form("Ada@Example.com", Some("ada")) };
    let signed_in = sign_in::register(shop.accounts(), &stranger(), command).await?;
    let user = users::find(shop.context().db.reader(), signed_in.user.id).await?.ok_or("no user")?;
    assert_eq!(user, signed_in.user);
    assert_eq!((user.name.as_deref(), user.email_verified_at), (Some("Ada Lovelace"), None));
    assert_eq!(user.consent, Consent::Given { at: shop.now(), source: "registration".to_owned() });
    assert_eq!((signed_in.session.user_id, signed_in.expires_in), (user.id, 15 * 60));
    assert!(shop.accounts().tokens.verify(signed_in.access_token.reveal()).await?.is_some());
    assert_eq!(shop.events_of("user").await?, ["user.registered"]);
    assert_eq!(recorded(&shop, "user.registered", "done").await?, 1);
    let letters = letters_to(&shop, "Ada@example.com").await?;
    assert_eq!(letters.iter().filter(|letter| letter.contains("Subject: Welcome") && letter.contains("#token=")).count(), 1);
    Ok(())
}

#[test_on_every_database]
async fn of_many_who_want_one_address_one_gets_it(shop: TestShop) -> TestResult {
    let want = |n: usize| {
        let email = if n.is_multiple_of(2) { "ada@example.com" } else { "ADA@Example.COM" };
        register(&shop, email, None)
    };
    let codes: Vec<String> = join_all((0..12).map(want)).await.into_iter().map(code).collect();
    assert_eq!(codes.iter().filter(|code| *code == "let in").count(), 1);
    assert_eq!(codes.iter().filter(|code| *code == "email_taken").count(), 11);
    assert_eq!(shop.events_of("user").await?, ["user.registered"]);
    Ok(())
}

#[test_on_every_database]
async fn of_many_who_want_one_username_one_gets_it(shop: TestShop) -> TestResult {
    let emails: Vec<String> = (0..12).map(|n| format!("ada{n}@example.com")).collect();
    let codes: Vec<String> = join_all(emails.iter().map(|email| register(&shop, email, Some("Ada")))).await.into_iter().map(code).collect();
    assert_eq!(codes.iter().filter(|code| *code == "let in").count(), 1);
    assert_eq!(codes.iter().filter(|code| *code == "username_taken").count(), 11);
    Ok(())
}

/// One account for an address however it is written, and one each for addresses that only look alike.
#[test_on_every_database]
async fn an_address_is_one_however_it_is_written(shop: TestShop) -> TestResult {
    register(&shop, "zo\u{eb}@example.com", None).await?;
    for same in ["ZO\u{cb}@EXAMPLE.COM", "zoe\u{308}@example.com", " zo\u{eb}@example.com "] {
        assert_eq!(code(sign_in::register(shop.accounts(), &stranger(), form(same, None)).await), "email_taken", "{same}");
    }
    for other in ["zoe@example.com", "z\u{43e}\u{eb}@example.com", "zo\u{eb}+shop@example.com"] {
        register(&shop, other, None).await?;
    }
    Ok(())
}

#[test_on_every_database]
async fn every_field_that_is_refused_is_named_and_nothing_is_kept(shop: TestShop) -> TestResult {
    let command = Register { password: "password".into(), name: Some("4111 1111 1111 1111".to_owned()), ..form("ada", Some("a b")) };
    let refused = sign_in::register(shop.accounts(), &stranger(), command).await.err().ok_or("let in")?;
    assert_eq!(refused.code(), "validation_failed");
    assert_eq!(refused.details().keys().collect::<Vec<_>>(), ["email", "name", "password", "username"]);
    let own = Register { password: "ada.lovelace".into(), ..form("ada.lovelace@example.com", None) };
    let refused = sign_in::register(shop.accounts(), &stranger(), own).await.err().ok_or("let in")?;
    assert_eq!(refused.details().keys().collect::<Vec<_>>(), ["password"]);
    let users: Option<i64> = fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM users", values![]).await?;
    assert_eq!(users, Some(0), "a fresh shop has no user, and nobody is let in by default");
    Ok(())
}
