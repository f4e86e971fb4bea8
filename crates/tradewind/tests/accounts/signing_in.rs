//! Signing in with a password and a second factor, and accounts that cannot be signed in to.

use accounts::permissions::PermissionSet;
use accounts::sessions::Kind;
use accounts::sign_in::{self, ChangeStatus, LogIn, SignInError};
use accounts::two_factor;
use accounts::users::Login;
use kernel::DomainError as _;
use platform::db::{execute, fetch_scalar};
use platform::values;
use test_macro::test_on_every_database;
use totp_rs::{Builder, Secret};

use super::{PASSWORD, code, is_live, log_in, recorded, register, stranger};
use crate::support::{TestResult, TestShop};

#[test_on_every_database]
async fn an_address_or_a_username_opens_with_any_capitals_and_the_exact_password(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", Some("Ada.L")).await?;
    for login in ["ada@example.com", " ADA@example.com", "ada.l", "ADA.L"] {
        let signed_in = log_in(&shop, login, PASSWORD).await?;
        assert_eq!((signed_in.user.id, signed_in.session.id == ada.session.id), (ada.user.id, false), "{login}");
    }
    for password in ["Otter-in-a-teapot", "otter-in-a-teapot ", "otter-in-a-teapo", ""] {
        assert_eq!(code(log_in(&shop, "ada@example.com", password).await), "credentials_invalid", "{password}");
    }
    Ok(())
}

/// S9: body and status say nothing of whether there is an account.
#[test_on_every_database]
async fn whatever_is_wrong_the_answer_is_the_same(shop: TestShop) -> TestResult {
    register(&shop, "ada@example.com", None).await?;
    let closed = register(&shop, "closed@example.com", None).await?.user.id;
    sign_in::deactivate(shop.context(), &shop.origin(), ChangeStatus::of(closed), PermissionSet::all()).await?;
    let without = register(&shop, "without@example.com", None).await?.user.id;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "UPDATE users SET password_hash = NULL WHERE id = $1", values![without]).await?;
    tx.commit().await?;
    let tries = [
        ("ada@example.com", "badger-in-a-kettle"),
        ("nobody@example.com", PASSWORD),
        ("closed@example.com", PASSWORD),
        ("without@example.com", PASSWORD),
        ("\0", PASSWORD),
    ];
    let mut answers = Vec::new();
    for (login, password) in tries {
        let refused = log_in(&shop, login, password).await.err().ok_or("let in")?;
        answers.push((refused.code(), refused.kind(), refused.to_string(), refused.details(), refused.context()));
    }
    answers.dedup();
    assert_eq!(answers.len(), 1, "{answers:?}");
    assert_eq!(recorded(&shop, "user.logged_in", "refused").await?, 5);
    Ok(())
}

#[test_on_every_database]
async fn a_hash_of_another_shop_opens_once_and_is_replaced(shop: TestShop) -> TestResult {
    // A test vector of crypt_blowfish.
    const IMPORTED: &str = "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW";
    let ada = register(&shop, "ada@example.com", None).await?.user;
    let tx = shop.context().begin(&shop.origin()).await?;
    execute(&tx, "UPDATE users SET password_hash = $1 WHERE id = $2", values![IMPORTED, ada.id]).await?;
    tx.commit().await?;
    assert_eq!(code(log_in(&shop, "ada@example.com", "U*V").await), "credentials_invalid");
    for _ in 0..2 {
        let signed_in = log_in(&shop, "ada@example.com", "U*U").await?;
        assert_eq!(signed_in.user.password_changed_at, ada.password_changed_at, "the password is the same");
        let hash: Option<String> =
            fetch_scalar(shop.context().db.reader(), "SELECT password_hash FROM users WHERE id = $1", values![ada.id]).await?;
        assert!(hash.is_some_and(|hash| hash.starts_with("$argon2id$")));
    }
    Ok(())
}

#[test_on_every_database]
async fn a_closed_account_lets_nobody_in_until_it_is_opened_again(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?;
    let all = PermissionSet::all();
    let known = ChangeStatus { version: Some(ada.user.version), ..ChangeStatus::of(ada.user.id) };
    let closed = sign_in::deactivate(shop.context(), &shop.origin(), known.clone(), all).await?;
    assert!(!is_live(&shop, ada.session.id).await?);
    assert_eq!(code(log_in(&shop, "ada@example.com", PASSWORD).await), "credentials_invalid");
    assert_eq!(code(sign_in::reactivate(shop.context(), &shop.origin(), known.clone(), all).await), "version_conflict");
    let opened = ChangeStatus { version: Some(closed.version), ..known };
    sign_in::reactivate(shop.context(), &shop.origin(), opened, all).await?;
    assert!(!is_live(&shop, ada.session.id).await?, "what ended stays so");
    log_in(&shop, "ada@example.com", PASSWORD).await?;
    assert_eq!(shop.events_of("user").await?, ["user.registered", "user.deactivated", "user.reactivated"]);
    assert_eq!(recorded(&shop, "user.deactivated", "done").await?, 1);
    Ok(())
}

/// The right password alone opens nothing where a second factor is on, and each code opens once.
#[test_on_every_database]
async fn a_second_factor_is_asked_for_where_it_is_on(shop: TestShop) -> TestResult {
    let here = register(&shop, "ada@example.com", None).await?;
    let ada = here.user;
    let started = two_factor::start(shop.context(), &shop.origin(), ada.id, "ada@example.com").await?;
    let totp = Builder::new().with_secret(Secret::try_from_base32(&started.secret)?).build()?;
    let now = || Ok::<_, std::num::TryFromIntError>(totp.generate(shop.now().timestamp().try_into()?).to_string());
    two_factor::confirm(shop.context(), &shop.origin(), (ada.id, here.session.id), &now()?).await?;
    shop.advance(chrono::TimeDelta::minutes(1));
    let with = async |password: &str, code: &str| -> Result<_, SignInError> {
        let login = Login::parse("ada@example.com");
        let command = LogIn { login, password: password.into(), code: Some(code.into()), kind: Kind::Bearer };
        sign_in::log_in(shop.accounts(), &stranger(), command).await
    };
    assert_eq!(code(log_in(&shop, "ada@example.com", PASSWORD).await), "two_factor_code_required");
    assert_eq!(code(with("badger-in-a-kettle", &now()?).await), "credentials_invalid");
    assert_eq!(code(with(PASSWORD, "000000").await), "two_factor_code_invalid");
    assert!(with(PASSWORD, &now()?).await?.session.two_factor_at.is_some());
    assert_eq!(code(with(PASSWORD, &now()?).await), "two_factor_code_invalid", "it was taken");
    Ok(())
}
