//! The accept loop on real sockets: slow heads, keep-alive, bounded connections, the end.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use crate::support::TestResult;
use axum::routing::get;
use gateway::{Gateway, GatewayRules, ServeLimits};
use kernel::SystemClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Notify, oneshot};
use tokio::task::JoinHandle;

struct Running {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    server: JoinHandle<()>,
    /// Told when a request to `/work` has reached its handler.
    begun: Arc<Notify>,
    /// Lets that handler answer.
    finish: Arc<Notify>,
}

async fn start(limits: ServeLimits) -> std::io::Result<Running> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let (stop, stopped) = oneshot::channel::<()>();
    let (begun, finish) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (tell_begun, may_finish) = (Arc::clone(&begun), Arc::clone(&finish));
    let work = move || async move {
        tell_begun.notify_one();
        may_finish.notified().await;
        "done"
    };
    let router = crate::support::router().route("/work", get(work));
    let gateway = Gateway::new(router, GatewayRules::default(), Arc::new(SystemClock));
    let server = tokio::spawn(gateway::serve(listener, gateway, limits, async {
        let _ = stopped.await;
    }));
    Ok(Running { address, stop, server, begun, finish })
}

async fn send(address: SocketAddr, head: &str) -> std::io::Result<TcpStream> {
    let mut stream = TcpStream::connect(address).await?;
    stream.write_all(head.as_bytes()).await?;
    Ok(stream)
}

async fn read_all(mut stream: TcpStream) -> std::io::Result<String> {
    let mut text = String::new();
    stream.read_to_string(&mut text).await?;
    Ok(text)
}

const CLOSING: &str = "GET /export.csv HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n";

#[tokio::test]
async fn an_answer_goes_out_over_a_socket() -> TestResult {
    let running = start(ServeLimits::default()).await?;
    let answer = read_all(send(running.address, CLOSING).await?).await?;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.ends_with("id,title\n"), "{answer}");
    let refused = read_all(send(running.address, "HEAD /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n").await?).await?;
    assert!(refused.starts_with("HTTP/1.1 404") && refused.ends_with("\r\n\r\n"), "{refused}");
    Ok(())
}

/// A connection closed with unread bytes is reset by the system, and a reset throws the answer away.
#[tokio::test]
async fn whoever_sends_too_much_reads_that_it_was_too_much() -> TestResult {
    const MUCH: usize = 8 << 20;
    let running = start(ServeLimits::default()).await?;
    let head = format!("POST /api/v1/mugs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {MUCH}\r\n\r\n");
    let mut stream = send(running.address, &head).await?;
    stream.write_all(&vec![b' '; MUCH]).await?;
    let answer = read_all(stream).await?;
    assert!(answer.starts_with("HTTP/1.1 413") && answer.contains("body_too_large"), "{answer}");
    Ok(())
}

#[tokio::test]
async fn a_head_that_does_not_come_is_not_waited_for() -> TestResult {
    let limits = ServeLimits { header_read_timeout: Duration::from_millis(100), ..ServeLimits::default() };
    let running = start(limits).await?;
    for head in ["", "P", "PRI * HTTP/2.0", "GET / HTTP/1.1\r\nHost: x\r\nX-Slow:"] {
        let closed = tokio::time::timeout(Duration::from_secs(5), read_all(send(running.address, head).await?)).await;
        assert!(closed.is_ok(), "{head} kept the connection open");
    }
    Ok(())
}

#[tokio::test]
async fn an_idle_connection_is_closed() -> TestResult {
    let running = start(ServeLimits { header_read_timeout: Duration::from_millis(100), ..ServeLimits::default() }).await?;
    let stream = send(running.address, "GET /export.csv HTTP/1.1\r\nHost: x\r\n\r\n").await?;
    let answer = tokio::time::timeout(Duration::from_secs(5), read_all(stream)).await??;
    assert!(answer.ends_with("id,title\n"));
    Ok(())
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() -> TestResult {
    let running = start(ServeLimits { max_connections: 1, ..ServeLimits::default() }).await?;
    let first = send(running.address, "").await?;
    let second = tokio::spawn(read_all(send(running.address, CLOSING).await?));
    drop(first);
    let answer = tokio::time::timeout(Duration::from_secs(5), second).await???;
    assert!(answer.starts_with("HTTP/1.1 200"));
    Ok(())
}

#[tokio::test]
async fn a_stop_lets_answers_finish_and_refuses_new_connections() -> TestResult {
    let running = start(ServeLimits::default()).await?;
    let idle = send(running.address, "").await?;
    let under_way = send(running.address, "GET /work HTTP/1.1\r\nHost: x\r\n\r\n").await?;
    running.begun.notified().await;
    let _ = running.stop.send(());
    // The idle connection is closed at once, which also proves that the stop has arrived.
    assert_eq!(read_all(idle).await?, "");
    assert!(TcpStream::connect(running.address).await.is_err());
    assert!(!running.server.is_finished());
    running.finish.notify_one();
    let answer = read_all(under_way).await?;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("done"), "{answer}");
    tokio::time::timeout(Duration::from_secs(5), running.server).await??;
    Ok(())
}

#[tokio::test]
async fn the_end_does_not_wait_for_ever() -> TestResult {
    let running = start(ServeLimits { drain_timeout: Duration::from_millis(10), ..ServeLimits::default() }).await?;
    let _under_way = send(running.address, "GET /work HTTP/1.1\r\nHost: x\r\n\r\n").await?;
    running.begun.notified().await;
    let _ = running.stop.send(());
    tokio::time::timeout(Duration::from_secs(5), running.server).await??;
    Ok(())
}
