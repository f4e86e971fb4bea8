//! Push messages, as the browser that was subscribed gets them.

mod browser;
mod failing;
mod keeping;
mod telling;

use accounts::permissions::PermissionSet;
use accounts::roles;
use accounts::sessions::{self, Kind};
use accounts::tokens::Tokens;
use kernel::{Email, UserId};
use platform::db::fetch_scalar;
use platform::{events, outbox};
use serde_json::json;
use tradewind::wiring;

use crate::me::somebody;
use crate::orders::{Placed, place};
use crate::support::{Reply, TestResult, TestShop};
use browser::Browser;

const PATH: &str = "/api/v1/me/push-subscriptions";

/// Has a browser told of these topics.
async fn subscribe(shop: &TestShop, token: &str, browser: &Browser, topics: &[&str]) -> TestResult<Reply> {
    shop.post(PATH).key(token).json(browser.describe(topics)).await
}

/// An order of this person's that waits for its money.
async fn ordered(shop: &TestShop, by: UserId) -> TestResult<Placed> {
    let placed = place(shop, "manual").await?;
    sales::orders::claim(shop.context(), &shop.origin(), by, &Email::parse("ada@example.com")?).await?;
    Ok(placed)
}

/// An order of this person's whose money came.
async fn confirmed(shop: &TestShop, by: UserId) -> TestResult<Placed> {
    let placed = ordered(shop, by).await?;
    placed.pay(shop, 3_000).await?.expect(201)?;
    Ok(placed)
}

/// Somebody's browser is told of an order of theirs.
pub(crate) async fn somebody_is_told(shop: &TestShop) -> TestResult {
    let (user, token) = somebody(shop).await?;
    let browser = Browser::open().await?;
    subscribe(shop, &token, &browser, &["orders"]).await?.expect(201)?;
    confirmed(shop, user).await?;
    shop.settle().await?;
    assert_eq!(browser.titles().len(), 1);
    Ok(())
}

/// Makes somebody staff, or a customer again.
async fn employ(shop: &TestShop, user: UserId, is_staff: bool) -> TestResult {
    let support = roles::find_by_name(shop.context().db.reader(), "support").await?.ok_or("no role")?.id;
    let tx = shop.context().begin(&shop.origin()).await?;
    if is_staff {
        roles::grant_in(&tx, user, support, PermissionSet::all()).await?;
    } else {
        roles::revoke_in(&tx, user, support, PermissionSet::all()).await?;
    }
    Ok(tx.commit().await?)
}

/// Has those who follow the events told of what happened.
async fn tell(shop: &TestShop) -> TestResult {
    while outbox::relay_once(shop.context()).await? > 0 {}
    for subscriber in wiring::subscribers() {
        while events::deliver_once(shop.context(), subscriber.as_ref()).await? > 0 {}
    }
    Ok(())
}

/// How many messages stand like this.
async fn messages(shop: &TestShop, state: &str) -> TestResult<i64> {
    const COUNT: &str = "SELECT CAST(COUNT(*) AS BIGINT) FROM push_messages WHERE state = $1";
    Ok(fetch_scalar(shop.context().db.reader(), COUNT, platform::values![state]).await?.unwrap_or_default())
}

/// Signs somebody in once more, as tokens open nothing after a quarter of an hour.
async fn sign_in(shop: &TestShop, user: UserId) -> TestResult<String> {
    let tx = shop.context().begin(&shop.origin()).await?;
    let opened = sessions::open_in(&tx, user, Kind::Bearer, &shop.context().config.auth).await?;
    tx.commit().await?;
    Ok(Tokens::new(shop.context().clone()).sign(&opened.session, None, &[]).await?.reveal().to_owned())
}

/// How many browsers somebody has subscribed, as they see it.
async fn browsers(shop: &TestShop, user: UserId) -> TestResult<usize> {
    let list = shop.get(PATH).key(&sign_in(shop, user).await?).await?.expect(200)?;
    list.data().as_array().map(Vec::len).ok_or_else(|| json!(list.data()).to_string().into())
}
