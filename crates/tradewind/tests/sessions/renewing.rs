//! Refresh tokens: used once, by whoever got them.

use std::collections::BTreeSet;

use accounts::sessions::{self, Opened, RefreshError, RefreshToken};
use chrono::TimeDelta;
use futures_util::future::join_all;
use kernel::Origin;
use platform::db;
use platform::values;
use test_macro::test_on_every_database;

use super::{OPEN, SHUT, doors, from, open, ours, outcome, sign_in};
use crate::support::{TestResult, TestShop};

async fn refresh(shop: &TestShop, origin: &Origin, token: &RefreshToken) -> Result<Opened, RefreshError> {
    sessions::refresh(shop.context(), origin, token).await
}

/// How many tokens there are in all families.
async fn tokens(shop: &TestShop) -> TestResult<Option<i64>> {
    Ok(db::fetch_scalar(shop.context().db.reader(), "SELECT CAST(COUNT(*) AS BIGINT) FROM refresh_tokens", values![]).await?)
}

#[test_on_every_database]
async fn a_refresh_token_has_one_successor_in_the_same_session(shop: TestShop) -> TestResult {
    let first = open(&shop, shop.user().await?).await?;
    shop.advance(TimeDelta::minutes(14));
    let second = refresh(&shop, &from("192.0.2.7", "a laptop"), &first.refresh).await?;
    assert_eq!((second.session.id, second.session.expires_at), (first.session.id, first.session.expires_at));
    assert_ne!(second.refresh, first.refresh);
    assert_eq!(second.refresh_expires_at, shop.now() + TimeDelta::days(7));
    let listed = sessions::list(shop.context().db.reader(), first.session.user_id, &shop.context().config.auth, shop.now()).await?;
    assert_eq!(listed, std::slice::from_ref(&second.session));
    assert_eq!((listed[0].last_used_at, listed[0].client.user_agent.as_deref()), (shop.now(), Some("a laptop")));
    let third = refresh(&shop, &ours(), &second.refresh).await?;
    assert_eq!((third.session.id, tokens(&shop).await?), (first.session.id, Some(3)));
    assert_eq!(shop.events_of("session").await?, ["session.opened"]);
    Ok(())
}

/// A page with fifty parts finds its access token dead: all of them refresh, and all go on with the same token.
#[test_on_every_database]
async fn fifty_who_refresh_at_once_make_one_child(shop: TestShop) -> TestResult {
    let first = open(&shop, shop.user().await?).await?;
    let origin = ours();
    let all = join_all((0..50).map(|_| refresh(&shop, &origin, &first.refresh))).await;
    let outcomes: BTreeSet<&str> = all.iter().map(outcome).collect();
    let successors: BTreeSet<String> = all.iter().flatten().map(|opened| opened.refresh.reveal().to_owned()).collect();
    assert_eq!((outcomes, successors.len(), tokens(&shop).await?), (BTreeSet::from(["renewed"]), 1, Some(2)));
    let child = RefreshToken::parse(successors.first().ok_or("no child")?).ok_or("no token")?;
    assert_eq!(outcome(&refresh(&shop, &origin, &child).await), "renewed");
    Ok(())
}

/// Fifty thieves and one owner: one child at most is made, and it renews nothing.
#[test_on_every_database]
async fn fifty_strangers_who_refresh_at_once_make_one_child_and_end_it(shop: TestShop) -> TestResult {
    let first = open(&shop, shop.user().await?).await?;
    let origins: Vec<Origin> = (0..50).map(|number| from(&format!("198.51.100.{number}"), "a phone")).collect();
    let all = join_all(origins.iter().map(|origin| refresh(&shop, origin, &first.refresh))).await;
    let count = |wanted: &str| all.iter().filter(|result| outcome(result) == wanted).count();
    assert_eq!((count("renewed"), count("refresh_token_reused"), count("refresh_token_invalid")), (1, 1, 48));
    assert_eq!(tokens(&shop).await?, Some(2));
    let child = all.into_iter().flatten().next().ok_or("no child")?;
    assert_eq!(outcome(&refresh(&shop, &ours(), &child.refresh).await), "refresh_token_invalid");
    assert_eq!(shop.events_of("session").await?, ["session.opened", "session.revoked"]);
    Ok(())
}

#[test_on_every_database]
async fn a_token_that_comes_back_ends_the_session_for_everybody(shop: TestShop) -> TestResult {
    let person = sign_in(&shop).await?;
    let second = refresh(&shop, &ours(), &person.opened.refresh).await?;
    assert_eq!(doors(&shop, &person.access_token).await?, OPEN);
    shop.advance(TimeDelta::seconds(10));
    assert_eq!(outcome(&refresh(&shop, &ours(), &person.opened.refresh).await), "refresh_token_reused");
    assert_eq!(doors(&shop, &person.access_token).await?, SHUT);
    assert_eq!(outcome(&refresh(&shop, &ours(), &second.refresh).await), "refresh_token_invalid");
    assert_eq!(outcome(&refresh(&shop, &ours(), &person.opened.refresh).await), "refresh_token_invalid");
    assert_eq!(shop.events_of("session").await?, ["session.opened", "session.revoked"]);
    const RECORD: &str = "SELECT action FROM audit_records WHERE outcome = 'refused' AND subject = $1";
    let recorded: Option<String> =
        db::fetch_scalar(shop.context().db.reader(), RECORD, values![person.opened.session.id.to_string()]).await?;
    assert_eq!(recorded.as_deref(), Some("session.revoked"));
    Ok(())
}

#[test_on_every_database]
async fn whoever_lost_the_answer_gets_the_same_one_for_ten_seconds(shop: TestShop) -> TestResult {
    let first = open(&shop, shop.user().await?).await?;
    let second = refresh(&shop, &ours(), &first.refresh).await?;
    shop.advance(TimeDelta::milliseconds(9_999));
    let again = refresh(&shop, &ours(), &first.refresh).await?;
    assert_eq!((&again.refresh, again.refresh_expires_at), (&second.refresh, second.refresh_expires_at));
    assert_eq!(tokens(&shop).await?, Some(2));
    assert_eq!(outcome(&refresh(&shop, &ours(), &again.refresh).await), "renewed");
    Ok(())
}

/// Another address, another program, or an owner who got the answer after all: no answer was lost.
#[test_on_every_database]
async fn nobody_else_gets_the_answer_again(shop: TestShop) -> TestResult {
    for stranger in [from("192.0.2.2", "a phone"), from("192.0.2.1", "a script")] {
        let first = open(&shop, shop.user().await?).await?;
        let second = refresh(&shop, &ours(), &first.refresh).await?;
        assert_eq!(outcome(&refresh(&shop, &stranger, &first.refresh).await), "refresh_token_reused");
        assert_eq!(outcome(&refresh(&shop, &ours(), &second.refresh).await), "refresh_token_invalid");
    }
    let first = open(&shop, shop.user().await?).await?;
    let second = refresh(&shop, &ours(), &first.refresh).await?;
    let third = refresh(&shop, &ours(), &second.refresh).await?;
    assert_eq!(outcome(&refresh(&shop, &ours(), &first.refresh).await), "refresh_token_reused");
    assert_eq!(outcome(&refresh(&shop, &ours(), &third.refresh).await), "refresh_token_invalid");
    Ok(())
}

#[test_on_every_database]
async fn a_session_that_lies_unused_for_a_week_is_over(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    let (used, unused) = (open(&shop, user).await?, open(&shop, user).await?);
    shop.advance(TimeDelta::days(7) - TimeDelta::microseconds(1));
    let used = refresh(&shop, &ours(), &used.refresh).await?;
    shop.advance(TimeDelta::microseconds(1));
    assert_eq!(outcome(&refresh(&shop, &ours(), &unused.refresh).await), "refresh_token_invalid");
    assert_eq!(outcome(&refresh(&shop, &ours(), &used.refresh).await), "renewed");
    let listed = sessions::list(shop.context().db.reader(), user, &shop.context().config.auth, shop.now()).await?;
    assert_eq!(listed.iter().map(|session| session.id).collect::<Vec<_>>(), [used.session.id]);
    Ok(())
}

#[test_on_every_database]
async fn no_session_outlives_thirty_days_however_often_it_is_used(shop: TestShop) -> TestResult {
    let mut opened = open(&shop, shop.user().await?).await?;
    let end = opened.session.created_at + TimeDelta::days(30);
    for _ in 0..5 {
        shop.advance(TimeDelta::days(5));
        opened = refresh(&shop, &ours(), &opened.refresh).await?;
        assert_eq!(opened.session.expires_at, end);
    }
    assert_eq!(opened.refresh_expires_at, end);
    shop.advance(TimeDelta::days(5));
    assert_eq!(outcome(&refresh(&shop, &ours(), &opened.refresh).await), "refresh_token_invalid");
    Ok(())
}

#[test_on_every_database]
async fn a_deactivated_account_opens_and_renews_nothing(shop: TestShop) -> TestResult {
    let first = open(&shop, shop.user().await?).await?;
    let tx = shop.context().begin(&shop.origin()).await?;
    db::execute(&tx, "UPDATE users SET status = 'deactivated' WHERE id = $1", values![first.session.user_id]).await?;
    tx.commit().await?;
    assert_eq!(outcome(&refresh(&shop, &ours(), &first.refresh).await), "refresh_token_invalid");
    assert!(sessions::find_live(shop.context(), first.session.id).await?.is_none());
    assert!(open(&shop, first.session.user_id).await.is_err());
    Ok(())
}

#[test_on_every_database]
async fn what_is_no_refresh_token_renews_nothing(shop: TestShop) -> TestResult {
    let unknown = RefreshToken::parse(&format!("twr_{}", "0".repeat(64))).ok_or("the form of one")?;
    assert_eq!(outcome(&refresh(&shop, &ours(), &unknown).await), "refresh_token_invalid");
    let user = shop.user().await?;
    let tx = shop.context().begin(&ours()).await?;
    let cookie = sessions::open_in(&tx, user, sessions::Kind::Cookie, &shop.context().config.auth).await?;
    tx.commit().await?;
    assert_eq!(outcome(&refresh(&shop, &ours(), &cookie.refresh).await), "refresh_token_invalid");
    Ok(())
}
