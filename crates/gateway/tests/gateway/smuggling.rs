//! Bytes that no honest client sends: refused, and nothing more is read of the connection.

use std::sync::Arc;
use std::time::Duration;

use gateway::{Gateway, GatewayRules, ServeLimits};
use kernel::SystemClock;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

use crate::support::{TestResult, router};

/// Everything that the tiny shop answers to these bytes until it closes the connection.
async fn conversation(bytes: &[u8]) -> TestResult<String> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?;
    let gateway = Gateway::new(router(), GatewayRules::default(), Arc::new(SystemClock));
    let server = tokio::spawn(gateway::serve(listener, gateway, ServeLimits::default(), std::future::pending()));
    let mut stream = TcpStream::connect(address).await?;
    // It may be closed before all is sent.
    let _ = stream.write_all(bytes).await;
    let mut answer = Vec::new();
    let mut piece = [0; 4_096];
    loop {
        // A connection that was closed with bytes unread is reset; what came before is the answer.
        match tokio::time::timeout(Duration::from_secs(5), stream.read(&mut piece)).await? {
            Ok(0) | Err(_) => break,
            Ok(count) => answer.extend_from_slice(&piece[..count]),
        }
    }
    server.abort();
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

const BODY: &str = "0\r\n\r\nGET /health HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn a_body_of_two_lengths_is_refused_and_nothing_is_smuggled() -> TestResult {
    let heads = [
        "Transfer-Encoding: chunked\r\nContent-Length: 44",
        "Content-Length: 44\r\nTransfer-Encoding: chunked",
        "content-length:44\r\ntransfer-encoding:chunked",
        "Content-Length: 5\r\nContent-Length: 44",
        "Content-Length: 44, 5",
        "Content-Length: +44",
        "Content-Length: 0x2c",
        "Content-Length: -1",
        "Transfer-Encoding: gzip",
        "Transfer-Encoding: chunked, identity",
        "Transfer-Encoding: xchunked",
        "Transfer-Encoding: chunked\r\n : x",
        "Transfer-Encoding : chunked",
        " Transfer-Encoding: chunked",
        "X: y\r\n Transfer-Encoding: chunked",
    ];
    for head in heads {
        let request = format!("POST /api/v1/small HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n{head}\r\n\r\n{BODY}");
        let answer = conversation(request.as_bytes()).await?;
        assert!(answer.starts_with("HTTP/1.1 400"), "{head}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{head}: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn bad_chunks_are_refused_and_end_the_connection() -> TestResult {
    for chunks in [
        "zz\r\n{}\r\n0\r\n\r\n",
        "-1\r\n{}\r\n",
        "fffffffffffffffff\r\n{}",
        "2\r\n{}XX0\r\n\r\n",
        "2;\n\r\n{}\r\n0\r\n\r\n",
        "2 x\r\n{}\r\n",
    ] {
        let head = "POST /api/v1/small HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
        let answer = conversation(format!("{head}{chunks}").as_bytes()).await?;
        assert!(answer.starts_with("HTTP/1.1 4"), "{chunks:?}: {answer}");
        assert_eq!(answer.matches("HTTP/1.1").count(), 1, "{chunks:?}: {answer}");
    }
    Ok(())
}

#[tokio::test]
async fn heads_of_any_excess_are_refused_and_end_the_connection() -> TestResult {
    let long = |bytes: usize| format!("GET /api/v1/mugs HTTP/1.1\r\nHost: x\r\nX-Long: {}\r\n\r\n", "y".repeat(bytes));
    let many = |count: usize| {
        let names: String = (0..count).map(|number| format!("X-{number}: 1\r\n")).collect();
        format!("GET /api/v1/mugs HTTP/1.1\r\nHost: x\r\n{names}\r\n")
    };
    for head in [long(33_000), long(64 * 1_024), long(1_000_000), many(90), many(10_000)] {
        let answer = conversation(head.as_bytes()).await?;
        assert!(answer.starts_with("HTTP/1.1 431"), "{} bytes: {answer}", head.len());
        assert!(answer.to_lowercase().contains("connection: close"), "{} bytes: {answer}", head.len());
    }
    Ok(())
}

#[tokio::test]
async fn what_is_no_http_is_refused_and_ends_the_connection() -> TestResult {
    let lines = [
        "GET /api/v1/mugs HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
        "GET /api/v1/mugs HTTP/1.1\r\nHost: x\r\nX\u{1}: y\r\n\r\n",
        "GET /api/v1/mugs HTTP/9.9\r\nHost: x\r\n\r\n",
        "GET  HTTP/1.1\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\u{0}\u{1}\r\n\r\n",
    ];
    for line in lines {
        let answer = conversation(line.as_bytes()).await?;
        assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 4"), "{line:?}: {answer}");
    }
    Ok(())
}
