//! Whoever was looked up is remembered, and forgotten in time.

use std::sync::Arc;
use std::time::{Duration, Instant};

use accounts::api_keys;
use accounts::permissions::PermissionSet;
use accounts::roles;
use accounts::sessions::{self, RevokeSession, RevokedBecause};
use accounts::users::{self, UserEvent, UserStatus};
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use gateway::Gateway;
use http_body_util::BodyExt;
use platform::cache::Follower;
use platform::config::Mode;
use platform::outbox::{self, Relay};
use platform::{Context, db};
use test_macro::test_on_every_database;
use tokio_util::sync::CancellationToken;
use tradewind::wiring;

use super::{OPEN, Person, SHUT, doors, ours, sign_in};
use crate::support::{TestResult, TestShop, make_key};

/// Another process of the same shop.
struct Node {
    context: Context,
    gateway: Gateway,
}

impl Node {
    async fn start(shop: &TestShop) -> TestResult<Self> {
        let context = wiring::context((*shop.context().config).clone(), shop.context().clock.clone()).await?;
        Self::of(context)
    }

    fn of(context: Context) -> TestResult<Self> {
        let gateway = wiring::gateway(&wiring::shop(wiring::sales(context.clone()), wiring::accounts(context.clone()))?);
        Ok(Self { context, gateway })
    }

    /// The status of a page for staff, and how many statements it cost.
    async fn ask(&self, token: &str) -> TestResult<(u16, u32)> {
        let request = Request::get("/api/v1/orders").header("authorization", format!("Bearer {token}")).body(Body::empty())?;
        let (answer, statements) = db::count_statements(self.gateway.answer(request, None)).await;
        Ok((answer.status().as_u16(), statements))
    }

    /// By which code of the two a page for staff is refused.
    async fn refusal(&self, token: &str) -> TestResult<&'static str> {
        let request = Request::get("/api/v1/orders").header("authorization", format!("Bearer {token}")).body(Body::empty())?;
        let body = self.gateway.answer(request, None).await.into_body().collect().await?.to_bytes();
        let told = String::from_utf8_lossy(&body);
        let code = [TWO_FACTOR_REQUIRED, FORBIDDEN].into_iter().find(|code| told.contains(&format!("\"{code}\"")));
        code.ok_or_else(|| told.into_owned().into())
    }
}

const TWO_FACTOR_REQUIRED: &str = "two_factor_required";
const FORBIDDEN: &str = "forbidden";

async fn log_out(shop: &TestShop, person: &Person) -> TestResult {
    let command = RevokeSession { id: person.opened.session.id, of: None, because: RevokedBecause::LoggedOut };
    Ok(sessions::revoke(shop.context(), &ours(), command).await?)
}

#[test_on_every_database]
async fn whoever_is_known_costs_no_statement(shop: TestShop) -> TestResult {
    let (person, node) = (sign_in(&shop).await?, Node::start(&shop).await?);
    let (status, statements) = node.ask(&person.access_token).await?;
    assert!(status == 403 && statements > 0, "{status} {statements}");
    assert_eq!(node.ask(&person.access_token).await?, (403, 0));
    let key = make_key(&shop, &["products:read"]).await?;
    assert_eq!((node.ask(&key).await?, node.ask(&key).await?), ((403, 1), (403, 0)));
    // What is refused is never remembered.
    let unknown = format!("twk_{}", "0".repeat(64));
    assert_eq!((node.ask(&unknown).await?, node.ask(&unknown).await?), ((401, 1), (401, 1)));
    node.context.db.close().await;
    Ok(())
}

#[test_on_every_database]
async fn nobody_is_remembered_for_longer_than_a_minute(shop: TestShop) -> TestResult {
    let (person, node) = (sign_in(&shop).await?, Node::start(&shop).await?);
    node.ask(&person.access_token).await?;
    log_out(&shop, &person).await?;
    shop.advance(TimeDelta::seconds(59));
    assert_eq!(node.ask(&person.access_token).await?, (403, 0), "a process that hears of no events");
    shop.advance(TimeDelta::seconds(1));
    assert_eq!(node.ask(&person.access_token).await?.0, 401);
    node.context.db.close().await;
    Ok(())
}

#[test_on_every_database]
async fn another_process_forgets_whoever_left_when_it_hears_of_it(shop: TestShop) -> TestResult {
    let (person, stays, node) = (sign_in(&shop).await?, sign_in(&shop).await?, Node::start(&shop).await?);
    let key = make_key(&shop, &["products:read"]).await?;
    while outbox::relay_once(shop.context()).await? > 0 {}
    let mut follower = Follower::new(node.context.clone());
    while follower.catch_up().await? {}
    for token in [&person.access_token, &stays.access_token, &key] {
        assert_eq!((node.ask(token).await?.0, node.ask(token).await?), (403, (403, 0)));
    }
    log_out(&shop, &person).await?;
    let made = api_keys::all(shop.context().db.reader()).await?;
    let made = made.iter().find(|made| key.ends_with(&made.token_hint)).ok_or("no key")?;
    api_keys::revoke(shop.context(), &shop.origin(), made.id, None).await?;
    while outbox::relay_once(shop.context()).await? > 0 {}
    follower.catch_up().await?;
    assert_eq!((node.ask(&person.access_token).await?.0, node.ask(&key).await?.0), (401, 401));
    assert_eq!(node.ask(&stays.access_token).await?, (403, 0), "nobody else is forgotten");
    node.context.db.close().await;
    Ok(())
}

/// What became of an account counts at the next request, although its session was not ended.
#[test_on_every_database]
async fn an_account_that_is_deactivated_is_out_at_once(shop: TestShop) -> TestResult {
    let person = sign_in(&shop).await?;
    assert_eq!(doors(&shop, &person.access_token).await?, OPEN);
    let tx = shop.context().begin(&shop.origin()).await?;
    users::change_status(&tx, person.user, UserStatus::Deactivated, None).await?;
    outbox::record(&tx, &UserEvent::Deactivated { user_id: person.user }).await?;
    tx.commit().await?;
    assert_eq!(doors(&shop, &person.access_token).await?, SHUT);
    Ok(())
}

/// Staff of a shop in production may do nothing with a password alone, and everything of theirs as soon as they showed more.
#[test_on_every_database]
async fn in_production_staff_need_a_second_factor(shop: TestShop) -> TestResult {
    let (staff, customer) = (sign_in(&shop).await?, sign_in(&shop).await?);
    let support = roles::find_by_name(shop.context().db.reader(), "support").await?.ok_or("no such role")?;
    let tx = shop.context().begin(&shop.origin()).await?;
    roles::grant_in(&tx, staff.user, support.id, PermissionSet::all()).await?;
    tx.commit().await?;
    assert_eq!(doors(&shop, &staff.access_token).await?, (200, 200));

    let mut config = (*shop.context().config).clone();
    config.mode = Mode::Production;
    let node = Node::of(Context { config: Arc::new(config), ..shop.context().clone() })?;
    assert_eq!((node.refusal(&staff.access_token).await?, node.refusal(&customer.access_token).await?), (TWO_FACTOR_REQUIRED, FORBIDDEN));
    let tx = shop.context().begin(&shop.origin()).await?;
    sessions::pass_two_factor_in(&tx, staff.opened.session.id, staff.user).await?;
    tx.commit().await?;
    assert_eq!(node.ask(&staff.access_token).await?.0, 200);
    Ok(())
}

/// With the tasks of a real node: what one process ends is over in another within a second.
#[test_on_every_database]
async fn what_one_process_ends_is_over_in_another_within_a_second(shop: TestShop) -> TestResult {
    let (person, node, stop) = (sign_in(&shop).await?, Node::start(&shop).await?, CancellationToken::new());
    // The relay of yet another process, which nobody wakes: it finds what there is by looking.
    let worker = Node::start(&shop).await?;
    let relay = tokio::spawn(Relay::new(worker.context.clone()).run(stop.clone()));
    let mut follower = Follower::new(node.context.clone());
    follower.catch_up().await?;
    let follower = tokio::spawn(follower.run(stop.clone()));
    while outbox::backlog(shop.context().db.reader()).await?.waiting > 0 {
        tokio::task::yield_now().await;
    }
    assert_eq!(node.ask(&person.access_token).await?.0, 403);
    log_out(&shop, &person).await?;
    let ended = Instant::now();
    while node.ask(&person.access_token).await?.0 != 401 {
        assert!(ended.elapsed() < Duration::from_secs(5), "never");
        tokio::task::yield_now().await;
    }
    let took = ended.elapsed();
    stop.cancel();
    relay.await?;
    follower.await?;
    worker.context.db.close().await;
    node.context.db.close().await;
    assert!(took < Duration::from_secs(1), "{took:?}");
    Ok(())
}
