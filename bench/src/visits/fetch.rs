//! Reading addresses, one after the other.

use anyhow::{Result, ensure};

use crate::load::Visit;
use raw_client::Connection;

/// Answers of the API that have a body begin so, and those about the shop's health.
const BEGINS: [&[u8]; 2] = [b"{\"data\":", b"{\"status\":"];

/// What is asked of a server, and how it has to answer.
#[derive(Debug, Clone, Default)]
pub(crate) struct Questions {
    /// In turn.
    pub(crate) paths: Vec<String>,
    /// Header lines of each request, every one with its line end.
    pub(crate) headers: String,
    /// The status of every answer.
    pub(crate) status: u16,
}

impl Questions {
    /// Questions that anybody may ask.
    pub(crate) fn of(paths: Vec<String>) -> Self {
        Self { paths, headers: String::new(), status: 200 }
    }

    /// The same with one more header line.
    pub(crate) fn with(mut self, header: &str) -> Self {
        self.headers.push_str(header);
        self.headers.push_str("\r\n");
        self
    }

    /// The whole request for one of the paths.
    pub(crate) fn request(&self, path: &str) -> Vec<u8> {
        format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{}\r\n", self.headers).into_bytes()
    }
}

/// A client that asks them.
pub(crate) struct Fetch {
    requests: Vec<Vec<u8>>,
    status: u16,
    next: usize,
}

impl Fetch {
    /// A client begins at its own place among the paths.
    pub(crate) fn new(questions: &Questions, client: usize) -> Self {
        let requests = questions.paths.iter().map(|path| questions.request(path)).collect();
        Self { requests, status: questions.status, next: client * 31 }
    }
}

impl Visit for Fetch {
    async fn once(&mut self, connection: &mut Connection) -> Result<()> {
        let place = self.next % self.requests.len().max(1);
        self.next = self.next.wrapping_add(1);
        let request = self.requests.get(place).map(Vec::as_slice).unwrap_or_default();
        let answer = connection.ask(request).await?.expect(self.status)?;
        ensure!(
            self.status != 200 || BEGINS.iter().any(|begin| answer.body.starts_with(begin)),
            "an answer without data: {}",
            answer.start()
        );
        Ok(())
    }
}
