//! What ends a stream: its reader's slowness, its credential, its time, the server; and how many there may be.

use std::time::Duration;

use accounts::api_keys;
use gateway::ServeLimits;
use test_macro::test_on_every_database;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;

use super::door::Door;
use super::{PATH, lasting, relayed, ring};
use crate::support::{TestResult, TestShop, make_key};

/// The gateway's limits are for the beginning of an answer, not for its end; its coders gather nothing.
#[test_on_every_database]
async fn a_stream_outlives_the_time_that_an_answer_has(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["events:read"]).await?;
    let shop = shop.configured(|config| {
        (config.streams.lifetime_ms, config.streams.heartbeat_ms) = (3_600_000, 100);
        (config.server.request_timeout_ms, config.server.header_timeout_ms) = (300, 300);
    })?;
    relayed(&shop).await?;
    let limits = tradewind::wiring::serve_limits(&shop.context().config);
    let door = Door::with(&shop, limits).await?;
    let response = door.ask(PATH, &key, &[("accept-encoding", "gzip")]).await?;
    assert_eq!(response.status(), 200);
    let mut reader = door.read(PATH, &key, None).await?;
    let opening = reader.next().await?.ok_or("it has an opening")?;
    for _ in 0..10 {
        let beat = reader.next().await?.ok_or("it goes on")?;
        assert!(beat.is_comment && beat.event.is_none() && beat.id == opening.id, "{beat:?}");
    }
    ring(shop.context(), 1).await?;
    relayed(&shop).await?;
    assert_eq!(reader.event().await?.event.as_deref(), Some("bell.rung"));
    // Whoever is of no interest is passed by, and whoever comes back need not look at it again.
    let mut other = door.read(&format!("{PATH}?filter[type]=order.*"), &key, None).await?;
    let before = other.next().await?.ok_or("it has an opening")?.id;
    ring(shop.context(), 5).await?;
    relayed(&shop).await?;
    while other.next().await?.ok_or("it goes on")?.id < before + 5 {}
    Ok(())
}

/// A reader that does not read holds nothing but its socket's buffers, and not for long.
#[test_on_every_database]
async fn who_does_not_read_is_cut_off(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    for _ in 0..20 {
        ring(shop.context(), 1_000).await?;
    }
    relayed(&shop).await?;
    let limits = ServeLimits { write_timeout: Duration::from_millis(300), ..ServeLimits::default() };
    let door = Door::with(&shop, limits).await?;
    let socket = TcpSocket::new_v4()?;
    socket.set_recv_buffer_size(4_096)?;
    let mut slow = socket.connect(door.address().parse()?).await?;
    let ask = format!("GET {PATH}?after=0 HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\n\r\n");
    slow.write_all(ask.as_bytes()).await?;
    door.has_open(1).await?;
    door.has_open(0).await?;
    drop(slow);
    // Others are not held up.
    let mut reader = door.read(&format!("{PATH}?after=0"), &key, None).await?;
    for _ in 0..20_000 {
        reader.event().await?;
    }
    Ok(())
}

#[test_on_every_database]
async fn a_stream_ends_with_its_credential(shop: TestShop) -> TestResult {
    let shop = lasting(&shop)?;
    let door = Door::open(&shop).await?;
    let (revoked, expired) = (make_key(&shop, &["events:read"]).await?, shop.now() + chrono::TimeDelta::hours(1));
    let mut reader = door.read(PATH, &revoked, None).await?;
    for made in api_keys::all(shop.context().db.reader()).await? {
        api_keys::revoke(shop.context(), &shop.origin(), made.id, None).await?;
    }
    reader.end().await?;
    assert_eq!(door.ask(PATH, &revoked, &[]).await?.status(), 401);

    let request = api_keys::CreateApiKey {
        name: "short".to_owned(),
        kind: api_keys::KeyKind::Admin,
        scopes: accounts::permissions::Scopes::parse(["events:read"])?,
        expires_at: Some(expired),
    };
    let all = accounts::permissions::PermissionSet::all();
    let short = api_keys::create(shop.context(), &shop.origin(), request, all).await?.token.reveal().to_owned();
    let mut reader = door.read(PATH, &short, None).await?;
    shop.advance(chrono::TimeDelta::hours(2));
    reader.end().await?;
    assert_eq!(door.ask(PATH, &short, &[]).await?.status(), 401);
    door.has_open(0).await
}

#[test_on_every_database]
async fn a_server_that_stops_ends_its_streams_at_once(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    relayed(&shop).await?;
    let door = Door::open(&shop).await?;
    let mut readers = Vec::new();
    for _ in 0..5 {
        let mut reader = door.read(PATH, &key, None).await?;
        readers.push((reader.next().await?.ok_or("it has an opening")?.id, reader));
    }
    // The time to finish answers is half a minute; nobody needs it.
    assert!(door.stopped().await? < Duration::from_secs(5));
    ring(shop.context(), 1).await?;
    relayed(&shop).await?;
    let next = Door::open(&shop).await?;
    for (last, mut reader) in readers {
        reader.end().await?;
        // The next process goes on where this one ended.
        let mut reader = next.read(PATH, &key, Some(last)).await?;
        assert_eq!(reader.event().await?.id, last + 1);
    }
    Ok(())
}

#[test_on_every_database]
async fn there_are_so_many_streams_and_no_more(shop: TestShop) -> TestResult {
    let (one, other) = (make_key(&shop, &["events:read"]).await?, make_key(&shop, &["events:read"]).await?);
    let shop = shop.configured(|config| {
        config.streams.lifetime_ms = 3_600_000;
        (config.streams.most, config.streams.most_per_caller) = (3, 2);
    })?;
    let door = Door::open(&shop).await?;
    let held = [door.read(PATH, &one, None).await?, door.read(PATH, &one, None).await?];
    let refused = door.ask(PATH, &one, &[]).await?;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (429, true));
    assert_eq!(refused.json::<serde_json::Value>().await?["error"]["code"], "too_many_streams");
    let others = door.read(PATH, &other, None).await?;
    let refused = door.ask(PATH, &other, &[]).await?;
    assert_eq!((refused.status().as_u16(), refused.headers().contains_key("retry-after")), (503, true));
    assert_eq!(refused.json::<serde_json::Value>().await?["error"]["code"], "streams_full");
    drop((held, others));
    door.has_open(0).await?;
    door.read(PATH, &one, None).await?;
    Ok(())
}
