//! The least that a server can do: answer bytes from memory, with the same headers as the shop.

use std::net::SocketAddr;
use std::path::PathBuf;

use anyhow::{Context, Result};
use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header};
use bytes::Bytes;
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// Which answer, and where.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    /// Where to listen
    #[arg(long)]
    addr: SocketAddr,
    /// A file with an answer: its head, an empty line, its body
    #[arg(long)]
    answer: PathBuf,
    /// A file with the answer to whoever has it already
    #[arg(long)]
    unchanged: Option<PathBuf>,
    /// No HTTP server at all: the bytes of the file for whatever comes in
    #[arg(long)]
    socket: bool,
}

/// Serves until the process ends.
pub(crate) async fn serve(arguments: &Arguments) -> Result<()> {
    let read = |path: &PathBuf| std::fs::read(path).with_context(|| format!("cannot read {}", path.display()));
    let answer = read(&arguments.answer)?;
    let listener = TcpListener::bind(arguments.addr).await.context("cannot listen")?;
    if arguments.socket {
        return serve_socket(listener, answer.into()).await;
    }
    let full = Ready::parse(&answer).context("the file holds no answer")?;
    let unchanged = arguments.unchanged.as_ref().map(read).transpose()?;
    let unchanged = unchanged.map(|bytes| Ready::parse(&bytes).context("the file holds no answer")).transpose()?;
    let route = async move |asked: HeaderMap| match &unchanged {
        Some(unchanged) if asked.get(header::IF_NONE_MATCH) == full.headers.get(header::ETAG) => unchanged.answer(),
        _ => full.answer(),
    };
    axum::serve(listener, Router::new().fallback(route)).await.context("cannot serve")
}

/// The answer of a shop, ready to be sent.
#[derive(Debug, Clone)]
struct Ready {
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Ready {
    /// What hyper writes by itself is left to it.
    fn parse(answer: &[u8]) -> Option<Self> {
        let end = memmem::find(answer, b"\r\n\r\n")?;
        let head = std::str::from_utf8(answer.get(..end)?).ok()?;
        let mut lines = head.split("\r\n");
        let status = lines.next()?.split(' ').nth(1)?.parse().ok()?;
        let mut headers = HeaderMap::new();
        for (name, value) in lines.filter_map(|line| line.split_once(": ")) {
            if name != "content-length" && name != "date" {
                headers.append(name.parse::<HeaderName>().ok()?, HeaderValue::from_str(value).ok()?);
            }
        }
        Some(Self { status, headers, body: Bytes::copy_from_slice(answer.get(end + 4..)?) })
    }

    fn answer(&self) -> (StatusCode, HeaderMap, Bytes) {
        (self.status, self.headers.clone(), self.body.clone())
    }
}

/// What the generator itself can do at most is seen against a socket that thinks of nothing.
async fn serve_socket(listener: TcpListener, answer: Bytes) -> Result<()> {
    loop {
        let (stream, _) = listener.accept().await.context("cannot accept")?;
        stream.set_nodelay(true).context("cannot set TCP_NODELAY")?;
        tokio::spawn(repeat(stream, answer.clone()));
    }
}

/// A request without a body ends in an empty line.
async fn repeat(mut stream: TcpStream, answer: Bytes) -> std::io::Result<()> {
    let mut asked = Vec::with_capacity(4_096);
    while stream.read_buf(&mut asked).await? > 0 {
        if asked.ends_with(b"\r\n\r\n") {
            asked.clear();
            stream.write_all(&answer).await?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_repeated_with_its_own_headers() {
        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\ndate: now\r\nx-request-id: 1\r\n\r\n{}";
        let (status, headers, body) = Ready::parse(answer).unwrap().answer();
        let names: Vec<&str> = headers.keys().map(HeaderName::as_str).collect();

        assert_eq!((status, names, body), (StatusCode::OK, vec!["content-type", "x-request-id"], Bytes::from_static(b"{}")));
        assert!(Ready::parse(b"HTTP/1.1 200 OK\r\n").is_none());
    }
}
