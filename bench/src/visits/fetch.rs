//! Reading addresses, one after the other.

use anyhow::Result;

use crate::connection::Connection;
use crate::load::Visit;

/// Asks for addresses in turn and expects the same status of each.
pub(crate) struct Fetch {
    requests: Vec<Vec<u8>>,
    status: u16,
    next: usize,
}

impl Fetch {
    /// Of these paths, each with these header lines; a client begins at its own place among them.
    pub(crate) fn new(paths: &[String], headers: &str, status: u16, begin: usize) -> Self {
        let request = |path: &String| format!("GET {path} HTTP/1.1\r\nhost: bench\r\n{headers}\r\n").into_bytes();
        Self { requests: paths.iter().map(request).collect(), status, next: begin }
    }
}

impl Visit for Fetch {
    async fn once(&mut self, connection: &mut Connection) -> Result<()> {
        let place = self.next % self.requests.len().max(1);
        self.next = self.next.wrapping_add(1);
        let request = self.requests.get(place).map(Vec::as_slice).unwrap_or_default();
        connection.ask(request).await?.expect(self.status).map(drop)
    }
}
