//! Who is kept out, and how often others may ask: on this node at once, on every other within a second.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use axum::body::Body;
use axum::http::{Method, Request, Response};
use chrono::TimeDelta;
use gateway::{Gateway, OutBody};
use http_body_util::BodyExt;
use kernel::{AddressRange, Origin};
use platform::cache::Follower;
use platform::ip_blocks::{self, BlockIp, BlockIpError, IpBlock};
use platform::{Context, outbox, rate_limits};
use serde_json::Value;
use test_macro::test_on_every_database;
use tradewind::wiring;

use crate::support::{TestResult, TestShop};

/// A node on the database of the shop: another process, or the tests' own.
struct Node {
    context: Context,
    gateway: Gateway,
    follower: Follower,
}

impl Node {
    /// Another process, where so few reads a minute are allowed.
    async fn elsewhere(shop: &TestShop, reads: u32) -> TestResult<Self> {
        let context = wiring::context(few(shop, reads), shop.context().clock.clone()).await?;
        Self::of(context).await
    }

    /// The tests' own process.
    async fn here(shop: &TestShop, reads: u32) -> TestResult<Self> {
        let context = Context { config: Arc::new(few(shop, reads)), ..shop.context().clone() };
        Self::of(context).await
    }

    async fn of(context: Context) -> TestResult<Self> {
        let gateway = wiring::gateway(&wiring::shop(wiring::sales(context.clone()), wiring::accounts(context.clone()))?);
        let mut follower = Follower::new(context.clone());
        follower.catch_up().await?;
        Ok(Self { context, gateway, follower })
    }

    async fn ask(&self, method: Method, path: &str, from: &str) -> TestResult<Response<OutBody>> {
        let request = Request::builder().method(method).uri(path).body(Body::empty())?;
        Ok(self.gateway.answer(request, Some(SocketAddr::new(from.parse()?, 4_711))).await)
    }

    /// The status of a read of products, and its code where it is refused.
    async fn read(&self, from: &str) -> TestResult<(u16, String)> {
        let (parts, body) = self.ask(Method::GET, "/api/v1/products", from).await?.into_parts();
        let body: Value = serde_json::from_slice(&body.collect().await?.to_bytes())?;
        Ok((parts.status.as_u16(), body["error"]["code"].as_str().unwrap_or_default().to_owned()))
    }

    /// What a second does elsewhere: the relay publishes, the node follows.
    async fn catch_up(&mut self, shop: &TestShop) -> TestResult {
        while outbox::relay_once(shop.context()).await? > 0 {}
        while self.follower.catch_up().await? {}
        Ok(())
    }
}

fn few(shop: &TestShop, reads: u32) -> platform::config::Config {
    let mut config = (*shop.context().config).clone();
    config.rate_limits.factor = 1.0;
    config.rate_limits.reads.per_minute = reads;
    config
}

const OPEN: (u16, &str) = (200, "");
const BLOCKED: (u16, &str) = (403, "ip_blocked");
const LIMITED: (u16, &str) = (429, "rate_limited");

fn is((status, code): (u16, &str)) -> (u16, String) {
    (status, code.to_owned())
}

async fn block(shop: &TestShop, addresses: &str, hours: Option<i64>) -> TestResult<IpBlock> {
    let expires_at = hours.map(|hours| shop.now() + TimeDelta::hours(hours));
    let command = BlockIp { addresses: addresses.parse()?, reason: "probing".to_owned(), expires_at };
    Ok(ip_blocks::block(shop.context(), &shop.origin(), command).await?)
}

#[test_on_every_database]
async fn a_blocked_address_gets_nothing_on_any_node_until_it_is_let_in_again(shop: TestShop) -> TestResult {
    let (here, mut there) = (Node::here(&shop, 1_000).await?, Node::elsewhere(&shop, 1_000).await?);
    assert_eq!((here.read("192.0.2.7").await?, there.read("192.0.2.7").await?), (is(OPEN), is(OPEN)));
    let made = block(&shop, "192.0.2.0/24", None).await?;
    assert_eq!((here.read("192.0.2.7").await?, here.read("192.0.3.7").await?), (is(BLOCKED), is(OPEN)));
    there.catch_up(&shop).await?;
    assert_eq!((there.read("192.0.2.7").await?, there.read("192.0.3.7").await?), (is(BLOCKED), is(OPEN)));
    // Whatever is asked for, and with every header that an answer has.
    for (method, path) in [(Method::GET, "/health"), (Method::OPTIONS, "/api/v1/products"), (Method::TRACE, "/"), (Method::GET, "/nowhere")]
    {
        let refused = here.ask(method, path, "192.0.2.200").await?;
        assert_eq!(refused.status(), 403, "{path}");
        assert!(
            ["x-request-id", "content-security-policy", "x-content-type-options"].iter().all(|name| refused.headers().contains_key(*name))
        );
    }
    ip_blocks::unblock(shop.context(), &shop.origin(), made.id).await?;
    there.catch_up(&shop).await?;
    assert_eq!((here.read("192.0.2.7").await?, there.read("192.0.2.7").await?), (is(OPEN), is(OPEN)));
    assert_eq!(shop.events_of("ip_block").await?, ["ip_block.created", "ip_block.removed"]);
    there.context.db.close().await;
    Ok(())
}

#[test_on_every_database]
async fn a_block_ends_at_its_time_and_is_replaced_by_the_next(shop: TestShop) -> TestResult {
    let here = Node::here(&shop, 1_000).await?;
    let first = block(&shop, "192.0.2.7", Some(1)).await?;
    let again = block(&shop, "192.0.2.7", Some(2)).await?;
    assert_eq!((first.id, ip_blocks::all(shop.context().db.reader()).await?), (again.id, vec![again]));
    shop.advance(TimeDelta::minutes(90));
    assert_eq!(here.read("192.0.2.7").await?, is(BLOCKED));
    shop.advance(TimeDelta::minutes(30));
    assert_eq!(here.read("192.0.2.7").await?, is(OPEN));
    block(&shop, "192.0.2.8", None).await?;
    let left: Vec<AddressRange> = ip_blocks::all(shop.context().db.reader()).await?.iter().map(|block| block.addresses).collect();
    assert_eq!(left, ["192.0.2.8".parse()?], "what has ended is forgotten");
    Ok(())
}

#[test_on_every_database]
async fn nobody_locks_out_himself_or_half_the_world(shop: TestShop) -> TestResult {
    let mut origin = Origin { ..shop.origin() };
    origin.client.ip = Some("192.0.2.7".parse::<IpAddr>()?);
    let try_to = async |addresses: &str, minutes: Option<i64>| {
        let expires_at = minutes.map(|minutes| shop.now() + TimeDelta::minutes(minutes));
        let command = BlockIp { addresses: addresses.parse().expect("a range"), reason: String::new(), expires_at };
        ip_blocks::block(shop.context(), &origin, command).await.err()
    };
    assert!(matches!(try_to("192.0.2.0/24", None).await, Some(BlockIpError::CoversCaller)));
    assert!(matches!(try_to("8.0.0.0/7", None).await, Some(BlockIpError::TooWide(_))));
    assert!(matches!(try_to("::/0", None).await, Some(BlockIpError::TooWide(_))));
    assert!(matches!(try_to("192.0.2.8", Some(0)).await, Some(BlockIpError::EndsInThePast)));
    assert!(try_to("192.0.2.8", Some(1)).await.is_none());
    Ok(())
}

#[test_on_every_database]
async fn limits_that_are_used_up_are_forgotten_on_every_node(shop: TestShop) -> TestResult {
    let (here, mut there) = (Node::here(&shop, 2).await?, Node::elsewhere(&shop, 2).await?);
    let reset = async |who: Option<&str>| {
        let who = who.map(|who| who.parse().expect("somebody"));
        rate_limits::reset(shop.context(), &shop.origin(), who).await
    };
    for node in [&here, &there] {
        for address in ["192.0.2.7", "192.0.2.8"] {
            assert_eq!(
                (node.read(address).await?, node.read(address).await?, node.read(address).await?),
                (is(OPEN), is(OPEN), is(LIMITED))
            );
        }
    }
    reset(Some("192.0.2.7")).await?;
    assert_eq!((here.read("192.0.2.7").await?, here.read("192.0.2.8").await?), (is(OPEN), is(LIMITED)));
    assert_eq!(there.read("192.0.2.7").await?, is(LIMITED));
    there.catch_up(&shop).await?;
    assert_eq!((there.read("192.0.2.7").await?, there.read("192.0.2.8").await?), (is(OPEN), is(LIMITED)));
    reset(None).await?;
    there.catch_up(&shop).await?;
    for node in [&here, &there] {
        assert_eq!((node.read("192.0.2.7").await?, node.read("192.0.2.8").await?), (is(OPEN), is(OPEN)));
    }
    there.context.db.close().await;
    Ok(())
}

#[test_on_every_database]
async fn whoever_sits_at_the_machine_blocks_and_lets_in(shop: TestShop) -> TestResult {
    let here = Node::here(&shop, 1_000).await?;
    shop.run(&["ip", "block", "192.0.2.0/24", "--reason", "probing", "--for", "24h"]).await?.expect(0)?;
    let rows = shop.run(&["--json", "ip", "list"]).await?.expect(0)?.lines()?;
    assert_eq!((rows.len(), rows[0]["addresses"].as_str(), rows[0]["created_by"].as_str()), (1, Some("192.0.2.0/24"), Some("cli")));
    assert_eq!(here.read("192.0.2.7").await?, is(BLOCKED));
    shop.run(&["ip", "unblock", "192.0.2.0/24"]).await?.expect(0)?;
    shop.run(&["ip", "unblock", "192.0.2.0/24"]).await?.expect(4)?;
    shop.run(&["ip", "block", "0.0.0.0/0"]).await?.expect(2)?;
    let classes = shop.run(&["--json", "ratelimit", "show"]).await?.expect(0)?.lines()?;
    assert_eq!(classes.iter().map(|class| class["class"].as_str()).collect::<Vec<_>>(), [Some("reads"), Some("writes"), Some("sign_in")]);
    shop.run(&["ratelimit", "reset", "192.0.2.7"]).await?.expect(0)?;
    shop.run(&["ratelimit", "reset", "--all"]).await?.expect(0)?;
    shop.run(&["ratelimit", "reset"]).await?.expect(2)?;
    Ok(())
}
