//! Changing what an account is known by, with the password shown again.

use std::sync::atomic::{AtomicBool, Ordering};

use accounts::Accounts;
use accounts::sign_in::{self, ChangeEmail, ChangePassword, SendAccountMail};
use accounts::users::{self, ChangeProfile, Consent, ProfileChanges, UserFilter, UserQuery};
use kernel::{DomainError as _, PageRequest, Position};
use platform::jobs::{Handler, Handlers, Job, JobError, JobKind, run_due};
use test_macro::test_on_every_database;

use super::{PASSWORD, code, is_live, last_token, letters_to, log_in, recorded, register, stranger};
use crate::support::{TestResult, TestShop, traces_of};

const OTHER: &str = "badger-in-a-kettle";

#[test_on_every_database]
async fn a_new_password_needs_the_old_one_and_ends_the_other_sessions(shop: TestShop) -> TestResult {
    let here = register(&shop, "ada@example.com", None).await?;
    shop.settle().await?;
    let there = log_in(&shop, "ada@example.com", PASSWORD).await?;
    let change = async |current: &str, new: &str| {
        let (user_id, session_id) = (here.user.id, Some(here.session.id));
        let command = ChangePassword { user_id, session_id, current: current.into(), new: new.into() };
        sign_in::change_password(shop.accounts(), &stranger(), command).await
    };
    assert_eq!(code(change(OTHER, "weasel-in-a-saucepan").await), "password_wrong");
    let refused = change(PASSWORD, "ada@example.com").await.err().ok_or("taken")?;
    assert_eq!(refused.details().keys().collect::<Vec<_>>(), ["new_password"]);
    assert!(is_live(&shop, there.session.id).await?);
    change(PASSWORD, OTHER).await?;
    assert_eq!((is_live(&shop, here.session.id).await?, is_live(&shop, there.session.id).await?), (true, false));
    assert_eq!(code(log_in(&shop, "ada@example.com", PASSWORD).await), "credentials_invalid");
    log_in(&shop, "ada@example.com", OTHER).await?;
    assert_eq!(recorded(&shop, "user.password_shown", "refused").await?, 1);
    assert_eq!(recorded(&shop, "user.password_changed", "done").await?, 1);
    assert!(letters_to(&shop, "ada@example.com").await?.last().is_some_and(|letter| letter.contains("was changed")));
    Ok(())
}

/// Whoever stole a session guesses the password no oftener than at the front door.
#[test_on_every_database]
async fn a_session_is_no_way_around_the_slow_door(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?.user.id;
    for _ in 0..5 {
        let shown = sign_in::deactivate_own(shop.accounts(), &stranger(), ada, &OTHER.into()).await;
        assert_eq!(code(shown), "password_wrong");
    }
    assert_eq!(code(sign_in::deactivate_own(shop.accounts(), &stranger(), ada, &PASSWORD.into()).await), "too_many_attempts");
    shop.advance(chrono::TimeDelta::seconds(1));
    sign_in::deactivate_own(shop.accounts(), &stranger(), ada, &PASSWORD.into()).await?;
    assert_eq!(code(log_in(&shop, "ada@example.com", PASSWORD).await), "credentials_invalid");
    Ok(())
}

#[test_on_every_database]
async fn a_new_address_counts_when_its_mail_is_read(shop: TestShop) -> TestResult {
    let here = register(&shop, "ada@example.com", None).await?;
    shop.settle().await?;
    let there = log_in(&shop, "ada@example.com", PASSWORD).await?;
    register(&shop, "eve@example.com", None).await?;
    let change = async |email: &str, password: &str| {
        let (user_id, session_id) = (here.user.id, Some(here.session.id));
        let command = ChangeEmail { user_id, session_id, password: password.into(), email: email.to_owned() };
        sign_in::change_email(shop.accounts(), &stranger(), command).await
    };
    assert_eq!(code(change("countess@example.com", OTHER).await), "password_wrong");
    assert_eq!(code(change("countess", PASSWORD).await), "validation_failed");
    assert_eq!(code(change("EVE@example.com", PASSWORD).await), "email_taken");
    change("countess@example.com", PASSWORD).await?;
    assert_eq!((is_live(&shop, here.session.id).await?, is_live(&shop, there.session.id).await?), (true, false));
    let token = last_token(&shop, "countess@example.com").await?;
    assert!(letters_to(&shop, "ada@example.com").await?.last().is_some_and(|letter| letter.contains("another e-mail address")));
    log_in(&shop, "ada@example.com", PASSWORD).await?;
    assert_eq!(code(log_in(&shop, "countess@example.com", PASSWORD).await), "credentials_invalid");
    let moved = sign_in::verify_email(shop.accounts(), &stranger(), &token).await?;
    assert_eq!((moved.email_verified_at, moved.pending_email), (Some(shop.now()), None));
    log_in(&shop, "countess@example.com", PASSWORD).await?;
    assert_eq!(code(log_in(&shop, "ada@example.com", PASSWORD).await), "credentials_invalid");
    register(&shop, "ada@example.com", None).await?;
    Ok(())
}

/// Mistypes the address, and corrects it while the letter to the wrong one leaves.
struct Correcting {
    accounts: Accounts,
    command: ChangeEmail,
    is_done: AtomicBool,
}

#[async_trait::async_trait]
impl Handler for Correcting {
    fn kind(&self) -> JobKind {
        SendAccountMail::KIND
    }

    async fn run(&self, job: &Job) -> Result<(), JobError> {
        SendAccountMail(self.accounts.clone()).run(job).await?;
        if job.payload["letter"] == "change_email" && !self.is_done.swap(true, Ordering::AcqRel) {
            sign_in::change_email(&self.accounts, &stranger(), self.command.clone()).await?;
        }
        Ok(())
    }
}

#[test_on_every_database]
async fn an_address_that_is_corrected_is_written_to_once(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?.user.id;
    shop.settle().await?;
    let to = |email: &str| ChangeEmail { user_id: ada, session_id: None, password: PASSWORD.into(), email: email.to_owned() };
    sign_in::change_email(shop.accounts(), &stranger(), to("contess@example.com")).await?;
    let (accounts, command) = (shop.accounts().clone(), to("countess@example.com"));
    let correcting = Handlers::default().with(Correcting { accounts, command, is_done: AtomicBool::new(false) });
    run_due(shop.context(), &correcting).await?;
    let wrong = last_token(&shop, "contess@example.com").await?;
    assert_eq!(letters_to(&shop, "countess@example.com").await?.len(), 1);
    assert_eq!(code(sign_in::verify_email(shop.accounts(), &stranger(), &wrong).await), "link_invalid");

    // Corrected before any letter left: only what is wanted now is written to.
    for email in ["a@example.com", "b@example.com"] {
        sign_in::change_email(shop.accounts(), &stranger(), to(email)).await?;
    }
    assert_eq!((letters_to(&shop, "a@example.com").await?.len(), letters_to(&shop, "b@example.com").await?.len()), (0, 1));
    assert_eq!(traces_in_jobs(&shop).await?, 0, "no address is in a job");
    sign_in::verify_email(shop.accounts(), &stranger(), &last_token(&shop, "b@example.com").await?).await?;
    Ok(())
}

async fn traces_in_jobs(shop: &TestShop) -> TestResult<usize> {
    let traces = traces_of(shop, &["example.com"]).await?;
    Ok(traces.iter().filter(|column| column.starts_with("jobs.")).count())
}

/// Two want to move to one address: whoever reads its mail first gets it.
#[test_on_every_database]
async fn an_address_that_was_taken_meanwhile_stays_with_its_owner(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", None).await?.user.id;
    let command = ChangeEmail { user_id: ada, session_id: None, password: PASSWORD.into(), email: "countess@example.com".to_owned() };
    sign_in::change_email(shop.accounts(), &stranger(), command).await?;
    let token = last_token(&shop, "countess@example.com").await?;
    register(&shop, "countess@example.com", None).await?;
    assert_eq!(code(sign_in::verify_email(shop.accounts(), &stranger(), &token).await), "email_taken");
    log_in(&shop, "ada@example.com", PASSWORD).await?;
    Ok(())
}

#[test_on_every_database]
async fn a_profile_is_changed_by_its_owner_and_by_staff_who_know_it(shop: TestShop) -> TestResult {
    let ada = register(&shop, "ada@example.com", Some("countess")).await?.user;
    register(&shop, "eve@example.com", Some("baroness")).await?;
    let change = async |version: Option<i64>, changes: ProfileChanges| {
        users::change_profile(shop.context(), &shop.origin(), ChangeProfile { user_id: ada.id, version, changes, source: "profile" }).await
    };
    let changed = change(None, ProfileChanges::parse(Some(Some("Ada")), None, Some(true))?).await?;
    assert_eq!((changed.name.as_deref(), changed.username == ada.username), (Some("Ada"), true));
    let given = Consent::Given { at: shop.now(), source: "profile".to_owned() };
    shop.advance(chrono::TimeDelta::days(1));
    assert_eq!(change(None, ProfileChanges::parse(None, None, Some(true))?).await?.consent, given, "it was given before");
    let refused = Consent::Refused { at: Some(shop.now()) };
    assert_eq!(change(None, ProfileChanges::parse(None, None, Some(false))?).await?.consent, refused);
    let taken = change(None, ProfileChanges::parse(None, Some(Some("BARONESS")), None)?).await.err().ok_or("given away twice")?;
    assert_eq!(taken.code(), "username_taken");
    let stale = change(Some(ada.version), ProfileChanges::parse(Some(None), None, None)?).await.err().ok_or("overwritten")?;
    assert_eq!((stale.code(), stale.context()), ("version_conflict", Some(r#"{"current_version":3}"#.to_owned())));
    let blank = change(Some(3), ProfileChanges::parse(Some(Some(" ")), Some(None), None)?).await?;
    assert_eq!((blank.name, blank.username), (None, None));
    assert!(ProfileChanges::parse(Some(Some("4111111111111111")), Some(Some("9")), None).is_err());
    assert_eq!(recorded(&shop, "user.changed", "done").await?, 3);
    Ok(())
}

#[test_on_every_database]
async fn people_are_listed_page_by_page(shop: TestShop) -> TestResult {
    for n in 0..5 {
        register(&shop, &format!("user{n}@example.com"), None).await?;
    }
    let page = async |position: Position, descending: bool| {
        let query = UserQuery { filter: UserFilter::default(), descending, page: PageRequest { position, size: 2 } };
        users::list(shop.context().db.reader(), &query).await
    };
    for descending in [false, true] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let part = page(Position::After(after), descending).await?;
            seen.extend(part.items.iter().filter_map(|user| user.email.as_ref()).map(|email| email.as_str().to_owned()));
            after = part.next;
            if after.is_none() {
                break;
            }
        }
        let mut expected: Vec<String> = (0..5).map(|n| format!("user{n}@example.com")).collect();
        if descending {
            expected.reverse();
        }
        assert_eq!(seen, expected);
    }
    assert_eq!(page(Position::Number(2), false).await?.total, Some(5));
    Ok(())
}
