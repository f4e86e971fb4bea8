//! A client that knows its way back: one connection, opened anew where the shop closed it.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use raw_client::Connection;
use serde_json::Value;

/// The shop's own limit for a request is 30 s; an answer that takes longer never comes.
const PATIENCE: Duration = Duration::from_secs(35);

/// A client of a shop.
#[derive(Debug)]
pub(crate) struct Client {
    address: SocketAddr,
    connection: Option<Connection>,
}

/// An answer that outlives the connection's buffer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    /// The status.
    pub(crate) status: u16,
    /// The head, with names in lower case as hyper writes them.
    pub(crate) head: String,
    /// The body.
    pub(crate) body: Vec<u8>,
    /// From the first byte sent to the last one read.
    pub(crate) time: Duration,
}

impl Client {
    /// Of the shop that listens there.
    pub(crate) const fn new(address: SocketAddr) -> Self {
        Self { address, connection: None }
    }

    /// Sends ready bytes. A connection that the shop closed after the answer before is no fault: it is opened again, once.
    pub(crate) async fn send(&mut self, request: &[u8]) -> Result<Reply> {
        if let Some(connection) = self.connection.take()
            && let Ok(reply) = self.exchange(connection, request).await
        {
            return Ok(reply);
        }
        let connection = Connection::open(self.address).await?;
        self.exchange(connection, request).await
    }

    async fn exchange(&mut self, mut connection: Connection, request: &[u8]) -> Result<Reply> {
        let begin = Instant::now();
        let answer = tokio::time::timeout(PATIENCE, connection.ask(request)).await.context("no answer in time")??;
        let (status, head) = (answer.status, String::from_utf8_lossy(answer.head).into_owned());
        let reply = Reply { status, head, body: answer.body.to_vec(), time: begin.elapsed() };
        self.connection = (reply.header("connection") != Some("close")).then_some(connection);
        Ok(reply)
    }

    /// Sends a request with a JSON body; each header line ends with `\r\n`.
    pub(crate) async fn ask(&mut self, method: &str, path: &str, headers: &str, body: &str) -> Result<Reply> {
        self.send(&raw_client::request(method, path, headers, body)).await
    }

    /// The JSON that this must be answered with.
    pub(crate) async fn expect(&mut self, status: u16, method: &str, path: &str, (headers, body): (&str, &str)) -> Result<Value> {
        let reply = self.ask(method, path, headers, body).await?;
        ensure!(reply.status == status, "{method} {path}: {}", reply.told());
        reply.json().with_context(|| format!("{method} {path} answered no JSON"))
    }
}

impl Reply {
    /// The value of a header.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.split("\r\n").find_map(|line| line.strip_prefix(name)?.strip_prefix(": "))
    }

    /// The body as JSON, where it is.
    pub(crate) fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The answer, short.
    pub(crate) fn told(&self) -> String {
        format!("{} {}", self.status, String::from_utf8_lossy(self.body.get(..300).unwrap_or(&self.body)))
    }
}
