//! How often somebody may ask: exactly so often, told on each answer, whoever claims to be whoever else.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use gateway::{Gateway, GatewayRules, Limits, ServeLimits, TrustedProxies};
use http::{Method, Request};
use http_body_util::BodyExt;
use kernel::{Clock, FixedClock};
use platform::Secrets;
use platform::cache::Purges;
use platform::config::{Flags, load};
use platform::outbox::Fact;
use platform::rate_limits::{LocalLimiter, RateLimitEvent};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{NOW, Reply, TestResult, router};

/// A tiny shop that counts: so many reads and writes a minute, three tries to come in.
struct Counting {
    gateway: Gateway,
    clock: Arc<FixedClock>,
}

fn counting(reads: u32, writes: u32) -> Counting {
    let values = [
        ("secrets.master_key", "1".repeat(64)),
        ("rate_limits.reads.per_minute", reads.to_string()),
        ("rate_limits.reads.per_second", "1000".to_owned()),
        ("rate_limits.writes.per_minute", writes.to_string()),
        ("rate_limits.sign_in.per_quarter_hour", "3".to_owned()),
    ];
    let values = values.map(|(key, value)| (key.to_owned(), value)).to_vec();
    let config = load(&Flags { config: None, values }).expect("a configuration").config;
    let purges = Purges::new(&[RateLimitEvent::AGGREGATE]);
    let limiter = LocalLimiter::new(gateway::quotas(&config.rate_limits), purges, Secrets::of(&config));
    let clock = Arc::new(FixedClock::at(NOW.parse().expect("a time")));
    let trusted_proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().expect("a range")], None);
    let rules = GatewayRules { trusted_proxies, ..GatewayRules::default() };
    let gateway = Gateway::new(router(), rules, Arc::clone(&clock) as Arc<dyn Clock>).limited_by(Arc::new(Limits::new(Arc::new(limiter))));
    Counting { gateway, clock }
}

impl Counting {
    async fn ask(&self, method: Method, path: &str, headers: &[(&str, &str)], peer: &str) -> Reply {
        let request = Request::builder().method(method).uri(path);
        let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
        let peer = SocketAddr::new(peer.parse().expect("an address"), 4_711);
        let answer = self.gateway.answer(request.body(Body::empty()).expect("a request"), Some(peer)).await;
        let (parts, body) = answer.into_parts();
        let bytes = body.collect().await.expect("a body").to_bytes().to_vec();
        Reply { status: parts.status.as_u16(), headers: parts.headers, bytes }
    }

    async fn read(&self, headers: &[(&str, &str)], peer: &str) -> Reply {
        self.ask(Method::GET, "/api/v1/mugs", headers, peer).await
    }
}

const REFUSED: (u16, &str) = (429, "rate_limited");

fn refusal(reply: &Reply) -> (u16, String) {
    reply.refusal()
}

#[tokio::test]
async fn an_answer_says_what_is_left_and_a_refusal_when_to_come_back() {
    let shop = counting(3, 2);
    for left in [2, 1, 0] {
        let reply = shop.read(&[], "192.0.2.7").await;
        let told = format!("\"reads\";r={left};t={}", (3 - left) * 20);
        assert_eq!((reply.status, reply.header("ratelimit")), (200, told.as_str()));
        assert_eq!(reply.header("ratelimit-policy"), "\"reads\";q=3;w=60, \"reads_burst\";q=1000;w=1");
    }
    let refused = shop.read(&[], "192.0.2.7").await;
    assert_eq!(refusal(&refused), (REFUSED.0, REFUSED.1.to_owned()));
    assert_eq!((refused.header("retry-after"), refused.header("ratelimit")), ("20", "\"reads\";r=0;t=60"));
    assert!(refused.header("content-security-policy").contains("frame-ancestors 'none'"));
    shop.clock.advance(chrono::TimeDelta::seconds(20));
    assert_eq!(shop.read(&[], "192.0.2.7").await.status, 200);
    assert_eq!(shop.read(&[], "192.0.2.7").await.status, 429);
}

#[tokio::test]
async fn each_class_and_each_address_counts_for_itself_and_pages_count_nowhere() {
    let shop = counting(1, 1);
    for peer in ["192.0.2.7", "192.0.2.8", "2001:db8::1"] {
        assert_eq!(shop.read(&[], peer).await.status, 200, "{peer}");
        assert_eq!(shop.read(&[], peer).await.status, 429, "{peer}");
        assert_eq!(shop.ask(Method::POST, "/api/v1/checkout", &[], peer).await.status, 400, "{peer}");
        assert_eq!(shop.ask(Method::POST, "/api/v1/checkout", &[], peer).await.status, 429, "{peer}");
        for _ in 0..3 {
            assert_eq!(shop.ask(Method::POST, "/api/v1/auth/login", &[], peer).await.status, 404, "{peer}");
        }
        assert_eq!(shop.ask(Method::POST, "/api/v1/auth/register", &[], peer).await.header("retry-after"), "300", "{peer}");
    }
    assert_eq!(shop.read(&[], "2001:db8::ffff").await.status, 429, "of one household");
    for _ in 0..10 {
        let page = shop.ask(Method::GET, "/docs/", &[], "192.0.2.7").await;
        assert_eq!((page.status, page.header("ratelimit")), (200, ""));
    }
}

#[tokio::test]
async fn a_forged_address_is_counted_as_what_it_is() {
    let shop = counting(2, 1);
    for forged in ["1.1.1.1", "2.2.2.2", "3.3.3.3"] {
        let reply = shop.read(&[("x-forwarded-for", forged)], "192.0.2.7").await;
        assert_eq!(reply.status, if forged == "3.3.3.3" { 429 } else { 200 }, "{forged}");
    }
    for client in ["192.0.2.8", "192.0.2.9"] {
        for (forged, status) in [("1.1.1.1", 200), ("2.2.2.2", 200), ("3.3.3.3", 429)] {
            let reply = shop.read(&[("x-forwarded-for", &format!("{forged}, {client}"))], "10.0.0.1").await;
            assert_eq!(reply.status, status, "{client} behind a proxy of ours");
        }
    }
}

#[tokio::test]
async fn a_credential_counts_wherever_it_is_used() {
    let shop = counting(100, 3);
    let ask = async |peer| shop.ask(Method::DELETE, "/api/v1/mugs/prod_1", &[("authorization", "Bearer twk_all")], peer).await;
    // The tiny shop's keys are somebody else each time; the addresses are not.
    for _ in 0..3 {
        assert_ne!(ask("192.0.2.7").await.status, 429);
    }
    assert_eq!(ask("192.0.2.7").await.status, 429);
    let before = shop.read(&[("authorization", "Bearer twk_same")], "192.0.2.1").await;
    assert_eq!(before.header("ratelimit"), "\"reads\";r=99;t=1");
    for peer in 2_u32..101 {
        let reply = shop.read(&[("authorization", "Bearer twk_same")], &format!("192.0.2.{peer}")).await;
        assert_eq!(
            (reply.status, reply.header("ratelimit")),
            (200, format!("\"reads\";r={};t={}", 100 - peer, (peer * 60).div_ceil(100)).as_str())
        );
    }
    let refused = shop.read(&[("authorization", "Bearer twk_same")], "192.0.2.200").await;
    assert_eq!((refusal(&refused), refused.header("retry-after")), ((429, "rate_limited".to_owned()), "1"));
    assert_eq!(shop.read(&[], "192.0.2.200").await.status, 200, "the address has not asked so often");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn sixty_four_connections_are_answered_exactly_as_often_as_allowed() -> TestResult {
    const ALLOWED: usize = 300;
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let gateway = counting(ALLOWED.try_into()?, 1).gateway;
    let server = tokio::spawn(gateway::serve(listener, gateway, ServeLimits::default(), std::future::pending()));
    let clients = (0..64).map(|_| tokio::spawn(ask_ten_times(address)));
    let mut let_in = 0;
    for client in clients {
        let_in += tokio::time::timeout(Duration::from_secs(60), client).await???;
    }
    assert_eq!(let_in, ALLOWED);
    server.abort();
    Ok(())
}

/// How many of ten requests on one connection are let in.
async fn ask_ten_times(address: SocketAddr) -> std::io::Result<usize> {
    let mut stream = TcpStream::connect(address).await?;
    let mut let_in = 0;
    for turn in 0..10 {
        let end = if turn == 9 { "Connection: close\r\n" } else { "" };
        stream.write_all(format!("HEAD /api/v1/mugs HTTP/1.1\r\nHost: x\r\n{end}\r\n").as_bytes()).await?;
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await?);
        }
        let_in += usize::from(head.starts_with(b"HTTP/1.1 200"));
    }
    Ok(let_in)
}
