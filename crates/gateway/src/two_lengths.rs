//! Notices requests that say in two ways how long their body is.
//!
//! A body is as long as `Content-Length` says, or ends as `Transfer-Encoding` says. With both, a proxy may have read another
//! request than we do, and what is left over for it smuggled in the next one (RFC 9112, 6.3). hyper follows the latter, forgets the
//! former and closes the connection, which is safe; that there were both can be seen in the bytes only.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use http::{Request, header};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

use crate::head::TwoLengths;

const CONTENT_LENGTH: &[u8] = b"content-length:";

/// What was seen on a connection since its last request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen(Arc<AtomicBool>);

impl Seen {
    /// Marks a request that has both. A line of the body before it may look the same, which only a request with a
    /// `Transfer-Encoding` can suffer from.
    pub(crate) fn mark<B>(&self, request: &mut Request<B>) {
        let has_length = self.0.swap(false, Ordering::Relaxed);
        if has_length && request.headers().contains_key(header::TRANSFER_ENCODING) {
            request.extensions_mut().insert(TwoLengths);
        }
    }
}

/// A stream whose reads are looked at.
#[derive(Debug)]
pub(crate) struct Watched<S> {
    stream: S,
    seen: Seen,
    /// How much of the name the line at hand has begun with; `None` where it begins with something else.
    matched: Option<usize>,
}

impl<S> Watched<S> {
    pub(crate) const fn new(stream: S, seen: Seen) -> Self {
        Self { stream, seen, matched: Some(0) }
    }

    fn look(&mut self, mut bytes: &[u8]) {
        while !bytes.is_empty() {
            let Some(matched) = self.matched else {
                let Some(end) = memchr::memchr(b'\n', bytes) else { return };
                (self.matched, bytes) = (Some(0), bytes.get(end + 1..).unwrap_or_default());
                continue;
            };
            let rest = CONTENT_LENGTH.get(matched..).unwrap_or_default();
            let (wanted, given) = (rest.get(..bytes.len()).unwrap_or(rest), bytes.get(..rest.len()).unwrap_or(bytes));
            if !wanted.eq_ignore_ascii_case(given) {
                self.matched = None;
            } else if given.len() == rest.len() {
                self.seen.0.store(true, Ordering::Relaxed);
                self.matched = None;
            } else {
                self.matched = Some(matched + given.len());
                return;
            }
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let polled = Pin::new(&mut self.stream).poll_read(context, buffer);
        self.look(buffer.filled().get(before..).unwrap_or_default());
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a length is seen in these bytes, however they are cut.
    fn sees(bytes: &[u8]) -> bool {
        let outcomes: Vec<bool> = (0..bytes.len())
            .map(|cut| {
                let seen = Seen::default();
                let mut watched = Watched::new((), seen.clone());
                watched.look(&bytes[..cut]);
                watched.look(&bytes[cut..]);
                seen.0.load(Ordering::Relaxed)
            })
            .collect();
        assert!(outcomes.windows(2).all(|pair| pair[0] == pair[1]), "it depends on where they are cut");
        outcomes[0]
    }

    #[test]
    fn a_length_is_seen_however_it_is_written_and_cut() {
        assert!(sees(b"POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n"));
        assert!(sees(b"POST / HTTP/1.1\r\ncOnTeNt-LeNgTh:6\r\n\r\n"));
        assert!(sees(b"POST / HTTP/1.1\nContent-Length: 6\n\n"));
        assert!(!sees(b"POST / HTTP/1.1\r\nX-Content-Length: 6\r\nContent-Lengths: 6\r\nContent-Type: a/b\r\n\r\n"));
        assert!(!sees(b"GET /?content-length: HTTP/1.1\r\n\r\n"));
    }
}
