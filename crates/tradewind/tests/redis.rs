//! Nodes with a Redis between them: they count together, spare each other look-ups, and go on without it.

#[path = "../../platform/tests/redis_server/mod.rs"]
mod redis_server;

use std::net::SocketAddr;

use accounts::sessions::{self, Kind, RevokeSession, RevokedBecause};
use axum::body::Body;
use axum::http::{Method, Request};
use chrono::TimeDelta;
use gateway::Gateway;
use platform::cache::Follower;
use platform::{Context, db, jobs, outbox, rate_limits};
use redis_server::Server;
use serde_json::json;
use tradewind::wiring;

use crate::support::{TestResult, TestShop, run_on_postgres, run_on_sqlite};

const PASSWORD: &str = "a mug of tea at seven";
/// Longer than nodes keep to themselves what they heard of.
const QUIET: TimeDelta = TimeDelta::minutes(3);

/// Runs a body on both databases, with a Redis of its own each time.
fn by_redis_alone<B, R>(name: &'static str, body: B) -> TestResult
where
    B: Fn(TestShop, Server) -> R,
    R: Future<Output = TestResult>,
{
    run_on_sqlite(name, async |shop| body(shop, Server::start()).await)?;
    run_on_postgres(name, async |shop| body(shop, Server::start()).await)
}

/// Another process of the shop.
struct Node {
    context: Context,
    gateway: Gateway,
}

impl Node {
    /// Where so many reads are allowed in a minute, all of them at once.
    async fn start(shop: &TestShop, server: &Server, reads: u32) -> TestResult<Self> {
        let mut config = (*shop.context().config).clone();
        config.rate_limits.factor = 1.0;
        (config.rate_limits.reads.per_minute, config.rate_limits.reads.per_second) = (reads, reads);
        (config.redis.url, config.redis.timeout_ms) = (server.url().into(), 20_000);
        config.cache.enabled = false;
        let context = wiring::context(config, shop.context().clock.clone()).await?;
        let gateway = wiring::gateway(&wiring::shop(wiring::sales(context.clone()), wiring::accounts(context.clone()))?);
        Ok(Self { context, gateway })
    }

    async fn ask(&self, method: Method, path: &str, token: Option<&str>, body: Option<serde_json::Value>) -> TestResult<u16> {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(token) = token {
            request = request.header("authorization", format!("Bearer {token}"));
        }
        let request = match body {
            Some(body) => request.header("content-type", "application/json").body(Body::from(body.to_string()))?,
            None => request.body(Body::empty())?,
        };
        Ok(self.gateway.answer(request, Some(SocketAddr::from(([192, 0, 2, 7], 4_711)))).await.status().as_u16())
    }

    async fn read(&self) -> TestResult<u16> {
        self.ask(Method::GET, "/api/v1/products", None, None).await
    }

    fn is_with_redis(&self) -> bool {
        self.context.redis.as_ref().is_some_and(platform::redis::Redis::is_there)
    }
}

#[test]
#[ignore = "needs Redis"]
fn two_nodes_count_exactly_together_and_forget_together_by_redis() -> TestResult {
    by_redis_alone("redis_limits", async |shop: TestShop, server: Server| {
        let nodes = [Node::start(&shop, &server, 50).await?, Node::start(&shop, &server, 50).await?];
        let callers = (0..64).map(|place: usize| {
            let node = &nodes[place % 2];
            async move {
                let mut answers = Vec::new();
                for _ in 0..3 {
                    answers.push(node.read().await.unwrap_or_default());
                }
                answers
            }
        });
        let answers = futures_util::future::join_all(callers).await.concat();
        let count = |status: u16| answers.iter().filter(|answer| **answer == status).count();
        assert_eq!((count(200), count(429)), (50, 142));

        let node = &nodes[0];
        rate_limits::reset(&node.context, &shop.origin(), Some("192.0.2.7".parse()?)).await?;
        let sales = wiring::sales(node.context.clone());
        let handlers = wiring::handlers(&sales, &wiring::accounts(node.context.clone()), &wiring::notify(node.context.clone())?);
        while outbox::relay_once(&node.context).await? + jobs::run_due(&node.context, &handlers).await? > 0 {}
        assert_eq!([nodes[0].read().await?, nodes[1].read().await?], [200, 200]);
        Ok(())
    })
}

#[test]
#[ignore = "needs Redis"]
fn without_redis_reads_and_sign_ins_go_on_and_it_is_found_again_by_redis() -> TestResult {
    by_redis_alone("redis_away", async |shop: TestShop, mut server: Server| {
        let nodes = [Node::start(&shop, &server, 30).await?, Node::start(&shop, &server, 30).await?];
        let form = json!({"email": "ada@example.com", "password": PASSWORD});
        assert_eq!(nodes[0].ask(Method::POST, "/api/v1/auth/register", None, Some(form.clone())).await?, 201);
        for _ in 0..10 {
            assert_eq!([nodes[0].read().await?, nodes[1].read().await?], [200, 200]);
        }
        server.kill();
        // Each goes on from what it was told last: ten of thirty are left, and it counts them alone.
        for node in &nodes {
            let mut let_in = 0;
            while node.read().await? == 200 {
                let_in += 1;
            }
            assert!((10..=11).contains(&let_in), "{let_in}");
            assert!(!node.is_with_redis());
            assert_eq!(node.ask(Method::POST, "/api/v1/auth/login", None, Some(form.clone())).await?, 200);
        }
        server.start_again();
        let found = async {
            while !nodes.iter().all(Node::is_with_redis) {
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(std::time::Duration::from_secs(30), found).await?;
        // It is empty: both count together from now on.
        let mut let_in = 0;
        while nodes[let_in % 2].read().await? == 200 {
            let_in += 1;
        }
        assert_eq!(let_in, 30);
        Ok(())
    })
}

#[test]
#[ignore = "needs Redis"]
fn nodes_spare_each_other_look_ups_and_never_a_revocation_by_redis() -> TestResult {
    by_redis_alone("redis_sessions", async |shop: TestShop, server: Server| {
        let (one, other) = (Node::start(&shop, &server, 1_000).await?, Node::start(&shop, &server, 1_000).await?);
        let mut follower = Follower::new(other.context.clone());
        follower.catch_up().await?;
        let mut people = Vec::new();
        for _ in 0..3 {
            let user = shop.user().await?;
            let tx = shop.context().begin(&shop.origin()).await?;
            let opened = sessions::open_in(&tx, user, Kind::Bearer, &shop.context().config.auth).await?;
            tx.commit().await?;
            let token = shop.accounts().tokens.sign(&opened.session, None, &[]).await?;
            people.push((opened.session.id, token.reveal().to_owned()));
        }
        shop.advance(QUIET);
        let cost = async |node: &Node, token: &str| {
            let (status, statements) = db::count_statements(node.ask(Method::GET, "/api/v1/me/sessions", Some(token), None)).await;
            (status.unwrap_or_default(), statements)
        };
        // Keys that tokens are verified with are loaded once.
        cost(&other, &people[0].1).await;
        let (status, alone) = cost(&other, &people[1].1).await;
        assert_eq!(status, 200);
        assert_eq!(cost(&one, &people[2].1).await.0, 200);
        assert_eq!(cost(&other, &people[2].1).await, (200, alone - 1), "the other node looked it up a moment ago");

        let (id, token) = &people[1];
        let command = RevokeSession { id: *id, of: None, because: RevokedBecause::LoggedOut };
        sessions::revoke(&one.context, &shop.origin(), command).await?;
        while outbox::relay_once(shop.context()).await? > 0 {}
        while follower.catch_up().await? {}
        let redis = other.context.redis.as_ref().ok_or("it is configured")?;
        let kept = redis.get(&redis.key(&format!("session:{}", id.uuid().simple()))).await;
        assert!(kept.is_some(), "nobody took it out of Redis");
        for node in [&one, &other] {
            assert_eq!(node.ask(Method::GET, "/api/v1/me/sessions", Some(token), None).await?, 401);
        }
        // What somebody writes there is nobody's session.
        let forged = redis.key(&format!("session:{}", people[0].0.uuid().simple()));
        redis.set(&forged, b"{\"user_id\": \"user_00000000000000000000000000\"}", std::time::Duration::from_secs(60)).await;
        assert_eq!(one.ask(Method::GET, "/api/v1/me/sessions", Some(&people[0].1), None).await?, 200);
        Ok(())
    })
}
