//! Somebody who is told of events: an HTTP server that takes messages, keeps them, and is as bad an endpoint as it is asked to be.

use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result};
use memchr::memmem;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// A message whose path begins like this is never answered.
pub const HANGING: &str = "/hanging";
/// More than a message of the shop.
const FIRST_CAPACITY: usize = 4 * 1_024;

/// A message as it arrived.
#[derive(Debug, Clone)]
pub struct Message {
    /// Where it was sent.
    pub path: String,
    /// Its `webhook-id`, the same over every delivery.
    pub id: String,
    /// What it says.
    pub body: Vec<u8>,
    /// When it was there.
    pub at: Instant,
}

/// A server on a free port, until it is dropped.
#[derive(Debug)]
pub struct Receiver {
    address: SocketAddr,
    messages: Arc<Mutex<Vec<Message>>>,
    task: JoinHandle<()>,
}

impl Receiver {
    /// Listens.
    ///
    /// # Errors
    /// Where there is no free port.
    pub async fn start() -> Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.context("there is no free port")?;
        let (address, messages) = (listener.local_addr().context("a port has a number")?, Arc::<Mutex<Vec<Message>>>::default());
        let kept = Arc::clone(&messages);
        let task = tokio::spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(serve(stream, Arc::clone(&kept)));
                while connections.try_join_next().is_some() {}
            }
        });
        Ok(Self { address, messages, task })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What has arrived.
    pub fn messages(&self) -> MutexGuard<'_, Vec<Message>> {
        lock(&self.messages)
    }
}

impl Drop for Receiver {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Who panicked while he wrote left whole messages behind.
fn lock(messages: &Mutex<Vec<Message>>) -> MutexGuard<'_, Vec<Message>> {
    messages.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Takes messages as long as the connection lasts; how it ends is the other side's affair.
async fn serve(mut stream: TcpStream, kept: Arc<Mutex<Vec<Message>>>) {
    let mut buffer = Vec::with_capacity(FIRST_CAPACITY);
    while let Some(message) = read(&mut stream, &mut buffer).await {
        let hangs = message.path.starts_with(HANGING);
        lock(&kept).push(message);
        if hangs {
            std::future::pending::<()>().await;
        }
        if stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").await.is_err() {
            return;
        }
    }
}

/// The next message; none where the connection ends.
async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Option<Message> {
    buffer.clear();
    let end = loop {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
        if let Some(end) = memmem::find(buffer, b"\r\n\r\n") {
            break end;
        }
    };
    let head = String::from_utf8_lossy(buffer.get(..end)?).into_owned();
    let header = |name: &str| head.lines().find_map(|line| line.split_once(": ").filter(|(key, _)| key.eq_ignore_ascii_case(name)));
    let length: usize = header("content-length")?.1.parse().ok()?;
    while buffer.len() < end + 4 + length {
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    }
    let path = head.split(' ').nth(1)?.to_owned();
    let id = header("webhook-id").map(|(_, id)| id.to_owned()).unwrap_or_default();
    Some(Message { path, id, body: buffer.get(end + 4..end + 4 + length)?.to_vec(), at: Instant::now() })
}
