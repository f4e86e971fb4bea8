//! The end of a connection whose client still speaks.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf};
use tokio::net::TcpStream;
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// Whoever says nothing for so long has read the last word.
const SILENCE: Duration = Duration::from_secs(2);
/// Whoever still speaks then does not want to read it.
const LONGEST: Duration = Duration::from_secs(30);
/// How many connections end so at once; further ones are cut off.
const PLACES: usize = 1_024;

/// A connection that lets the last word arrive. A system resets a connection that is closed while something is unread, and a reset throws
/// away what the client has not read yet: whoever sends too much would never learn that it was too much. So what still comes is read and
/// thrown away, for a while.
#[derive(Debug)]
pub(crate) struct Lingering {
    /// Is there until the end.
    tcp: Option<TcpStream>,
    places: Places,
}

/// The places of those that end.
#[derive(Debug, Clone)]
pub(crate) struct Places(Arc<Semaphore>);

impl Places {
    /// As many as there may be.
    pub(crate) fn new() -> Self {
        Self(Arc::new(Semaphore::new(PLACES)))
    }
}

impl Lingering {
    /// Ends this connection in one of these places.
    pub(crate) const fn new(tcp: TcpStream, places: Places) -> Self {
        Self { tcp: Some(tcp), places }
    }

    fn tcp(&mut self) -> io::Result<Pin<&mut TcpStream>> {
        self.tcp.as_mut().map(Pin::new).ok_or_else(|| io::ErrorKind::NotConnected.into())
    }
}

impl Drop for Lingering {
    fn drop(&mut self) {
        let Some(tcp) = self.tcp.take() else { return };
        // The client has ended it, or it broke: there is nobody left to read.
        let is_over = match tcp.try_read(&mut [0]) {
            Ok(read) => read == 0,
            Err(error) => error.kind() != io::ErrorKind::WouldBlock,
        };
        if is_over {
            return;
        }
        if let (Ok(place), Ok(runtime)) = (Arc::clone(&self.places.0).try_acquire_owned(), Handle::try_current()) {
            runtime.spawn(let_go(tcp, place));
        }
    }
}

/// Nothing comes any more after this, and what comes is thrown away.
async fn let_go(mut tcp: TcpStream, _place: OwnedSemaphorePermit) {
    let _ = tcp.shutdown().await;
    let mut thrown_away = [0; 4_096];
    let silence = async { while let Ok(Ok(1..)) = timeout(SILENCE, tcp.read(&mut thrown_away)).await {} };
    let _ = timeout(LONGEST, silence).await;
}

impl AsyncRead for Lingering {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_read(context, buffer)
    }
}

impl AsyncWrite for Lingering {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.tcp()?.poll_write(context, bytes)
    }

    fn poll_write_vectored(mut self: Pin<&mut Self>, context: &mut Context<'_>, parts: &[io::IoSlice<'_>]) -> Poll<io::Result<usize>> {
        self.tcp()?.poll_write_vectored(context, parts)
    }

    fn is_write_vectored(&self) -> bool {
        self.tcp.as_ref().is_some_and(TcpStream::is_write_vectored)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.tcp()?.poll_shutdown(context)
    }
}
