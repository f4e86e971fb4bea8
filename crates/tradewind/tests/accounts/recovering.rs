//! Proving an address, and getting back in without the password.

use accounts::one_time::{self, Issue, OneTimeToken, Purpose, SpendError};
use accounts::permissions::PermissionSet;
use accounts::sign_in::{self, ResetPassword};
use accounts::users::{self, Login};
use chrono::TimeDelta;
use futures_util::future::{join_all, try_join_all};
use kernel::DomainError as _;
use test_macro::test_on_every_database;

use super::{PASSWORD, code, is_live, last_token, letters, letters_to, log_in, recorded, register, stranger};
use crate::support::{TestResult, TestShop};

const OTHER: &str = "badger-in-a-kettle";

fn with(token: &str, password: &str) -> ResetPassword {
    ResetPassword { token: token.into(), password: password.into() }
}

/// The token of a letter that somebody who forgot the password asks for.
async fn forgotten(shop: &TestShop, email: &str) -> TestResult<String> {
    // What was to be sent before is sent before.
    shop.settle().await?;
    sign_in::forgot_password(shop.accounts(), &stranger(), &Login::parse(email)).await?;
    last_token(shop, email).await
}

#[test_on_every_database]
async fn a_link_proves_an_address_once(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?.user;
    let welcome = last_token(&shop, "ada@example.com").await?;
    sign_in::resend_verification(shop.accounts(), &stranger(), ada.id).await?;
    let again = last_token(&shop, "ada@example.com").await?;
    assert_ne!(welcome, again);
    let proven = sign_in::verify_email(shop.accounts(), &stranger(), &welcome).await?;
    assert_eq!(proven.email_verified_at, Some(shop.now()));
    for token in [welcome.as_str(), again.as_str(), "", "x", &"0".repeat(64), "\0"] {
        assert_eq!(code(sign_in::verify_email(shop.accounts(), &stranger(), token).await), "link_invalid", "{token}");
    }
    let letters = letters(&shop).await?.len();
    sign_in::resend_verification(shop.accounts(), &stranger(), ada.id).await?;
    assert_eq!(super::letters(&shop).await?.len(), letters, "there is nothing left to prove");
    assert_eq!(shop.events_of("user").await?, ["user.registered", "user.email_verified"]);
    assert_eq!(recorded(&shop, "user.email_verified", "done").await?, 1);
    Ok(())
}

#[test_on_every_database]
async fn links_die_at_their_time(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    let welcome = last_token(&shop, "ada@example.com").await?;
    shop.advance(TimeDelta::hours(48));
    assert_eq!(code(sign_in::verify_email(shop.accounts(), &stranger(), &welcome).await), "link_invalid");
    let reset = forgotten(&shop, "ada@example.com").await?;
    shop.advance(TimeDelta::minutes(10));
    assert_eq!(code(sign_in::reset_password(shop.accounts(), &stranger(), with(&reset, OTHER)).await), "link_invalid");
    log_in(&shop, "ada@example.com", PASSWORD).await?;
    Ok(())
}

/// ASVS 6.4: single use, everything else ends, and the letter proves the address, too.
#[test_on_every_database]
async fn a_link_gives_a_new_password_and_ends_every_session(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", Some("countess")).await?;
    let welcome = last_token(&shop, "ada@example.com").await?;
    assert_eq!(code(sign_in::reset_password(shop.accounts(), &stranger(), with(&welcome, OTHER)).await), "link_invalid", "another purpose");
    for _ in 0..5 {
        assert_eq!(code(log_in(&shop, "countess", OTHER).await), "credentials_invalid");
    }
    let reset = forgotten(&shop, "ada@example.com").await?;
    let refused = sign_in::reset_password(shop.accounts(), &stranger(), with(&reset, "password")).await.err().ok_or("taken")?;
    assert_eq!((refused.code(), refused.details().keys().cloned().collect()), ("validation_failed", vec!["password".to_owned()]));
    assert_eq!(code(sign_in::verify_email(shop.accounts(), &stranger(), &reset).await), "link_invalid");
    sign_in::reset_password(shop.accounts(), &stranger(), with(&reset, OTHER)).await?;
    assert!(!is_live(&shop, ada.session.id).await?);
    assert_eq!(code(sign_in::reset_password(shop.accounts(), &stranger(), with(&reset, OTHER)).await), "link_invalid");
    assert_eq!(code(log_in(&shop, "ada@example.com", PASSWORD).await), "credentials_invalid");
    let user = log_in(&shop, "countess", OTHER).await?.user;
    assert_eq!((user.email_verified_at, user.password_changed_at), (Some(shop.now()), Some(shop.now())));
    assert_eq!(shop.events_of("user").await?, ["user.registered", "user.password_changed", "user.email_verified"]);
    assert_eq!(recorded(&shop, "user.password_reset", "done").await?, 1);
    let last = letters_to(&shop, "ada@example.com").await?.pop().ok_or("no letter")?;
    assert!(last.contains("was changed") && !last.contains("#token="), "{last}");
    Ok(())
}

/// Whoever asked twice has two letters, and may open both at once: each would end the other.
#[test_on_every_database]
async fn of_all_links_of_an_account_that_are_used_at_once_one_opens(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?.user;
    for (purpose, user_id) in [(Purpose::ResetPassword, Some(ada.id)), (Purpose::SetUp, None)].repeat(10) {
        let tx = shop.context().begin(&stranger()).await?;
        let issue = Issue { purpose, user_id, email: None };
        let tokens = try_join_all((0..4).map(|_| one_time::issue_in(&tx, &issue))).await?;
        tx.commit().await?;
        let spent = join_all(tokens.iter().map(|token| spend(&shop, token, purpose))).await;
        let mut codes: Vec<_> = spent.into_iter().map(|spent| spent.map_or_else(|error| error.code(), |()| "opened")).collect();
        codes.sort_unstable();
        assert_eq!(codes, ["link_invalid", "link_invalid", "link_invalid", "opened"]);
    }
    Ok(())
}

async fn spend(shop: &TestShop, token: &OneTimeToken, purpose: Purpose) -> Result<(), SpendError> {
    let tx = shop.context().begin(&stranger()).await?;
    one_time::spend_in(&tx, token.reveal(), &[purpose]).await?;
    Ok(tx.commit().await?)
}

#[test_on_every_database]
async fn of_two_who_use_one_link_one_gets_through(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    let token = forgotten(&shop, "ada@example.com").await?;
    let use_it = |password: &'static str| {
        let (shop, command) = (shop.clone(), with(&token, password));
        async move { sign_in::reset_password(shop.accounts(), &stranger(), command).await }
    };
    let (one, other) = tokio::join!(use_it(OTHER), use_it("weasel-in-a-saucepan"));
    let (won, lost) = if one.is_ok() { (OTHER, other) } else { ("weasel-in-a-saucepan", one) };
    assert_eq!(code(lost), "link_invalid");
    log_in(&shop, "ada@example.com", won).await?;
    Ok(())
}

/// The same answer, and a letter for those alone who have an account that can be signed in to.
#[test_on_every_database]
async fn nobody_learns_by_asking_whether_there_is_an_account(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?.user;
    let sent = letters(&shop).await?.len();
    sign_in::deactivate(shop.context(), &shop.origin(), sign_in::ChangeStatus::of(ada.id), PermissionSet::all()).await?;
    for login in ["ada@example.com", "nobody@example.com", "nobody", "\0"] {
        sign_in::forgot_password(shop.accounts(), &stranger(), &Login::parse(login)).await?;
    }
    assert_eq!(letters(&shop).await?.len(), sent);
    let page = kernel::PageRequest::first(10);
    let filter = users::UserFilter { search: Some("ADA".to_owned()), status: Some(users::UserStatus::Deactivated) };
    let found = users::list(shop.context().db.reader(), &users::UserQuery { filter, descending: true, page }).await?;
    assert_eq!((found.total, found.items.first().map(|user| user.id)), (Some(1), Some(ada.id)));
    Ok(())
}
