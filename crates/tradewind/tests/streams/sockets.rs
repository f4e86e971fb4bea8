//! WebSockets: who opens them and from where, what they may say, and what ends them.

use std::time::Duration;

use accounts::api_keys;
use serde_json::json;
use test_macro::test_on_every_database;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpSocket;

use super::door::Door;
use super::socket::code;
use super::{lasting, relayed, relaying, ring};
use crate::cookies;
use crate::me::somebody;
use crate::support::{TestResult, TestShop, make_key};

#[test_on_every_database]
async fn events_go_on_where_they_ended(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    relayed(&shop).await?;
    let door = Door::open(&shop).await?;
    let _relay = relaying(&shop);
    let mut socket = door.socket_of(&key).await?;
    let start = socket.ask(json!({"type": "subscribe", "topic": "events"})).await?["after"].as_i64().ok_or("a place")?;
    let writer = tokio::spawn({
        let context = shop.context().clone();
        async move {
            for round in 0..100 {
                ring(&context, 1 + round % 5).await?;
            }
            TestResult::Ok(())
        }
    });
    let (mut read, mut last) = (Vec::new(), start);
    for round in 0..20 {
        for _ in 0..(round % 7) {
            last = socket.hear().await?["data"]["seq"].as_i64().ok_or("a seq")?;
            read.push(last);
        }
        drop(socket);
        socket = door.socket_of(&key).await?;
        let answer = socket.ask(json!({"type": "subscribe", "topic": "events", "after": last})).await?;
        assert_eq!((&answer["type"], answer["after"].as_i64()), (&json!("subscribed"), Some(last)));
    }
    writer.await??;
    while read.len() < 300 {
        read.push(socket.hear().await?["data"]["seq"].as_i64().ok_or("a seq")?);
    }
    let all = platform::events::since(shop.context().db.reader(), start, 10_000).await?;
    assert_eq!(read, all.iter().map(|event| event.seq).collect::<Vec<_>>());
    Ok(())
}

/// A script of another site that opens a WebSocket sends our cookies along; it is let in nowhere.
#[test_on_every_database]
async fn other_sites_pages_open_no_socket(shop: TestShop) -> TestResult {
    let shop = shop.configured(|config| {
        config.streams.lifetime_ms = 3_600_000;
        config.server.cors_origins = vec!["https://app.example".to_owned()];
    })?;
    let door = Door::open(&shop).await?;
    let (_, token) = somebody(&shop).await?;
    let cookie = cookies::cookie(&cookies::sign_in(&shop, "ada@example.com").await?);
    let bearer = format!("Bearer {token}");
    for origin in ["https://evil.example", "null", "https://app.example.evil.example", "http://127.0.0.1:1"] {
        for credential in [("cookie", cookie.as_str()), ("authorization", &bearer), ("x-other", "")] {
            let refused = door.socket(&[("origin", origin), credential]).await?.err().ok_or("it is open")?;
            assert_eq!(refused, (403, "origin_refused".to_owned()), "{origin} {credential:?}");
        }
    }
    let own = format!("http://{}", door.address());
    let order = json!({"type": "subscribe", "topic": "order:order_00000000000000000000000000"});
    // A page of ours is whom its cookie names; so is a program. A page that may ask has to say who it is, cookie or not.
    for (origin, expected) in
        [(Some(own.as_str()), "order_not_found"), (None, "order_not_found"), (Some("https://app.example"), "unauthenticated")]
    {
        let headers: Vec<(&str, &str)> = origin.map(|origin| ("origin", origin)).into_iter().chain([("cookie", cookie.as_str())]).collect();
        let mut socket = door.socket(&headers).await?.map_err(|refused| format!("{refused:?}"))?;
        assert_eq!(code(&socket.ask(order.clone()).await?), expected, "{origin:?}");
    }
    let plain = shop.get("/api/v1/ws").await?;
    assert_eq!((plain.status, plain.error_code(), plain.header("upgrade")), (426, "upgrade_required", "websocket"));
    let by_address = shop.get(&format!("/api/v1/ws?token={token}")).await?;
    assert_eq!((by_address.status, by_address.error_code()), (400, "unknown_parameter"));
    Ok(())
}

#[test_on_every_database]
async fn who_one_is_may_be_said_later(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    let door = Door::open(&shop).await?;
    let ((_, ada), other) = (somebody(&shop).await?, make_key(&shop, &["orders:read"]).await?);
    assert_eq!(door.socket(&[("authorization", "Bearer nonsense")]).await?.err(), Some((401, "unauthenticated".to_owned())));
    let mut socket = door.socket_of("").await?;
    let events = json!({"type": "subscribe", "topic": "events"});
    assert_eq!(code(&socket.ask(events.clone()).await?), "unauthenticated");
    assert_eq!(code(&socket.ask(json!({"type": "authenticate", "token": "nonsense"})).await?), "unauthenticated");
    assert_eq!(socket.ask(json!({"type": "authenticate", "token": key})).await?["type"], "authenticated");
    assert_eq!(socket.ask(events.clone()).await?["type"], "subscribed");
    assert_eq!(socket.ask(json!({"type": "authenticate", "token": key})).await?["type"], "authenticated");
    assert_eq!(code(&socket.ask(json!({"type": "authenticate", "token": ada})).await?), "another_identity");
    assert_eq!(code(&door.socket_of(&other).await?.ask(events).await?), "forbidden");
    Ok(())
}

#[test_on_every_database]
async fn what_cannot_be_read_is_answered_and_what_is_too_much_ends_it(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["events:read"]).await?;
    let shop = shop.configured(|config| (config.streams.lifetime_ms, config.streams.most_topics) = (3_600_000, 2))?;
    let door = Door::open(&shop).await?;
    let mut socket = door.socket_of(&key).await?;
    for (message, expected) in [
        (json!("x"), "malformed_message"),
        (json!({"type": "shout"}), "malformed_message"),
        (json!({"type": "subscribe", "topic": "events", "colour": "red"}), "malformed_message"),
        (json!({"type": "subscribe", "topic": "everything"}), "topic_unknown"),
        (json!({"type": "subscribe", "topic": "order:x"}), "topic_unknown"),
        (json!({"type": "subscribe", "topic": "product:x:availability"}), "topic_unknown"),
        (json!({"type": "subscribe", "topic": "product:prod_00000000000000000000000000:availability"}), "product_not_found"),
        (json!({"type": "subscribe", "topic": "events", "types": ["order.flown"]}), "validation_failed"),
        (json!({"type": "subscribe", "topic": "events", "aggregate_id": "x"}), "validation_failed"),
        (json!({"type": "subscribe", "topic": "events", "after": 9_000_000_000_i64}), "event_not_yet"),
    ] {
        let told = socket.ask(message.clone()).await?;
        assert_eq!(code(&told), expected, "{message} {told}");
        assert!(told["message"].as_str().is_some_and(|text| !text.is_empty()));
    }
    assert_eq!(socket.ask(json!({"type": "ping"})).await?["type"], "pong");
    for _ in 0..2 {
        let mug = shop.mug(100, 1).await?;
        let topic = format!("product:{}:availability", mug.product_id);
        assert_eq!(socket.ask(json!({"type": "subscribe", "topic": topic})).await?["type"], "subscribed");
    }
    assert_eq!(code(&socket.ask(json!({"type": "subscribe", "topic": "events"})).await?), "too_many_topics");
    socket.say(&json!({"type": "x".repeat(5_000)})).await?;
    assert_eq!(socket.closed().await?, 1009);
    let mut eager = door.socket_of(&key).await?;
    for _ in 0..130 {
        if eager.say(&json!({"type": "ping"})).await.is_err() {
            break;
        }
    }
    assert_eq!(eager.closed().await?, 1008);
    Ok(())
}

#[test_on_every_database]
async fn a_socket_ends_with_its_credential_and_with_the_server(shop: TestShop) -> TestResult {
    let (shop, key) = (lasting(&shop)?, make_key(&shop, &["events:read"]).await?);
    let door = Door::open(&shop).await?;
    let mut socket = door.socket_of(&key).await?;
    let mut stranger = door.socket_of("").await?;
    assert_eq!(socket.ask(json!({"type": "subscribe", "topic": "events"})).await?["type"], "subscribed");
    for made in api_keys::all(shop.context().db.reader()).await? {
        api_keys::revoke(shop.context(), &shop.origin(), made.id, None).await?;
    }
    assert_eq!(socket.closed().await?, 1008);
    drop(socket);
    assert_eq!(stranger.ask(json!({"type": "ping"})).await?["type"], "pong");
    let stopped = tokio::spawn(async move { door.stopped().await });
    assert_eq!(stranger.closed().await?, 1001);
    drop(stranger);
    assert!(stopped.await?? < Duration::from_secs(5));
    Ok(())
}

/// Whoever takes nothing holds a message and its socket's buffers, and not for long; whoever is silent is gone.
#[test_on_every_database]
async fn slow_and_silent_readers_are_let_go(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["events:read"]).await?;
    let shop = shop.configured(|config| {
        (config.streams.lifetime_ms, config.streams.slow_reader_ms) = (3_600_000, 300);
        config.streams.heartbeat_ms = 2_000;
    })?;
    for _ in 0..20 {
        ring(shop.context(), 1_000).await?;
    }
    relayed(&shop).await?;
    let door = Door::open(&shop).await?;
    let tcp = TcpSocket::new_v4()?;
    tcp.set_recv_buffer_size(4_096)?;
    let mut slow = tcp.connect(door.address().parse()?).await?;
    let ask = format!(
        "GET /api/v1/ws HTTP/1.1\r\nhost: x\r\nauthorization: Bearer {key}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\
         sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    );
    slow.write_all(ask.as_bytes()).await?;
    let text = json!({"type": "subscribe", "topic": "events", "after": 0}).to_string();
    // One masked frame of text; the mask of zeros leaves it as it is.
    let mut frame = vec![0x81, 0x80 | u8::try_from(text.len())?, 0, 0, 0, 0];
    frame.extend(text.as_bytes());
    slow.write_all(&frame).await?;
    door.has_open(1).await?;
    door.has_open(0).await?;
    drop(slow);

    // A client that reads nothing sends no pong.
    let silent = door.socket_of(&key).await?;
    door.has_open(1).await?;
    door.has_open(0).await?;
    drop(silent);
    Ok(())
}

#[test_on_every_database]
async fn sockets_are_counted_like_every_stream(shop: TestShop) -> TestResult {
    let key = make_key(&shop, &["events:read"]).await?;
    let shop = shop.configured(|config| {
        config.streams.lifetime_ms = 3_600_000;
        (config.streams.most, config.streams.most_per_caller, config.streams.most_per_address) = (5, 1, 2);
    })?;
    let door = Door::open(&shop).await?;
    let mut strangers = vec![door.socket_of("").await?, door.socket_of("").await?];
    assert_eq!(door.socket(&[]).await?.err(), Some((429, "too_many_streams".to_owned())));
    // Whoever says who it is makes room for another stranger, as far as they may themselves.
    let authenticate = json!({"type": "authenticate", "token": key});
    assert_eq!(strangers[0].ask(authenticate.clone()).await?["type"], "authenticated");
    strangers.push(door.socket_of("").await?);
    assert_eq!(code(&strangers[2].ask(authenticate).await?), "too_many_streams");
    assert_eq!(door.ask(super::PATH, &key, &[]).await?.status(), 429);
    drop(strangers);
    door.has_open(0).await?;
    door.read(super::PATH, &key, None).await?;
    Ok(())
}
