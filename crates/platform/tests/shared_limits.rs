//! The same limits in memory and in a real Redis: the same answers to the same questions, exactly, from wherever they are asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod redis_server;

use std::sync::Arc;
use std::time::Duration;

use kernel::{Actor, Timestamp, UserId};
use platform::Secrets;
use platform::cache::Purges;
use platform::config::{Flags, load};
use platform::rate_limits::{LocalLimiter, Quota, Rate, RateLimiter, SharedLimiter, Verdict, Who};
use redis_server::Server;

const MINUTE: Duration = Duration::from_secs(60);

fn quotas() -> Vec<Quota> {
    let quota = |class, sustained, window, burst| Quota {
        class,
        sustained: Rate::new(sustained, window),
        burst: Rate::new(burst, Duration::from_secs(1)),
    };
    vec![
        quota("reads", 600, MINUTE, 60),
        quota("writes", 7, MINUTE, 2),
        quota("sign_in", 10, MINUTE * 15, 5),
        quota("wide", 599_999, MINUTE, 60_001),
    ]
}

fn local() -> LocalLimiter {
    let values = vec![("secrets.master_key".to_owned(), "1".repeat(64))];
    let config = load(&Flags { config: None, values }).expect("a configuration").config;
    LocalLimiter::new(quotas(), Purges::new(&[]), Secrets::of(&config))
}

async fn node(server: &Server) -> Arc<dyn RateLimiter> {
    Arc::new(SharedLimiter::new(local(), server.redis().await))
}

fn now() -> Timestamp {
    "2026-03-02T09:30:00.123456789Z".parse().expect("a moment")
}

async fn take(limiter: &dyn RateLimiter, class: usize, who: Who, at: Timestamp) -> Verdict {
    limiter.take(class, who, at).verdict().await.expect("a class")
}

#[tokio::test]
#[ignore = "needs Redis"]
async fn memory_and_redis_give_the_same_answers_by_redis() {
    let server = Server::start();
    let (shared, local) = (node(&server).await, local());
    let people = [Who::at([192, 0, 2, 7].into()), Who::Identity(Actor::User(UserId::generate()))];
    // Steps that a person, a program and a clock that is set back make.
    let steps = [
        0,
        0,
        0,
        1,
        999,
        500_000_000,
        1,
        0,
        1_000_000_000,
        7,
        59_999_999_999,
        0,
        3_600_000_000_000,
        0,
        1,
        -5_000_000_000,
        0,
        0,
        250_000_001,
    ];
    let mut at = now();
    for (round, step) in steps.iter().cycle().take(400).enumerate() {
        at += chrono::TimeDelta::nanoseconds(*step);
        for class in 0..quotas().len() {
            for who in people {
                let (there, here) = (take(shared.as_ref(), class, who, at).await, take(&local, class, who, at).await);
                assert_eq!(there, here, "round {round}, {class}, {who}");
            }
        }
    }
    assert!(shared.take(9, people[0], at).verdict().await.is_none());
    let told = |standings: Vec<platform::rate_limits::Standing>| standings.len();
    assert_eq!(told(shared.standings(100, at).await), told(local.standings(100, at).await));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs Redis"]
async fn two_nodes_let_in_exactly_as_many_as_allowed_by_redis() {
    let server = Server::start();
    let nodes = [node(&server).await, node(&server).await];
    let who = Who::at([192, 0, 2, 7].into());
    let tasks: Vec<_> = (0..64)
        .map(|place| {
            let node = Arc::clone(&nodes[place % 2]);
            tokio::spawn(async move {
                let mut let_in = 0;
                for _ in 0..20 {
                    let_in += u32::from(take(node.as_ref(), 0, who, now()).await.retry_after.is_none());
                }
                let_in
            })
        })
        .collect();
    let mut let_in = 0;
    for task in tasks {
        let_in += task.await.expect("no panic");
    }
    assert_eq!(let_in, 60, "of 1,280 at one moment");
}

#[tokio::test]
#[ignore = "needs Redis"]
async fn a_node_takes_over_where_all_of_them_left_off_by_redis() {
    let mut server = Server::start();
    let (one, other) = (node(&server).await, node(&server).await);
    let who = Who::at([192, 0, 2, 7].into());
    // Of ten, five at once.
    for limiter in [&one, &other, &one, &other] {
        take(limiter.as_ref(), 2, who, now()).await;
    }
    server.kill();
    let alone = take(other.as_ref(), 2, who, now()).await;
    assert_eq!((alone.left, alone.retry_after), (5, None), "it was told that four are gone");
    assert!(take(other.as_ref(), 2, who, now()).await.retry_after.is_some());
    // Nobody waits for it any more.
    assert!(matches!(other.take(2, who, now()), platform::rate_limits::Taking::Done(Some(_))));
    server.start_again();
    let later = now() + Duration::from_secs(3);
    let found = async {
        while matches!(one.take(0, who, later), platform::rate_limits::Taking::Done(_)) {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("it is found again");
}
