//! The body of an answer: ready bytes, or whatever the router gave.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::Body;
use bytes::Bytes;
use http_body::{Body as HttpBody, Frame, SizeHint};

/// A body that is not boxed where it is nothing but bytes.
#[derive(Debug)]
pub enum OutBody {
    /// Bytes at hand; `None` once they are sent, or where there are none.
    Ready(Option<Bytes>),
    /// A body of the router.
    Axum(Body),
}

impl OutBody {
    /// No body.
    #[must_use]
    pub const fn empty() -> Self {
        Self::Ready(None)
    }
}

impl HttpBody for OutBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match self.get_mut() {
            Self::Ready(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Self::Axum(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Ready(bytes) => bytes.is_none(),
            Self::Axum(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Ready(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64)),
            Self::Axum(body) => body.size_hint(),
        }
    }
}
