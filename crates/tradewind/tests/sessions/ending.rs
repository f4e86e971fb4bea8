//! Sessions that are ended before their time.

use accounts::sessions::{self, RevokeSession, RevokedBecause};
use kernel::{DomainError, SessionId, UserId};
use test_macro::test_on_every_database;

use super::{OPEN, SHUT, doors, open, ours, outcome, sign_in, sign_in_again};
use crate::support::{TestResult, TestShop};

const LOGGED_OUT: RevokedBecause = RevokedBecause::LoggedOut;

async fn revoke(shop: &TestShop, id: SessionId, of: Option<UserId>) -> &'static str {
    let command = RevokeSession { id, of, because: LOGGED_OUT };
    sessions::revoke(shop.context(), &ours(), command).await.err().map_or("revoked", |error| error.code())
}

#[test_on_every_database]
async fn whoever_logs_out_is_out_at_once(shop: TestShop) -> TestResult {
    let (left, other) = (sign_in(&shop).await?, sign_in(&shop).await?);
    assert_eq!((doors(&shop, &left.access_token).await?, doors(&shop, &other.access_token).await?), (OPEN, OPEN));
    let session = sessions::find_by_token(shop.context().db.reader(), &left.opened.refresh).await?.ok_or("no session")?;
    assert_eq!(revoke(&shop, session.id, None).await, "revoked");
    assert_eq!((doors(&shop, &left.access_token).await?, doors(&shop, &other.access_token).await?), (SHUT, OPEN));
    let refreshed = sessions::refresh(shop.context(), &ours(), &left.opened.refresh).await;
    assert_eq!(outcome(&refreshed), "refresh_token_invalid");
    assert_eq!(revoke(&shop, session.id, None).await, "session_not_found");
    Ok(())
}

#[test_on_every_database]
async fn nobody_ends_the_session_of_another(shop: TestShop) -> TestResult {
    let (mine, theirs) = (sign_in(&shop).await?, sign_in(&shop).await?);
    assert_eq!(revoke(&shop, theirs.opened.session.id, Some(mine.user)).await, "session_not_found");
    assert_eq!(doors(&shop, &theirs.access_token).await?, OPEN);
    assert_eq!(revoke(&shop, mine.opened.session.id, Some(mine.user)).await, "revoked");
    assert_eq!(revoke(&shop, SessionId::generate(), Some(mine.user)).await, "session_not_found");
    Ok(())
}

#[test_on_every_database]
async fn all_sessions_but_one_are_ended_together(shop: TestShop) -> TestResult {
    let kept = sign_in(&shop).await?;
    let others = [sign_in_again(&shop, kept.user).await?, sign_in_again(&shop, kept.user).await?];
    let stranger = sign_in(&shop).await?;
    for person in others.iter().chain([&kept, &stranger]) {
        assert_eq!(doors(&shop, &person.access_token).await?, OPEN);
    }
    let tx = shop.context().begin(&ours()).await?;
    let except = Some(kept.opened.session.id);
    assert_eq!(sessions::revoke_all_in(&tx, kept.user, except, RevokedBecause::CredentialsChanged).await?, 2);
    tx.commit().await?;
    for person in &others {
        assert_eq!(doors(&shop, &person.access_token).await?, SHUT);
    }
    assert_eq!((doors(&shop, &kept.access_token).await?, doors(&shop, &stranger.access_token).await?), (OPEN, OPEN));
    assert_eq!(shop.events_of("session").await?.iter().filter(|name| *name == "session.revoked").count(), 2);
    Ok(())
}

/// Staff leave a record, people who leave do not.
#[test_on_every_database]
async fn staff_who_end_a_session_are_recorded(shop: TestShop) -> TestResult {
    let person = sign_in(&shop).await?;
    let id = person.opened.session.id;
    let command = RevokeSession { id, of: None, because: RevokedBecause::RevokedByStaff };
    sessions::revoke(shop.context(), &shop.origin(), command).await?;
    const RECORDS: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM audit_records WHERE action = 'session.revoked' AND actor = 'cli'";
    let records: Option<i64> = platform::db::fetch_scalar(shop.context().db.reader(), RECORDS, vec![]).await?;
    assert_eq!((records, doors(&shop, &person.access_token).await?), (Some(1), SHUT));
    Ok(())
}

#[test_on_every_database]
async fn a_session_is_forgotten_a_month_after_its_time(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    let old = open(&shop, user).await?;
    shop.advance(chrono::TimeDelta::days(31));
    let young = open(&shop, user).await?;
    shop.sweep(sessions::SWEEP).await?;
    let db = shop.context().db.reader();
    assert!(sessions::find_by_token(db, &old.refresh).await?.is_some());
    shop.advance(chrono::TimeDelta::days(30));
    shop.sweep(sessions::SWEEP).await?;
    let found = (sessions::find_by_token(db, &old.refresh).await?, sessions::find_by_token(db, &young.refresh).await?);
    assert_eq!(found, (None, Some(young.session)));
    Ok(())
}

#[test_on_every_database]
async fn whoever_opens_more_than_a_hundred_sessions_loses_the_oldest(shop: TestShop) -> TestResult {
    let user = shop.user().await?;
    let first = open(&shop, user).await?;
    for _ in 0..100 {
        shop.advance(chrono::TimeDelta::seconds(1));
        open(&shop, user).await?;
    }
    let listed = sessions::list(shop.context().db.reader(), user, &shop.context().config.auth, shop.now()).await?;
    assert_eq!((listed.len(), listed.iter().any(|session| session.id == first.session.id)), (100, false));
    Ok(())
}
