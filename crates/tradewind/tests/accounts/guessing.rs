//! Guessing: it is slowed down, whoever is guessed at, and nobody is locked out for good.

use std::sync::Arc;

use accounts::Accounts;
use accounts::sign_in;
use accounts::throttle::{self, Door, Who};
use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::{Client, DomainError as _, Origin};
use test_macro::test_on_every_database;

use super::{PASSWORD, code, log_in, register, stranger, told};
use crate::support::{TestResult, TestShop};

/// S8, S9: ten tries in a quarter of an hour, with growing delays, the same for an account and for none; then the owner gets in.
#[test_on_every_database]
async fn guessing_is_slowed_down_alike_whether_there_is_an_account_or_not(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    let refused = |wait: Option<u32>| (if wait.is_some() { "too_many_attempts" } else { "credentials_invalid" }.to_owned(), wait);
    for delay in [0, 0, 0, 0, 0, 1, 2, 4, 8, 16] {
        for login in ["ada@example.com", "nobody@example.com"] {
            if delay > 0 {
                assert_eq!(told(log_in(&shop, login, PASSWORD).await), refused(Some(delay)), "{login}");
            }
        }
        shop.advance(TimeDelta::seconds(delay.into()));
        for login in ["ada@example.com", "nobody@example.com"] {
            assert_eq!(told(log_in(&shop, login, "badger-in-a-kettle").await), refused(None), "{login} {delay}");
        }
    }
    shop.advance(TimeDelta::seconds(899));
    assert_eq!(told(log_in(&shop, "ada@example.com", PASSWORD).await), refused(Some(1)));
    shop.advance(TimeDelta::seconds(1));
    log_in(&shop, "ada@example.com", PASSWORD).await?;
    Ok(())
}

/// A try counts before its password is looked at, so that many at once are not taken for one.
#[test_on_every_database]
async fn fifty_guesses_at_once_are_five(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    let answers = join_all((0..50).map(|_| log_in(&shop, "ada@example.com", "badger-in-a-kettle"))).await;
    let codes: Vec<String> = answers.into_iter().map(code).collect();
    assert_eq!(codes.iter().filter(|code| *code == "credentials_invalid").count(), 5);
    assert_eq!(codes.iter().filter(|code| *code == "too_many_attempts").count(), 45);
    shop.advance(TimeDelta::minutes(15));
    log_in(&shop, "ada@example.com", PASSWORD).await?;
    Ok(())
}

#[test_on_every_database]
async fn whoever_gets_in_is_forgiven(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    for _ in 0..3 {
        for _ in 0..4 {
            assert_eq!(code(log_in(&shop, "ada@example.com", "badger-in-a-kettle").await), "credentials_invalid");
        }
        log_in(&shop, "ada@example.com", PASSWORD).await?;
    }
    Ok(())
}

/// Two logins of one account bear no more tries than one, and nobody learns that they belong together.
#[test_on_every_database]
async fn a_second_login_of_an_account_is_no_second_chance(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", Some("countess")).await?;
    register(&shop, "eve@example.com", Some("baroness")).await?;
    for _ in 0..5 {
        assert_eq!(code(log_in(&shop, "ada@example.com", "badger-in-a-kettle").await), "credentials_invalid");
    }
    assert_eq!(code(log_in(&shop, "countess", PASSWORD).await), "credentials_invalid", "even the right one");
    assert_eq!(code(log_in(&shop, "nobody-at-all", PASSWORD).await), "credentials_invalid");
    log_in(&shop, "baroness", PASSWORD).await?;
    shop.advance(TimeDelta::minutes(15));
    log_in(&shop, "countess", PASSWORD).await?;
    Ok(())
}

/// The shop with the limits that a shop has, not those of a test.
fn strict(shop: &TestShop) -> Accounts {
    let mut accounts = shop.accounts().clone();
    let mut config = (*accounts.context.config).clone();
    config.rate_limits.factor = 1.0;
    accounts.context.config = Arc::new(config);
    accounts
}

fn from(ip: &str) -> TestResult<Origin> {
    Ok(Origin { client: Client { ip: Some(ip.parse()?), ..Client::default() }, ..stranger() })
}

/// S8: many accounts from one address are guessing, too; a sign-in of one's own gives no new tries.
#[test_on_every_database]
async fn an_address_that_fails_everywhere_is_slowed_down_everywhere(shop: TestShop) -> TestResult {
    register(&shop, "eve@example.com", None).await?;
    let accounts = strict(&shop);
    let attempt = async |ip: &str, who: &str| {
        throttle::begin(&accounts.context, &from(ip)?, Door::Password, Who::Typed(who, None)).await.map_err(Box::from)
    };
    for n in 0..5 {
        let _ = attempt("192.0.2.7", &format!("user{n}")).await?;
        if n < 4 {
            let own = attempt("192.0.2.7", "eve").await?;
            let tx = shop.context().begin(&shop.origin()).await?;
            own.succeeded_in(&tx).await?;
            tx.commit().await?;
        }
    }
    let refused: TestResult<_> = attempt("192.0.2.7", "somebody-else").await;
    assert!(refused.is_err());
    let _ = attempt("192.0.2.8", "somebody-else").await?;
    Ok(())
}

/// Nobody is sent twenty letters by somebody who types their address.
#[test_on_every_database]
async fn letters_are_asked_for_no_oftener_than_passwords(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    for login in ["ada@example.com", "nobody@example.com"] {
        let login = accounts::users::Login::parse(login);
        for _ in 0..5 {
            sign_in::forgot_password(shop.accounts(), &stranger(), &login).await?;
        }
        let refused = sign_in::forgot_password(shop.accounts(), &stranger(), &login).await.err().ok_or("sent")?;
        assert_eq!((refused.code(), refused.retry_after_s()), ("too_many_attempts", Some(1)));
    }
    Ok(())
}
