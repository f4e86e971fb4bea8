//! The least that a server can do: one route that answers bytes from memory, with the same headers as the shop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::routing::get;
use bytes::Bytes;

/// Which answer, and where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen
    #[arg(long)]
    addr: SocketAddr,
    /// A file with an answer: its head, an empty line, its body
    #[arg(long)]
    answer: PathBuf,
}

/// Serves until the process ends.
pub(crate) async fn serve(arguments: &Arguments) -> Result<()> {
    let answer = std::fs::read(&arguments.answer).with_context(|| format!("cannot read {}", arguments.answer.display()))?;
    let (status, headers, body) = parse(&answer).context("the file holds no answer")?;
    let route = get(async move || (status, headers.clone(), body.clone()));
    let listener = tokio::net::TcpListener::bind(arguments.addr).await.context("cannot listen")?;
    axum::serve(listener, Router::new().route("/", route)).await.context("cannot serve")
}

/// What hyper writes by itself is left to it.
fn parse(answer: &[u8]) -> Option<(StatusCode, HeaderMap, Bytes)> {
    let end = memchr::memmem::find(answer, b"\r\n\r\n")?;
    let head = std::str::from_utf8(answer.get(..end)?).ok()?;
    let mut lines = head.split("\r\n");
    let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
    let mut headers = HeaderMap::new();
    for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
        if name != "content-length" && name != "date" {
            headers.insert(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
        }
    }
    Some((status, headers, Bytes::copy_from_slice(answer.get(end + 4..)?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_repeated_with_its_own_headers() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ndate: now\r\nx-request-id: 1\r\n\r\n{}";
        let (status, headers, body) = parse(answer).unwrap();
        let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();

        assert_eq!((status, names, body), (StatusCode::OK, vec!["content-type", "x-request-id"], Bytes::from_static(b"{}")));
        assert!(parse(b"HTTP/1.1 200 OK\r\n").is_none());
    }
}
