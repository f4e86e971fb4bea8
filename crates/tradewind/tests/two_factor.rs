//! The second factor: set up, asked for, spent, given up.

use accounts::sessions::{self, Kind};
use accounts::two_factor::{self, RecoveryCodes, TwoFactorError, TwoFactorState};
use chrono::TimeDelta;
use kernel::{DomainError, SessionId, UserId};
use test_macro::test_on_every_database;
use totp_rs::{Builder, Secret};

use crate::support::{TestResult, TestShop};

/// The code that an authenticator with this secret shows now.
pub(crate) fn code(shop: &TestShop, secret: &str) -> TestResult<String> {
    let totp = Builder::new().with_secret(Secret::try_from_base32(secret)?).build()?;
    Ok(totp.generate(shop.now().timestamp().try_into()?).to_string())
}

/// A session of this user's.
async fn session(shop: &TestShop, user: UserId) -> TestResult<SessionId> {
    let tx = shop.context().begin(&shop.origin()).await?;
    let opened = sessions::open_in(&tx, user, Kind::Bearer, &shop.context().config.auth).await?;
    tx.commit().await?;
    Ok(opened.session.id)
}

/// A second factor that is on, and what opens it.
async fn set_up(shop: &TestShop, user: UserId) -> TestResult<(String, RecoveryCodes)> {
    let started = two_factor::start(shop.context(), &shop.origin(), user, "ada@example.com").await?;
    let codes =
        two_factor::confirm(shop.context(), &shop.origin(), (user, session(shop, user).await?), &code(shop, &started.secret)?).await?;
    Ok((started.secret, codes))
}

/// What becomes of a code at the door; `Ok` commits what it spent.
async fn present(shop: &TestShop, user: UserId, code: &str) -> Result<(), TwoFactorError> {
    let tx = shop.context().begin(&shop.origin()).await?;
    two_factor::verify_in(&tx, &shop.context().secrets, user, code).await?;
    Ok(tx.commit().await?)
}

fn refusal<T>(result: Result<T, TwoFactorError>) -> &'static str {
    result.err().map_or("taken", |error| error.code())
}

#[test_on_every_database]
async fn a_second_factor_is_asked_for_once_it_is_proven(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    assert_eq!(refusal(present(&shop, user, "000000").await), "two_factor_not_set_up");
    let session = session(&shop, user).await?;
    let first = two_factor::start(shop.context(), &shop.origin(), user, "ada@example.com").await?;
    let started = two_factor::start(shop.context(), &shop.origin(), user, "ada@example.com").await?;
    let of_first = code(&shop, &first.secret)?;
    assert_eq!(refusal(two_factor::confirm(shop.context(), &shop.origin(), (user, session), &of_first).await), "two_factor_code_invalid");
    assert_eq!(refusal(present(&shop, user, &code(&shop, &started.secret)?).await), "two_factor_not_set_up");
    two_factor::confirm(shop.context(), &shop.origin(), (user, session), &code(&shop, &started.secret)?).await?;
    let sessions = sessions::list(shop.context().db.reader(), user, &shop.context().config.auth, shop.now()).await?;
    assert_eq!(sessions.first().and_then(|session| session.two_factor_at), Some(shop.now()), "the session has passed it");
    let state = two_factor::state(shop.context().db.reader(), user).await?;
    assert_eq!(state, TwoFactorState { on_since: Some(shop.now()), recovery_codes_left: 10 });
    let again = two_factor::start(shop.context(), &shop.origin(), user, "ada@example.com").await;
    assert_eq!(refusal(again), "two_factor_already_on");
    Ok(())
}

#[test_on_every_database]
async fn a_code_is_taken_once_and_never_after_a_later_one(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    let (secret, _) = set_up(&shop, user).await?;
    let used = code(&shop, &secret)?;
    assert_eq!(refusal(present(&shop, user, &used).await), "two_factor_code_invalid", "it proved the secret already");
    shop.advance(TimeDelta::seconds(30));
    let earlier = code(&shop, &secret)?;
    shop.advance(TimeDelta::seconds(30));
    let later = code(&shop, &secret)?;
    let (one, other) = tokio::join!(present(&shop, user, &later), present(&shop, user, &later));
    assert_eq!([one.is_ok(), other.is_ok()].iter().filter(|taken| **taken).count(), 1);
    assert_eq!(refusal(present(&shop, user, &earlier).await), "two_factor_code_invalid");
    Ok(())
}

#[test_on_every_database]
async fn a_recovery_code_opens_once_however_it_is_typed(shop: TestShop) -> TestResult {
    let (user, other) = (shop.user().await?, shop.user().await?);
    let (_, codes) = set_up(&shop, user).await?;
    set_up(&shop, other).await?;
    let written = codes.reveal()[0].to_uppercase().replace('-', " ");
    assert_eq!(refusal(present(&shop, other, &written).await), "two_factor_code_invalid", "it is somebody else's");
    let (one, another) = tokio::join!(present(&shop, user, &written), present(&shop, user, &codes.reveal()[0]));
    assert_eq!([one.is_ok(), another.is_ok()].iter().filter(|taken| **taken).count(), 1);
    assert_eq!(two_factor::state(shop.context().db.reader(), user).await?.recovery_codes_left, 9);
    Ok(())
}

#[test_on_every_database]
async fn new_recovery_codes_end_the_old_ones(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    let (_, old) = set_up(&shop, user).await?;
    let renewed = two_factor::renew_recovery_codes(shop.context(), &shop.origin(), user, &old.reveal()[0]).await?;
    assert_eq!(refusal(present(&shop, user, &old.reveal()[1]).await), "two_factor_code_invalid");
    present(&shop, user, &renewed.reveal()[1]).await?;
    Ok(())
}

#[test_on_every_database]
async fn a_second_factor_is_given_up_with_a_code_or_by_staff(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    let (secret, _) = set_up(&shop, user).await?;
    assert_eq!(refusal(two_factor::turn_off(shop.context(), &shop.origin(), user, "123456").await), "two_factor_code_invalid");
    shop.advance(TimeDelta::seconds(30));
    two_factor::turn_off(shop.context(), &shop.origin(), user, &code(&shop, &secret)?).await?;
    assert_eq!(two_factor::state(shop.context().db.reader(), user).await?, TwoFactorState::default());
    set_up(&shop, user).await?;
    let forget = async || -> Result<(), TwoFactorError> {
        let tx = shop.context().begin(&shop.origin()).await?;
        two_factor::forget_in(&tx, user).await?;
        Ok(tx.commit().await?)
    };
    forget().await?;
    assert_eq!(refusal(forget().await), "two_factor_not_set_up");
    Ok(())
}
